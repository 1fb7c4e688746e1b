//! libFuzzer's driver of the target `hsm_audit_log`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| curbside_fuzz::targets::yubihsm2::audit_log(data));
