//! `jixiao inspect`

use std::fs;

use jixiao_exporter::files::write_whole;
use jixiao_inspect::{Options, Picture, page_png};
use jixiao_model::{Limits, ReadError};
use jixiao_pipeline::Source;

use super::open;
use crate::args::InspectArgs;
use crate::fonts;
use crate::term::{Exit, Failure, say};

/// Draws a page.
pub(crate) fn run(args: &InspectArgs) -> Result<Exit, Failure> {
    let limits = args.opening.limits.over(Limits::default());
    let source = open(&args.file, &limits)?;
    match draw(args, &source, &limits)? {
        Ok(picture) => {
            write_whole(&args.output, &picture.png)?;
            if picture.blank_text {
                say(&format!(
                    "{}: no Chinese font was found on this system: text whose font is not in the PDF is drawn blank, its \
                     boxes are right; install one (such as Noto Sans CJK), or name one with --font FILE",
                    args.file
                ));
            }
            Ok(Exit::Good)
        }
        Err(error) => {
            say(&format!("{}: failed: {error}", args.file));
            Ok(Exit::NotAllGood)
        }
    }
}

fn draw(args: &InspectArgs, source: &Source, limits: &Limits) -> Result<Result<Picture, ReadError>, Failure> {
    let bytes = source.bytes().unwrap_or_default();
    let mut options = Options { password: args.opening.password.clone(), scale: args.scale, fallback_font: None };
    if let Some(path) = &args.font {
        let font = fs::read(path).map_err(|error| Failure::Message(format!("{}: {error}", path.display())))?;
        options.fallback_font = Some((font, 0));
    }
    let picture = page_png(bytes, args.page, &options, limits);
    // Looking for a font takes longer than drawing the page: it is done where one is needed.
    if options.fallback_font.is_none() && picture.as_ref().is_ok_and(|picture| picture.blank_text) {
        options.fallback_font = fonts::chinese();
        if options.fallback_font.is_some() {
            return Ok(page_png(bytes, args.page, &options, limits));
        }
    }
    Ok(picture)
}
