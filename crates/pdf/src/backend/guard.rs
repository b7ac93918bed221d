//! What the library must not see: looked for in the resources of a page before it is interpreted.
//!
//! The library follows colour spaces and functions by recursion without an end, writes out every width that a font
//! announces, and decodes as a whole whatever a page draws with. Files of real producers pass in a few look-ups: what was
//! seen once is not looked at again.

use std::collections::BTreeMap;

use hayro_interpret::hayro_syntax::object::{Array, Dict, MaybeRef, Name, Object, Stream};
use hayro_interpret::hayro_syntax::page::{Page as PdfPage, Resources};
use hayro_interpret::hayro_syntax::xref::XRef;
use jixiao_model::ReadError;

use super::budget::Budget;
use super::content;

/// Why a page is not interpreted.
pub(super) enum Refusal {
    /// Something is wrong with this page.
    Fault(&'static str),
    /// A limit of the document is passed.
    Limit(ReadError),
}

impl From<ReadError> for Refusal {
    fn from(error: ReadError) -> Self {
        Self::Limit(error)
    }
}

type Checked<T = ()> = Result<T, Refusal>;

const BAD_PART: &str = "a part of it (a form XObject) is damaged: what stands after the damage is lost";
const BAD_WIDTHS: &str = "one of its fonts announces more widths than there are characters";
const BAD_COLOUR: &str = "one of its colours is too large to be worked out";

/// Widths of one font. A font has at most 65,536 glyphs; some producers repeat ranges.
const MAX_WIDTHS: u64 = 1_000_000;

/// Colour spaces and functions that one colour is made of, each counted as often as it is used.
const MAX_COST: u32 = 100_000;

/// Deepest braces of a calculating function.
const MAX_BRACES: i32 = 64;

/// Looks at resources; one per worker.
pub(super) struct Guard<'a> {
    budget: &'a Budget,
    xref: &'a XRef,
    encrypted: bool,
    /// Objects that were looked at, with the cost of those that are colour spaces or functions.
    seen: BTreeMap<(u32, i32), u32>,
    /// Forms that are still to be looked at: they may stand in each other's resources.
    forms: Vec<Stream<'a>>,
    damaged: bool,
}

impl<'a> Guard<'a> {
    pub(super) fn new(budget: &'a Budget, xref: &'a XRef, encrypted: bool) -> Self {
        Self { budget, xref, encrypted, seen: BTreeMap::new(), forms: Vec::new(), damaged: false }
    }

    /// Looks at everything that a page draws with; gives what of it is damaged, in words.
    pub(super) fn page(&mut self, page: &PdfPage<'a>) -> Checked<Option<&'static str>> {
        self.damaged = false;
        let checked = self.parts(page);
        if self.damaged || checked.is_err() {
            // Where something is wrong, every page has to say so.
            self.seen.clear();
            self.forms.clear();
        }
        checked.map(|()| self.damaged.then_some(BAD_PART))
    }

    fn parts(&mut self, page: &PdfPage<'a>) -> Checked {
        self.resources(page.resources())?;
        self.annotations(page);
        while let Some(form) = self.forms.pop() {
            self.form(&form)?;
        }
        Ok(())
    }

    fn annotations(&mut self, page: &PdfPage<'a>) {
        let Some(annotations) = page.raw().get::<Array<'_>>(b"Annots") else { return };
        for annotation in annotations.iter::<Dict<'_>>() {
            match annotation.get::<Dict<'_>>(b"AP").and_then(|looks| looks.get::<Object<'_>>(b"N")) {
                Some(Object::Stream(form)) => self.forms.push(form),
                Some(Object::Dict(states)) => {
                    self.forms.extend(states.keys().filter_map(|state| states.get::<Stream<'_>>(&state)));
                }
                _ => {}
            }
        }
    }

    fn resources(&mut self, resources: &Resources<'a>) -> Checked {
        self.each(&resources.fonts, Self::font)?;
        self.each(&resources.ext_g_states, Self::graphics_state)?;
        self.each(&resources.patterns, Self::pattern)?;
        self.each(&resources.shadings, Self::shading)?;
        self.each(&resources.x_objects, Self::drawing)?;
        for name in resources.color_spaces.keys() {
            self.colour(resources.color_spaces.get_raw(&name), 1)?;
        }
        Ok(())
    }

    /// Looks at the objects of a dictionary that were not seen yet.
    fn each(&mut self, all: &Dict<'a>, look: fn(&mut Self, &Object<'a>) -> Checked) -> Checked {
        for name in all.keys() {
            let id = all.get_ref(&name);
            if id.is_some_and(|id| self.seen.insert((id.obj_number, id.gen_number), 1).is_some()) {
                continue;
            }
            if let Some(object) = all.get::<Object<'_>>(&name) {
                look(self, &object)?;
            }
        }
        Ok(())
    }

    /// A form or a picture.
    fn drawing(&mut self, object: &Object<'a>) -> Checked {
        let Object::Stream(stream) = object else { return Ok(()) };
        if stream.dict().get::<Name<'_>>(b"Subtype").as_deref() == Some(b"Form") {
            self.forms.push(stream.clone());
            return Ok(());
        }
        self.colour(stream.dict().get_raw(b"ColorSpace"), 1).map(drop)
    }

    fn form(&mut self, form: &Stream<'a>) -> Checked {
        let decoded = content::decode(form, self.budget)?;
        self.damaged |= !decoded.whole;
        content::look_through(&decoded.data)?;
        match form.dict().get::<Dict<'_>>(b"Resources") {
            Some(resources) => self.resources(&Resources::new(resources)),
            None => Ok(()),
        }
    }

    fn font(&mut self, font: &Object<'a>) -> Checked {
        let Object::Dict(font) = font else { return Ok(()) };
        let descendant = font.get::<Array<'_>>(b"DescendantFonts").and_then(|all| all.iter::<Dict<'_>>().next());
        if let Some(descendant) = descendant {
            widths(&descendant, b"W", 3)?;
            widths(&descendant, b"W2", 5)?;
            self.program(&descendant)?;
        }
        self.program(font)?;
        [&b"ToUnicode"[..], b"Encoding"].iter().try_for_each(|map| self.measure(font.get::<Stream<'_>>(map)))
    }

    fn program(&self, font: &Dict<'a>) -> Checked {
        let Some(descriptor) = font.get::<Dict<'_>>(b"FontDescriptor") else { return Ok(()) };
        let programs = [&b"FontFile2"[..], b"FontFile3", b"FontFile"];
        programs.iter().try_for_each(|key| self.measure(descriptor.get::<Stream<'_>>(key)))
    }

    /// A stream must not be larger than a stream may be. Those that could be read in the file, and did not look like
    /// pictures, were measured before it was opened.
    fn measure(&self, stream: Option<Stream<'_>>) -> Checked {
        let Some(stream) = stream else { return Ok(()) };
        let measured = !self.encrypted && !(stream.dict().contains_key(b"Width"));
        if measured || content::fits(&stream, self.budget) { Ok(()) } else { Err(self.budget.stream_too_big().into()) }
    }

    fn graphics_state(&mut self, state: &Object<'a>) -> Checked {
        let Object::Dict(state) = state else { return Ok(()) };
        self.functions(state, b"TR")?;
        self.functions(state, b"TR2")?;
        if let Some(mask) = state.get::<Dict<'_>>(b"SMask") {
            self.functions(&mask, b"TR")?;
            if let Some(group) = mask.get::<Stream<'_>>(b"G") {
                let space = group.dict().get::<Dict<'_>>(b"Group").and_then(|group| group.get_raw(b"CS"));
                self.colour(space, 1)?;
                // What it shows is not read; that it is decoded has to be safe.
                self.measure(Some(group))?;
            }
        }
        let font = state.get::<Array<'_>>(b"Font").and_then(|font| font.iter::<Object<'_>>().next());
        font.map_or(Ok(()), |font| self.font(&font))
    }

    /// A pattern of a shading; what a tile shows is not read.
    fn pattern(&mut self, pattern: &Object<'a>) -> Checked {
        let Object::Dict(pattern) = pattern else { return Ok(()) };
        pattern.get::<Object<'_>>(b"Shading").map_or(Ok(()), |shading| self.shading(&shading))
    }

    fn shading(&mut self, shading: &Object<'a>) -> Checked {
        let dict = match shading {
            Object::Dict(dict) => dict,
            Object::Stream(stream) => {
                self.measure(Some(stream.clone()))?;
                stream.dict()
            }
            _ => return Ok(()),
        };
        self.colour(dict.get_raw(b"ColorSpace"), 1)?;
        self.functions(dict, b"Function")
    }

    /// A function, or an array of some.
    fn functions(&mut self, dict: &Dict<'a>, key: &[u8]) -> Checked {
        match dict.get::<Array<'_>>(key) {
            Some(all) => all.raw_iter().try_for_each(|function| self.function(Some(function), 1).map(drop)),
            None => self.function(dict.get_raw(key), 1).map(drop),
        }
    }

    /// The cost of a colour space at a depth of nesting.
    fn colour(&mut self, space: Option<MaybeRef<Object<'a>>>, depth: u32) -> Checked<u32> {
        self.cost(space, depth, |guard, space| {
            let Object::Array(space) = space else { return Ok(1) };
            let items: Vec<MaybeRef<Object<'a>>> = space.raw_iter().take(4).collect();
            let mut items = items.into_iter();
            let Some(MaybeRef::NotRef(Object::Name(kind))) = items.next() else { return Ok(1) };
            match &*kind {
                b"Pattern" | b"Indexed" | b"I" => guard.colour(items.next(), depth + 1),
                b"Separation" | b"DeviceN" => {
                    let space = guard.colour(items.nth(1), depth + 1)?;
                    Ok(space.saturating_add(guard.function(items.next(), depth + 1)?))
                }
                b"ICCBased" => {
                    let Some(Object::Stream(profile)) = items.next().and_then(|item| guard.resolve(item)) else {
                        return Ok(1);
                    };
                    guard.measure(Some(profile.clone()))?;
                    guard.colour(profile.dict().get_raw(b"Alternate"), depth + 1)
                }
                _ => Ok(1),
            }
        })
    }

    /// The cost of a function at a depth of nesting.
    fn function(&mut self, function: Option<MaybeRef<Object<'a>>>, depth: u32) -> Checked<u32> {
        self.cost(function, depth, |guard, function| {
            let (dict, stream) = match function {
                Object::Dict(dict) => (dict, None),
                Object::Stream(stream) => (stream.dict().clone(), Some(stream)),
                _ => return Ok(1),
            };
            match (dict.get::<u8>(b"FunctionType"), stream) {
                (Some(3), _) => {
                    let parts = dict.get::<Array<'_>>(b"Functions").unwrap_or_default();
                    parts
                        .raw_iter()
                        .try_fold(1_u32, |cost, part| Ok(cost.saturating_add(guard.function(Some(part), depth + 1)?)))
                }
                (Some(4), Some(stream)) => {
                    let program = content::decode(&stream, guard.budget)?;
                    if braces(&program.data) > MAX_BRACES { Err(Refusal::Fault(BAD_COLOUR)) } else { Ok(1) }
                }
                (_, stream) => guard.measure(stream).map(|()| 1),
            }
        })
    }

    /// Looks a cost up, or works it out.
    fn cost(
        &mut self,
        object: Option<MaybeRef<Object<'a>>>,
        depth: u32,
        work: impl FnOnce(&mut Self, Object<'a>) -> Checked<u32>,
    ) -> Checked<u32> {
        let Some(object) = object else { return Ok(1) };
        if !self.budget.nests(depth) {
            self.budget.check()?;
        }
        let id = object.as_obj_ref().map(|id| (id.obj_number, id.gen_number));
        if let Some(known) = id.and_then(|id| self.seen.get(&id)) {
            return Ok(*known);
        }
        let Some(object) = self.resolve(object) else { return Ok(1) };
        let cost = work(self, object)?.saturating_add(1);
        if cost > MAX_COST {
            return Err(Refusal::Fault(BAD_COLOUR));
        }
        if let Some(id) = id {
            self.seen.insert(id, cost);
        }
        Ok(cost)
    }

    fn resolve(&self, object: MaybeRef<Object<'a>>) -> Option<Object<'a>> {
        match object {
            MaybeRef::Ref(id) => self.xref.get(id.into()),
            MaybeRef::NotRef(object) => Some(object),
        }
    }
}

/// The widths of a CID font, as ranges (`first last` and `count - 2` numbers) or as lists (`first [widths]`).
fn widths(font: &Dict<'_>, key: &[u8], count: usize) -> Checked {
    let Some(widths) = font.get::<Array<'_>>(key) else { return Ok(()) };
    let mut items = widths.iter::<Object<'_>>();
    let mut announced = 0_u64;
    while let (Some(first), Some(second)) = (items.next(), items.next()) {
        let number = |object: Object<'_>| object.into_number().map_or(0, |number| number.as_f64() as u64);
        if !matches!(second, Object::Array(_)) {
            announced = announced.saturating_add(number(second).saturating_sub(number(first)));
            items.nth(count - 3);
        }
    }
    if announced > MAX_WIDTHS { Err(Refusal::Fault(BAD_WIDTHS)) } else { Ok(()) }
}

/// How deep the braces of a program stand in each other.
fn braces(program: &[u8]) -> i32 {
    let mut depth = 0;
    let mut deepest = 0;
    for byte in program {
        depth += i32::from(*byte == b'{') - i32::from(*byte == b'}');
        deepest = deepest.max(depth);
    }
    deepest
}
