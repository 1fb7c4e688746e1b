//! `sid_signing_tool …`: one device signed by an HSM.
//!
//! The same options, messages, JSON, flat text and control log. Everything that can fail is tried before the HSM is asked,
//! and what is written is verified, complete and on the disk before it has a name. The public tool believes whatever root
//! the HSM holds; so does this, and says so where it is not Amazon's.

mod access;
mod command_line;
mod keys;
mod rules;

use std::{ffi::OsString, process::ExitCode};

use sidewalk::{Apid, Smsn, SmsnInput, Stage};
use signer::{SigningOutput, SigningRequest};

use self::command_line::{CommandLine, Understood};
use crate::{
    commands::app_server_key_of_profile, compat::tool_error, exit::Exit, failure::Failure,
    files::Existing, signing_output::Handover, terminal,
};

/// The version whose place this takes.
const VERSION: &str = "1.2.0";

/// How a run ended short of its goal.
enum Ended {
    /// As the public tool ends: its own words, exit code 1, and what it keeps to itself.
    Tool { message: String, hint: Option<String> },
    /// As it does not: with a traceback, or not at all.
    Ours(Failure),
}

impl Ended {
    fn tool(message: impl Into<String>) -> Self {
        Self::Tool { message: message.into(), hint: None }
    }
}

impl<F: Into<Failure>> From<F> for Ended {
    fn from(failure: F) -> Self {
        Self::Ours(failure.into())
    }
}

pub(super) fn run(name: &str, args: Vec<OsString>) -> Result<ExitCode, Failure> {
    let command_line = match CommandLine::parse(name, &args)? {
        Understood::Help(text) => {
            terminal::print(&text)?;
            return Ok(ExitCode::SUCCESS);
        }
        Understood::Version => {
            terminal::print(&format!("{VERSION}\n"))?;
            return Ok(ExitCode::SUCCESS);
        }
        Understood::Run(command_line) => command_line,
    };
    match sign(&command_line) {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(Ended::Ours(failure)) => Err(failure),
        Err(Ended::Tool { message, hint: None }) => Ok(tool_error(&message)),
        Err(Ended::Tool { message, hint: Some(hint) }) => {
            Ok(tool_error(&format!("{message}\nhint: {hint}")))
        }
    }
}

fn sign(command_line: &CommandLine) -> Result<(), Ended> {
    rules::check(command_line)?;
    warn_about_secrets(command_line);
    let app_server_key =
        command_line.device_profile.as_deref().map(app_server_key_of_profile).transpose()?;
    let stage = stage(command_line)?;
    let apid = apid(command_line)?;
    let smsn = generated_smsn(command_line, stage)?;
    let request = keys::request(command_line, smsn)?;
    tell_old_order(&request);
    let handover = Handover {
        form: command_line.form,
        output: command_line.output_file()?,
        existing: Existing::Replace,
        control_log_dir: command_line.control_log_dir().map(ToOwned::to_owned),
    };
    handover.check()?;
    let signer = access::open(command_line, stage)?;
    let device = signer.sign(request).map_err(access::explain_signing)?;
    if command_line.verbose > 0 {
        let hsm = device.hsm_serial().unwrap_or_default();
        let (smsn, product) = (device.smsn(), &command_line.product);
        terminal::note(&format!("note: HSM {hsm:010} signed {smsn} for {product}"));
    }
    let output = SigningOutput { device, stage, apid, app_server_key };
    if let Some(path) = handover.hand_over(&output)? {
        terminal::print(&format!("CONTROL_LOG: {}\n", path.display()))?;
    }
    Ok(())
}

fn warn_about_secrets(command_line: &CommandLine) {
    terminal::note(
        "warning: --pin stands on the command line, where every user of this machine can read it; `curbside sign` \
         takes --pin-file",
    );
    if command_line.ed25519_private_key.is_some() || command_line.p256r1_private_key.is_some() {
        terminal::note(
            "warning: a private key stands on the command line, where every user of this machine can read it; name \
             its PEM file instead",
        );
    }
}

/// The stage that the tag tells; with --test_cert a tag that tells none is of the test stage.
fn stage(command_line: &CommandLine) -> Result<Stage, Ended> {
    let product = &command_line.product;
    let told = Stage::of_product_tag(product);
    told.or(command_line.test_cert.then_some(Stage::Test)).ok_or_else(|| {
        Ended::tool(format!("Unable to determine the stage from the product tag {product}."))
    })
}

fn apid(command_line: &CommandLine) -> Result<Option<Apid>, Ended> {
    // To the public tool an empty text is no APID.
    let text = command_line.apid.as_ref().filter(|text| !text.is_empty());
    let apid = text.map(|text| text.parse()).transpose();
    apid.map_err(|error| {
        Failure::new(Exit::Malformed, format!("argument -a/--apid: {error}")).into()
    })
}

fn generated_smsn(command_line: &CommandLine, stage: Stage) -> Result<Option<Smsn>, Ended> {
    if !command_line.generate_smsn {
        return Ok(None);
    }
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let (device_type, dsn, apid) =
        (text(&command_line.device_type), text(&command_line.dsn), text(&command_line.apid));
    let input =
        SmsnInput { stage, device_type: &device_type, dsn: &dsn, apid: &apid, board_id: None };
    let smsn = Smsn::derive(&input).map_err(|error| {
        Failure::new(Exit::Malformed, format!("no SMSN can be generated: {error}"))
    })?;
    Ok(Some(smsn))
}

fn tell_old_order(request: &SigningRequest) {
    for curve in request.curves_in_old_order() {
        terminal::note(&format!(
            "note: the {curve} request has the number before the key, as an older device library wrote it"
        ));
    }
}
