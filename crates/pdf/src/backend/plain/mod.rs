//! Interprets plain pages without the library's interpreter, which is made for drawing: text, boxes, lines and clips,
//! set as office programs and browsers set them.
//!
//! What is recorded of a page is what the library's way records, to the last digit. Whatever is not plain (forms,
//! patterns, text that clips, vertical writing, damage, anything odd) is left to the library, which then reads the page
//! from its beginning. What glyphs and colours are is asked of the library, once each.

mod announced;
mod ask;
mod colour;
mod fonts;
mod learned;
mod paths;
#[cfg(test)]
mod tests;
mod text;
mod tokens;

use hayro_interpret::hayro_syntax::content::{TypedIter, UntypedIter};
use hayro_interpret::hayro_syntax::object::dict::keys::SUBTYPE;
use hayro_interpret::hayro_syntax::object::{Name, Object};
use hayro_interpret::hayro_syntax::page::Page as PdfPage;
use hayro_interpret::hayro_syntax::xref::XRef;
use hayro_interpret::kurbo::{Affine, Point, Rect as Box2};
use hayro_interpret::{Context, FillRule, InterpreterCache, InterpreterSettings, interpret};

use super::device::{Recording, actual_text};
use super::fonts::Fonts as Decoders;
use super::recorder::Recorder;
use ask::Library;
use colour::{Colours, Paint, Space};
use fonts::Fonts;
pub(super) use learned::Learned;
use learned::{Asked, Scout};
use paths::{Clips, Path};
use text::{RenderingMode, TextState, Writer};
use tokens::{Operand, Tokens};

/// The page is not plain: what was recorded of it is void.
#[derive(Debug)]
pub(super) struct NotPlain;

type Plainly<T = ()> = Result<T, NotPlain>;

/// Graphics states inside each other.
const MAX_STATES: usize = 1_000;

/// Images of one page: for each, the library is told anew of the whole document's layers.
const MAX_IMAGES: u32 = 200;

/// Reads plain pages of one file, one after the other, keeping what is known of fonts and colours.
pub(super) struct Plain<'a> {
    xref: &'a XRef,
    cache: InterpreterCache<'a>,
    settings: InterpreterSettings,
    /// In which the library is asked.
    context: Context<'a>,
    fonts: Fonts,
    learned: &'a Learned,
    scout: Scout<'a>,
    colours: Colours,
    writer: Writer,
    /// Pages that were plain.
    #[cfg(test)]
    pages: usize,
}

impl<'a> Plain<'a> {
    pub(super) fn new(
        xref: &'a XRef,
        learned: &'a Learned,
        cache: &InterpreterCache<'a>,
        settings: &InterpreterSettings,
    ) -> Self {
        Self {
            xref,
            cache: cache.clone(),
            settings: settings.clone(),
            context: asking_context(cache, xref, settings),
            fonts: Fonts::default(),
            learned,
            scout: Scout::new(xref, settings.clone()),
            colours: Colours::default(),
            writer: Writer::default(),
            #[cfg(test)]
            pages: 0,
        }
    }

    /// Interprets the content of a page where it is plain.
    pub(super) fn content(
        &mut self,
        content: &[u8],
        transform: Affine,
        bounds: Box2,
        recording: &mut Recording<'_, '_, 'a>,
    ) -> Plainly {
        self.colours.begin_page();
        let mut interpreter = Interpreter {
            page: recording.page,
            recorder: &mut *recording.recorder,
            decoders: &mut *recording.fonts,
            plain: self,
            fonts: Vec::new(),
            state: State::new(transform),
            states: Vec::new(),
            path: Path::default(),
            clips: Clips::new(bounds),
            images: 0,
        };
        let mut tokens = Tokens::new(content);
        while let Some(operator) = tokens.next()? {
            interpreter.operator(operator, &tokens)?;
        }
        interpreter.clips.restore(0, interpreter.recorder);
        #[cfg(test)]
        {
            self.pages += 1;
        }
        Ok(())
    }
}

/// A context in which the library is asked.
fn asking_context<'a>(cache: &InterpreterCache<'a>, xref: &'a XRef, settings: &InterpreterSettings) -> Context<'a> {
    Context::new(Affine::IDENTITY, Box2::new(0.0, 0.0, 1000.0, 1000.0), cache, xref, settings.clone())
}

/// The graphics state.
#[derive(Clone, Copy)]
struct State<'c> {
    ctm: Affine,
    fill: Paint<'c>,
    stroke: Paint<'c>,
    line_width: f32,
    text: TextState<'c>,
    /// Clips that were open before the state was saved.
    clips: usize,
}

impl State<'_> {
    fn new(ctm: Affine) -> Self {
        Self { ctm, fill: Paint::new(), stroke: Paint::new(), line_width: 1.0, text: TextState::new(), clips: 0 }
    }
}

/// Interprets one page.
struct Interpreter<'r, 'b, 'c, 'a> {
    plain: &'r mut Plain<'a>,
    page: &'a PdfPage<'a>,
    recorder: &'r mut Recorder<'b>,
    decoders: &'r mut Decoders,
    /// Fonts by their names on the page, in order.
    fonts: Vec<(&'c [u8], usize)>,
    state: State<'c>,
    states: Vec<State<'c>>,
    path: Path,
    clips: Clips,
    images: u32,
}

/// The operands, all of them numbers.
fn numbers<const N: usize>(operands: &[Operand<'_>]) -> Plainly<[f64; N]> {
    let mut numbers = [0.0; N];
    if operands.len() != N {
        return Err(NotPlain);
    }
    for (number, operand) in numbers.iter_mut().zip(operands) {
        let Operand::Number(value) = operand else { return Err(NotPlain) };
        *number = *value;
    }
    Ok(numbers)
}

/// The operands, all of them coordinates.
fn points<const N: usize>(operands: &[Operand<'_>]) -> Plainly<[Point; N]> {
    let mut points = [Point::ZERO; N];
    let pairs = operands.as_chunks::<2>();
    if pairs.0.len() != N || !pairs.1.is_empty() {
        return Err(NotPlain);
    }
    for (point, pair) in points.iter_mut().zip(pairs.0) {
        *point = numbers(pair).map(|[x, y]: [f64; 2]| Point::new(x, y))?;
    }
    Ok(points)
}

fn number(operands: &[Operand<'_>]) -> Plainly<f64> {
    numbers::<1>(operands).map(|[number]| number)
}

fn name<'c>(operands: &[Operand<'c>]) -> Plainly<&'c [u8]> {
    if let [Operand::Name(name)] = operands { Ok(name) } else { Err(NotPlain) }
}

impl<'c> Interpreter<'_, '_, 'c, '_> {
    fn operator(&mut self, operator: &[u8], tokens: &Tokens<'c>) -> Plainly {
        let operands = tokens.operands();
        match operator {
            // These have no operands.
            b"q" | b"Q" | b"EMC" | b"h" | b"f" | b"F" | b"f*" | b"S" | b"s" | b"B" | b"B*" | b"b" | b"b*" | b"n"
            | b"W" | b"W*" | b"BT" | b"ET" | b"T*"
                if !operands.is_empty() =>
            {
                Err(NotPlain)
            }
            b"q" => self.save(),
            b"Q" => self.restore(),
            b"cm" => {
                self.state.ctm *= Affine::new(numbers(operands)?);
                Ok(())
            }
            b"w" => {
                self.state.line_width = number(operands)? as f32;
                Ok(())
            }
            b"gs" => self.graphics_state(name(operands)?),
            b"Do" => self.image(name(operands)?),
            b"BMC" => {
                name(operands)?;
                self.recorder.begin_marked(|| None);
                Ok(())
            }
            b"BDC" => self.marked(tokens),
            b"EMC" => {
                self.recorder.end_marked();
                Ok(())
            }
            b"J" | b"j" | b"M" | b"d" | b"ri" | b"i" | b"MP" => harmless(tokens),
            b"m" | b"l" | b"c" | b"v" | b"y" | b"h" | b"re" => self.construct(operator, operands),
            b"f" | b"F" | b"f*" | b"S" | b"s" | b"B" | b"B*" | b"b" | b"b*" | b"n" => self.paint(operator),
            b"W" | b"W*" => {
                self.path.clip();
                Ok(())
            }
            b"cs" | b"sc" | b"scn" | b"g" | b"rg" | b"k" => set_colour(&mut self.state.fill, operator, tokens),
            b"CS" | b"SC" | b"SCN" | b"G" | b"RG" | b"K" => {
                set_colour(&mut self.state.stroke, &operator.to_ascii_lowercase(), tokens)
            }
            _ => self.text_operator(operator, tokens),
        }
    }

    fn save(&mut self) -> Plainly {
        if self.states.len() == MAX_STATES {
            return Err(NotPlain);
        }
        self.states.push(self.state);
        self.state.clips = self.clips.len();
        Ok(())
    }

    fn restore(&mut self) -> Plainly {
        self.clips.restore(self.state.clips, self.recorder);
        self.state = self.states.pop().ok_or(NotPlain)?;
        Ok(())
    }

    fn construct(&mut self, operator: &[u8], operands: &[Operand<'c>]) -> Plainly {
        match operator {
            b"m" | b"l" => {
                let [to] = points(operands)?;
                if operator == b"m" { self.path.move_to(to) } else { self.path.line_to(to) }
            }
            b"c" => {
                let [first, second, end] = points(operands)?;
                self.path.curve_to(Some(first), second, end);
            }
            b"v" | b"y" => {
                let [control, end] = points(operands)?;
                let (first, second) = if operator == b"v" { (None, control) } else { (Some(control), end) };
                self.path.curve_to(first, second, end);
            }
            b"h" => self.path.close(),
            _ => self.path.rectangle(numbers(operands)?),
        }
        Ok(())
    }

    fn paint(&mut self, operator: &[u8]) -> Plainly {
        if matches!(operator, b"s" | b"b" | b"b*") {
            self.path.close();
        }
        let ctm = self.state.ctm;
        if matches!(operator[0], b'f' | b'F' | b'B' | b'b') {
            let rule = if operator.ends_with(b"*") { FillRule::EvenOdd } else { FillRule::NonZero };
            let white = self.plain.colours.whiteness(&self.state.fill, self.page, &mut self.plain.context)?;
            self.path.fill(rule, ctm, white, self.recorder);
        }
        if matches!(operator[0], b'S' | b's' | b'B' | b'b') {
            let white = self.plain.colours.whiteness(&self.state.stroke, self.page, &mut self.plain.context)?;
            self.path.stroke(self.state.line_width, ctm, white, self.recorder);
        }
        self.path.end(ctm, &mut self.clips, self.recorder);
        Ok(())
    }

    fn graphics_state(&mut self, name: &[u8]) -> Plainly {
        let Some(parameters) = self.page.resources().get_ext_g_state(&Name::new_unescaped(name)) else {
            return Ok(());
        };
        for key in parameters.keys() {
            let value = || parameters.get::<f32>(&key);
            let state = &mut self.state;
            match key.as_ref() {
                b"LW" => state.line_width = value().unwrap_or(state.line_width),
                b"CA" => state.stroke.alpha = value().unwrap_or(state.stroke.alpha),
                b"ca" => state.fill.alpha = value().unwrap_or(state.fill.alpha),
                b"TR" | b"TR2" | b"Font" => return Err(NotPlain),
                b"SMask" if parameters.get::<Name<'_>>(&key).is_none() => return Err(NotPlain),
                _ => {}
            }
        }
        Ok(())
    }

    /// An image is drawn by the library: all that it needs is where it stands.
    fn image(&mut self, name: &[u8]) -> Plainly {
        self.images += 1;
        if self.images > MAX_IMAGES {
            return Err(NotPlain);
        }
        let found = self.page.resources().get_x_object(&Name::new_unescaped(name)).ok_or(NotPlain)?;
        if found.dict().get::<Name<'_>>(SUBTYPE).is_none_or(|kind| kind.as_ref() != b"Image") {
            return Err(NotPlain);
        }
        let plain = &mut *self.plain;
        let bounds = Box2::new(0.0, 0.0, 1.0, 1.0);
        let mut context = Context::new(self.state.ctm, bounds, &plain.cache, plain.xref, plain.settings.clone());
        let mut device = Recording { recorder: self.recorder, fonts: self.decoders, page: self.page };
        let drawn = [b"/", name, b" Do"].concat();
        interpret(TypedIter::new(&drawn), self.page.resources(), &mut context, &mut device);
        Ok(())
    }

    /// Marked content with properties that are written where they are used.
    fn marked(&mut self, tokens: &Tokens<'c>) -> Plainly {
        let [Operand::Name(_), Operand::Dict(written)] = tokens.operands() else { return Err(NotPlain) };
        if is_bare(written) {
            self.recorder.begin_marked(|| None);
            return Ok(());
        }
        let mut operators = UntypedIter::new(tokens.written());
        let read = operators.next().ok_or(NotPlain)?;
        let mut operands = read.operands();
        let (Some(Object::Name(_)), Some(Object::Dict(properties)), None) =
            (operands.next(), operands.next(), operands.next())
        else {
            return Err(NotPlain);
        };
        // It may not be shown.
        if properties.contains_key(b"OC") || **read.operator != *b"BDC" {
            return Err(NotPlain);
        }
        self.recorder.begin_marked(|| actual_text(properties));
        Ok(())
    }

    fn text_operator(&mut self, operator: &[u8], tokens: &Tokens<'c>) -> Plainly {
        let operands = tokens.operands();
        let text = &mut self.state.text;
        match operator {
            b"BT" => text.set_matrix(Affine::IDENTITY),
            b"ET" => {}
            b"Tc" => text.character_spacing = number(operands)? as f32,
            b"Tw" => text.word_spacing = number(operands)? as f32,
            b"Tz" => text.scaling = number(operands)? as f32,
            b"TL" => text.leading = number(operands)? as f32,
            b"Ts" => text.rise = number(operands)? as f32,
            b"Tr" => text.mode = RenderingMode::new(number(operands)?)?,
            b"Tm" => text.set_matrix(Affine::new(numbers(operands)?)),
            b"T*" => text.next_line_by_leading(),
            b"Td" | b"TD" => {
                let [x, y] = numbers(operands)?;
                if operator == b"TD" {
                    text.leading = -y as f32;
                }
                text.next_line(x, y);
            }
            b"Tf" => return self.font(operands),
            b"Tj" if operands.len() == 1 => return self.show(operands),
            b"TJ" if matches!(operands, [Operand::Array]) => return self.show(tokens.elements()),
            b"'" if operands.len() == 1 => {
                text.next_line_by_leading();
                return self.show(operands);
            }
            _ => return Err(NotPlain),
        }
        Ok(())
    }

    fn font(&mut self, operands: &[Operand<'c>]) -> Plainly {
        let [Operand::Name(name), Operand::Number(size)] = operands else { return Err(NotPlain) };
        let font = match self.fonts.binary_search_by_key(name, |(known, _)| known) {
            Ok(at) => self.fonts[at].1,
            Err(at) => {
                let Plain { context, fonts, learned, scout, .. } = &mut *self.plain;
                let library = Library { page: self.page, context, decoders: &mut *self.decoders };
                let mut asked = Asked { library, learned, scout };
                let font = fonts.find(name, &mut asked)?;
                self.fonts.insert(at, (name, font));
                font
            }
        };
        self.state.text.size = *size as f32;
        self.state.text.font = Some((font, name));
        Ok(())
    }

    fn show(&mut self, operands: &[Operand<'c>]) -> Plainly {
        let Plain { context, fonts, learned, scout, writer, .. } = &mut *self.plain;
        let library = Library { page: self.page, context, decoders: &mut *self.decoders };
        let mut asked = Asked { library, learned, scout };
        writer.show(operands, &mut self.state.text, self.state.ctm, fonts, &mut asked, self.recorder)
    }
}

/// Operators that change nothing of what is recorded.
fn harmless(tokens: &Tokens<'_>) -> Plainly {
    let is_plain = |operand: &Operand<'_>| matches!(operand, Operand::Number(_) | Operand::Name(_) | Operand::Array);
    let all_plain = tokens.operands().iter().chain(tokens.elements()).all(is_plain);
    if all_plain { Ok(()) } else { Err(NotPlain) }
}

/// A dictionary that holds nothing but the number of the content.
fn is_bare(dict: &[u8]) -> bool {
    let inner = dict.strip_prefix(b"<<").and_then(|rest| rest.strip_suffix(b">>")).map(<[u8]>::trim_ascii);
    let number = inner.and_then(|inner| inner.strip_prefix(b"/MCID "));
    number.is_some_and(|number| (1..=9).contains(&number.len()) && number.iter().all(u8::is_ascii_digit))
}

fn set_colour<'c>(paint: &mut Paint<'c>, operator: &[u8], tokens: &Tokens<'c>) -> Plainly {
    let operands = tokens.operands();
    if operator == b"cs" {
        paint.set_space(name(operands)?);
        return Ok(());
    }
    let (mut components, mut count) = ([0.0; 33], 0);
    for (component, operand) in components.iter_mut().zip(operands) {
        let Operand::Number(value) = operand else { return Err(NotPlain) };
        *component = *value;
        count += 1;
    }
    let (components, written) = (&components[..count], tokens.written_operands());
    match (operator, count) {
        (b"g", 1) => paint.set_in(Space::Gray, components, written),
        (b"rg", 3) => paint.set_in(Space::Rgb, components, written),
        (b"k", 4) => paint.set_in(Space::Cmyk, components, written),
        (b"sc" | b"scn", 1..) => paint.set(components, written),
        _ => Err(NotPlain),
    }
}
