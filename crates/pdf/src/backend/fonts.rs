//! Characters of glyphs that the library leaves without Unicode.
//!
//! Two kinds of fonts need help: CID fonts that are embedded and use a predefined CMap (or one of the Adobe character
//! collections) without `ToUnicode`, and CID fonts with identity encoding whose embedded font program has a `cmap`.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use hayro_interpret::font::OutlineGlyph;
use hayro_interpret::hayro_cmap::{BfString, CMap, CMapName, CidFamily, load_embedded};
use hayro_interpret::hayro_syntax::object::dict::keys::{
    BASE_FONT, DESCENDANT_FONTS, ENCODING, FONT_DESC, FONT_FILE, FONT_FILE2, FONT_FILE3, RESOURCES, XOBJECT,
};
use hayro_interpret::hayro_syntax::object::{Array, Dict, Name, Object, Stream, String as PdfString};
use hayro_interpret::hayro_syntax::page::Page as PdfPage;
use skrifa::{FontRef, MetadataProvider};

/// How deep form XObjects are followed in search of fonts.
const FORM_DEPTH: u32 = 8;

/// What is known of a font program: its PostScript name without subset prefix, and its length in bytes. Both together
/// tell the fonts of a document apart; the library gives no better key.
type Key = (String, usize);

/// Decoders of the fonts of a document, made when they are first needed.
#[derive(Default)]
pub(super) struct Fonts {
    collections: BTreeMap<Key, Rc<Collection>>,
    reversed: BTreeMap<Key, Rc<BTreeMap<u32, char>>>,
    maps: BTreeMap<&'static str, Option<Rc<CMap>>>,
    walked: BTreeSet<(u32, i32)>,
}

/// Codes → CIDs → characters.
struct Collection {
    encoding: CMap,
    characters: Rc<CMap>,
}

impl Collection {
    fn decode(&self, code: u32) -> Option<BfString> {
        let cid = (1..=4).find_map(|length| self.encoding.lookup_cid_code(code, length))?;
        self.characters.lookup_bf_string(cid)
    }
}

impl Fonts {
    /// The character of a glyph for which the library has none.
    pub(super) fn decode(&mut self, glyph: &OutlineGlyph, page: &PdfPage<'_>) -> Option<BfString> {
        let data = glyph.font_data()?;
        let bytes = data.data.as_ref().as_ref();
        let key = (data.postscript_name.unwrap_or_default(), bytes.len());
        if !self.collections.contains_key(&key) {
            self.walk_page(page);
        }
        if let Some(collection) = self.collections.get(&key) {
            return collection.decode(glyph.char_code());
        }
        let reversed = self.reversed.entry(key).or_insert_with(|| Rc::new(reversed_cmap(bytes)));
        reversed.get(&glyph.glyph_id().to_u32()).copied().map(BfString::Char)
    }

    fn walk_page(&mut self, page: &PdfPage<'_>) {
        if page.raw().obj_id().is_some_and(|id| !self.walked.insert((id.obj_number, id.gen_number))) {
            return;
        }
        self.walk_fonts(&page.resources().fonts);
        self.walk_forms(&page.resources().x_objects, FORM_DEPTH);
    }

    fn walk_forms(&mut self, forms: &Dict<'_>, depth: u32) {
        for name in forms.keys() {
            let Some(form) = forms.get::<Stream<'_>>(&name) else { continue };
            let id = form.obj_id();
            if depth == 0 || !self.walked.insert((id.obj_number, id.gen_number)) {
                continue;
            }
            let Some(resources) = form.dict().get::<Dict<'_>>(RESOURCES) else { continue };
            self.walk_fonts(&resources.get::<Dict<'_>>(b"Font").unwrap_or_default());
            self.walk_forms(&resources.get::<Dict<'_>>(XOBJECT).unwrap_or_default(), depth - 1);
        }
    }

    fn walk_fonts(&mut self, fonts: &Dict<'_>) {
        for name in fonts.keys() {
            if let Some(font) = fonts.get::<Dict<'_>>(&name) {
                self.add(&font);
            }
        }
    }

    fn add(&mut self, font: &Dict<'_>) -> Option<()> {
        let descendant = font.get::<Array<'_>>(DESCENDANT_FONTS)?.iter::<Dict<'_>>().next()?;
        let encoding = read_encoding(&font.get::<Object<'_>>(ENCODING)?)?;
        let characters = self.characters(&family(&encoding, &descendant)?)?;
        let program = program(&descendant.get::<Dict<'_>>(FONT_DESC)?)?;
        let length = program.decoded_data().ok()?.len();
        let name = font.get::<Name<'_>>(BASE_FONT)?;
        let key = (without_subset_prefix(name.as_str()).to_owned(), length);
        self.collections.entry(key).or_insert_with(|| Rc::new(Collection { encoding, characters }));
        Some(())
    }

    fn characters(&mut self, family: &CidFamily) -> Option<Rc<CMap>> {
        let (key, name) = match family {
            CidFamily::AdobeGB1 => ("GB1", CMapName::AdobeGb1Ucs2),
            CidFamily::AdobeCNS1 => ("CNS1", CMapName::AdobeCns1Ucs2),
            CidFamily::AdobeJapan1 => ("Japan1", CMapName::AdobeJapan1Ucs2),
            CidFamily::AdobeKorea1 => ("Korea1", CMapName::AdobeKorea1Ucs2),
            CidFamily::AdobeIdentity | CidFamily::Custom { .. } => return None,
        };
        let load = || CMap::parse(load_embedded(name)?, load_embedded).map(Rc::new);
        self.maps.entry(key).or_insert_with(load).clone()
    }
}

fn read_encoding(encoding: &Object<'_>) -> Option<CMap> {
    match encoding {
        Object::Name(name) => match name.as_ref() {
            b"Identity-H" => Some(CMap::identity_h()),
            b"Identity-V" => Some(CMap::identity_v()),
            name => CMap::parse(load_embedded(CMapName::from_bytes(name))?, load_embedded),
        },
        Object::Stream(stream) => CMap::parse(&stream.decoded_data().ok()?, load_embedded),
        _ => None,
    }
}

/// The character collection: the encoding's own, or for identity encodings that of the descendant font.
fn family(encoding: &CMap, descendant: &Dict<'_>) -> Option<CidFamily> {
    let own = encoding.metadata().character_collection.as_ref().map(|c| c.family.clone());
    own.filter(|family| *family != CidFamily::AdobeIdentity).or_else(|| {
        let info = descendant.get::<Dict<'_>>(b"CIDSystemInfo")?;
        let registry = info.get::<PdfString<'_>>(b"Registry")?;
        let ordering = info.get::<PdfString<'_>>(b"Ordering")?;
        Some(CidFamily::from_registry_ordering(registry.as_bytes(), ordering.as_bytes()))
    })
}

fn program<'a>(descriptor: &Dict<'a>) -> Option<Stream<'a>> {
    [FONT_FILE2, FONT_FILE3, FONT_FILE].into_iter().find_map(|key| descriptor.get::<Stream<'a>>(key))
}

fn without_subset_prefix(name: &str) -> &str {
    match name.split_once('+') {
        Some((prefix, rest)) if prefix.len() == 6 => rest,
        _ => name,
    }
}

/// Glyph ids → characters, from the `cmap` of a font program. A glyph with several characters gets the one that is not
/// a radical or a compatibility form.
fn reversed_cmap(bytes: &[u8]) -> BTreeMap<u32, char> {
    let mut reversed = BTreeMap::new();
    let Ok(font) = FontRef::new(bytes) else { return reversed };
    for (code, glyph) in font.charmap().mappings() {
        let Some(c) = char::from_u32(code) else { continue };
        let known = reversed.entry(glyph.to_u32()).or_insert(c);
        if unlikely(*known) && !unlikely(c) {
            *known = c;
        }
    }
    reversed
}

fn unlikely(c: char) -> bool {
    matches!(c, '\u{0}'..='\u{1F}' | '\u{A0}' | '\u{AD}' | '\u{2E80}'..='\u{2FDF}' | '\u{E000}'..='\u{FAFF}'
        | '\u{2F800}'..='\u{2FA1F}')
}
