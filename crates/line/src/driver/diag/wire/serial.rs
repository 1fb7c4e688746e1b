//! A serial port.

use std::{io, path::PathBuf, time::Duration};

use serial2::SerialPort;

use super::{PATIENCE_MIN, SEND_PATIENCE, Wire, WireSource, silence_as_zero};

/// A serial port: 8 data bits, no parity, 1 stop bit, no flow control.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SerialSource {
    /// The port, such as `/dev/ttyACM0` or `COM3`.
    pub path: PathBuf,
    /// Bits a second; 115200 for Nordic, ST and Silicon Labs, 1000000 for Telink.
    pub baud: u32,
}

impl WireSource for SerialSource {
    fn open(&mut self) -> io::Result<Box<dyn Wire>> {
        let mut port = SerialPort::open(&self.path, self.baud)?;
        port.set_write_timeout(SEND_PATIENCE)?;
        Ok(Box::new(SerialWire(port)))
    }

    fn name(&self) -> String {
        self.path.display().to_string()
    }
}

struct SerialWire(SerialPort);

impl Wire for SerialWire {
    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }

    fn receive(&mut self, buffer: &mut [u8], patience: Duration) -> io::Result<usize> {
        self.0.set_read_timeout(patience.max(PATIENCE_MIN))?;
        silence_as_zero(self.0.read(buffer))
    }
}
