//! What a signing server remembers: devices begun and finished, and a large evidence log.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use evidence::{leaf_hash, proof};
use hsm::{DeviceRequest, DeviceSignatures};
use sidewalk::{Curve, PublicKey, Signature, Smsn};
use signer::service::RequestId;
use signing_server::store::{
    Begin, Begun, Finish, PackageTerms, PostgresStore, SqliteStore, Store, measure,
};
use tokio::runtime::Runtime;

use crate::{
    Fallible,
    bench::{
        edge::now,
        postgres::Postgres,
        report::{Report, Section, Whose},
    },
};

/// Callers at once: the lines of a large factory.
const CALLERS: u64 = 64;

/// For how long they ask.
const TIME: Duration = Duration::from_secs(5);

/// What the service promises, in devices a second.
const DEVICES_PER_SECOND: f64 = 1500.0;

/// How many entries the log has; all that is promised takes minutes and eight gigabytes.
const ENTRIES: u64 = 1_000_000;
const ENTRIES_LONG: u64 = 10_000_000;

/// Entries in a transaction: the most that a server makes.
const GROUP: u64 = 512;
const GROUPS: u64 = 200;

const PROOFS: u64 = 1000;

/// Scatters the proofs over the log (Knuth's multiplier is prime).
const SCATTER: u64 = 2_654_435_761;

pub(super) fn measure(report: &mut Report, scratch: &Path, is_long: bool) -> Fallible<()> {
    let directory = scratch.join("store");
    std::fs::create_dir_all(&directory)?;
    let flushes = flushes_per_second(&directory.join("flushed"))?;
    devices(report, &directory, flushes)?;
    let entries = if is_long { ENTRIES_LONG } else { ENTRIES };
    evidence_log(report, &directory.join("evidence.db"), entries, flushes)?;
    if !is_long {
        report.skip(format!("an evidence log of {ENTRIES_LONG} entries: --long"));
    }
    std::fs::remove_dir_all(&directory)?;
    Ok(())
}

fn devices(report: &mut Report, directory: &Path, flushes: f64) -> Fallible<()> {
    let work = format!("Begin, pay for and finish devices, {CALLERS} callers");
    let mut section = Section::new(work, "devices/s");
    let store = SqliteStore::open(&directory.join("store.db"), "bench", clock)?;
    let sqlite = devices_per_second(&store)?;
    store.close();
    section.figure(Whose::Ours, "SQLite", sqlite);
    section.ratio("SQLite, devices/s", sqlite, Some(DEVICES_PER_SECOND));
    match Postgres::start()? {
        Some(server) => {
            let store = PostgresStore::open(&server.url(), "bench", None)?;
            let rate = devices_per_second(&store)?;
            store.close();
            section.figure(Whose::Ours, "PostgreSQL", rate);
            section.ratio("PostgreSQL, devices/s", rate, Some(DEVICES_PER_SECOND));
        }
        None => report.skip("the store in PostgreSQL: its Debian package is not installed"),
    }
    // A device is flushed twice: before an HSM is asked, and with its outcome.
    let limit = flushes * CALLERS as f64 / 2.0;
    section.figure(Whose::Limit, "flushes of the disk, each for all callers", limit);
    report.sections.push(section);
    Ok(())
}

/// How many devices callers begin and finish.
fn devices_per_second(store: &Store) -> Fallible<f64> {
    let runtime = Runtime::new()?;
    let terms = PackageTerms { id: "p".to_owned(), digest: [0; 32], count: 1 << 40 };
    if let Err(refusal) = runtime.block_on(store.bring_in(terms))? {
        return Err(refusal.message.into());
    }
    let start = Instant::now();
    let callers: Vec<_> = (0..CALLERS)
        .map(|caller| {
            let store = store.clone();
            runtime.spawn(async move {
                let mut made = 0_u64;
                while start.elapsed() < TIME {
                    one(&store, caller << 32 | made).await?;
                    made += 1;
                }
                Ok::<u64, String>(made)
            })
        })
        .collect();
    let mut made = 0;
    for caller in callers {
        made += runtime.block_on(caller)??;
    }
    Ok(made as f64 / start.elapsed().as_secs_f64())
}

async fn one(store: &Store, number: u64) -> Result<(), String> {
    let text = |fault: signing_server::store::StoreFault| fault.to_string();
    match store.begin(begin(number).ok_or("no device")?).await.map_err(text)? {
        Begun::Sign(ticket) => {
            let signature = Signature::from_bytes([1; 64]);
            let signatures =
                DeviceSignatures { ed25519: signature, p256r1: signature, hsm_serial: 1 };
            store.finish(Finish { ticket, signatures }).await.map_err(text)?;
            Ok(())
        }
        other => Err(format!("device {number}: {other:?}")),
    }
}

fn begin(number: u64) -> Option<Begin> {
    // As scattered as real numbers are, which are hashes.
    let bytes = *leaf_hash(&number.to_be_bytes()).as_bytes();
    let p256r1 = [bytes, bytes].concat();
    let [id, _] = bytes.as_chunks().0 else { return None };
    Some(Begin {
        request_id: RequestId::from_bytes(*id),
        product: "sensor".to_owned(),
        package: Some("p".to_owned()),
        is_rework: false,
        device: DeviceRequest::new(
            Smsn::from_bytes(bytes),
            PublicKey::from_bytes(Curve::Ed25519, &bytes)?,
            PublicKey::from_bytes(Curve::P256r1, &p256r1)?,
        )
        .ok()?,
        line: "line-1".to_owned(),
        client: [0; 32],
    })
}

fn evidence_log(report: &mut Report, path: &Path, entries: u64, flushes: f64) -> Fallible<()> {
    eprintln!("filling an evidence log with {entries} entries");
    measure::fill(path, entries)?;
    let start = Instant::now();
    measure::append(path, GROUPS, GROUP)?;
    let append_us = start.elapsed().as_secs_f64() * 1e6 / (GROUPS * GROUP) as f64;

    let store = SqliteStore::open(path, "bench", clock)?;
    let runtime = Runtime::new()?;
    let log = runtime.block_on(store.checkpoint("bench"))?;
    let mut times = Vec::new();
    for number in 0..PROOFS {
        let index = number * SCATTER % entries;
        let start = Instant::now();
        let proof = runtime.block_on(store.inclusion(index, log.size))?.ok_or("no proof")?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
        let entry = leaf_hash(&measure::bytes(index)?);
        proof::verify_inclusion(&entry, index, log.size, &proof, &log.root)?;
    }
    store.close();
    times.sort_by(f64::total_cmp);
    let last = times.len() - 1;

    let entry = measure::bytes(1)?;
    let start = Instant::now();
    for _ in 0..100_000 {
        std::hint::black_box(leaf_hash(std::hint::black_box(&entry)));
    }
    let hash_us = start.elapsed().as_secs_f64() * 10.0;
    let flush_us = 1e6 / flushes / GROUP as f64;

    let work =
        format!("Append to an evidence log of {entries} entries, {GROUP} made durable at once");
    let mut section = Section::new(work, "entries/s");
    section.figure(Whose::Ours, "SQLite", 1e6 / append_us);
    section.figure(
        Whose::Limit,
        "one flush for each group, one hash for each entry",
        1e6 / (flush_us + hash_us),
    );
    section.bound("append in µs", append_us, 50.0);
    section.ratio("of that, one flush for each group, in µs", flush_us, None);
    section.ratio("of that, the entry's SHA-256, in µs", hash_us, None);
    section.ratio("proof, p50 in ms", times[last / 2], None);
    section.bound("proof, p99 in ms", times[last * 99 / 100], 5.0);
    section.ratio("proof, worst in ms", times[last], None);
    report.sections.push(section);
    Ok(())
}

/// How often the disk confirms a page that was written.
fn flushes_per_second(path: &Path) -> Fallible<f64> {
    use std::os::unix::fs::FileExt as _;
    let file = std::fs::File::create(path)?;
    let start = Instant::now();
    let mut count = 0;
    while start.elapsed() < Duration::from_secs(2) {
        file.write_all_at(&[1; 4096], count % 1024 * 4096)?;
        file.sync_data()?;
        count += 1;
    }
    Ok(count as f64 / start.elapsed().as_secs_f64())
}

fn clock() -> u64 {
    u64::try_from(now().0).unwrap_or_default()
}
