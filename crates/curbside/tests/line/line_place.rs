//! A line's directory: its job, its boards, and what it leaves.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use device::{Board, BoardModel, Firmware, SeededRandomness, Tray};
use durable::Visibility;
use page::{BLANK, Catalogue};

use crate::{
    plant::{PROGRAM, Plant},
    signing_server::SigningServers,
};

pub(crate) const CHIP: &str = "nrf52840";

/// What tells lines apart.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LineSettings {
    pub(crate) number: u64,
    pub(crate) slots: u16,
    /// How many boards wait, and how many devices the job makes.
    pub(crate) boards: u64,
    pub(crate) flash_ms: u64,
}

/// A line in a directory of its own.
pub(crate) struct LinePlace {
    path: PathBuf,
    settings: LineSettings,
}

impl LinePlace {
    /// Makes the directory with its boards. Lines in directories side by side share serial numbers.
    pub(crate) fn new(plant: &Plant, path: &Path, settings: LineSettings) -> Self {
        let line = Self::without_job(path, settings);
        line.connect(plant);
        line
    }

    /// The same, for a line that has its devices signed by a server.
    pub(crate) fn with_server(
        plant: &Plant,
        servers: &SigningServers,
        path: &Path,
        settings: LineSettings,
    ) -> Self {
        let line = Self::without_job(path, settings);
        line.write_job_for(plant, settings.boards, &servers.signing(settings.number));
        line
    }

    fn without_job(path: &Path, settings: LineSettings) -> Self {
        let path = path.to_owned();
        fs::create_dir_all(path.join("control-logs")).unwrap();
        let model = BoardModel::find(Catalogue::built_in(), CHIP, None).unwrap();
        let mut randomness = SeededRandomness::new(settings.number);
        let tray = path.join("tray");
        Tray::make(tray, settings.boards, &model, Firmware::default(), &mut randomness).unwrap();
        Self { path, settings }
    }

    /// Writes the job with the HSMs' addresses of today.
    pub(crate) fn connect(&self, plant: &Plant) {
        self.write_job(plant, self.settings.boards);
    }

    /// The same, for fewer devices than there are boards.
    pub(crate) fn write_job(&self, plant: &Plant, count: u64) {
        let pin = plant.path().join("pin");
        let signing = format!("hsms = {:?}\npin_file = {pin:?}\n", plant.urls());
        self.write_job_for(plant, count, &signing);
    }

    /// The same, with the lines that say who signs.
    pub(crate) fn write_job_for(&self, plant: &Plant, count: u64, signing: &str) {
        let LineSettings { number, slots, flash_ms, .. } = self.settings;
        let text = format!(
            "schema = 1
name = \"line-{number}\"
[product]
tag = \"RNET_DAK_DUMMY\"
device_type = \"A17XHX23H06INH\"
apid = \"dumy\"
application_server_key = \"eb86212a9d416b61ce19dcf0431b9a7ce29cc5d84892e3d5e0ef447269e7b687\"
trust = {:?}
[page]
chip = \"{CHIP}\"
[signing]
{signing}[serials]
source = \"range\"
pattern = \"KILL{{:06}}\"
last = 900000
shared = {:?}
[line]
count = {count}
slots = {slots}
journal = \"journal\"
finished_boards = \"confirm\"
[driver]
kind = \"sim\"
tray = \"tray\"
seed = {number}
flash_ms = {flash_ms}
",
            plant.trust_file(),
            self.path.with_file_name("serials"),
        );
        durable::write_replace(self.path.join("job.toml"), Visibility::Shared, text.as_bytes())
            .unwrap();
    }

    pub(crate) fn settings(&self) -> LineSettings {
        self.settings
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn journal(&self) -> PathBuf {
        self.path.join("journal")
    }

    pub(crate) fn control_logs(&self) -> PathBuf {
        self.path.join("control-logs")
    }

    /// `curbside line VERB` on its job.
    pub(crate) fn command(&self, verb: &str) -> Command {
        let mut command = Command::new(PROGRAM);
        command.args(self.arguments(verb)).current_dir(&self.path);
        command
    }

    /// `curbside line rework` of a device.
    pub(crate) fn rework_command(&self, dsn: &str) -> Command {
        let mut command = Command::new(PROGRAM);
        command.args(["line", "rework"]).arg(self.path.join("job.toml"));
        command.args([dsn, "--reason", "a test"]).current_dir(&self.path);
        command
    }

    /// The words of that command. The path is absolute, and so is every path in a message.
    pub(crate) fn arguments(&self, verb: &str) -> [OsString; 4] {
        ["line".into(), verb.into(), self.path.join("job.toml").into(), "--plain".into()]
    }

    /// Every board, wherever the line put it.
    pub(crate) fn boards(&self) -> Vec<Board> {
        let files = ["in", "out"].into_iter().flat_map(|side| self.board_files(side));
        files.map(|path| open(&path)).collect()
    }

    /// Does what a person does with boards that were refused or failed: has them wait again. `resume` refuses every new
    /// board, and a rehearsal's tray puts what it refuses out.
    pub(crate) fn put_back(&self, is_wanted: impl Fn(&Board) -> bool) {
        for path in self.board_files("out") {
            if is_wanted(&open(&path)) {
                let name = path.file_name().unwrap();
                rename(&path, &self.path.join("tray/in").join(name));
            }
        }
    }

    fn board_files(&self, side: &str) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.path.join("tray").join(side)).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    }
}

/// Whether nothing stands where the page belongs.
pub(crate) fn is_blank(board: &Board) -> bool {
    region(board).iter().all(|byte| *byte == BLANK)
}

/// What stands where the page belongs.
pub(crate) fn region(board: &Board) -> page::Image {
    let site = board.model().site();
    board.read(site.address, site.region_len).unwrap()
}

fn open(path: &Path) -> Board {
    Board::open(path, Catalogue::built_in()).unwrap()
}

#[expect(clippy::disallowed_methods, reason = "a board is moved by hand; nothing is written")]
fn rename(from: &Path, to: &Path) {
    fs::rename(from, to).unwrap();
}
