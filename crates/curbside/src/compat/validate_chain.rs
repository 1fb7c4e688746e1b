//! `validate_chain.py CERT_CHAIN_IN_BASE64`: lists a chain's certificates and says whether it is consistent.
//!
//! Like the public tool it takes the root that the chain brings. A chain that passes is therefore whole, not
//! genuine; where its root is not Amazon's, a note on stderr says so.

use std::{ffi::OsString, fmt::Write, process::ExitCode};

use sidewalk::{Chain, ChainText, Curve, TrustAnchor, TrustAnchors, Verifier};

use crate::{compat::tool_error, exit::Exit, failure::Failure, terminal};

pub(super) fn run(name: &str, args: Vec<OsString>) -> Result<ExitCode, Failure> {
    let [text] = &args[..] else {
        return Ok(tool_error(&format!("Usage: {name} CERT_CHAIN_IN_BASE64")));
    };
    let chain = ChainText::parse(text.as_encoded_bytes()).map_err(|error| {
        Failure::new(Exit::Malformed, format!("failed to read the chain: {error}"))
            .hint(error.hint())
    })?;
    terminal::print(&listing(&chain))?;

    let own_root = TrustAnchor::of(&chain);
    let is_amazon = TrustAnchors::amazon().trusts(&chain.root());
    let curve = curve_name(chain.curve());
    Verifier::new(TrustAnchors::new([own_root])).verify(chain).map_err(|error| {
        Failure::new(
            Exit::NotGenuine,
            format!("the certificate chain of {curve} is not valid: {error}"),
        )
        .hint(error.hint())
    })?;
    terminal::print(&format!("Pass: the certificate chain of {curve} is valid\n"))?;
    if !is_amazon {
        terminal::note(&format!(
            "note: the chain ends at a root of its own, not at Amazon's: {own_root}"
        ));
    }
    Ok(ExitCode::SUCCESS)
}

fn listing(chain: &Chain) -> String {
    let mut text = String::new();
    for (index, certificate) in chain.certificates().enumerate() {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "[{index}] {}:", certificate.level());
        let _ = writeln!(text, "  Serial   : {}", hex::encode(certificate.subject()));
        let _ = writeln!(text, "  Pubk     : {}", hex::encode(certificate.public_key_bytes()));
        let _ = writeln!(text, "  Signature: {}", hex::encode(certificate.signature_bytes()));
    }
    text
}

/// As the public tools name curves.
fn curve_name(curve: Curve) -> &'static str {
    match curve {
        Curve::Ed25519 => "ED25519",
        Curve::P256r1 => "P256R1",
    }
}
