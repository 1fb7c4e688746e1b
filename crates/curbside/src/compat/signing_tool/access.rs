//! To the HSM, and what to say when there is no way.

use std::sync::Arc;

use hsm::{
    DiscoveryError, Endpoint, Fleet, FleetError, FleetMembers, FleetOptions, ProductTag, Selection,
    SessionError,
};
use sidewalk::{ChainForm, Curve, Stage, TrustAnchor, TrustAnchors, Verifier, VerifyError};
use signer::{SignError, Signer};

use super::{Ended, command_line::CommandLine};
use crate::{exit::Exit, failure::Failure, pin, terminal};

/// Connects, and believes the roots that the HSM holds.
pub(super) fn open(command_line: &CommandLine, stage: Stage) -> Result<Signer<Fleet>, Ended> {
    let tag: ProductTag = command_line.product.parse()?;
    // To the public tool 0 is no slot.
    let pin_slot = command_line.pin_slot.filter(|slot| *slot != 0);
    let selection = Selection::said(tag, Some(stage), pin_slot)?;
    let tls = command_line.tls.client()?;
    let mut members = FleetMembers {
        endpoints: vec![Endpoint::parse(&command_line.connector, &tls)?],
        credentials: pin::pin(&command_line.pin)?.into(),
        selection,
        verifier: Arc::new(Verifier::new(TrustAnchors::amazon())),
    };
    let mut roots: Vec<TrustAnchor> = TrustAnchors::amazon().iter().cloned().collect();
    // Each curve may show one root more.
    for _ in Curve::ALL {
        match Fleet::open(members.clone(), options()) {
            Err(FleetError::Hsm {
                fault: DiscoveryError::NotGenuine(VerifyError::UntrustedRoot { root }),
                ..
            }) => {
                terminal::note(&format!(
                    "note: the HSM's chain ends at a root of its own, not at Amazon's: {root}"
                ));
                roots.push(*root);
                members.verifier = Arc::new(Verifier::new(TrustAnchors::new(roots.clone())));
            }
            opened => return with_fleet(command_line, opened, roots),
        }
    }
    with_fleet(command_line, Fleet::open(members, options()), roots)
}

/// What the public tool says when a device was not signed.
pub(super) fn explain_signing(error: SignError<hsm::SignError>) -> Ended {
    match error {
        SignError::NotSigned(hsm::SignError::Hsm(error)) => explain(*error),
        SignError::NotSigned(hsm::SignError::TimedOut { last: Some(error), .. }) => explain(*error),
        error => error.into(),
    }
}

fn with_fleet(
    command_line: &CommandLine,
    opened: Result<Fleet, FleetError>,
    roots: Vec<TrustAnchor>,
) -> Result<Signer<Fleet>, Ended> {
    let fleet = opened.map_err(explain)?;
    let is_short = fleet.authority().form() == ChainForm::Short;
    if is_short && command_line.control_log_dir().is_some() {
        let message = "this HSM has chains of four certificates, which control logs do not carry";
        return Err(Failure::new(Exit::Unsupported, message)
            .hint("leave --control_log_dir out".to_owned())
            .into());
    }
    Ok(Signer::new(fleet, Verifier::new(TrustAnchors::new(roots))))
}

/// One device needs one session.
fn options() -> FleetOptions {
    FleetOptions { sessions_per_hsm: 1, ..FleetOptions::default() }
}

/// The public tool's words where it has some.
fn explain(error: FleetError) -> Ended {
    let hint = error.hint();
    match error {
        FleetError::Hsm {
            fault: DiscoveryError::Session(SessionError::Transport(error)), ..
        } => Ended::Tool { message: format!("HSM connector error: failed to {error}"), hint },
        FleetError::Hsm {
            fault: DiscoveryError::Session(SessionError::WrongCredentials { .. }),
            ..
        } => Ended::Tool { message: "PIN of the HSM may be wrong".to_owned(), hint },
        FleetError::Hsm { fault: DiscoveryError::NeedsNewerTool { needed, .. }, .. } => {
            let message = format!("The HSM needs signing tools newer than {needed} to work");
            Ended::Tool { message, hint }
        }
        error => error.into(),
    }
}
