//! libFuzzer's driver of the target `line_tool_template`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| curbside_fuzz::targets::line::tool_template(data));
