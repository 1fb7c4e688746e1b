//! The metrics as Prometheus reads them. Names and labels are documented in `docs/operation.md`.

use hsm::{FleetStatistics, HsmHealth, HsmStatistics, PartyStatistics};
use metrics_text::{Exposition, Kind};
use mtls::front::FrontNumbers;

use crate::{
    desk::Desk,
    store::{Counts, PackageState},
};

/// The seconds of a day.
const DAY_S: i64 = 86_400;

/// All metrics.
pub(super) fn text(
    desk: &Desk,
    counts: &Counts,
    packages: &[PackageState],
    front: Option<&FrontNumbers>,
) -> String {
    let mut text = Exposition::default();
    calls(&mut text, desk);
    stored(&mut text, counts);
    products(&mut text, desk);
    quota(&mut text, desk, packages);
    if let Some(front) = front {
        connections(&mut text, front, desk.now_unix());
    }
    text.finish()
}

fn calls(text: &mut Exposition, desk: &Desk) {
    let counted = desk.metrics().counted();
    text.single(
        "curbside_signer_signed_total",
        Kind::Counter,
        "Devices signed by this process.",
        counted.signed,
    );
    text.single(
        "curbside_signer_repeated_total",
        Kind::Counter,
        "Calls that were given what had been given before.",
        counted.repeated,
    );
    let name = "curbside_signer_refused_total";
    text.metric(name, Kind::Counter, "Calls refused, by code.");
    for (code, n) in &counted.refused {
        text.sample(name, &[("code", code.name())], n);
    }
    let help = "From the call to the durable outcome of a device signed.";
    text.histogram("curbside_signer_sign_seconds", help, &counted.durations);
}

fn stored(text: &mut Exposition, counts: &Counts) {
    for (name, help, value) in [
        ("curbside_signer_issued", "Devices with an outcome in the database.", counts.issued),
        ("curbside_signer_pending", "Devices paid and not signed yet.", counts.pending),
        (
            "curbside_signer_attempts",
            "How often HSMs were asked, in the database.",
            counts.attempts,
        ),
        ("curbside_signer_evidence_entries", "Entries in the evidence log.", counts.evidence),
    ] {
        text.single(name, Kind::Gauge, help, value);
    }
}

/// A product's tag and what its fleet has done.
type TaggedFleet<'a> = (&'a str, FleetStatistics);

fn products(text: &mut Exposition, desk: &Desk) {
    let fleets: Vec<TaggedFleet<'_>> =
        desk.products().map(|product| (product.tag(), product.fleet().statistics())).collect();
    for (name, help, value) in PER_PRODUCT {
        text.metric(name, Kind::Gauge, help);
        for (tag, fleet) in &fleets {
            text.sample(name, &[("product", tag)], value(fleet));
        }
    }
    for (name, kind, help, value) in PER_HSM {
        text.metric(name, kind, help);
        for (tag, fleet) in &fleets {
            for hsm in &fleet.hsms {
                text.sample(name, &[("product", tag), ("hsm", &hsm.place)], value(hsm));
            }
        }
    }
    let name = "curbside_signer_hsm_sign_seconds";
    text.metric(name, Kind::Gauge, "How long a device is at an HSM, at most, by share of devices.");
    for (tag, fleet) in &fleets {
        for hsm in &fleet.hsms {
            for (quantile, time) in [("0.5", hsm.sign_p50), ("0.99", hsm.sign_p99)] {
                let labels = [("product", *tag), ("hsm", &hsm.place), ("quantile", quantile)];
                text.sample(name, &labels, time.as_secs_f64());
            }
        }
    }
    lines(text, &fleets);
}

/// Each line of each product. A fleet bounds how many it tells apart; those beyond are counted under no name.
fn lines(text: &mut Exposition, fleets: &[TaggedFleet<'_>]) {
    let per_line: [PerLine; 2] = [
        ("curbside_signer_line_signed_total", Kind::Counter, "Devices signed for a line.", |it| {
            it.signed
        }),
        ("curbside_signer_line_queued", Kind::Gauge, "Devices of a line that wait.", |it| {
            it.queued as u64
        }),
    ];
    for (name, kind, help, value) in per_line {
        text.metric(name, kind, help);
        for (tag, fleet) in fleets {
            for line in &fleet.parties {
                text.sample(name, &[("product", tag), ("line", &line.party)], value(line));
            }
        }
    }
}

fn quota(text: &mut Exposition, desk: &Desk, packages: &[PackageState]) {
    let name = "curbside_signer_quota_left";
    text.metric(name, Kind::Gauge, "Devices that a job package still pays for.");
    for package in packages {
        let left = package.terms.count.saturating_sub(package.used);
        text.sample(name, &[("package", &package.terms.id)], left);
    }
    let name = "curbside_signer_package_days";
    text.metric(name, Kind::Gauge, "Whole days until a job package ends.");
    let now = i64::try_from(desk.now_unix()).unwrap_or(i64::MAX);
    for (id, end) in desk.packages().ends_unix() {
        let left_s = i64::try_from(end).unwrap_or(i64::MAX).saturating_sub(now);
        text.sample(name, &[("package", &id)], left_s.div_euclid(DAY_S));
    }
}

fn connections(text: &mut Exposition, front: &FrontNumbers, now_unix: u64) {
    let name = "curbside_signer_certificate_days";
    text.metric(name, Kind::Gauge, "Whole days until a certificate expires.");
    text.sample(name, &[("certificate", "server")], front.expiry.server_days(now_unix));
    text.sample(name, &[("certificate", "authority")], front.expiry.ca_days(now_unix));
    let name = "curbside_signer_connections";
    text.single(name, Kind::Gauge, "Connections that are open.", front.connections);
    let name = "curbside_signer_front_refused_total";
    text.metric(name, Kind::Counter, "Peers and requests refused before the service, by reason.");
    for (reason, n) in &front.refused {
        text.sample(name, &[("reason", reason)], n);
    }
}

/// A metric that each product has: name, help and value.
type PerProduct = (&'static str, &'static str, fn(&FleetStatistics) -> f64);

const PER_PRODUCT: [PerProduct; 4] = [
    ("curbside_signer_queued", "Devices that wait for an HSM.", |fleet| fleet.queued as f64),
    ("curbside_signer_in_hand", "Devices at an HSM.", |fleet| fleet.in_hand as f64),
    (
        "curbside_signer_queue_wait_p99_seconds",
        "How long 99 of 100 devices waited at most.",
        |fleet| fleet.queue_wait_p99.as_secs_f64(),
    ),
    ("curbside_signer_hsms_devices_per_second", "What the HSMs that sign can do.", |fleet| {
        fleet.devices_per_second
    }),
];

/// A metric that each HSM has: name, kind, help and value.
type PerHsm = (&'static str, Kind, &'static str, fn(&HsmStatistics) -> u64);

const PER_HSM: [PerHsm; 3] = [
    ("curbside_signer_hsm_up", Kind::Gauge, "1 while an HSM signs.", |hsm| {
        u64::from(matches!(hsm.health, HsmHealth::Up { .. }))
    }),
    ("curbside_signer_hsm_sessions", Kind::Gauge, "Sessions open on an HSM.", |hsm| {
        match hsm.health {
            HsmHealth::Up { sessions }
            | HsmHealth::Draining { sessions }
            | HsmHealth::LogFull { sessions } => sessions as u64,
            HsmHealth::Down { .. } | HsmHealth::Drained => 0,
        }
    }),
    ("curbside_signer_hsm_signed_total", Kind::Counter, "Devices that an HSM signed.", |hsm| {
        hsm.signed
    }),
];

/// A metric that each line has: name, kind, help and value.
type PerLine = (&'static str, Kind, &'static str, fn(&PartyStatistics) -> u64);
