//! libFuzzer's driver of the target `evidence_proof`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| curbside_fuzz::targets::evidence::proof(data));
