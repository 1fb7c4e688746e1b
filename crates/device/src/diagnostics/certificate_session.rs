//! The on-device certificate library: keys are made on the board, chains come from outside.

use sidewalk::{Csr, Curve, PrivateKey, PrivateKeyError, PublicKey, Smsn, SmsnInput, Stage};
use zeroize::Zeroizing;

use super::{
    device_chain::{DeviceChain, SerialRule},
    sid_error::SidError,
};
use crate::{Board, BoardError, Randomness, WrongKey};

/// The longest DSN in characters: its place on a page has 17 bytes and ends in NUL.
const DSN_LEN_MAX: usize = 16;

/// The size of an APID in characters.
const APID_LEN: usize = 4;

/// What the library knows between `init` and `deinit`. It is in the board's memory and gone with a reset.
#[derive(Debug, Default)]
pub(super) struct CertificateSession {
    pub(super) smsn: Option<Smsn>,
    pub(super) apid: [u8; APID_LEN],
    pub(super) app_key: Option<[u8; 32]>,
    curves: [CurveState; 2],
}

#[derive(Debug, Default)]
struct CurveState {
    key: Option<DeviceKey>,
    chain: Option<DeviceChain>,
}

/// The key pair of a request.
#[derive(Debug)]
struct DeviceKey {
    public: PublicKey,
    /// Where the build has no key store.
    private: Option<PrivateKey>,
}

/// Why the library stops.
#[derive(Debug)]
pub(super) enum Stop {
    /// It answers an error.
    Error(SidError),
    /// The board does, and answers nothing.
    Board(BoardError),
}

impl From<SidError> for Stop {
    fn from(error: SidError) -> Self {
        Self::Error(error)
    }
}

impl CertificateSession {
    /// Names the device; everything from before is forgotten.
    pub(super) fn generate_smsn(
        &mut self,
        device_type: &str,
        dsn: &str,
        apid: &str,
        board_id: Option<&str>,
    ) -> Result<Smsn, SidError> {
        *self = Self::default();
        let apid_bytes: [u8; APID_LEN] =
            apid.as_bytes().try_into().map_err(|_| SidError::INVALID_ARGS)?;
        if dsn.len() > DSN_LEN_MAX {
            return Err(SidError::INVALID_ARGS);
        }
        let input = SmsnInput { stage: Stage::Production, device_type, dsn, apid, board_id };
        let smsn = Smsn::derive(&input).map_err(|_| SidError::INVALID_ARGS)?;
        self.smsn = Some(smsn);
        self.apid = apid_bytes;
        Ok(smsn)
    }

    /// Makes a new key pair and its signing request.
    pub(super) fn generate_csr(
        &mut self,
        curve: Curve,
        board: &mut Board,
        randomness: &mut dyn Randomness,
    ) -> Result<Vec<u8>, Stop> {
        let smsn = self.smsn.ok_or(SidError::INVALID_STATE)?;
        *self.curve(curve) = CurveState::default();
        let key = new_key(curve, randomness)?;
        let mut request = Csr::create(&key, smsn).to_bytes();
        if board.has_wrong_key(curve, WrongKey::Request) {
            let other = new_key(curve, randomness)?;
            let signed_len = request.len() - Curve::SIGNATURE_LEN_BYTES;
            let signature = other.sign(&request[..signed_len]);
            request[signed_len..].copy_from_slice(signature.as_bytes());
        }
        let public = *key.public_key();
        let kept = match board.has_wrong_key(curve, WrongKey::Kept) {
            true => new_key(curve, randomness)?,
            false => key,
        };
        let private = if board.keeps_keys_in_store() {
            board.store_key(kept).map_err(Stop::Board)?;
            None
        } else {
            Some(kept)
        };
        self.curve(curve).key = Some(DeviceKey { public, private });
        Ok(request)
    }

    /// Takes the chain for the last request on a curve.
    pub(super) fn write_chain(
        &mut self,
        curve: Curve,
        bytes: &[u8],
        rule: SerialRule,
    ) -> Result<(), SidError> {
        let smsn = self.smsn.ok_or(SidError::INVALID_STATE)?;
        let state = self.curve(curve);
        let key = state.key.as_ref().ok_or(SidError::INVALID_STATE)?;
        let chain = DeviceChain::parse(curve, bytes, rule)?;
        let device = chain.entries.first().ok_or(SidError::INVALID_ARGS)?;
        if device.subject != smsn.as_bytes() || device.key != key.public {
            return Err(SidError::INVALID_ARGS);
        }
        state.chain = Some(chain);
        Ok(())
    }

    /// Takes the application server's key, once for each device.
    pub(super) fn write_app_key(&mut self, key: [u8; 32]) -> Result<(), SidError> {
        if self.smsn.is_none() || self.app_key.is_some() {
            return Err(SidError::INVALID_STATE);
        }
        self.app_key = Some(key);
        Ok(())
    }

    /// Everything that is stored, where everything is there.
    pub(super) fn complete(&self) -> Option<Complete<'_>> {
        let [ed25519, p256r1] = &self.curves;
        Some(Complete {
            smsn: self.smsn?,
            apid: self.apid,
            app_key: self.app_key?,
            curves: [ed25519.complete()?, p256r1.complete()?],
        })
    }

    fn curve(&mut self, curve: Curve) -> &mut CurveState {
        match curve {
            Curve::Ed25519 => &mut self.curves[0],
            Curve::P256r1 => &mut self.curves[1],
        }
    }
}

/// What is stored.
pub(super) struct Complete<'a> {
    pub(super) smsn: Smsn,
    pub(super) apid: [u8; APID_LEN],
    pub(super) app_key: [u8; 32],
    /// In the order of [`Curve::ALL`]: the private key, where it goes on the page, and the chain.
    pub(super) curves: [(Option<Zeroizing<[u8; 32]>>, &'a DeviceChain); 2],
}

impl CurveState {
    fn complete(&self) -> Option<(Option<Zeroizing<[u8; 32]>>, &DeviceChain)> {
        let private = self.key.as_ref()?.private.as_ref();
        let private = private.map(|key| Zeroizing::new(*key.expose_bytes()));
        Some((private, self.chain.as_ref()?))
    }
}

fn new_key(curve: Curve, randomness: &mut dyn Randomness) -> Result<PrivateKey, SidError> {
    PrivateKey::generate(curve, |bytes| {
        randomness.fill(bytes);
        Ok::<(), PrivateKeyError>(())
    })
    .map_err(|_| SidError::GENERIC)
}
