//! Killed at random instants, the software HSM has every object and every log entry that it acknowledged.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    net::SocketAddr,
    sync::mpsc::{self, Sender},
    thread,
    time::Duration,
};

use tempfile::tempdir;
use yubihsm2::{
    Algorithm, AuditMode, Capabilities, Command, CommandAudit, Domains, Label, LogEntry, LogTrust,
    NewObject, ObjectHandle, ObjectId, ObjectType, OptionTag, OptionValue,
    operation::{DeleteObject, GetOpaque, ListObjects, LogEntries, PutOpaque, SetOption},
};

use crate::{
    client::{Gone, Session},
    server::Server,
};

/// How many ids the client plays with: few enough that all objects fit the device at their largest.
const IDS: u64 = 60;

/// The largest object, in bytes.
const OBJECT_LEN_BYTES_MAX: u64 = 1500;

/// The longest that a server lives after its client has begun, in microseconds.
const LIFE_MICROSECONDS_MAX: u64 = 60_000;

#[test]
fn sixty_kills_lose_no_acknowledged_object_and_no_log_entry() {
    kill_again_and_again(60);
}

#[test]
#[ignore = "takes minutes"]
fn six_hundred_kills_lose_no_acknowledged_object_and_no_log_entry() {
    kill_again_and_again(600);
}

/// What the client knows to be on the device.
#[derive(Default)]
struct Known {
    objects: BTreeMap<u16, Vec<u8>>,
    /// What was asked and not answered.
    in_flight: Option<(u16, Vec<u8>)>,
    /// The log as it was read last.
    log: Vec<LogEntry>,
    /// How many logged commands were acknowledged since.
    logged: u16,
    acknowledged: u64,
}

fn kill_again_and_again(kills: u64) {
    let seed = u64::from(std::process::id());
    println!("seed {seed}");
    let mut draw = Draw(seed);
    let directory = tempdir().unwrap();
    let store = directory.path().join("hsm");
    let mut known = Known::default();
    for kill in 0..kills {
        let server = Server::start(&store, &[]);
        let address = server.address();
        let (begun, begins) = mpsc::channel();
        let client = thread::spawn(move || {
            let ended = live(address, &mut known, Draw(seed ^ kill), &begun);
            assert!(ended.is_err(), "it lives until the server is gone");
            known
        });
        // A client that failed its checks drops the sender; joining it tells why.
        let _failed = begins.recv();
        thread::sleep(Duration::from_micros(draw.below(LIFE_MICROSECONDS_MAX)));
        server.kill();
        known = client.join().unwrap();
    }
    let server = Server::start(&store, &[]);
    check(&mut Session::open(server.address()).unwrap(), &mut known).unwrap();
    println!("{kills} kills, {} changes acknowledged, none lost", known.acknowledged);
    assert!(known.acknowledged > kills, "the client must have had the time to do something");
}

/// Checks what is there, then changes it until the server dies.
fn live(
    address: SocketAddr,
    known: &mut Known,
    mut draw: Draw,
    begun: &Sender<()>,
) -> Result<(), Gone> {
    let mut session = Session::open(address)?;
    check(&mut session, known)?;
    let audits = [Command::PUT_OPAQUE, Command::DELETE_OBJECT]
        .map(|command| CommandAudit { command, mode: AuditMode::ON });
    let option = OptionValue::CommandAudit(audits.to_vec());
    session.call(&SetOption { tag: OptionTag::COMMAND_AUDIT, value: option.encode() })?;
    begun.send(()).unwrap();
    loop {
        let id = 1 + draw.below(IDS) as u16;
        let len = 1 + draw.below(OBJECT_LEN_BYTES_MAX);
        let data: Vec<u8> = (0..len).map(|_| draw.below(256) as u8).collect();
        known.in_flight = Some((id, data.clone()));
        // Only what is acknowledged counts as known.
        match known.objects.entry(id) {
            Entry::Occupied(there) => {
                session.call(&DeleteObject { object: opaque(id) })?;
                there.remove();
            }
            Entry::Vacant(place) => {
                session.call(&PutOpaque { object: new_object(id), data: data.clone() })?;
                place.insert(data);
            }
        }
        known.in_flight = None;
        known.logged += 1;
        known.acknowledged += 1;
        if draw.below(8) == 0 {
            read_log(&mut session, known)?;
        }
    }
}

/// Everything acknowledged is there, and nothing else but perhaps what was in flight.
fn check(session: &mut Session, known: &mut Known) -> Result<(), Gone> {
    let in_flight = known.in_flight.take();
    let mut found = BTreeMap::new();
    for entry in session.call(&ListObjects { filters: vec![] })? {
        if entry.object_type == ObjectType::OPAQUE {
            found.insert(entry.id.0, session.call(&GetOpaque { id: entry.id })?);
        }
    }
    if let Some((id, data)) = in_flight
        && found.contains_key(&id) != known.objects.contains_key(&id)
    {
        // It was done, and only its answer was lost.
        match known.objects.remove(&id) {
            Some(_deleted) => {}
            None => drop(known.objects.insert(id, data)),
        }
    }
    assert!(found == known.objects, "objects differ");
    read_log(session, known)
}

/// Entries that were seen are there unchanged, those acknowledged since have followed, and the chain holds.
fn read_log(session: &mut Session, known: &mut Known) -> Result<(), Gone> {
    let log = session.call(&LogEntries {})?.entries;
    for entry in &log {
        let seen = known.log.iter().find(|seen| seen.record.number == entry.record.number);
        assert!(seen.is_none_or(|seen| seen == entry), "entry {:?} has changed", entry.record);
    }
    let chain = log.first().map(|first| LogTrust::on_first_use(first).verify(&log));
    assert!(matches!(chain, Some(Ok(_))), "{chain:?}");
    if let (Some(before), Some(now)) = (known.log.last(), log.last()) {
        let followed = now.record.number.wrapping_sub(before.record.number);
        assert!(
            followed >= known.logged,
            "{} entries were acknowledged, {followed} are there",
            known.logged
        );
    }
    (known.log, known.logged) = (log, 0);
    Ok(())
}

fn opaque(id: u16) -> ObjectHandle {
    ObjectHandle { id: ObjectId(id), object_type: ObjectType::OPAQUE }
}

fn new_object(id: u16) -> NewObject {
    NewObject {
        id: ObjectId(id),
        label: Label::new("kill test").unwrap(),
        domains: Domains::ALL,
        capabilities: Capabilities::NONE,
        algorithm: Algorithm::OPAQUE_DATA,
    }
}

/// Numbers from a seed (Knuth's MMIX generator).
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}
