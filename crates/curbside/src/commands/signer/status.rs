//! `curbside signer status`.

use clap::Args;
use signer::service::{ServerLook, ServerUrl};

use crate::{exit::Exit, failure::Failure, hsm_access::TlsArgs, terminal};

/// Show a signing server's products, HSMs, quota and counts
#[derive(Args, Debug)]
#[command(after_help = "Example:
  curbside signer status https://signer.plant:8082 --ca-cert ca.pem --client-cert client.pem --client-key client.key")]
pub(crate) struct StatusArgs {
    /// The server
    #[arg(value_name = "URL")]
    server: ServerUrl,
    #[command(flatten)]
    tls: TlsArgs,
    /// Print JSON instead of text
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &StatusArgs) -> Result<(), Failure> {
    let bytes = ServerLook::open(&args.server, &args.tls.client()?)?.get("/v1/status")?;
    let status: serde_json::Value = serde_json::from_slice(&bytes).map_err(|error| {
        Failure::new(Exit::Malformed, format!("failed to read the status: {error}"))
    })?;
    if args.json {
        return terminal::print_json(&status);
    }
    terminal::print(&table(&status))
}

/// The status in lines: what a person at the server looks for first stands first.
fn table(status: &serde_json::Value) -> String {
    let text = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => text.clone(),
        value => value.to_string(),
    };
    let mut lines = vec![format!(
        "{} (version {}), database {}",
        text(&status["name"]),
        text(&status["version"]),
        text(&status["database"]),
    )];
    lines.push(format!(
        "issued {}, evidence entries {}, pending {}, HSMs asked {}",
        status["issued"], status["evidence"], status["pending"], status["attempts"],
    ));
    let list = |key: &str| status[key].as_array().cloned().unwrap_or_default();
    for product in list("products") {
        lines.push(format!(
            "product {}: {} of {} HSMs sign, {} devices wait, a new one about {} ms",
            text(&product["tag"]),
            product["hsms_up"],
            product["hsms"],
            product["queued"],
            product["wait_estimate_ms"],
        ));
    }
    for package in list("packages") {
        lines.push(format!(
            "package {}: {} of {} used",
            text(&package["id"]),
            package["used"],
            package["count"],
        ));
    }
    lines.join("\n") + "\n"
}
