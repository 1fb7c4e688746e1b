//! Devices to measure with: one product, real signatures, keys that only this run has a use for.

use std::thread;

use control_log::Entry;
use sidewalk::{
    CertificateAuthority, Chain, Curve, PrivateKey, Serial, Smsn, Stage, TrustAnchor, TrustAnchors,
};

use crate::Fallible;

/// A product's authorities on both curves.
pub(super) struct Authority {
    ed25519: CertificateAuthority,
    p256r1: CertificateAuthority,
}

/// A device's two chains.
pub(super) struct Device {
    pub(super) ed25519: Chain,
    pub(super) p256r1: Chain,
}

impl Authority {
    pub(super) fn new() -> Fallible<Self> {
        let certify = |curve| -> Fallible<_> {
            let ladder = (0..5)
                .map(|level| Ok((Serial::parse(&[level, 0, 0, 0])?, key(curve, u64::from(level))?)))
                .collect::<Fallible<_>>()?;
            Ok(CertificateAuthority::certify(ladder)?)
        };
        Ok(Self { ed25519: certify(Curve::Ed25519)?, p256r1: certify(Curve::P256r1)? })
    }

    /// The private key of a device.
    pub(super) fn device_key(curve: Curve, number: usize) -> Fallible<PrivateKey> {
        key(curve, 1000 + number as u64)
    }

    pub(super) fn device(&self, number: usize) -> Fallible<Device> {
        let mut smsn = [0xA5; Smsn::LEN_BYTES];
        smsn[..8].copy_from_slice(&(number as u64).to_be_bytes());
        let chain = |authority: &CertificateAuthority| -> Fallible<_> {
            let device = Self::device_key(authority.curve(), number)?;
            Ok(authority.issue(Smsn::from_bytes(smsn), device.public_key())?)
        };
        Ok(Device { ed25519: chain(&self.ed25519)?, p256r1: chain(&self.p256r1)? })
    }

    /// So many devices, made on all processors, each given to `each` with its number.
    pub(super) fn devices<T: Send>(
        &self,
        count: usize,
        each: impl Fn(usize, Device) -> Fallible<T> + Sync,
    ) -> Fallible<Vec<T>> {
        let share = count.div_ceil(processors()).max(1);
        let each = &each;
        thread::scope(|scope| {
            let workers: Vec<_> = (0..count)
                .step_by(share)
                .map(|first| {
                    let numbers = first..count.min(first + share);
                    scope.spawn(move || {
                        let made = numbers.map(|number| each(number, self.device(number)?));
                        made.collect::<Fallible<Vec<T>>>()
                    })
                })
                .collect();
            let mut all = Vec::with_capacity(count);
            for worker in workers {
                all.extend(worker.join().map_err(|_| "a worker that makes devices died")??);
            }
            Ok(all)
        })
    }

    /// The private key that signs devices.
    pub(super) fn dak_key(curve: Curve) -> Fallible<PrivateKey> {
        key(curve, 4)
    }

    /// The certificates above every device.
    pub(super) fn issuers_bytes(&self, curve: Curve) -> &[u8] {
        match curve {
            Curve::Ed25519 => self.ed25519.issuers_bytes(),
            Curve::P256r1 => self.p256r1.issuers_bytes(),
        }
    }

    /// The roots of both curves.
    pub(super) fn anchors(&self) -> Fallible<TrustAnchors> {
        let Device { ed25519, p256r1 } = self.device(0)?;
        Ok(TrustAnchors::new([TrustAnchor::of(&ed25519), TrustAnchor::of(&p256r1)]))
    }
}

impl Device {
    /// The device's entry in a control log.
    pub(super) fn entry(self) -> Fallible<Entry> {
        Ok(Entry::new("BNCH".parse()?, self.ed25519, self.p256r1, Stage::Test)?)
    }
}

/// How many threads can work at once.
pub(super) fn processors() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

fn key(curve: Curve, number: u64) -> Fallible<PrivateKey> {
    let mut bytes = [0x5A; Curve::PRIVATE_KEY_LEN_BYTES];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    Ok(PrivateKey::from_bytes(curve, &bytes)?)
}
