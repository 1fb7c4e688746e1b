//! The program, run to its end, to a deadline, or to a kill.

use std::{
    fs::File,
    os::unix::fs::FileExt as _,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How often a process is looked at.
const LOOK_PAUSE: Duration = Duration::from_millis(5);

/// How a process ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// `None` where a signal ended it.
    pub(crate) code: Option<i32>,
    /// What it wrote to stdout and stderr.
    pub(crate) text: String,
}

/// A process whose words go to a file without a name, so that no full pipe holds it up.
pub(crate) struct Running {
    child: Child,
    words: File,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        let words = tempfile::tempfile().unwrap();
        let child = command
            .stdin(Stdio::null())
            .stdout(words.try_clone().unwrap())
            .stderr(words.try_clone().unwrap())
            .spawn()
            .unwrap();
        Self { child, words }
    }

    /// SIGKILL, unless it has ended before.
    pub(crate) fn kill(mut self) -> Ended {
        self.child.kill().unwrap();
        self.ended()
    }

    /// Ctrl-C.
    pub(crate) fn interrupt(&self) {
        let sent = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        assert!(sent.unwrap().success());
    }

    /// Waits until it has said so.
    pub(crate) fn says_within(&mut self, words: &str, limit: Duration) {
        let deadline = Instant::now() + limit;
        loop {
            let is_over = self.is_over();
            let text = self.text();
            if text.contains(words) {
                return;
            }
            assert!(!is_over && Instant::now() < deadline, "it does not say {words:?}: {text}");
            thread::sleep(LOOK_PAUSE);
        }
    }

    /// Whether it has ended.
    pub(crate) fn is_over(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits for its end, and after a while has it asked to stop, as a person does who sees that it waits. How that is
    /// done is the caller's: the process may be another's child.
    pub(crate) fn end_or_stop(mut self, patience: Duration, stop: impl FnOnce()) -> Ended {
        if !self.is_over_within(patience) {
            stop();
        }
        self.end_within(patience)
    }

    /// Waits for its end. One that hangs is killed, and fails the test.
    pub(crate) fn end_within(mut self, limit: Duration) -> Ended {
        if self.is_over_within(limit) {
            return self.ended();
        }
        panic!("it hangs: {}", self.kill().text);
    }

    fn is_over_within(&mut self, limit: Duration) -> bool {
        let deadline = Instant::now() + limit;
        loop {
            if self.is_over() {
                return true;
            }
            if Instant::now() > deadline {
                return false;
            }
            thread::sleep(LOOK_PAUSE);
        }
    }

    /// What it has written so far. The file's place is the process's too, so that it is read without moving that.
    fn text(&self) -> String {
        let len = self.words.metadata().unwrap().len();
        let mut words = vec![0; usize::try_from(len).unwrap()];
        self.words.read_exact_at(&mut words, 0).unwrap();
        String::from_utf8_lossy(&words).into_owned()
    }

    fn ended(&mut self) -> Ended {
        let code = self.child.wait().unwrap().code();
        Ended { code, text: self.text() }
    }
}

impl Drop for Running {
    /// A test that fails leaves nobody behind.
    fn drop(&mut self) {
        let _over = self.child.kill();
        let _over = self.child.wait();
    }
}
