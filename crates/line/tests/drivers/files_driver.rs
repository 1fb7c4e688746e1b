//! Page files, and a gang programmer that takes them.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, atomic::Ordering},
    thread,
    time::Duration,
};

use line::driver::{
    Driver, DriverError, FoundPage, Presence,
    files::{FilesDriver, FilesSettings, PageFormat, ReadBack},
};
use page::{intel_hex, s_record};
use tempfile::TempDir;

use crate::{
    bench::Background,
    suite::{ADDRESS, Harness, Identity, REGION_LEN, TrueFlash, suite},
};

const LONG: Duration = Duration::from_secs(60);

struct Files {
    directory: TempDir,
    driver: FilesDriver,
    /// What the programmer has programmed.
    flash: Arc<Mutex<Vec<u8>>>,
    _programmer: Background,
}

fn settings(directory: &Path, format: PageFormat, read_back: Option<Duration>) -> FilesSettings {
    let pattern = directory.join("slot-{slot}.read").display().to_string();
    FilesSettings {
        directory: directory.to_owned(),
        slot: 4,
        format,
        address: ADDRESS,
        region_len: REGION_LEN,
        read_back: read_back.map(|patience| ReadBack { pattern, format, patience }),
    }
}

impl Files {
    /// A programmer that reads back, or one that takes the file away.
    fn new(format: PageFormat, reads_back: bool) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let driver =
            FilesDriver::new(settings(directory.path(), format, reads_back.then_some(LONG)))
                .unwrap();
        let flash = Arc::new(Mutex::new(vec![0xFF; REGION_LEN]));
        let (path, cells) = (driver.page_path(), Arc::clone(&flash));
        let read_path = directory.path().join("slot-4.read");
        let programmer = Background::run(move |stop| {
            while !stop.load(Ordering::Relaxed) {
                if let Ok(file) = fs::read(&path) {
                    *cells.lock().unwrap() = content(format, &file);
                    if !reads_back {
                        fs::remove_file(&path).unwrap();
                    } else if !read_path.exists() {
                        // Half of it first: a file may be found before it is whole.
                        let half = &file[..file.len() / 2];
                        fs::write(&read_path, half).unwrap();
                        thread::sleep(Duration::from_millis(20));
                        fs::write(&read_path, &file).unwrap();
                    }
                }
                thread::sleep(Duration::from_millis(5));
            }
        });
        Self { directory, driver, flash, _programmer: programmer }
    }
}

fn content(format: PageFormat, file: &[u8]) -> Vec<u8> {
    let memory = match format {
        PageFormat::Binary => return file.to_vec(),
        PageFormat::IntelHex => intel_hex::parse(file).unwrap(),
        PageFormat::SRecord => s_record::parse(file).unwrap(),
    };
    let [segment] = memory.segments() else { panic!("one run of bytes") };
    assert_eq!(segment.address, ADDRESS);
    segment.bytes.to_vec()
}

impl Harness for Files {
    fn driver(&mut self) -> &mut dyn Driver {
        &mut self.driver
    }

    fn place_board(&mut self) {}

    fn remove_board(&mut self) {}

    fn true_flash(&mut self) -> TrueFlash {
        // A file that was given out is programmed when it was taken, or when something was read back.
        let read_path = self.directory.path().join("slot-4.read");
        while self.driver.page_path().exists() && !read_path.exists() {
            thread::sleep(Duration::from_millis(2));
        }
        TrueFlash { region: self.flash.lock().unwrap().clone(), is_application_whole: true }
    }

    fn sees_boards(&self) -> bool {
        false
    }

    fn names_boards(&self) -> bool {
        false
    }

    fn reads_blank(&self) -> bool {
        false
    }

    fn reads_installed(&self) -> bool {
        self.directory.path().join("slot-4.read").exists()
    }
}

mod hex_with_read_back {
    use super::*;
    suite!(Files::new(PageFormat::IntelHex, true));
}

mod bin_with_read_back {
    use super::*;
    suite!(Files::new(PageFormat::Binary, true));
}

mod s37_that_is_taken_away {
    use super::*;
    suite!(Files::new(PageFormat::SRecord, false));
}

/// A driver that no programmer serves.
fn alone(read_back: Option<Duration>) -> (TempDir, FilesDriver, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let settings = settings(directory.path(), PageFormat::IntelHex, read_back);
    let driver = FilesDriver::new(settings).unwrap();
    let read_path = directory.path().join("slot-4.read");
    (directory, driver, read_path)
}

#[test]
fn a_page_that_was_only_given_out_is_not_taken_for_one_that_was_read() {
    let (_directory, mut driver, _) = alone(None);
    Identity::make(&mut driver).unwrap().install(&mut driver).unwrap();
    assert!(driver.page_path().exists());
    assert_eq!(driver.read_page().unwrap(), FoundPage::Unreadable);
}

#[test]
fn without_a_read_back_the_next_board_comes_when_the_file_was_taken() {
    let (_directory, mut driver, _) = alone(None);
    Identity::make(&mut driver).unwrap().install(&mut driver).unwrap();
    driver.let_go().unwrap();
    assert_eq!(driver.look().unwrap(), Presence::Empty);
    fs::remove_file(driver.page_path()).unwrap();
    assert_eq!(driver.look().unwrap(), Presence::Anonymous);
}

#[test]
fn a_programmer_that_never_answers_is_told() {
    let (_directory, mut driver, _) = alone(Some(Duration::from_millis(50)));
    Identity::make(&mut driver).unwrap().install(&mut driver).unwrap();
    assert!(matches!(driver.read_page(), Err(DriverError::TimedOut { .. })));
}

#[test]
fn an_old_read_back_is_not_taken_for_this_boards() {
    let (_directory, mut driver, read_path) = alone(Some(Duration::from_millis(50)));
    fs::write(&read_path, "of the board before").unwrap();
    Identity::make(&mut driver).unwrap().install(&mut driver).unwrap();
    assert!(!read_path.exists());
}

#[test]
fn a_read_back_that_makes_no_sense_is_told() {
    let (_directory, mut driver, read_path) = alone(Some(Duration::from_millis(50)));
    Identity::make(&mut driver).unwrap().install(&mut driver).unwrap();
    fs::write(&read_path, ":nonsense").unwrap();
    assert!(matches!(driver.read_page(), Err(DriverError::Garbled { .. })));
}

#[test]
fn the_next_board_never_gets_this_ones_file() {
    let (_directory, mut driver, read_path) = alone(Some(Duration::from_millis(50)));
    Identity::make(&mut driver).unwrap().install(&mut driver).unwrap();
    fs::write(&read_path, "x").unwrap();
    driver.let_go().unwrap();
    assert!(!driver.page_path().exists() && !read_path.exists());
}

#[cfg(unix)]
#[test]
fn nobody_else_may_read_a_page_file() {
    use std::os::unix::fs::PermissionsExt;
    let (_directory, mut driver, _) = alone(None);
    Identity::make(&mut driver).unwrap().install(&mut driver).unwrap();
    let mode = fs::metadata(driver.page_path()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
