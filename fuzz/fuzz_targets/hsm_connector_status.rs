//! libFuzzer's driver of the target `hsm_connector_status`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| curbside_fuzz::targets::yubihsm2::connector_status(data));
