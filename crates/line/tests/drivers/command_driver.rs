//! Programmers run as programs, through the templates that come with the product.

use std::{collections::BTreeMap, fs};

use line::driver::{
    Driver, DriverError, Presence,
    command::{CommandDriver, CommandError, CommandSettings, Template},
};
use tempfile::TempDir;

use crate::{
    fake_tool::{BASE, FakeTool},
    suite::{ADDRESS, Harness, Identity, REGION_LEN, TrueFlash, suite},
};

const NRFUTIL: &str = include_str!("../../templates/nrfutil.toml");
const NRFJPROG: &str = include_str!("../../templates/nrfjprog.toml");
const JLINK: &str = include_str!("../../templates/jlink.toml");
const OPENOCD: &str = include_str!("../../templates/openocd.toml");

struct Command {
    directory: TempDir,
    tool: FakeTool,
    driver: CommandDriver,
    boards: u64,
    names_boards: bool,
}

fn settings(directory: &TempDir) -> CommandSettings {
    CommandSettings {
        probe: Some("683001".to_owned()),
        device: "nRF52840_xxAA".to_owned(),
        chip: "nrf52840".to_owned(),
        address: ADDRESS,
        region_len: REGION_LEN,
        settings: BTreeMap::new(),
        scratch: directory.path().join("scratch"),
    }
}

impl Command {
    fn new(tool_name: &str, real: &str, template: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let tool = FakeTool::new(directory.path(), ADDRESS..ADDRESS + REGION_LEN as u32);
        let text = tool.playing(tool_name, real, template);
        let names_boards = text.lines().any(|line| line.starts_with("chip = "));
        let template = Template::parse("test.toml", &text).unwrap();
        let driver = CommandDriver::new(template, settings(&directory)).unwrap();
        Self { directory, tool, driver, boards: 0, names_boards }
    }

    fn nrfutil() -> Self {
        Self::new("nrfutil", "nrfutil", NRFUTIL)
    }

    /// nrfutil again, through a template that does not ask for the chip.
    fn anonymous() -> Self {
        let lines = NRFUTIL.lines().filter(|line| !line.starts_with("chip = "));
        let template: Vec<&str> = lines.collect();
        Self::new("nrfutil", "nrfutil", &template.join("\n"))
    }
}

impl Harness for Command {
    fn driver(&mut self) -> &mut dyn Driver {
        &mut self.driver
    }

    fn place_board(&mut self) {
        self.boards += 1;
        self.tool.put_in(&format!("{:016x}", 0x0102_0304_0506_0700 + self.boards));
    }

    fn remove_board(&mut self) {
        self.tool.pull_out();
    }

    fn true_flash(&mut self) -> TrueFlash {
        let mut rest = self.tool.flash();
        let start = (ADDRESS - BASE) as usize;
        let region = rest.drain(start..start + REGION_LEN).collect();
        TrueFlash { region, is_application_whole: rest.iter().all(|byte| *byte == 0xA5) }
    }

    fn names_boards(&self) -> bool {
        self.names_boards
    }
}

mod nrfutil {
    use super::*;
    suite!(Command::nrfutil());
}

mod nrfutil_without_chip_ids {
    use super::*;
    suite!(Command::anonymous());
}

mod nrfjprog {
    use super::*;
    suite!(Command::new("nrfjprog", "nrfjprog", NRFJPROG));
}

mod jlink {
    use super::*;
    suite!(Command::new("jlink", "{program}", JLINK));
}

mod openocd {
    use super::*;
    suite!(Command::new("openocd", "openocd", OPENOCD));
}

#[test]
fn the_chip_is_called_by_its_words_without_the_blank() {
    let mut command = Command::nrfutil();
    command.place_board();
    let Presence::Board(chip) = command.driver.look().unwrap() else { panic!("not seen") };
    assert_eq!(chip.as_str(), "0506070101020304");
}

#[test]
fn a_chip_that_reads_all_ones_is_none() {
    let mut command = Command::nrfutil();
    command.tool.put_in("ffffffffffffffff");
    assert!(matches!(command.driver.look(), Err(DriverError::Garbled { .. })));
}

#[test]
fn a_tool_that_says_garbage_is_told() {
    let mut command = Command::nrfutil();
    command.place_board();
    command.tool.set_mood("garbage");
    assert!(matches!(command.driver.look(), Err(DriverError::Garbled { .. })));
    assert!(matches!(command.driver.read_page(), Err(DriverError::Program { .. })));
    let mut command = Command::new("openocd", "openocd", OPENOCD);
    command.place_board();
    command.tool.set_mood("garbage");
    let error = Identity::make(&mut command.driver).unwrap().install(&mut command.driver);
    assert!(matches!(error, Err(DriverError::Program { .. })));
}

#[test]
fn a_slow_tool_is_given_up() {
    let text = format!("{NRFUTIL}\ntimeout_s = 0.3\n")
        .replace("[look]\n", "[look]\nstep.timeout_s = 0.3\n");
    let mut command = Command::new("nrfutil", "nrfutil", &text);
    command.place_board();
    command.tool.set_mood("slow");
    assert!(matches!(command.driver.look(), Err(DriverError::TimedOut { .. })));
}

#[test]
fn a_tool_that_only_says_that_it_wrote_is_found_out_by_reading() {
    let mut command = Command::nrfutil();
    command.place_board();
    command.tool.set_mood("deaf");
    let identity = Identity::make(&mut command.driver).unwrap();
    identity.install(&mut command.driver).unwrap();
    assert!(!identity.is_in(&command.true_flash().region));
}

#[test]
fn no_key_stays_in_a_file() {
    let mut command = Command::nrfutil();
    command.place_board();
    let identity = Identity::make(&mut command.driver).unwrap();
    identity.install(&mut command.driver).unwrap();
    command.driver.read_page().unwrap();
    let left = fs::read_dir(command.directory.path().join("scratch")).unwrap().count();
    assert_eq!(left, 0);
}

#[test]
fn a_setting_cannot_smuggle_a_mass_erase_in() {
    let directory = tempfile::tempdir().unwrap();
    let text = "schema = 1\nname = 'a'\ntitle = 'a'\npage_format = 'hex'\n[settings]\nmode = 'x'\n\
                [look]\nstep.argv = ['tool']\n[[write]]\nargv = ['tool', 'set={mode}', '{file}']\n";
    let template = Template::parse("a.toml", text).unwrap();
    let mut settings = settings(&directory);
    settings.settings.insert("mode".to_owned(), "ERASE_ALL".to_owned());
    let error = CommandDriver::new(template, settings).unwrap_err();
    let CommandError::Template(error) = error else { panic!("{error:?}") };
    assert_eq!(
        error.to_string(),
        "a: step write 1: a mass erase never follows the page: `ERASE_ALL`"
    );
    assert!(error.hint().is_some());
}

#[test]
fn a_setting_is_one_word() {
    for value in ["a b", "a;b", "-x", "\"", "a{b", ""] {
        let directory = tempfile::tempdir().unwrap();
        let template = Template::parse("nrfutil.toml", NRFUTIL).unwrap();
        let mut settings = settings(&directory);
        settings.probe = Some(value.to_owned());
        let error = CommandDriver::new(template, settings).unwrap_err();
        assert!(matches!(error, CommandError::Setting { .. }), "{value:?}: {error:?}");
    }
}

#[test]
fn a_template_that_needs_a_probe_gets_one_or_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let template = Template::parse("nrfutil.toml", NRFUTIL).unwrap();
    let settings = CommandSettings { probe: None, ..settings(&directory) };
    assert_eq!(
        CommandDriver::new(template, settings).unwrap_err(),
        CommandError::Missing { name: "probe".to_owned() }
    );
}
