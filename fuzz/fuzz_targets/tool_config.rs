//! libFuzzer's driver of the target `tool_config`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| curbside_fuzz::targets::page::tool_config(data));
