//! libFuzzer's driver of the target `line_serial_list`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| curbside_fuzz::targets::line::serial_list(data));
