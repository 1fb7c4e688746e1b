//! libFuzzer's driver of the target `hsm_device`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| curbside_fuzz::targets::soft_hsm::device(data));
