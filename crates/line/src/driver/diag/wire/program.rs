//! A program that talks to the board: its standard input and output are the stream.

use std::{
    io::{self, Read, Write},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{self, SyncSender},
    thread,
    time::Duration,
};

use super::{PipeEnd, Wire, WireSource, pipe};

/// A program and its arguments, run without a shell.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ProgramSource {
    /// The program's name, and its arguments.
    pub argv: Vec<String>,
}

/// Bytes read from the program at once.
const CHUNK_LEN: usize = 4096;

/// Commands on their way to the program; it gets one and is then waited for.
const COMMANDS_MAX: usize = 64;

impl WireSource for ProgramSource {
    fn open(&mut self) -> io::Result<Box<dyn Wire>> {
        let Some((program, arguments)) = self.argv.split_first() else {
            return Err(io::Error::other("no program is named"));
        };
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            // A program that is not installed is a fault of the line, not an empty fixture.
            .map_err(|error| io::Error::other(format!("{program} does not start: {error}")))?;
        let (Some(stdin), Some(mut stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("the program has no standard streams"));
        };
        let (mut near, far) = pipe();
        // Standard streams know no timeouts, so each has a thread; both end with the program.
        thread::spawn(move || {
            let mut buffer = [0; CHUNK_LEN];
            while let Ok(len @ 1..) = stdout.read(&mut buffer) {
                if near.send(&buffer[..len]).is_err() {
                    break;
                }
            }
        });
        Ok(Box::new(ProgramWire { child, output: far, input: feed(stdin) }))
    }

    fn name(&self) -> String {
        self.argv.first().cloned().unwrap_or_default()
    }
}

fn feed(mut stdin: ChildStdin) -> SyncSender<Vec<u8>> {
    let (sender, receiver) = mpsc::sync_channel::<Vec<u8>>(COMMANDS_MAX);
    thread::spawn(move || {
        for bytes in receiver {
            if stdin.write_all(&bytes).and_then(|()| stdin.flush()).is_err() {
                break;
            }
        }
    });
    sender
}

struct ProgramWire {
    child: Child,
    output: PipeEnd,
    input: SyncSender<Vec<u8>>,
}

impl Wire for ProgramWire {
    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.input.try_send(bytes.to_vec()).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    fn receive(&mut self, buffer: &mut [u8], patience: Duration) -> io::Result<usize> {
        self.output.receive(buffer, patience)
    }
}

impl Drop for ProgramWire {
    fn drop(&mut self) {
        // It may have ended already; either way it must be collected.
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}
