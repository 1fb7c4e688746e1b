//! libFuzzer's driver of the target `trust`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| curbside_fuzz::targets::sidewalk::trust(data));
