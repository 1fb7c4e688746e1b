//! libFuzzer's driver of the target `hsm_object_record`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| curbside_fuzz::targets::yubihsm2::object_record(data));
