//! The compact form: what a line PC sends a thousand times an hour, without text to read.
//!
//! All numbers are big-endian. A call:
//!
//! | bytes | what |
//! |---|---|
//! | 1 | version: 1 |
//! | 1 | flags: 1 = rework; others are refused |
//! | 16 | request id |
//! | 32 | SMSN |
//! | 32 | Ed25519 public key |
//! | 64 | P-256 public key, x then y |
//! | 1 + n | product |
//! | 1 + n | job package, empty where the server shall find it |
//!
//! An answer:
//!
//! | bytes | what |
//! |---|---|
//! | 1 | version: 1 |
//! | 1 | flags: 1 = these were given before |
//! | 4 | serial number of the HSM |
//! | 8 | index in the evidence log |
//! | 2 + n | Ed25519 chain |
//! | 2 + n | P-256 chain |

use hsm::DeviceRequest;
use sidewalk::{Curve, PublicKey, Smsn};

use super::{RequestId, SignAnswer, SignCall, is_name};

/// The version of both forms.
const VERSION: u8 = 1;

/// The one flag of a call, and of an answer.
const FLAG: u8 = 1;

impl SignCall {
    /// In the compact form.
    pub fn to_binary(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION, u8::from(self.is_rework)];
        bytes.extend_from_slice(self.request_id.as_bytes());
        bytes.extend_from_slice(self.device.smsn().as_bytes());
        for curve in Curve::ALL {
            bytes.extend_from_slice(self.device.public_key(curve).as_bytes());
        }
        for name in [self.product.as_str(), self.package.as_deref().unwrap_or_default()] {
            let name = name.as_bytes();
            // Longer ones are refused by whoever makes a call.
            let len = name.len().min(usize::from(u8::MAX));
            bytes.push(len as u8);
            bytes.extend_from_slice(&name[..len]);
        }
        bytes
    }

    /// From the compact form.
    ///
    /// # Errors
    ///
    /// [`BinaryError`].
    pub fn from_binary(bytes: &[u8]) -> Result<Self, BinaryError> {
        let mut reader = Reader { rest: bytes };
        let is_rework = reader.head()?;
        let request_id = RequestId::from_bytes(reader.array("request id")?);
        let smsn = Smsn::from_bytes(reader.array("SMSN")?);
        let ed25519 = reader.take(32, "Ed25519 key")?;
        let p256r1 = reader.take(64, "P-256 key")?;
        let product = reader.name("product")?;
        let product = product.filter(|name| is_name(name)).ok_or(BinaryError::Name("product"))?;
        let package = reader.name("job package")?;
        if package.as_deref().is_some_and(|name| !is_name(name)) {
            return Err(BinaryError::Name("job package"));
        }
        reader.end()?;
        let key = |curve, bytes| PublicKey::from_bytes(curve, bytes);
        let device = key(Curve::Ed25519, ed25519)
            .zip(key(Curve::P256r1, p256r1))
            .and_then(|(ed25519, p256r1)| DeviceRequest::new(smsn, ed25519, p256r1).ok())
            .ok_or(BinaryError::Short("keys"))?;
        Ok(Self { request_id, product, package, is_rework, device })
    }
}

impl SignAnswer {
    /// In the compact form.
    pub fn to_binary(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION, u8::from(self.is_repeat)];
        bytes.extend_from_slice(&self.hsm_serial.to_be_bytes());
        bytes.extend_from_slice(&self.evidence_index.to_be_bytes());
        for chain in [&self.ed25519_chain, &self.p256r1_chain] {
            // A chain has at most 700 bytes.
            let len = chain.len().min(usize::from(u16::MAX));
            bytes.extend_from_slice(&(len as u16).to_be_bytes());
            bytes.extend_from_slice(&chain[..len]);
        }
        bytes
    }

    /// From the compact form.
    ///
    /// # Errors
    ///
    /// [`BinaryError`].
    pub fn from_binary(bytes: &[u8]) -> Result<Self, BinaryError> {
        let mut reader = Reader { rest: bytes };
        let is_repeat = reader.head()?;
        let hsm_serial = u32::from_be_bytes(reader.array("HSM")?);
        let evidence_index = u64::from_be_bytes(reader.array("evidence index")?);
        let mut chain = |what| -> Result<Vec<u8>, BinaryError> {
            let len = u16::from_be_bytes(reader.array(what)?);
            Ok(reader.take(usize::from(len), what)?.to_vec())
        };
        let ed25519_chain = chain("Ed25519 chain")?;
        let p256r1_chain = chain("P-256 chain")?;
        reader.end()?;
        Ok(Self { is_repeat, hsm_serial, evidence_index, ed25519_chain, p256r1_chain })
    }
}

/// Bytes that are taken from the front.
struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Version and flags; the flag.
    fn head(&mut self) -> Result<bool, BinaryError> {
        let [version, flags] = self.array("version")?;
        if version != VERSION {
            return Err(BinaryError::Version { found: version });
        }
        if flags & !FLAG != 0 {
            return Err(BinaryError::Flags { found: flags });
        }
        Ok(flags & FLAG != 0)
    }

    fn take(&mut self, len: usize, what: &'static str) -> Result<&'a [u8], BinaryError> {
        let (taken, rest) = self.rest.split_at_checked(len).ok_or(BinaryError::Short(what))?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], BinaryError> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(BinaryError::Short(what))?;
        self.rest = rest;
        Ok(*taken)
    }

    /// A text with its length before it; `None` where it is empty.
    fn name(&mut self, what: &'static str) -> Result<Option<String>, BinaryError> {
        let [len] = self.array(what)?;
        let bytes = self.take(usize::from(len), what)?;
        let text = std::str::from_utf8(bytes).map_err(|_| BinaryError::Name(what))?;
        Ok((!text.is_empty()).then(|| text.to_owned()))
    }

    const fn end(&self) -> Result<(), BinaryError> {
        if self.rest.is_empty() { Ok(()) } else { Err(BinaryError::Long(self.rest.len())) }
    }
}

/// Why bytes are no call or answer of this version.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BinaryError {
    /// Another version.
    #[error("it is of version {found}, and version {VERSION} is understood")]
    Version {
        /// Which.
        found: u8,
    },
    /// Flags of another version.
    #[error("flags 0x{found:02x} are not understood")]
    Flags {
        /// Which.
        found: u8,
    },
    /// It ends too soon.
    #[error("it ends within the {0}")]
    Short(&'static str),
    /// It goes on after its end.
    #[error("{0} bytes follow its end")]
    Long(usize),
    /// A name that is none.
    #[error("the {0} is no name of visible ASCII characters")]
    Name(&'static str),
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sidewalk::PrivateKey;

    use super::*;

    fn call() -> SignCall {
        let key = |curve| *PrivateKey::from_bytes(curve, &[7; 32]).unwrap().public_key();
        SignCall {
            request_id: RequestId::from_bytes([3; 16]),
            product: "RNET_DAK_DUMMY".to_owned(),
            package: Some("spring".to_owned()),
            is_rework: true,
            device: DeviceRequest::new(
                Smsn::from_bytes([9; 32]),
                key(Curve::Ed25519),
                key(Curve::P256r1),
            )
            .unwrap(),
        }
    }

    #[test]
    fn a_call_comes_back_and_every_part_of_it_is_too_short() {
        for call in [call(), SignCall { package: None, is_rework: false, ..call() }] {
            let bytes = call.to_binary();
            assert_eq!(SignCall::from_binary(&bytes), Ok(call));
            for len in 0..bytes.len() {
                assert!(SignCall::from_binary(&bytes[..len]).is_err(), "{len}");
            }
            let longer = [bytes.as_slice(), &[0]].concat();
            assert_eq!(SignCall::from_binary(&longer), Err(BinaryError::Long(1)));
        }
    }

    #[test]
    fn what_a_later_version_may_mean_is_refused() {
        let mut bytes = call().to_binary();
        bytes[1] = 3;
        assert_eq!(SignCall::from_binary(&bytes), Err(BinaryError::Flags { found: 3 }));
        bytes[0] = 2;
        assert_eq!(SignCall::from_binary(&bytes), Err(BinaryError::Version { found: 2 }));
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_value_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(call) = SignCall::from_binary(&bytes) {
                prop_assert_eq!(call.to_binary(), bytes.clone());
            }
            if let Ok(answer) = SignAnswer::from_binary(&bytes) {
                prop_assert_eq!(answer.to_binary(), bytes);
            }
        }

        #[test]
        fn an_answer_comes_back(
            is_repeat: bool, hsm_serial: u32, evidence_index: u64,
            ed25519_chain in prop::collection::vec(any::<u8>(), 0..700),
            p256r1_chain in prop::collection::vec(any::<u8>(), 0..700),
        ) {
            let answer =
                SignAnswer { is_repeat, hsm_serial, evidence_index, ed25519_chain, p256r1_chain };
            prop_assert_eq!(SignAnswer::from_binary(&answer.to_binary()), Ok(answer));
        }
    }
}
