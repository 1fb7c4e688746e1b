//! `sid_provision PLATFORM INPUT …`: the manufacturing page of one device, as files for a programmer.
//!
//! Everything is read and encoded before the first file is written; each file is whole or absent. The public
//! tool verifies nothing, so neither is anything refused here that it takes, but what does not fit is said on
//! stderr.

mod application_key;
mod chip_address;
mod command_line;
mod commander;
mod config;
mod device;
mod output;
mod raw_values;
mod request;

use std::{ffi::OsString, process::ExitCode};

use page::{LayoutForm, PageVersion, Severity};
use sidewalk::{TrustAnchors, Verifier};

use self::{
    command_line::{CommandLine, Understood},
    device::{Device, Origin},
    request::Request,
};
use crate::{compat::TOOL_ERROR, failure::Failure, terminal};

pub(super) fn run(name: &str, args: Vec<OsString>) -> Result<ExitCode, Failure> {
    let command_line = match CommandLine::parse(name, &args)? {
        Understood::Help(text) => {
            terminal::print(&text)?;
            return Ok(ExitCode::SUCCESS);
        }
        Understood::Run(command_line) => command_line,
    };
    let request = Request::read(&command_line)?;
    let version = match request.layout.form() {
        LayoutForm::Fixed(_) => PageVersion::Fixed,
        _ => PageVersion::Tlv,
    };
    let device = match device::read(&request.input, version)? {
        Ok(device) => device,
        Err(missing) => {
            terminal::print(&format!("{missing}\n"))?;
            return Ok(ExitCode::from(TOOL_ERROR));
        }
    };
    terminal::print(&device.remarks)?;
    terminal::print(&raw_values::remarks(&device.page, &request))?;
    if request.dump_raw_values {
        terminal::print(&raw_values::dump(&device, &request))?;
    }
    terminal::print(&format!("Using chip config : ({})\n", request.chip_text()))?;
    warn(&request, &device);
    output::write(&request, &device.page)?;
    Ok(ExitCode::SUCCESS)
}

/// Says what is wrong with a page that is written all the same.
fn warn(request: &Request, device: &Device) {
    let Origin::Chains(input) = &device.origin else {
        terminal::note(
            "note: a black-box page has neither DAK nor SMSN; firmware of SDK 1.16 and later cannot register with it",
        );
        return;
    };
    let verifier = Verifier::new(TrustAnchors::amazon());
    if let Err(error) = (**input).clone().check(&verifier) {
        terminal::note(&format!("warning: {error}"));
        if let Some(hint) = error.hint() {
            terminal::note(&format!("hint: {hint}"));
        }
    }
    let site = request.chip.default_site();
    let findings = page::lint(&device.page, &request.layout, &site.dialect, site.region_len);
    for finding in findings.iter().filter(|finding| finding.severity() > Severity::Note) {
        terminal::note(&format!("warning: {}", finding.text));
    }
}
