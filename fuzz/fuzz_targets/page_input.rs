//! libFuzzer's driver of the target `page_input`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| curbside_fuzz::targets::page::page_input(data));
