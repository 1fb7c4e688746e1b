//! libFuzzer's driver of the target `device_diagnostics`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| curbside_fuzz::targets::device::diagnostics(data));
