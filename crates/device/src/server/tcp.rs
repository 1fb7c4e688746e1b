//! A board behind a TCP port, as a serial port server shows one.

use std::{
    net::{TcpListener, TcpStream},
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use super::{Bench, PAUSE, ServeError, is_pause, serve_stream};

/// Serves one client after the other on a listener of the caller's, until `stop` is set.
///
/// # Errors
///
/// [`ServeError`]; a client that goes away is none.
pub fn serve_tcp(
    bench: &mut Bench,
    listener: &TcpListener,
    stop: &AtomicBool,
) -> Result<(), ServeError> {
    let failed = |error| ServeError::new("wait for a client", error);
    listener.set_nonblocking(true).map_err(failed)?;
    while !stop.load(Ordering::Relaxed) {
        match listener.accept() {
            Ok((client, _)) => {
                let (reader, writer) = prepare(client)?;
                serve_stream(bench, reader, writer, stop)?;
            }
            Err(error) if is_pause(&error) => thread::sleep(PAUSE),
            Err(error) => return Err(failed(error)),
        }
    }
    Ok(())
}

fn prepare(client: TcpStream) -> Result<(TcpStream, TcpStream), ServeError> {
    let failed = |error| ServeError::new("set the client's connection up", error);
    client.set_nonblocking(false).map_err(failed)?;
    client.set_nodelay(true).map_err(failed)?;
    client.set_read_timeout(Some(PAUSE)).map_err(failed)?;
    let writer = client.try_clone().map_err(failed)?;
    Ok((client, writer))
}
