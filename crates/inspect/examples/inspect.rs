//! `inspect FILE PAGE OUT.png`: draws what was read over a page.

use jixiao_inspect::{Options, page_png};
use jixiao_model::Limits;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().collect();
    let [_, file, page, out] = args.as_slice() else { return Err("usage: inspect FILE PAGE OUT.png".into()) };
    let png = page_png(&std::fs::read(file)?, page.parse()?, &Options::default(), &Limits::default())?;
    std::fs::write(out, png)?;
    Ok(())
}
