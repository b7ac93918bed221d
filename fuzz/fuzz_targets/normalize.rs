//! Any bytes parse, render and explain without a panic, and the text is kept.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "normalize_body.rs"]
mod body;

fuzz_target!(|data: &[u8]| body::run(data));
