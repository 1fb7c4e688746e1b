//! The metrics as Prometheus reads them, text format 0.0.4.

use std::fmt::{Display, Write as _};

use hsm::{HsmHealth, HsmStatistics};

use crate::{
    desk::Desk,
    metrics::BOUNDS_MS,
    store::{Counts, PackageState},
};

/// A text under construction.
#[derive(Default)]
struct Text(String);

impl Text {
    fn metric(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a text cannot fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        self.0.push_str(name);
        for (at, (label, text)) in labels.iter().enumerate() {
            let text = text.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n");
            let _ = write!(self.0, "{}{label}=\"{text}\"", if at == 0 { '{' } else { ',' });
        }
        let _ = writeln!(self.0, "{} {value}", if labels.is_empty() { "" } else { "}" });
    }

    fn single(&mut self, name: &str, kind: &str, help: &str, value: impl Display) {
        self.metric(name, kind, help);
        self.sample(name, &[], value);
    }
}

/// All metrics. Names and labels are documented in `docs/signing-service.md`.
pub(super) fn metrics_text(
    desk: &Desk,
    counts: &Counts,
    packages: &[PackageState],
    expiry_days: Option<(i64, i64)>,
) -> String {
    let mut text = Text::default();
    let counted = desk.metrics().counted();
    let counter = "counter";
    text.single(
        "curbside_signer_signed_total",
        counter,
        "Devices signed by this process.",
        counted.signed,
    );
    text.single(
        "curbside_signer_repeated_total",
        counter,
        "Calls that were given what had been given before.",
        counted.repeated,
    );
    text.metric("curbside_signer_refused_total", counter, "Calls refused, by code.");
    for (code, n) in &counted.refused {
        text.sample("curbside_signer_refused_total", &[("code", code.name())], n);
    }
    let name = "curbside_signer_sign_seconds";
    text.metric(name, "histogram", "From the call to the durable outcome of a device signed.");
    let mut sum = 0;
    for (bound, n) in BOUNDS_MS.iter().zip(counted.durations) {
        sum += n;
        let bound = (*bound as f64 / 1000.0).to_string();
        text.sample("curbside_signer_sign_seconds_bucket", &[("le", &bound)], sum);
    }
    sum += counted.durations[BOUNDS_MS.len()];
    text.sample("curbside_signer_sign_seconds_bucket", &[("le", "+Inf")], sum);
    text.sample("curbside_signer_sign_seconds_sum", &[], counted.duration_sum_us as f64 / 1e6);
    text.sample("curbside_signer_sign_seconds_count", &[], sum);
    text.single(
        "curbside_signer_issued",
        "gauge",
        "Devices with an outcome in the database.",
        counts.issued,
    );
    text.single(
        "curbside_signer_pending",
        "gauge",
        "Devices paid and not signed yet.",
        counts.pending,
    );
    text.single(
        "curbside_signer_attempts",
        "gauge",
        "How often HSMs were asked, in the database.",
        counts.attempts,
    );
    text.single(
        "curbside_signer_evidence_entries",
        "gauge",
        "Entries in the evidence log.",
        counts.evidence,
    );
    products(&mut text, desk);
    text.metric(
        "curbside_signer_quota_left",
        "gauge",
        "Devices that a job package still pays for.",
    );
    for package in packages {
        let left = package.terms.count.saturating_sub(package.used);
        text.sample("curbside_signer_quota_left", &[("package", &package.terms.id)], left);
    }
    if let Some((server, authority)) = expiry_days {
        text.metric(
            "curbside_signer_certificate_days",
            "gauge",
            "Days until a certificate expires.",
        );
        text.sample("curbside_signer_certificate_days", &[("certificate", "server")], server);
        text.sample("curbside_signer_certificate_days", &[("certificate", "authority")], authority);
    }
    text.0
}

fn products(text: &mut Text, desk: &Desk) {
    let fleets: Vec<_> =
        desk.products().map(|product| (product.tag(), product.fleet().statistics())).collect();
    text.metric("curbside_signer_queued", "gauge", "Devices that wait for an HSM.");
    for (tag, fleet) in &fleets {
        text.sample("curbside_signer_queued", &[("product", tag)], fleet.queued);
    }
    let per_hsm: [PerHsm; 3] = [
        ("curbside_signer_hsm_up", "gauge", "1 while an HSM signs.", |hsm| {
            u64::from(matches!(hsm.health, HsmHealth::Up { .. }))
        }),
        ("curbside_signer_hsm_sessions", "gauge", "Sessions open on an HSM.", |hsm| {
            match hsm.health {
                HsmHealth::Up { sessions } => sessions as u64,
                _ => 0,
            }
        }),
        ("curbside_signer_hsm_signed_total", "counter", "Devices that an HSM signed.", |hsm| {
            hsm.signed
        }),
    ];
    for (name, kind, help, value) in per_hsm {
        text.metric(name, kind, help);
        for (tag, fleet) in &fleets {
            for hsm in &fleet.hsms {
                text.sample(name, &[("product", tag), ("hsm", &hsm.place)], value(hsm));
            }
        }
    }
}

/// A metric that each HSM has: name, kind, help and value.
type PerHsm = (&'static str, &'static str, &'static str, fn(&HsmStatistics) -> u64);
