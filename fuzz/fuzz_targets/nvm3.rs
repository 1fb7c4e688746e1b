//! libFuzzer's driver of the target `nvm3`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| curbside_fuzz::targets::page::nvm3(data));
