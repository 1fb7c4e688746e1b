//! Killed at random instants, lines make every device once: one pair of certificates, one board, one control log.

use std::{
    thread,
    time::{Duration, Instant},
};

use journal::JournalView;

use crate::{
    draw::Draw,
    invariants::{self, Made},
    line_place::{LinePlace, LineSettings, is_blank},
    plant::Plant,
    process::{Ended, Running},
};

/// Lines that share HSMs and serial numbers.
const LINES: u64 = 3;

/// How often each line is started before the HSMs forget the sessions that killed lines left. A line takes two of an
/// HSM's 16.
const LIVES_PER_ROUND: usize = 2;

/// The longest lives: within the first a line opens its files and HSMs, within the second it makes a few devices.
const LIVES_MS_MAX: [u64; 2] = [100, 600];

/// How long the flash of a board takes: most of its time, so that most kills leave a board in every slot.
const FLASH_MS: u64 = 100;

/// A line that makes nothing for so long hangs.
const PATIENCE: Duration = Duration::from_secs(120);

/// How a command ends where every board passed, and where `resume` refused new boards.
const ENDS_WELL: [i32; 2] = [0, 12];

#[test]
fn sixty_kills_of_three_lines_lose_no_device_and_make_none_twice() {
    kill_again_and_again(60, 100);
}

#[test]
#[ignore = "takes minutes"]
fn a_thousand_kills_of_three_lines_lose_no_device_and_make_none_twice() {
    kill_again_and_again(1000, 1500);
}

fn kill_again_and_again(kills_min: u64, boards: u64) {
    let seed = u64::from(std::process::id());
    println!("seed {seed}");
    let began = Instant::now();
    let mut draw = Draw(seed);
    let mut plant = Plant::new(2);
    let lines: Vec<LinePlace> = (1..=LINES)
        .map(|number| {
            let settings = LineSettings { number, slots: 4, boards, flash_ms: FLASH_MS };
            LinePlace::new(&plant, &plant.path().join(format!("line-{number}")), settings)
        })
        .collect();
    let mut lives = Lives::default();
    while lives.kills < kills_min {
        restart_hsms(&mut plant, &lines);
        let round_seed = draw.next();
        let round = on_each(&lines, |line| {
            let mut draw = Draw(round_seed ^ line.settings().number);
            let lives = (0..LIVES_PER_ROUND).map(|_| live(line, &mut draw));
            lives.fold(Lives::default(), Lives::and)
        });
        lives = round.into_iter().fold(lives, Lives::and);
        if let Some(done) = lines.iter().find(|line| is_done(line)) {
            panic!(
                "{} was done before the kills were: it needs more boards",
                done.path().display()
            );
        }
    }
    restart_hsms(&mut plant, &lines);
    on_each(&lines, finish);
    let made = invariants::check(&lines);
    assert_eq!(made.devices, LINES * boards);
    check_signatures(plant.signatures(), made);
    println!(
        "{} kills, {} of them of lines with unfinished boards; {made:?}, {} signatures, {:.1} s, seed {seed}",
        lives.kills,
        lives.resumed,
        plant.signatures(),
        began.elapsed().as_secs_f64(),
    );
}

/// No HSM signs what no journal intended, and no device comes to a signature otherwise.
fn check_signatures(signatures: u64, made: Made) {
    assert!(signatures <= 2 * made.asked, "{signatures} signatures, {made:?}");
    assert!(signatures >= 2 * made.devices, "{signatures} signatures, {made:?}");
}

/// What became of starts of a line.
#[derive(Clone, Copy, Debug, Default)]
struct Lives {
    kills: u64,
    /// Starts that found something unfinished.
    resumed: u64,
}

impl Lives {
    fn and(self, other: Self) -> Self {
        Self { kills: self.kills + other.kills, resumed: self.resumed + other.resumed }
    }
}

/// Starts a line, and kills it unless it is done before.
fn live(line: &LinePlace, draw: &mut Draw) -> Lives {
    let verb = ["run", "run", "resume"][draw.below(3) as usize];
    let life_ms_max = LIVES_MS_MAX[draw.below(2) as usize];
    let life_ms = draw.below(life_ms_max);
    let running = Running::start(&mut line.command(verb));
    thread::sleep(Duration::from_millis(life_ms));
    let ended = running.kill();
    assert!(ended.code.is_none_or(|code| ENDS_WELL.contains(&code)), "{verb}: {ended:?}");
    line.put_back(is_blank);
    Lives { kills: u64::from(ended.code.is_none()), resumed: u64::from(is_resumed(&ended)) }
}

fn is_resumed(ended: &Ended) -> bool {
    ended.text.contains("unfinished: ")
}

/// Whether killing a line is no test any more. In the beginning it may have no journal yet.
fn is_done(line: &LinePlace) -> bool {
    let made = JournalView::open(line.journal()).and_then(|view| view.counts(None));
    made.is_ok_and(|made| made.devices() == line.settings().boards)
}

/// Lets a line make the rest.
fn finish(line: &LinePlace) {
    let resumed = Running::start(&mut line.command("resume")).end_within(PATIENCE);
    assert!(resumed.code.is_some_and(|code| ENDS_WELL.contains(&code)), "{resumed:?}");
    let unfinished =
        invariants::records(line).into_iter().filter(|record| record.state.is_unfinished());
    assert_eq!(unfinished.count(), 0, "{}", resumed.text);
    line.put_back(is_blank);
    let run = Running::start(&mut line.command("run")).end_within(PATIENCE);
    assert_eq!(run.code, Some(0), "{}", run.text);
}

/// Starts the HSMs anew; no line may be running.
fn restart_hsms(plant: &mut Plant, lines: &[LinePlace]) {
    plant.restart_hsms();
    for line in lines {
        line.connect(plant);
    }
}

/// Does something with each line, all at once.
fn on_each<T: Send>(lines: &[LinePlace], work: impl Fn(&LinePlace) -> T + Sync) -> Vec<T> {
    let work = &work;
    thread::scope(|scope| {
        let threads: Vec<_> = lines.iter().map(|line| scope.spawn(move || work(line))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}
