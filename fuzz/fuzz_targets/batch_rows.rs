//! libFuzzer's driver of the target `batch_rows`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| curbside_fuzz::targets::signer::batch_rows(data));
