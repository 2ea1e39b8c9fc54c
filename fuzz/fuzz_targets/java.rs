#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ssot_fuzz::java(bytes));
