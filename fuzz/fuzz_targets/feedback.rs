//! libFuzzer's driver of the target `feedback`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| curbside_fuzz::targets::control_log::feedback(data));
