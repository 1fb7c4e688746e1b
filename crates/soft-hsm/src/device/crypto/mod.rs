//! The arithmetic under the commands. Nothing here knows of sessions, rights or the wire's error codes.

mod aes;
#[expect(deprecated, reason = "primefield 0.14 expands to a method that has a new name by now")]
mod bp512;
mod der;
mod digest;
mod ec;
mod ed25519;
mod key_wrap;
mod oaep;
mod pkcs1;
mod pkcs8;
mod pss;
mod rsa;

pub(super) use self::{
    aes::{BlockMode, Direction},
    der::{DerReader, der, der_integer, der_sequence, tag},
    digest::Hash,
    ec::{EcCurve, EcKey, random_p256_key},
    ed25519::Ed25519Key,
    key_wrap::{unwrap_key, wrap_key},
    oaep::Oaep,
    pkcs1::{pad_digest, strip_padding},
    pkcs8::{RSA_EXPONENT, decode_private_key, ec_identifier, encode_private_key, rsa_identifier},
    pss::pss_encode,
    rsa::{RsaKey, RsaPublicKey, generate_rsa, rsa_body},
};
