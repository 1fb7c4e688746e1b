//! libFuzzer's driver of the target `merge`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| curbside_fuzz::targets::page::merge(data));
