//! libFuzzer's driver of the target `signer_service_binary`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| curbside_fuzz::targets::signer::service_binary(data));
