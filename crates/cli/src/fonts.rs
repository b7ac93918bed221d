//! A Chinese font of this system.

use fontdb::{Database, Family, Query};

/// Families that have all the characters of Chinese forms, from the most to the least likely on servers and desktops.
const FAMILIES: [&str; 16] = [
    "Noto Sans CJK SC",
    "Noto Serif CJK SC",
    "Noto Sans SC",
    "Noto Serif SC",
    "Source Han Sans SC",
    "Source Han Serif SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "AR PL UMing CN",
    "AR PL UKai CN",
    "SimSun",
    "Microsoft YaHei",
    "PingFang SC",
    "Songti SC",
    "Heiti SC",
    "Arial Unicode MS",
];

/// The bytes of a font file with the number of the face in it; `None` where no font for Chinese is installed.
pub(crate) fn chinese() -> Option<(Vec<u8>, u32)> {
    let mut fonts = Database::new();
    fonts.load_system_fonts();
    let family = |name: &&'static str| fonts.query(&Query { families: &[Family::Name(name)], ..Query::default() });
    let face = FAMILIES.iter().find_map(family)?;
    fonts.with_face_data(face, |bytes, index| (bytes.to_vec(), index))
}
