//! Any bytes read as a text without a panic, and every character is accounted for.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "text_body.rs"]
mod body;
mod sound;

fuzz_target!(|data: &[u8]| body::run(data));
