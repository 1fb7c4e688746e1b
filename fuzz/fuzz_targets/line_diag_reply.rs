//! libFuzzer's driver of the target `line_diag_reply`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| curbside_fuzz::targets::line::diag_reply(data));
