//! The application server's public key behind `--app_srv_pub`: a file of 32 bytes, or 64 hex digits.

use std::{ffi::OsStr, path::Path};

use crate::{compat::provision::command_line::CommandLine, failure::Failure};

const LEN_BYTES: usize = 32;

const OPTION: &str = "--app_srv_pub";

pub(super) fn read(command_line: &CommandLine, value: &OsStr) -> Result<[u8; LEN_BYTES], Failure> {
    let path = Path::new(value);
    let bytes = if path.is_file() {
        durable::read_bounded(path, LEN_BYTES as u64)
            .map_err(|error| command_line.bad_value(OPTION, &error.to_string()))?
    } else {
        let digits =
            value.to_str().filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()));
        digits.and_then(|digits| hex::decode(digits).ok()).ok_or_else(|| {
            let value = value.display();
            command_line.bad_value(OPTION, &format!("'{value}' is neither a file nor hexadecimal"))
        })?
    };
    bytes.try_into().map_err(|bytes: Vec<u8>| {
        let found = bytes.len();
        command_line.bad_value(OPTION, &format!("{LEN_BYTES} bytes expected, found {found}"))
    })
}
