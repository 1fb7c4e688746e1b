//! What a simulated board is told.

/// Bytes to diagnostic firmware.
pub fn diagnostics(data: &[u8]) {
    device::feed_hostile_bytes(data);
}
