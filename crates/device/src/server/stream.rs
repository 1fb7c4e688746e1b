//! A board behind a pair of streams.

use std::{
    io::{self, ErrorKind, Read, Write},
    sync::atomic::{AtomicBool, Ordering},
};

use super::{Bench, CHUNK_LEN_BYTES, ServeError, is_pause};

/// Serves one client until it closes its end, or `stop` is set.
///
/// A reader should give up with [`TimedOut`](std::io::ErrorKind::TimedOut) or
/// [`WouldBlock`](std::io::ErrorKind::WouldBlock) after a moment without bytes: one that waits for ever, as stdin
/// does, sees `stop` and slow answers only when the next byte comes.
///
/// # Errors
///
/// [`ServeError`]; a client that is gone is none.
pub fn serve_stream(
    bench: &mut Bench,
    mut reader: impl Read,
    mut writer: impl Write,
    stop: &AtomicBool,
) -> Result<(), ServeError> {
    let mut chunk = [0; CHUNK_LEN_BYTES];
    while !stop.load(Ordering::Relaxed) {
        let received = match reader.read(&mut chunk) {
            Ok(0) => return Ok(()),
            Ok(len) => &chunk[..len],
            Err(error) if is_pause(&error) => &[],
            Err(error) if is_gone(&error) => return Ok(()),
            Err(error) => return Err(ServeError::new("read from the client", error)),
        };
        let said = bench.feed(received);
        match writer.write_all(&said).and_then(|()| writer.flush()) {
            // A client that does not read loses bytes, as on a wire without flow control.
            Err(error) if is_pause(&error) => {}
            Err(error) if is_gone(&error) => return Ok(()),
            Err(error) => return Err(ServeError::new("write to the client", error)),
            Ok(()) => {}
        }
    }
    Ok(())
}

fn is_gone(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::BrokenPipe | ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted
    )
}
