//! Signing servers and their database that are killed at random instants, with lines working and killed too: what it issued, what the HSMs signed,
//! what was paid and what the evidence log holds are the same devices in the end, each with one pair of keys.

use std::{
    collections::HashMap,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use test_postgres::PostgresServer;

use crate::{
    draw::Draw,
    invariants::{self, Made},
    line_place::{LinePlace, LineSettings, is_blank},
    plant::Plant,
    process::Running,
    signing_server::{Counted, Database, SigningServers},
};

const LINES: u64 = 8;

/// How long the server lives before it is killed: within the first part it opens its files and HSMs, then lines ask.
const LIFE_MS: std::ops::Range<u64> = 100..1400;

/// How long a line lives. Some are killed while they wait for the server.
const LINE_LIFE_MS: std::ops::Range<u64> = 1_000..20_000;

/// The server is killed so often before the HSMs forget the sessions that it left, of which an HSM has 16.
const KILLS_PER_HSM_START: u64 = 5;

/// How often a line is looked at.
const LOOK_PAUSE: Duration = Duration::from_millis(20);

/// A line that finishes nothing for so long hangs.
const PATIENCE: Duration = Duration::from_secs(180);

/// How a killed line's successor may end by itself: done, with boards refused, or because no server answered at its start.
const ENDS_WELL: [i32; 3] = [0, 12, 8];

/// What a line says that waits.
const AWAY: &str = "boards wait, and it is asked again";

#[test]
fn thirty_kills_of_a_signing_server_lose_no_device_and_sign_none_twice() {
    kill_again_and_again(30, 60, Database::Sqlite);
}

#[test]
fn thirty_kills_of_two_signing_servers_and_their_database_lose_no_device_and_sign_none_twice() {
    let Some(postgres) = PostgresServer::start() else { return };
    kill_again_and_again(30, 60, Database::Postgres(postgres));
}

#[test]
fn a_line_that_waits_for_its_server_says_so_can_be_stopped_and_goes_on_later() {
    const BOARDS: u64 = 8;
    let mut plant = Plant::new(1);
    plant.slow_down();
    let server = SigningServers::new(&plant, 1, BOARDS, Database::Sqlite);
    let settings = LineSettings { number: 1, slots: 2, boards: BOARDS, flash_ms: 0 };
    let line = LinePlace::with_server(&plant, &server, &plant.path().join("line-1"), settings);
    let running = server.start(0);
    let mut waiting = Running::start(&mut line.command("run"));
    waiting.says_within("PASS", PATIENCE);
    drop_server(running);
    waiting.says_within(AWAY, PATIENCE);
    waiting.interrupt();
    let stopped = waiting.end_within(PATIENCE);
    assert_eq!(stopped.code, Some(12), "{stopped:?}");
    assert!(stopped.text.contains("hint: start the server"), "{}", stopped.text);

    line.put_back(is_blank);

    // Without a server for a moment, the start of a line waits too.
    let mut line_again = Running::start(&mut line.command("run"));
    line_again.says_within(AWAY, PATIENCE);
    let running = server.start(0);
    let done = line_again.end_within(PATIENCE);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(done.text.contains("the signing server at https://127.0.0.1:"), "{}", done.text);
    let made = invariants::check(std::slice::from_ref(&line));
    let counted = server.counted();
    drop_server(running);
    check_counts(made, counted, plant.signatures());
    check_issuances(&server, &[line]);
}

#[test]
fn a_reworked_board_gets_a_number_of_its_own_and_no_second_pair_for_the_old_one() {
    let plant = Plant::new(1);
    let server = SigningServers::new(&plant, 1, 3, Database::Sqlite);
    let settings = LineSettings { number: 1, slots: 1, boards: 2, flash_ms: 0 };
    let line = LinePlace::with_server(&plant, &server, &plant.path().join("line-1"), settings);
    let running = server.start(0);
    let run = || Running::start(&mut line.command("run")).end_within(PATIENCE);
    assert_eq!(run().code, Some(0));

    let reworked = invariants::records(&line).remove(0);
    let rework = Running::start(&mut line.rework_command(&reworked.dsn)).end_within(PATIENCE);
    assert_eq!(rework.code, Some(0), "{rework:?}");
    line.put_back(|board| reworked.chip.as_deref() == Some(board.chip_id()));
    line.write_job_for(&plant, 3, &server.signing(1));
    let again = run();
    assert_eq!(again.code, Some(0), "{again:?}");

    let of_board = invariants::records(&line).into_iter().filter(|it| it.chip == reworked.chip);
    let smsns: Vec<_> = of_board.map(|record| (record.smsn, record.retired)).collect();
    assert_eq!(smsns.len(), 2, "{smsns:?}");
    assert_ne!(smsns[0].0, smsns[1].0);
    let counted = server.counted();
    drop_server(running);
    assert_eq!((counted.issued, counted.evidence, counted.quota_used), (3, 3, 3));
    check_issuances(&server, &[line]);
    assert_eq!(plant.signatures(), 6);
}

#[test]
#[ignore = "takes a quarter of an hour"]
fn a_thousand_kills_of_a_signing_server_lose_no_device_and_sign_none_twice() {
    kill_again_and_again(1000, 800, Database::Sqlite);
}

#[test]
#[ignore = "takes half an hour"]
fn a_thousand_kills_of_two_signing_servers_and_their_database_lose_no_device_and_sign_none_twice() {
    let Some(postgres) = PostgresServer::start() else { return };
    kill_again_and_again(1000, 800, Database::Postgres(postgres));
}

fn kill_again_and_again(kills: u64, boards: u64, database: Database) {
    let seed = u64::from(std::process::id());
    println!("seed {seed}");
    let began = Instant::now();
    let mut draw = Draw(seed);
    let mut plant = Plant::new(2);
    // With the pace of hardware a call is in hand nearly always.
    plant.slow_down();
    let mut servers = SigningServers::new(&plant, LINES, LINES * boards, database);
    let lines: Vec<LinePlace> = (1..=LINES)
        .map(|number| {
            let settings = LineSettings { number, slots: 2, boards, flash_ms: 50 };
            let path = plant.path().join(format!("line-{number}"));
            LinePlace::with_server(&plant, &servers, &path, settings)
        })
        .collect();

    let is_over = AtomicBool::new(false);
    let (running, killed, lives) = thread::scope(|scope| {
        let workers: Vec<_> = lines
            .iter()
            .map(|line| {
                let (is_over, draw) = (&is_over, Draw(draw.next()));
                scope.spawn(move || work(line, draw, is_over))
            })
            .collect();
        let over = Over(&is_over);
        let (running, killed) = kill_servers(&mut plant, &mut servers, &mut draw, kills);
        drop(over);
        let lives = workers.into_iter().map(|worker| worker.join().unwrap());
        (running, killed, lives.fold(Lives::default(), Lives::and))
    });
    thread::scope(|scope| {
        for line in &lines {
            scope.spawn(|| finish(line));
        }
    });
    assert!(lives.waited > 0, "no line said that it waits");
    let made = invariants::check(&lines);
    let counted = servers.counted();
    running.into_iter().for_each(drop_server);
    check_counts(made, counted, plant.signatures());
    check_issuances(&servers, &lines);
    println!(
        "{killed:?}, {lives:?} of lines; {made:?}, {counted:?}, {} signatures, {:.1} s, seed {seed}",
        plant.signatures(),
        began.elapsed().as_secs_f64(),
    );
}

/// Tells the workers that it is over, also where a check has failed: otherwise they would work for ever.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What was killed.
#[derive(Debug, Default)]
struct Killed {
    servers: u64,
    /// Processes of the database that served a connection; it recovers by itself.
    backends: u64,
    databases: u64,
}

/// Kills one of the servers or their database, so many times in all, and leaves everything running.
fn kill_servers(
    plant: &mut Plant,
    servers: &mut SigningServers,
    draw: &mut Draw,
    kills: u64,
) -> (Vec<Running>, Killed) {
    let mut running = start_all(servers);
    let mut killed = Killed::default();
    for _ in 0..kills {
        thread::sleep(Duration::from_millis(draw.within(LIFE_MS)));
        match &mut servers.database {
            Database::Postgres(postgres) if draw.below(2) == 0 => {
                if draw.below(2) == 0 {
                    killed.backends += 1;
                    postgres.kill_backends();
                } else {
                    killed.databases += 1;
                    postgres.restart(&[]);
                }
                continue;
            }
            _ => {}
        }
        let number = draw.below(running.len() as u64) as usize;
        killed.servers += 1;
        drop_server(running.remove(number));
        if killed.servers % KILLS_PER_HSM_START == 0 {
            // The others would look for the HSMs where they were.
            running.drain(..).for_each(drop_server);
            plant.restart_hsms();
            servers.connect(plant);
            running = start_all(servers);
        } else {
            running.insert(number, servers.start(number));
        }
    }
    (running, killed)
}

fn start_all(servers: &SigningServers) -> Vec<Running> {
    (0..servers.count()).map(|number| servers.start(number)).collect()
}

fn drop_server(running: Running) {
    let ended = running.kill();
    assert!(ended.code.is_none(), "the server ended by itself: {ended:?}");
}

/// What became of starts of a line.
#[derive(Clone, Copy, Debug, Default)]
struct Lives {
    kills: u64,
    /// Starts that said that they wait for the server.
    waited: u64,
}

impl Lives {
    fn and(self, other: Self) -> Self {
        Self { kills: self.kills + other.kills, waited: self.waited + other.waited }
    }
}

/// Starts a line again and again, and kills it.
fn work(line: &LinePlace, mut draw: Draw, is_over: &AtomicBool) -> Lives {
    let mut lives = Lives::default();
    while !is_over.load(Ordering::Relaxed) {
        let mut running = Running::start(&mut line.command("run"));
        let deadline = Instant::now() + Duration::from_millis(draw.within(LINE_LIFE_MS));
        while !is_over.load(Ordering::Relaxed) && Instant::now() < deadline && !running.is_over() {
            thread::sleep(LOOK_PAUSE);
        }
        let ended = running.kill();
        assert!(ended.code.is_none_or(|code| ENDS_WELL.contains(&code)), "{ended:?}");
        assert!(ended.code != Some(0), "a line was done before the kills were: more boards");
        lives.kills += u64::from(ended.code.is_none());
        lives.waited += u64::from(ended.text.contains(AWAY));
    }
    lives
}

/// Lets a line finish what is unfinished.
fn finish(line: &LinePlace) {
    let resumed = Running::start(&mut line.command("resume")).end_within(PATIENCE);
    assert!(resumed.code.is_some_and(|code| [0, 12].contains(&code)), "{resumed:?}");
    let records = invariants::records(line);
    let unfinished = records.iter().filter(|record| record.state.is_unfinished()).count();
    assert_eq!(unfinished, 0, "{}", resumed.text);
}

/// The counts of everybody who counts.
fn check_counts(made: Made, counted: Counted, signatures: u64) {
    let facts = format!("{made:?}, {counted:?}, {signatures} signatures");
    assert!(made.devices > 0, "{facts}");
    assert_eq!(counted.issued, made.devices, "{facts}");
    assert_eq!(counted.evidence, counted.issued, "{facts}");
    assert_eq!(counted.quota_used, counted.issued, "{facts}");
    assert_eq!(counted.pending, 0, "{facts}");
    assert!(2 * counted.issued <= signatures, "{facts}");
    assert!(signatures <= 2 * counted.attempts, "{facts}");
}

/// The database has each device once, with the keys and signatures that the lines' journals and so their boards and control
/// logs have.
fn check_issuances(server: &SigningServers, lines: &[LinePlace]) {
    let mut issued = HashMap::new();
    for (smsn, rest) in server.issuances() {
        let is_first = issued.insert(smsn, rest).is_none();
        assert!(is_first, "a number has two pairs of keys");
    }
    for record in lines.iter().flat_map(invariants::records) {
        let found = issued.remove(record.smsn.as_bytes().as_slice());
        let recorded = [
            record.ed25519_public_key.unwrap().as_bytes().to_vec(),
            record.p256r1_public_key.unwrap().as_bytes().to_vec(),
            record.ed25519_signature.unwrap().as_bytes().to_vec(),
            record.p256r1_signature.unwrap().as_bytes().to_vec(),
        ];
        assert_eq!(found, Some(recorded), "{}", record.dsn);
    }
    assert_eq!(issued.len(), 0, "devices that no line knows");
}
