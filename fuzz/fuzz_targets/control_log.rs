//! libFuzzer's driver of the target `control_log`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| curbside_fuzz::targets::control_log::control_log(data));
