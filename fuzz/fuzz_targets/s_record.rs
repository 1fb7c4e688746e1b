//! libFuzzer's driver of the target `s_record`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| curbside_fuzz::targets::page::s_record(data));
