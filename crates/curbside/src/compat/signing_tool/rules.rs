//! Which options may stand together, in the public tool's order and words.

use sidewalk::Smsn;

use super::{Ended, command_line::CommandLine};

/// The only version of control logs that the public tool writes.
const CONTROL_LOG_VERSION: &str = control_log::VERSION;

pub(super) fn check(command_line: &CommandLine) -> Result<(), Ended> {
    if command_line.generate_smsn {
        if command_line.smsn_len != Smsn::LEN_BYTES as u64 {
            return Err(Ended::tool("smsn_len not valid when generating smsn"));
        }
        let parts = [&command_line.device_type, &command_line.dsn, &command_line.apid];
        if parts.into_iter().any(Option::is_none) {
            return Err(Ended::tool("needs device_type, dsn, and apid when generating smsn"));
        }
    }
    check_control_log(command_line)?;
    if command_line.tls.client_cert.is_some() != command_line.tls.client_key.is_some() {
        return Err(Ended::tool("Both of clent cert and key should be provided"));
    }
    check_keys(command_line)
}

fn check_control_log(command_line: &CommandLine) -> Result<(), Ended> {
    let Some(directory) = command_line.control_log_dir() else { return Ok(()) };
    if !directory.is_dir() {
        return Err(Ended::tool(format!("{} doesn't exist", directory.display())));
    }
    let version = &command_line.control_log_ver;
    if version != CONTROL_LOG_VERSION {
        return Err(Ended::tool(format!("Unsupported control log version {version}")));
    }
    if command_line.apid.is_none() {
        return Err(Ended::tool("APID need to be availabe to generate control logs"));
    }
    Ok(())
}

fn check_keys(command_line: &CommandLine) -> Result<(), Ended> {
    let CommandLine {
        eddsa_csr,
        ecdsa_csr,
        ed25519_private_key,
        ed25519_private_key_file,
        p256r1_private_key,
        p256r1_private_key_file,
        ..
    } = command_line;
    if ed25519_private_key.is_some() && ed25519_private_key_file.is_some() {
        return Err(Ended::tool("Both ed25519_private_key_file and ed25519_private_key provided"));
    }
    if p256r1_private_key.is_some() && p256r1_private_key_file.is_some() {
        return Err(Ended::tool("Both p256r1_private_key_file and p256r1_private_key provided"));
    }
    if eddsa_csr.is_none() && ed25519_private_key_file.is_none() {
        return Err(Ended::tool(
            "Public key for eddsa should be provided --eddsa_csr or --ed25519_private_key_file",
        ));
    }
    if ecdsa_csr.is_none() && p256r1_private_key_file.is_none() {
        return Err(Ended::tool(
            "Public key for ecdsa should be provided --ecdsa_csr or --p256r1_private_key_file",
        ));
    }
    if eddsa_csr.is_some() != ecdsa_csr.is_some() {
        return Err(Ended::tool("Both of CSRs should be provided"));
    }
    if eddsa_csr.is_none() && !command_line.generate_smsn {
        return Err(Ended::tool("Need --generate_smsn as no CSR is provided"));
    }
    Ok(())
}
