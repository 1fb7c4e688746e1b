//! libFuzzer's driver of the target `evidence_entry`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| curbside_fuzz::targets::evidence::entry(data));
