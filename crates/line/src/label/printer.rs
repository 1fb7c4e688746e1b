//! Where labels go.

use std::{
    fmt,
    io::{self, Read, Write as _},
    net::{Shutdown, TcpStream, ToSocketAddrs as _},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use durable::{NewFile, Visibility};

use super::{
    error::LabelError,
    placeholder::LabelFacts,
    template::{TEMPLATE_LEN_BYTES_MAX, Template},
};
use crate::{
    job::{LabelSettings, LabelTarget},
    plant::file_stem,
};

/// How often one label of a device may be printed into a directory. Who needs more has another problem.
const COPIES_MAX: u32 = 1000;

/// How often a printer is tried for one label: a printer that is being loaded with paper is back in a moment.
const ATTEMPTS_MAX: u32 = 3;

/// The pause before the second attempt; twice that before the third.
const PAUSE: Duration = Duration::from_millis(250);

/// How long connecting to a printer may take.
const CONNECT_PATIENCE: Duration = Duration::from_secs(5);

/// How long a printer may take to accept a piece of a label. It takes none while its paper is out.
const WRITE_PATIENCE: Duration = Duration::from_secs(5);

/// How long a printer's own words are waited for. They are thrown away; closing with them unread would make the
/// system throw away the label as well.
const LAST_WORDS_PATIENCE: Duration = Duration::from_millis(100);

/// The most of a printer's words that is read, in bytes.
const LAST_WORDS_LEN_BYTES_MAX: u64 = 4096;

/// Prints labels.
#[derive(Debug)]
pub struct LabelPrinter {
    template: Template,
    target: LabelTarget,
}

/// A label that was printed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Printed {
    /// It is in this file, on the disk.
    File(PathBuf),
    /// The printer's system took all of it. Whether there is paper, nobody knows.
    Sent {
        /// The printer's address.
        place: String,
    },
}

impl LabelPrinter {
    /// Reads the template and looks whether the target makes sense. A printer that is off is no error yet.
    ///
    /// # Errors
    ///
    /// The template cannot be read or makes no sense, or the directory is not there.
    pub fn open(settings: &LabelSettings) -> Result<Self, LabelError> {
        let path = || settings.template.clone();
        let bytes = durable::read_bounded(&settings.template, TEMPLATE_LEN_BYTES_MAX as u64)?;
        let text = String::from_utf8(bytes).map_err(|_| LabelError::Utf8 { path: path() })?;
        let template =
            Template::parse(&text).map_err(|error| LabelError::Template { path: path(), error })?;
        match &settings.target {
            LabelTarget::Directory(path) if !path.is_dir() => {
                return Err(LabelError::NoDirectory { path: path.clone() });
            }
            LabelTarget::Tcp(address) if !is_address(address) => {
                return Err(LabelError::Address { text: address.clone() });
            }
            LabelTarget::Directory(_) | LabelTarget::Tcp(_) => {}
        }
        Ok(Self { template, target: settings.target.clone() })
    }

    /// Prints a device's label, for the first time or again.
    ///
    /// # Errors
    ///
    /// Nothing was printed, or, on a printer that broke off, at most a part. The device is as good as before.
    pub fn print(&self, facts: &LabelFacts<'_>) -> Result<Printed, LabelError> {
        let label = self.template.fill(facts)?;
        match &self.target {
            LabelTarget::Directory(directory) => into_directory(directory, facts.dsn, &label),
            LabelTarget::Tcp(address) => to_printer(address, &label),
        }
    }
}

impl fmt::Display for Printed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "written to {}", path.display()),
            Self::Sent { place } => write!(f, "sent to {place}"),
        }
    }
}

fn into_directory(directory: &Path, dsn: &str, label: &str) -> Result<Printed, LabelError> {
    let stem = file_stem(dsn);
    let names = (1..=COPIES_MAX).map(|copy| match copy {
        1 => directory.join(format!("{stem}.zpl")),
        _ => directory.join(format!("{stem}-{copy}.zpl")),
    });
    let mut file = NewFile::create_in(directory, Visibility::Shared)?;
    file.write_all(label.as_bytes()).map_err(|error| file.write_error(&error))?;
    Ok(Printed::File(file.commit_first_free(names)?))
}

fn to_printer(address: &str, label: &str) -> Result<Printed, LabelError> {
    let mut pause = PAUSE;
    for attempt in 1.. {
        let Err(error) = send(address, label.as_bytes()) else { break };
        if attempt >= ATTEMPTS_MAX {
            let (place, message) = (address.to_owned(), error.to_string());
            return Err(LabelError::Printer { place, attempts: attempt, message });
        }
        thread::sleep(pause);
        pause *= 2;
    }
    Ok(Printed::Sent { place: address.to_owned() })
}

fn send(address: &str, label: &[u8]) -> io::Result<()> {
    let mut stream = connect(address)?;
    stream.set_write_timeout(Some(WRITE_PATIENCE))?;
    stream.write_all(label)?;
    // From here on the label is sent, and an error is no reason to send it again.
    let _closed = stream.shutdown(Shutdown::Write);
    if stream.set_read_timeout(Some(LAST_WORDS_PATIENCE)).is_ok() {
        let _words = io::copy(&mut stream.take(LAST_WORDS_LEN_BYTES_MAX), &mut io::sink());
    }
    Ok(())
}

fn connect(address: &str) -> io::Result<TcpStream> {
    let mut last = io::Error::from(io::ErrorKind::NotFound);
    for address in address.to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, CONNECT_PATIENCE) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Whether a text has the form `HOST:PORT`; whether there is such a host is found out when printing.
fn is_address(text: &str) -> bool {
    text.rsplit_once(':').is_some_and(|(host, port)| {
        !host.is_empty() && !host.contains('/') && port.parse::<u16>().is_ok_and(|port| port > 0)
    })
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use journal::UnixMillis;
    use sidewalk::{Apid, Smsn};
    use tempfile::TempDir;

    use super::*;

    fn open(directory: &TempDir, target: LabelTarget) -> Result<LabelPrinter, LabelError> {
        let template = directory.path().join("label.zpl");
        let text = b"^XA^FH^FD{dsn}^FS^XZ\n";
        durable::write_replace(&template, Visibility::Shared, text).unwrap();
        LabelPrinter::open(&LabelSettings { template, target })
    }

    fn print(printer: &LabelPrinter, dsn: &str) -> Result<Printed, LabelError> {
        let smsn: Smsn = "24".repeat(32).parse().unwrap();
        let apid: Apid = "Ab12".parse().unwrap();
        let at = UnixMillis(0);
        printer.print(&LabelFacts { dsn, smsn: &smsn, apid: &apid, chip: None, line: "A", at })
    }

    fn read(path: &Path) -> String {
        String::from_utf8(durable::read_bounded(path, 1000).unwrap()).unwrap()
    }

    #[test]
    fn a_reprint_gets_a_file_of_its_own() {
        let directory = tempfile::tempdir().unwrap();
        let target = LabelTarget::Directory(directory.path().to_owned());
        let printer = open(&directory, target).unwrap();
        for name in ["G1.zpl", "G1-2.zpl", "G1-3.zpl"] {
            let path = directory.path().join(name);
            assert_eq!(print(&printer, "G1").unwrap(), Printed::File(path.clone()));
            assert_eq!(read(&path), "^XA^FH^FDG1^FS^XZ\n");
        }
        let Printed::File(path) = print(&printer, "../^a").unwrap() else { panic!("no file") };
        assert_eq!(path, directory.path().join("%2E.%2F%5Ea.zpl"));
    }

    #[test]
    fn a_printer_gets_the_label_to_its_end() {
        let directory = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let printer = open(&directory, LabelTarget::Tcp(address.clone())).unwrap();
        let paper = thread::spawn(move || {
            let mut text = String::new();
            listener.accept().unwrap().0.read_to_string(&mut text).unwrap();
            text
        });
        assert_eq!(print(&printer, "G1").unwrap(), Printed::Sent { place: address });
        assert_eq!(paper.join().unwrap(), "^XA^FH^FDG1^FS^XZ\n");
    }

    #[test]
    fn a_printer_that_is_off_is_tried_a_bounded_number_of_times_and_told() {
        let directory = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        drop(listener);
        let printer = open(&directory, LabelTarget::Tcp(address.clone())).unwrap();
        let error = print(&printer, "G1").unwrap_err();
        let LabelError::Printer { place, attempts, .. } = &error else { panic!("{error}") };
        assert_eq!((place, *attempts), (&address, ATTEMPTS_MAX));
        assert!(error.hint().unwrap().contains("print the label again"));
    }

    #[test]
    fn a_target_that_makes_no_sense_is_refused_before_the_shift() {
        let directory = tempfile::tempdir().unwrap();
        for bad in ["printer", ":9100", "printer:0", "a/b:9100", "printer:ninety"] {
            let error = open(&directory, LabelTarget::Tcp(bad.to_owned())).unwrap_err();
            assert_eq!(error, LabelError::Address { text: bad.to_owned() });
        }
        let path = directory.path().join("none");
        let error = open(&directory, LabelTarget::Directory(path.clone())).unwrap_err();
        assert_eq!(error, LabelError::NoDirectory { path });
    }
}
