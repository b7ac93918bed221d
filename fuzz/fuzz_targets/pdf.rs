//! Any bytes read as a PDF without a panic, and the tables that come out are sound.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "pdf_body.rs"]
mod body;
mod sound;

fuzz_target!(|data: &[u8]| body::run(data));
