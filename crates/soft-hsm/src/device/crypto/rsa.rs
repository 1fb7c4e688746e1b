//! RSA keys: the number theory without padding. The public exponent is always 65537.
//!
//! Exponentiation is constant-time, by `crypto-bigint`. Every private operation is checked with the public
//! exponent, so that a fault cannot give a prime away.

use std::fmt;

use crypto_bigint::{
    BoxedUint, ConcatenatingMul as _, NonZero, Odd, Resize as _,
    modular::{BoxedMontyForm, BoxedMontyParams},
};
use crypto_primes::{Flavor, random_prime};
use yubihsm2::{RsaBody, SecretBytes};
use zeroize::Zeroizing;

use crate::randomness::{AsRng, Randomness};

const EXPONENT: u32 = 65_537;

/// A public key.
pub(in crate::device) struct RsaPublicKey {
    parameters: BoxedMontyParams,
    modulus: Vec<u8>,
}

impl RsaPublicKey {
    /// Takes a modulus, big-endian; `None` where it is even or its first bit is not set.
    pub(in crate::device) fn load(modulus: &[u8]) -> Option<Self> {
        let is_full = modulus.first().is_some_and(|byte| byte & 0x80 != 0);
        let value = is_full.then(|| number(modulus, modulus.len()))??;
        let parameters = BoxedMontyParams::new(Odd::new(value).into_option()?);
        Some(Self { parameters, modulus: modulus.to_vec() })
    }

    /// The modulus, big-endian.
    pub(in crate::device) fn modulus(&self) -> &[u8] {
        &self.modulus
    }

    /// Size of the modulus in bytes.
    pub(in crate::device) fn len_bytes(&self) -> usize {
        self.modulus.len()
    }

    /// Raises to the public exponent. `None` for input that is not below the modulus.
    pub(in crate::device) fn raise(&self, input: &[u8]) -> Option<Vec<u8>> {
        let input = self.number_below(input)?;
        Some(self.raise_number(&input).to_be_bytes().to_vec())
    }

    fn raise_number(&self, input: &BoxedUint) -> BoxedUint {
        let exponent = BoxedUint::from(EXPONENT);
        BoxedMontyForm::new(input.clone(), &self.parameters).pow(&exponent).retrieve()
    }

    fn number_below(&self, input: &[u8]) -> Option<BoxedUint> {
        let input = number(input, self.len_bytes())?;
        (input < *self.parameters.modulus().as_ref()).then_some(input)
    }
}

/// A private key.
pub(in crate::device) struct RsaKey {
    public: RsaPublicKey,
    p: Prime,
    q: Prime,
    q_inverse: Zeroizing<BoxedMontyForm>,
}

/// Number and private exponent. The number itself cannot be wiped: `crypto-bigint` shares parameters by
/// reference counts.
struct Prime {
    parameters: BoxedMontyParams,
    exponent: Zeroizing<BoxedUint>,
}

impl Prime {
    fn load(prime: &BoxedUint, exponent: &[u8]) -> Option<Self> {
        let parameters = BoxedMontyParams::new(Odd::new(prime.clone()).into_option()?);
        Some(Self { parameters, exponent: secret_number(exponent)? })
    }

    fn number(&self) -> &NonZero<BoxedUint> {
        self.parameters.modulus().as_nz_ref()
    }

    fn reduce(&self, value: &BoxedUint) -> BoxedMontyForm {
        BoxedMontyForm::new(value.rem(self.number()), &self.parameters)
    }
}

impl RsaKey {
    /// Takes a stored key; `None` where its parts do not fit.
    pub(in crate::device) fn load(body: &RsaBody) -> Option<Self> {
        let public = RsaPublicKey::load(&body.modulus)?;
        let (p, q) = (secret_number(&body.p)?, secret_number(&body.q)?);
        // First of all, since it also shows that no factor is too small to compute with.
        if p.concatenating_mul(&*q) != *public.parameters.modulus().as_ref() {
            return None;
        }
        let (p, q) = (Prime::load(&p, &body.dp)?, Prime::load(&q, &body.dq)?);
        let q_inverse = p.reduce(&*secret_number(&body.q_inverse)?);
        Some(Self { public, p, q, q_inverse: Zeroizing::new(q_inverse) })
    }

    /// The public half.
    pub(in crate::device) fn public(&self) -> &RsaPublicKey {
        &self.public
    }

    /// Raises to the private exponent, as signing and decryption do. `None` for input that is not below
    /// the modulus, and for keys whose primes are none.
    pub(in crate::device) fn raise(&self, input: &[u8]) -> Option<SecretBytes> {
        let input = self.public.number_below(input)?;
        let by_p = Zeroizing::new(self.p.reduce(&input).pow(&self.p.exponent));
        let by_q = Zeroizing::new(self.q.reduce(&input).pow(&self.q.exponent).retrieve());
        // Garner: the number below p·q that leaves both remainders.
        let difference = Zeroizing::new(&*by_p - &self.p.reduce(&by_q));
        let multiple = Zeroizing::new((&*difference * &*self.q_inverse).retrieve());
        let output = Zeroizing::new(multiple.concatenating_mul(self.q.number().as_ref()));
        let output = Zeroizing::new(output.wrapping_add(&*by_q));
        (self.public.raise_number(&output) == input)
            .then(|| SecretBytes::new(output.to_be_bytes().into_vec()))
    }
}

impl fmt::Debug for RsaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RsaKey({} bytes)", self.public.len_bytes())
    }
}

impl fmt::Debug for RsaPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RsaPublicKey({} bytes)", self.len_bytes())
    }
}

/// The key of two primes of equal size; `None` where they make no key with the exponent 65537.
pub(in crate::device) fn rsa_body(p: &[u8], q: &[u8]) -> Option<RsaBody> {
    let (p, q) = (secret_number(p)?, secret_number(q)?);
    let modulus = p.concatenating_mul(&*q).to_be_bytes().into_vec();
    // It must fill its size, which also shows that no factor is too small to compute with.
    (modulus.first()? & 0x80 != 0).then_some(())?;
    let odd_p = Odd::new((*p).clone()).into_option()?;
    let q_inverse = Zeroizing::new(q.rem(odd_p.as_nz_ref()));
    let q_inverse = q_inverse.invert_odd_mod(&odd_p).into_option()?;
    let secret = |value: &BoxedUint| SecretBytes::new(value.to_be_bytes().into_vec());
    Some(RsaBody {
        dp: secret(&*private_exponent_modulo(&one_less(&p))?),
        dq: secret(&*private_exponent_modulo(&one_less(&q))?),
        q_inverse: secret(&Zeroizing::new(q_inverse)),
        p: secret(&p),
        q: secret(&q),
        modulus,
    })
}

/// The private exponent of a key, which is not stored; `None` where the parts make no key.
pub(super) fn private_exponent(body: &RsaBody) -> Option<SecretBytes> {
    let (p, q) = (secret_number(&body.p)?, secret_number(&body.q)?);
    let order = Zeroizing::new(one_less(&p).concatenating_mul(&*one_less(&q)));
    let exponent = private_exponent_modulo(&order)?;
    Some(SecretBytes::new(exponent.to_be_bytes().into_vec()))
}

fn private_exponent_modulo(order: &BoxedUint) -> Option<Zeroizing<BoxedUint>> {
    let exponent = BoxedUint::from(EXPONENT).resize(order.bits_precision());
    let order = Zeroizing::new(NonZero::new(order.clone()).into_option()?);
    exponent.invert_mod(&order).into_option().map(Zeroizing::new)
}

fn one_less(value: &BoxedUint) -> Zeroizing<BoxedUint> {
    let one = BoxedUint::one_with_precision(value.bits_precision());
    Zeroizing::new(value.wrapping_sub(one))
}

/// A new key.
pub(in crate::device) fn generate_rsa(
    modulus_len_bytes: usize,
    random: &mut dyn Randomness,
) -> RsaBody {
    let bits = modulus_len_bytes as u32 * 8 / 2;
    loop {
        // Ends: two primes with their first bit set make a modulus with its first bit set in more than a
        // third of all cases, and only one prime in 65537 does not go with the exponent.
        let mut prime = || {
            let prime: BoxedUint = random_prime(&mut AsRng(random), Flavor::Any, bits);
            SecretBytes::new(Zeroizing::new(prime).to_be_bytes().into_vec())
        };
        if let Some(body) = rsa_body(&prime(), &prime()) {
            return body;
        }
    }
}

fn secret_number(bytes: &[u8]) -> Option<Zeroizing<BoxedUint>> {
    number(bytes, bytes.len()).map(Zeroizing::new)
}

fn number(bytes: &[u8], len_bytes: usize) -> Option<BoxedUint> {
    BoxedUint::from_be_slice(bytes, len_bytes as u32 * 8).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::randomness::SeededRandomness;

    #[test]
    fn a_generated_key_undoes_what_its_public_half_does() {
        let random = &mut SeededRandomness::from_number(3);
        for len in [256, 384, 512] {
            let body = generate_rsa(len, random);
            assert_eq!((body.modulus.len(), body.p.len()), (len, len / 2));
            let key = RsaKey::load(&body).unwrap();
            let mut message = vec![0; len];
            random.fill(&mut message[1..]);
            let raised = key.public().raise(&message).unwrap();
            assert_eq!(key.raise(&raised).unwrap().as_bytes(), message);
        }
    }

    #[test]
    fn input_that_is_not_below_the_modulus_is_refused() {
        let body = generate_rsa(256, &mut SeededRandomness::from_number(4));
        let key = RsaKey::load(&body).unwrap();
        assert!(key.raise(&body.modulus).is_none());
        assert!(key.public().raise(&[0xFF; 256]).is_none());
        assert!(key.raise(&[0; 257]).is_none());
    }

    #[test]
    fn numbers_that_make_no_key_are_refused() {
        let body = generate_rsa(256, &mut SeededRandomness::from_number(5));
        assert!(rsa_body(&body.p, &body.p).is_none(), "equal primes");
        assert!(rsa_body(&[0; 128], &body.q).is_none(), "zero");
        assert!(rsa_body(&[2; 128], &body.q).is_none(), "even");
        let mut small = vec![0; 128];
        small[127] = 3;
        assert!(rsa_body(&small, &body.q).is_none(), "a modulus that does not fill its size");
        small[127] = 1;
        assert!(rsa_body(&small, &body.q).is_none(), "one");
        let mut damaged = body.clone();
        damaged.modulus[9] ^= 1;
        assert!(RsaKey::load(&damaged).is_none());
    }

    #[test]
    fn a_key_whose_primes_are_none_signs_nothing() {
        let mut body = generate_rsa(256, &mut SeededRandomness::from_number(6));
        let mut neighbour = body.p.to_vec();
        neighbour[127] ^= 2;
        body = rsa_body(&neighbour, &body.q).unwrap();
        assert!(RsaKey::load(&body).unwrap().raise(&[1; 256]).is_none());
    }
}
