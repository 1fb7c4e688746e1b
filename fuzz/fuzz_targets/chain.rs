//! libFuzzer's driver of the target `chain`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| curbside_fuzz::targets::sidewalk::chain(data));
