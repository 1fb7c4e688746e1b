//! libFuzzer's driver of the target `line_label_template`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| curbside_fuzz::targets::line::label_template(data));
