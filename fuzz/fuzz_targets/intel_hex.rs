//! libFuzzer's driver of the target `intel_hex`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| curbside_fuzz::targets::page::intel_hex(data));
