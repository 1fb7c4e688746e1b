//! libFuzzer's driver of the target `line_job`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| curbside_fuzz::targets::line::job(data));
