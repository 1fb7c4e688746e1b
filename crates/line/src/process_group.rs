//! Programs that are killed with their children, when they take too long.

use std::process::{Child, Command, Stdio};

/// Lets the program lead a process group of its own, so that its children can be killed with it.
#[cfg(unix)]
pub(crate) fn own_group(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

#[cfg(not(unix))]
pub(crate) fn own_group(_command: &mut Command) {}

/// Kills the program, its children and theirs.
pub(crate) fn kill_group(child: &mut Child) {
    // Signals to a group need a system call that the standard library does not offer; the system's own programs do.
    let mut killer = killer(child.id());
    let _killed = killer.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let _killed = child.kill();
    let _status = child.wait();
}

#[cfg(unix)]
fn killer(group: u32) -> Command {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", "kill -s KILL -- \"-$1\"", "sh", &group.to_string()]);
    command
}

#[cfg(not(unix))]
fn killer(process: u32) -> Command {
    let mut command = Command::new("taskkill");
    command.args(["/T", "/F", "/PID", &process.to_string()]);
    command
}
