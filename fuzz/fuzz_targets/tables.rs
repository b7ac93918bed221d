//! Any glyphs and rules give sound tables, and no character is lost.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "tables_body.rs"]
mod body;
mod sound;

fuzz_target!(|data: &[u8]| body::run(data));
