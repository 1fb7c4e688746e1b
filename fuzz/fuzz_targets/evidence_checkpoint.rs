//! libFuzzer's driver of the target `evidence_checkpoint`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| curbside_fuzz::targets::evidence::checkpoint(data));
