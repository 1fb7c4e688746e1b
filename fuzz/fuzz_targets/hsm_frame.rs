//! libFuzzer's driver of the target `hsm_frame`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| curbside_fuzz::targets::yubihsm2::frame(data));
