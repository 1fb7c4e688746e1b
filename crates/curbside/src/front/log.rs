//! The log of a front: a line for every event, text or JSON.

use std::{
    io,
    sync::mpsc::{Receiver, sync_channel},
    thread,
    time::Duration,
};

use mtls::front::{AccessEntry, EventReceiver, FrontEvent, Refusal};
use serde_json::{Value, json};

use super::{
    lines::{Lines, at},
    teller::Level,
};
use crate::{exit::Exit, failure::Failure, terminal, terminal::Output};

/// How long the last lines may take to be written at the end. A reader that has stopped must not keep us from ending.
const LAST_LINES_TIMEOUT: Duration = Duration::from_secs(2);

/// The thread that writes lines. Only it waits for whoever reads them.
pub(crate) struct FrontLog {
    done: Receiver<()>,
}

impl FrontLog {
    pub(crate) fn start(
        events: EventReceiver,
        lines: Lines,
        is_json: bool,
    ) -> Result<Self, Failure> {
        let (tell_done, done) = sync_channel(1);
        let started = thread::Builder::new().name("log".to_owned()).spawn(move || {
            write_all(events, &lines, is_json);
            let _nobody_waits = tell_done.send(());
        });
        started.map_err(|error: io::Error| {
            Failure::new(Exit::Io, format!("failed to start a thread: {error}"))
        })?;
        Ok(Self { done })
    }

    /// Waits for the last lines.
    pub(crate) fn finish(self) {
        let _too_slow = self.done.recv_timeout(LAST_LINES_TIMEOUT);
    }
}

fn write_all(mut events: EventReceiver, lines: &Lines, is_json: bool) {
    let mut next = events.wait();
    while let Some(event) = next {
        let mut written = lines.lock();
        let mut result = write(&mut written.output, &event, is_json);
        next = events.try_next();
        if next.is_none() {
            result = result.and_then(|()| written.output.pass_on());
        }
        written.settle(result);
        drop(written);
        if next.is_none() {
            let dropped = events.take_dropped();
            if dropped > 0 {
                terminal::note(&format!("warning: {dropped} lines of the log were dropped"));
            }
            next = events.wait();
        }
    }
}

fn write(output: &mut Output, event: &FrontEvent, is_json: bool) -> Result<(), Failure> {
    if is_json {
        output.print_json_line(&in_json(event))
    } else {
        output.print(&format!("{}\n", in_words(event)))
    }
}

fn in_words(event: &FrontEvent) -> String {
    match event {
        FrontEvent::Answered(AccessEntry {
            unix_millis,
            peer,
            method,
            path,
            status,
            len_bytes,
            duration,
        }) => format!(
            "{} {} {} {method} {path} {status} {len_bytes} {:.3}ms",
            at(*unix_millis),
            shown(&peer.identity.name),
            peer.address,
            duration.as_secs_f64() * 1e3,
        ),
        FrontEvent::Refused(Refusal { unix_millis, address, client, reason, request, status }) => {
            let client = client.as_deref().map_or("-".to_owned(), shown);
            let mut line = format!("{} {client} {address} refused: {reason}", at(*unix_millis));
            if let Some((method, path)) = request {
                line.push_str(&format!(" ({method} {path}"));
                line.push_str(&status.map_or(String::new(), |status| format!(" {status}")));
                line.push(')');
            }
            line
        }
        FrontEvent::Reloaded { unix_millis, expiry, revoked } => format!(
            "{} - - reloaded: the server's certificate lasts {} days, the authority {}; revoked: {}",
            at(*unix_millis),
            expiry.server_days(unix_millis / 1000),
            expiry.ca_days(unix_millis / 1000),
            revoked.unwrap_or(0),
        ),
        FrontEvent::ReloadFailed { unix_millis, error } => format!(
            "{} - - not reloaded, the certificates of before are used on: failed to {error}",
            at(*unix_millis),
        ),
        FrontEvent::ExpiresSoon { unix_millis, what, days } => {
            let when = if *days < 0 {
                "has expired".to_owned()
            } else {
                format!("expires in {days} days")
            };
            format!("{} - - warning: the certificate of the {what} {when}", at(*unix_millis))
        }
        FrontEvent::AcceptFailed { unix_millis, message } => {
            format!("{} - - failed to accept a connection: {message}", at(*unix_millis))
        }
    }
}

fn in_json(event: &FrontEvent) -> Value {
    match event {
        FrontEvent::Answered(entry) => json!({
            "event": "answered",
            "level": Level::Info.name(),
            "time": at(entry.unix_millis),
            "client": entry.peer.identity.name,
            "role": entry.peer.identity.role.name(),
            "certificate": entry.peer.identity.serial_hex,
            "address": entry.peer.address.to_string(),
            "method": entry.method.as_str(),
            "path": entry.path,
            "status": entry.status,
            "bytes": entry.len_bytes,
            "ms": entry.duration.as_secs_f64() * 1e3,
        }),
        FrontEvent::Refused(refusal) => json!({
            "event": "refused",
            "level": Level::Warning.name(),
            "time": at(refusal.unix_millis),
            "client": refusal.client,
            "address": refusal.address.to_string(),
            "reason": refusal.reason.name(),
            "message": refusal.reason.to_string(),
            "method": refusal.request.as_ref().map(|(method, _)| method.as_str()),
            "path": refusal.request.as_ref().map(|(_, path)| path),
            "status": refusal.status,
        }),
        FrontEvent::Reloaded { unix_millis, expiry, revoked } => json!({
            "event": "reloaded",
            "level": Level::Info.name(),
            "time": at(*unix_millis),
            "server_days": expiry.server_days(unix_millis / 1000),
            "authority_days": expiry.ca_days(unix_millis / 1000),
            "revoked": revoked,
        }),
        FrontEvent::ReloadFailed { unix_millis, error } => json!({
            "event": "reload-failed",
            "level": Level::Error.name(),
            "time": at(*unix_millis),
            "message": format!("failed to {error}"),
        }),
        FrontEvent::ExpiresSoon { unix_millis, what, days } => json!({
            "event": "expires-soon",
            "level": Level::Warning.name(),
            "time": at(*unix_millis),
            "what": what,
            "days": days,
        }),
        FrontEvent::AcceptFailed { unix_millis, message } => json!({
            "event": "accept-failed",
            "level": Level::Error.name(),
            "time": at(*unix_millis),
            "message": message,
        }),
    }
}

/// A name as one word.
fn shown(name: &str) -> String {
    name.replace(char::is_whitespace, "_")
}
