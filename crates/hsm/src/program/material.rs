//! The certificates and keys of one product on both curves.

use sidewalk::{
    CertificateAuthority, Chain, ChainForm, Curve, IssueError, Level, PrivateKey, PrivateKeyError,
    PublicKey, Serial, Signature, TrustAnchor, TrustAnchors, Verifier, VerifyError,
};
use thiserror::Error;

use super::ProgramError;
use crate::placeholder::placeholder_chain;

/// Which four bits at the front of a serial's last byte mark the extended form, which a dummy has no use for.
const EXTENDED_MARK: u8 = 0xB0;

/// The certificates of one DAK's chain on both curves, and the DAK's private keys.
#[derive(Debug)]
pub struct Material {
    pub(super) form: ChainForm,
    pub(super) ed25519: CurveMaterial,
    pub(super) p256r1: CurveMaterial,
}

/// One curve of a material.
#[derive(Debug)]
pub(super) struct CurveMaterial {
    /// Device issuer first, root last.
    pub(super) certificates: Vec<Entry>,
    /// The private key that signs devices.
    pub(super) signer: PrivateKey,
}

/// One authority's certificate.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) level: Level,
    pub(super) serial: Serial,
    pub(super) public_key: PublicKey,
    pub(super) signature: Signature,
}

impl Material {
    /// Makes the keys of `daks` chains that share everything but the DAK (in the short form: the model),
    /// from a source of randomness. The authorities' private keys are forgotten.
    ///
    /// # Errors
    ///
    /// [`ProgramError::Randomness`].
    pub fn generate(
        form: ChainForm,
        daks: usize,
        mut fill_random: impl FnMut(&mut [u8]) -> Result<(), ProgramError>,
    ) -> Result<Vec<Self>, ProgramError> {
        let [ed25519, p256r1] =
            Curve::ALL.map(|curve| generate_curve(form, curve, daks, &mut fill_random));
        let pairs = ed25519?.into_iter().zip(p256r1?);
        Ok(pairs.map(|(ed25519, p256r1)| Self { form, ed25519, p256r1 }).collect())
    }

    /// Takes a material that somebody else made, root and all, once its chains verify to their own roots
    /// and its keys are those that they certify.
    pub(super) fn check(
        form: ChainForm,
        ed25519: CurveMaterial,
        p256r1: CurveMaterial,
    ) -> Result<Self, NotGenuineMaterial> {
        let material = Self { form, ed25519, p256r1 };
        let verifier = Verifier::new(material.roots()?);
        for curve in Curve::ALL {
            let chain = material.placeholder_chain(curve)?;
            verifier.verify_authorities(&chain).map_err(NotGenuineMaterial::Verify)?;
            let own = material.curve(curve);
            let certified = own.certificates.first().map(|entry| entry.public_key);
            if certified != Some(*own.signer.public_key()) {
                return Err(NotGenuineMaterial::OtherKey { curve });
            }
        }
        Ok(material)
    }

    /// Long or short.
    pub const fn form(&self) -> ChainForm {
        self.form
    }

    /// The roots of both chains, to be pinned by those who are to believe them.
    ///
    /// # Errors
    ///
    /// [`NotGenuineMaterial::Chain`] where the certificates form no chain.
    pub fn roots(&self) -> Result<TrustAnchors, NotGenuineMaterial> {
        let [ed25519, p256r1] = Curve::ALL
            .map(|curve| self.placeholder_chain(curve).map(|chain| TrustAnchor::of(&chain)));
        Ok(TrustAnchors::new([ed25519?, p256r1?]))
    }

    pub(super) const fn curve(&self, curve: Curve) -> &CurveMaterial {
        match curve {
            Curve::Ed25519 => &self.ed25519,
            Curve::P256r1 => &self.p256r1,
        }
    }

    fn placeholder_chain(&self, curve: Curve) -> Result<Chain, NotGenuineMaterial> {
        let mut issuers = Vec::new();
        for entry in &self.curve(curve).certificates {
            issuers.extend_from_slice(entry.serial.as_bytes());
            issuers.extend_from_slice(entry.public_key.as_bytes());
            issuers.extend_from_slice(entry.signature.as_bytes());
        }
        placeholder_chain(curve, &issuers).map_err(NotGenuineMaterial::Chain)
    }
}

/// Makes the authorities of a curve once and one chain for each DAK below them.
fn generate_curve(
    form: ChainForm,
    curve: Curve,
    daks: usize,
    fill_random: &mut impl FnMut(&mut [u8]) -> Result<(), ProgramError>,
) -> Result<Vec<CurveMaterial>, ProgramError> {
    // Root first; the device and its issuer stand at the front of the form's levels.
    let mut above = Vec::new();
    for _ in form.levels().iter().skip(2) {
        above.push(generate_authority(curve, fill_random)?);
    }
    (0..daks)
        .map(|_| {
            let (serial, signer) = generate_authority(curve, fill_random)?;
            let mut ladder = above.clone();
            ladder.push((serial, signer.clone()));
            let issuers = CertificateAuthority::certify(ladder)?;
            let chain =
                placeholder_chain(curve, issuers.issuers_bytes()).map_err(IssueError::Chain)?;
            Ok(CurveMaterial { certificates: entries(&chain), signer })
        })
        .collect()
}

fn generate_authority(
    curve: Curve,
    fill_random: &mut impl FnMut(&mut [u8]) -> Result<(), ProgramError>,
) -> Result<(Serial, PrivateKey), ProgramError> {
    let key = PrivateKey::generate(curve, &mut *fill_random)?;
    let mut bytes = [0; Serial::PLAIN_LEN_BYTES];
    fill_random(&mut bytes)?;
    if bytes[3] & 0xF0 == EXTENDED_MARK {
        bytes[3] ^= 0x80;
    }
    let serial = Serial::parse(&bytes).map_err(|_| ProgramError::Randomness)?;
    Ok((serial, key))
}

/// The authorities of a chain, device issuer first.
fn entries(chain: &Chain) -> Vec<Entry> {
    let authorities = chain.certificates().skip(1);
    authorities
        .filter_map(|certificate| {
            Some(Entry {
                level: certificate.level(),
                serial: certificate.serial()?,
                public_key: certificate.public_key(),
                signature: certificate.signature(),
            })
        })
        .collect()
}

/// Why a material that somebody else made is not taken.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum NotGenuineMaterial {
    /// The certificates form no chain.
    #[error("{0}")]
    Chain(sidewalk::ChainError),
    /// A signature does not verify, or a key is unsound.
    #[error("{0}")]
    Verify(VerifyError),
    /// The private key is not the one that the chain certifies.
    #[error("the {curve} private key is not the one that the chain certifies")]
    OtherKey {
        /// The curve.
        curve: Curve,
    },
}

impl From<PrivateKeyError> for ProgramError {
    fn from(_: PrivateKeyError) -> Self {
        Self::Randomness
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts up: a source that a test can repeat.
    fn counting() -> impl FnMut(&mut [u8]) -> Result<(), ProgramError> {
        let mut next = 0_u8;
        move |bytes| {
            for byte in bytes {
                next = next.wrapping_mul(5).wrapping_add(113);
                *byte = next;
            }
            Ok(())
        }
    }

    #[test]
    fn daks_of_one_product_share_everything_above_them() {
        for form in [ChainForm::Long, ChainForm::Short] {
            let materials = Material::generate(form, 3, counting()).unwrap();
            assert_eq!(materials.len(), 3);
            for curve in Curve::ALL {
                let above = |material: &Material| {
                    material.curve(curve).certificates[1..]
                        .iter()
                        .map(|entry| *entry.signature.as_bytes())
                        .collect::<Vec<_>>()
                };
                assert_eq!(above(&materials[0]), above(&materials[2]));
                let signer = |material: &Material| *material.curve(curve).signer.public_key();
                assert_ne!(signer(&materials[0]), signer(&materials[1]));
            }
        }
    }

    #[test]
    fn what_is_made_verifies_to_its_own_roots_and_to_no_others() {
        let material = Material::generate(ChainForm::Long, 1, counting()).unwrap().remove(0);
        let chain = material.placeholder_chain(Curve::P256r1).unwrap();
        let own = Verifier::new(material.roots().unwrap());
        assert_eq!(own.verify_authorities(&chain), Ok(()));
        let amazon = Verifier::new(TrustAnchors::amazon());
        let error = amazon.verify_authorities(&chain).map_err(|error| error.code());
        assert_eq!(error, Err("untrusted-root"));
    }

    #[test]
    fn a_serial_never_begins_an_extended_one() {
        let (serial, _) = generate_authority(Curve::Ed25519, &mut |bytes: &mut [u8]| {
            bytes.fill(0xB7);
            Ok(())
        })
        .unwrap();
        assert!(!serial.is_extended());
    }
}
