//! libFuzzer's driver of the target `client_certificate`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| curbside_fuzz::targets::mtls::client_certificate(data));
