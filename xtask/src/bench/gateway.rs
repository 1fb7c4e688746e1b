//! The gateway beside the real nginx: the same certificates, the same connector, the same clients, in turns.

use std::{
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use crate::{
    Fallible,
    bench::{
        gateway::{
            attack::Attack,
            client::{Client, Place},
            guard::Guard,
        },
        report::{MEBIBYTE, Report, Section, Whose},
        rounds::Rounds,
        soft_hsm::SoftHsm,
    },
    command::output,
    peers::install_program,
    repository::Repository,
};

mod attack;
mod client;
mod guard;

/// Clients that ask as fast as they can.
const CALLERS: usize = 16;

/// How long each measurement takes.
const WINDOW: Duration = Duration::from_secs(3);

/// Clients that ask at leisure, for the latency; and their pause, which leaves the machine mostly idle.
const LEISURELY: usize = 4;
const PAUSE: Duration = Duration::from_millis(2);

/// How many connections are open when memory is measured, and what is promised for them.
const OPEN_CONNECTIONS: usize = 1000;
const MEMORY_MEBIBYTES_MAX: f64 = 30.0;

const OURS: &str = "curbside mtls gateway";
const NGINX: &str = "nginx after the recipe";
const TUNED: &str = "nginx with connections to the connector kept";
const DIRECT: &str = "the connector alone, without TLS";

pub(super) fn measure(
    report: &mut Report,
    rounds: usize,
    scratch: &Path,
    repository: &Repository,
) -> Fallible<()> {
    if let Err(why) = install_program("nginx", "-v") {
        report.skip(format!("the gateway beside nginx: {why}"));
        return Ok(());
    }
    let curbside = repository.curbside_optimised()?;
    let certificates = certificates(&curbside, scratch)?;
    let hsm = SoftHsm::serve(&curbside, &scratch.join("gateway-hsm"), &[])?;
    let start = |name| Guard::nginx(&curbside, &certificates, hsm.url(), scratch, name);
    let ours = Guard::ours(&curbside, &certificates, hsm.url())?;
    let nginx = start("recipe")?;
    let tuned = start("tuned")?;
    let direct = Place::plain(hsm.url())?;
    let places = [
        (OURS, ours.place(&certificates)?),
        (NGINX, nginx.place(&certificates)?),
        (TUNED, tuned.place(&certificates)?),
        (DIRECT, direct),
    ];

    let busy = Rounds::take(
        rounds,
        places.iter().map(|(name, place)| (*name, boxed(|| requests_a_second(place)))).collect(),
    )?;
    let mut section = Section::new("status pages and frames, 16 clients", "requests/s");
    for (name, whose) in
        [(OURS, Whose::Ours), (NGINX, Whose::Peer), (TUNED, Whose::Peer), (DIRECT, Whose::Limit)]
    {
        section.figure(whose, name, busy.rate(name));
    }
    section.ratio("to nginx after the recipe", busy.ratio(OURS, NGINX), Some(1.0));
    section.ratio("to nginx with connections kept", busy.ratio(OURS, TUNED), None);
    report.sections.push(section);

    let calm = Rounds::take(
        rounds,
        places.iter().map(|(name, place)| (*name, boxed(|| p99_micros(place)))).collect(),
    )?;
    let mut section = Section::new("p99 of an answer, 4 clients at leisure", "microseconds");
    for (name, whose) in
        [(OURS, Whose::Ours), (NGINX, Whose::Peer), (TUNED, Whose::Peer), (DIRECT, Whose::Limit)]
    {
        section.figure(whose, name, calm.rate(name));
    }
    let added = |name| calm.rate(name) - calm.rate(DIRECT);
    section.bound("added, to nginx after the recipe", added(OURS) / added(NGINX), 1.0);
    section.ratio("added, to nginx with connections kept", added(OURS) / added(TUNED), None);
    report.sections.push(section);

    let mut section = Section::new("memory with 1,000 connections", "MiB");
    for (name, whose, guard, place) in
        [(OURS, Whose::Ours, &ours, &places[0].1), (NGINX, Whose::Peer, &nginx, &places[1].1)]
    {
        let held: Fallible<Vec<Client>> = (0..OPEN_CONNECTIONS).map(|_| opened(place)).collect();
        let held = held?;
        let mebibytes = guard.resident_bytes()? as f64 / MEBIBYTE;
        drop(held);
        section.figure(whose, name, mebibytes);
        if guard.is_ours() {
            section.bound("of the promise", mebibytes / MEMORY_MEBIBYTES_MAX, 1.0);
        }
    }
    report.sections.push(section);

    report.sections.push(attacked(&ours.strange_place(&certificates)?, &places)?);
    Ok(())
}

/// Good clients while strangers come, and once they are there. What the whole machine suffers while 10,000 connections are
/// made on it shows at the connector, which nobody attacks.
fn attacked(
    stranger: &Place,
    [(_, ours), .., (_, direct)]: &[(&str, Place); 4],
) -> Fallible<Section> {
    let mut section = Section::new("p99 of good clients under attack", "microseconds");
    let calm = p99_micros(ours)?;
    section.figure(Whose::Ours, "left alone", calm);
    let mut attack = Attack::start(stranger)?;
    let coming = p99_micros(ours)?;
    attack.wait_for_holders()?;
    let there = p99_micros(ours)?;
    let attempts = attack.finish();
    thread::sleep(WINDOW);
    let attack = Attack::start(stranger)?;
    let beside = p99_micros(direct)?;
    attack.finish();
    section.figure(Whose::Ours, "with 10,000 idle strangers, and some of every kind", there);
    section.figure(Whose::Ours, "while they come", coming);
    section.figure(Whose::Limit, "the connector alone, while they come to the gateway", beside);
    section.figure(Whose::Peer, "attempts of strangers, idle ones not counted", attempts as f64);
    section.bound("with strangers to left alone", there / calm, 2.0);
    section.ratio("while they come, to the connector alone", coming / beside, None);
    Ok(section)
}

fn boxed<'a>(
    measure: impl FnMut() -> Fallible<f64> + 'a,
) -> Box<dyn FnMut() -> Fallible<f64> + 'a> {
    Box::new(measure)
}

/// The certificates of server and client, as the program makes them.
fn certificates(curbside: &Path, scratch: &Path) -> Fallible<PathBuf> {
    let directory = scratch.join("gateway-certificates");
    std::fs::create_dir_all(&directory)?;
    let script = r#"set -e
umask 077
printf 'rehearsal\n' > passphrase
"$CURBSIDE" mtls init --ca ca --passphrase-file passphrase
"$CURBSIDE" mtls issue server localhost --san 127.0.0.1 --ca ca --passphrase-file passphrase --out .
"$CURBSIDE" mtls issue client line1 --ca ca --passphrase-file passphrase --out .
"#;
    let mut command = std::process::Command::new("sh");
    command.args(["-c", script]).current_dir(&directory).env("CURBSIDE", curbside);
    output(command)?;
    Ok(directory)
}

fn opened(place: &Place) -> Fallible<Client> {
    let mut client = place.connect()?;
    client.status()?;
    Ok(client)
}

/// Status pages and frames in turns, as fast as they come.
fn requests_a_second(place: &Place) -> Fallible<f64> {
    let counts: Fallible<Vec<usize>> = on_threads(CALLERS, || {
        let mut client = opened(place)?;
        let (began, mut count) = (Instant::now(), 0);
        while began.elapsed() < WINDOW {
            client.status()?;
            client.frame()?;
            count += 2;
        }
        Ok(count)
    });
    Ok(counts?.iter().sum::<usize>() as f64 / WINDOW.as_secs_f64())
}

fn p99_micros(place: &Place) -> Fallible<f64> {
    let waits: Fallible<Vec<Vec<Duration>>> = on_threads(LEISURELY, || {
        let mut client = opened(place)?;
        let (began, mut waits) = (Instant::now(), Vec::new());
        while began.elapsed() < WINDOW {
            let asked = Instant::now();
            client.frame()?;
            waits.push(asked.elapsed());
            thread::sleep(PAUSE);
        }
        Ok(waits)
    });
    let mut waits = waits?.concat();
    waits.sort_unstable();
    let p99 = waits.get(waits.len() * 99 / 100).ok_or("nothing was answered")?;
    Ok(p99.as_secs_f64() * 1e6)
}

fn on_threads<T: Send>(count: usize, work: impl Fn() -> Fallible<T> + Sync) -> Fallible<Vec<T>> {
    thread::scope(|scope| {
        let threads: Vec<_> =
            (0..count).map(|_| scope.spawn(|| work().map_err(|error| error.to_string()))).collect();
        let ended = threads.into_iter().map(|thread| match thread.join() {
            Ok(ended) => ended.map_err(Into::into),
            Err(_) => Err("a client panicked".into()),
        });
        ended.collect()
    })
}
