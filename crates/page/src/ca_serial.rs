//! How long the serial of a certificate authority is: the rule of the public tools, and Nordic's own.

/// Size of a plain serial in bytes.
pub(crate) const PLAIN_LEN: usize = 4;

/// The size a serial announces in its first four bytes, by the rule of the public tools.
pub(crate) fn announced_len(serial: &[u8]) -> usize {
    sidewalk::Serial::encoded_len_bytes(serial).unwrap_or(PLAIN_LEN)
}

/// The size Nordic's on-device certificate code takes a serial for (nrfconnect/sdk-sidewalk,
/// `sid_on_dev_cert.c`): it looks for the extended header in the first two bytes, big-endian.
pub(crate) fn nordic_len(serial: &[u8]) -> usize {
    match serial {
        [high, low, ..] if high & 0x30 == 0x30 => usize::from(low & 0x7F) + PLAIN_LEN,
        _ => PLAIN_LEN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_differ_where_public_serials_show_it() {
        // The extended serial of the signing tool's test chains, and a plain one of a real DAK.
        assert_eq!(announced_len(&[0xE4, 0x7C, 0x83, 0xB1, 0x07]), 5);
        assert_eq!(nordic_len(&[0xE4, 0x7C, 0x83, 0xB1, 0x07]), 4);
        assert_eq!(announced_len(&[0x71, 0x5C, 0x00, 0xFA]), 4);
        assert_eq!(nordic_len(&[0x71, 0x5C, 0x00, 0xFA]), 96);
        assert_eq!(nordic_len(&[0x75, 0x00, 0x00, 0x03]), 4);
    }
}
