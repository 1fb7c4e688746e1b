//! Commands that put, generate and change objects.

use yubihsm2::{
    Algorithm, Capabilities, ErrorCode, HmacBody, NewDelegatingObject, NewObject, ObjectBody,
    ObjectId, ObjectRecord, ObjectType, Origin, RsaBody, Secret, SecretBytes,
    operation::{
        ChangeAuthenticationKey, GenerateAsymmetricKey, GenerateHmacKey, GenerateOtpAeadKey,
        GenerateSymmetricKey, GenerateWrapKey, PutAsymmetricKey, PutAuthenticationKey, PutHmacKey,
        PutOpaque, PutOtpAeadKey, PutPublicWrapKey, PutSymmetricKey, PutTemplate, PutWrapKey,
    },
};

use super::Execute;
use crate::{
    device::{
        crypto::{EcCurve, EcKey, Ed25519Key, RsaPublicKey, generate_rsa, rsa_body},
        state::{Change, Name, StoredObject},
        task::Task,
    },
    randomness::Randomness,
};

impl Execute for PutOpaque {
    fn execute(self, task: &mut Task<'_>) -> Result<ObjectId, ErrorCode> {
        put_data(task, ObjectType::OPAQUE, &self.object, self.data)
    }
}

impl Execute for PutTemplate {
    fn execute(self, task: &mut Task<'_>) -> Result<ObjectId, ErrorCode> {
        put_data(task, ObjectType::TEMPLATE, &self.object, self.data)
    }
}

impl Execute for PutAuthenticationKey {
    fn execute(self, task: &mut Task<'_>) -> Result<ObjectId, ErrorCode> {
        let NewDelegatingObject { object, delegated } = self.object();
        let object_type = ObjectType::AUTHENTICATION_KEY;
        task.require_creatable(object_type, &object, delegated)?;
        let body = ObjectBody::Authentication { delegated, key: self.key };
        task.create(object_type, &object, Origin::IMPORTED, body.encode())
    }
}

impl Execute for ChangeAuthenticationKey {
    fn execute(self, task: &mut Task<'_>) -> Result<ObjectId, ErrorCode> {
        task.note(self.id);
        if self.id != task.access.key {
            return Err(ErrorCode::INVALID_ID);
        }
        let algorithm = self.key.algorithm();
        task.require_suitable(ObjectType::AUTHENTICATION_KEY, algorithm)?;
        let name = Name::new(ObjectType::AUTHENTICATION_KEY, self.id);
        let object = task.object(name)?;
        let delegated = object.delegated();
        let body = ObjectBody::Authentication { delegated, key: self.key }.encode();
        let len_bytes = body.len() as u16;
        let record = ObjectRecord { algorithm, len_bytes, body, ..object.record.clone() };
        task.commit(Change::Put(Box::new(StoredObject { record })));
        Ok(self.id)
    }
}

impl Execute for PutAsymmetricKey {
    fn execute(self, task: &mut Task<'_>) -> Result<ObjectId, ErrorCode> {
        let object_type = ObjectType::ASYMMETRIC_KEY;
        task.require_creatable(object_type, &self.object, Capabilities::NONE)?;
        let body = asymmetric_body(self.object.algorithm, &self.key)?;
        task.create(object_type, &self.object, Origin::IMPORTED, body)
    }
}

impl Execute for GenerateAsymmetricKey {
    fn execute(self, task: &mut Task<'_>) -> Result<ObjectId, ErrorCode> {
        let object_type = ObjectType::ASYMMETRIC_KEY;
        task.require_creatable(object_type, &self.object, Capabilities::NONE)?;
        require_free(task, object_type, &self.object)?;
        let body = generate_asymmetric(self.object.algorithm, task.random);
        let body = body.ok_or(ErrorCode::INVALID_DATA)?;
        task.create(object_type, &self.object, Origin::GENERATED, body.encode())
    }
}

impl Execute for PutHmacKey {
    fn execute(self, task: &mut Task<'_>) -> Result<ObjectId, ErrorCode> {
        put_hmac(task, &self.object, Origin::IMPORTED, &self.key)
    }
}

impl Execute for GenerateHmacKey {
    fn execute(self, task: &mut Task<'_>) -> Result<ObjectId, ErrorCode> {
        // As long as a block: more would be hashed, less would be weaker.
        let key = random_key(self.object.algorithm, task.random);
        put_hmac(task, &self.object, Origin::GENERATED, &key)
    }
}

impl Execute for PutSymmetricKey {
    fn execute(self, task: &mut Task<'_>) -> Result<ObjectId, ErrorCode> {
        put_symmetric(task, &self.object, Origin::IMPORTED, self.key)
    }
}

impl Execute for GenerateSymmetricKey {
    fn execute(self, task: &mut Task<'_>) -> Result<ObjectId, ErrorCode> {
        let key = random_key(self.object.algorithm, task.random);
        put_symmetric(task, &self.object, Origin::GENERATED, key)
    }
}

impl Execute for PutOtpAeadKey {
    fn execute(self, task: &mut Task<'_>) -> Result<ObjectId, ErrorCode> {
        put_otp(task, &self.object, Origin::IMPORTED, self.nonce_id, &self.key)
    }
}

impl Execute for GenerateOtpAeadKey {
    fn execute(self, task: &mut Task<'_>) -> Result<ObjectId, ErrorCode> {
        let key = random_key(self.object.algorithm, task.random);
        put_otp(task, &self.object, Origin::GENERATED, self.nonce_id, &key)
    }
}

impl Execute for PutWrapKey {
    fn execute(self, task: &mut Task<'_>) -> Result<ObjectId, ErrorCode> {
        let NewDelegatingObject { object, delegated } = self.object;
        task.require_creatable(ObjectType::WRAP_KEY, &object, delegated)?;
        let body = if Algorithm::RSA_KEYS.contains(&object.algorithm) {
            let key = rsa_of_primes(object.algorithm, &self.key)?;
            ObjectBody::WrapRsa { delegated, key }
        } else {
            require_len(object.algorithm, &self.key)?;
            ObjectBody::Wrap { delegated, key: self.key }
        };
        task.create(ObjectType::WRAP_KEY, &object, Origin::IMPORTED, body.encode())
    }
}

impl Execute for GenerateWrapKey {
    fn execute(self, task: &mut Task<'_>) -> Result<ObjectId, ErrorCode> {
        let NewDelegatingObject { object, delegated } = self.object;
        task.require_creatable(ObjectType::WRAP_KEY, &object, delegated)?;
        require_free(task, ObjectType::WRAP_KEY, &object)?;
        let body = match generate_rsa_of(object.algorithm, task.random) {
            Some(key) => ObjectBody::WrapRsa { delegated, key },
            None => {
                let key = random_key(object.algorithm, task.random);
                ObjectBody::Wrap { delegated, key }
            }
        };
        task.create(ObjectType::WRAP_KEY, &object, Origin::GENERATED, body.encode())
    }
}

impl Execute for PutPublicWrapKey {
    fn execute(self, task: &mut Task<'_>) -> Result<ObjectId, ErrorCode> {
        let NewDelegatingObject { object, delegated } = self.object;
        task.require_creatable(ObjectType::PUBLIC_WRAP_KEY, &object, delegated)?;
        require_len(object.algorithm, &self.modulus)?;
        RsaPublicKey::load(&self.modulus).ok_or(ErrorCode::INVALID_DATA)?;
        let body = ObjectBody::PublicWrap { delegated, modulus: self.modulus };
        task.create(ObjectType::PUBLIC_WRAP_KEY, &object, Origin::IMPORTED, body.encode())
    }
}

/// The body of a private key that is given as a put command takes it: p ‖ q, scalar or seed.
pub(super) fn asymmetric_body(algorithm: Algorithm, key: &[u8]) -> Result<SecretBytes, ErrorCode> {
    if algorithm == Algorithm::ED25519 {
        let seed = Secret::from_slice(key).ok_or(ErrorCode::WRONG_LENGTH)?;
        return Ok(ObjectBody::Ed25519(Ed25519Key::body_of_seed(seed)).encode());
    }
    if Algorithm::RSA_KEYS.contains(&algorithm) {
        return rsa_of_primes(algorithm, key).map(|key| ObjectBody::Rsa(key).encode());
    }
    require_len(algorithm, key)?;
    let key = EcKey::load(algorithm, key).ok_or(ErrorCode::INVALID_DATA)?;
    Ok(ObjectBody::Ec(key.body()).encode())
}

/// Refuses a key of another length than the algorithm's.
pub(super) fn require_len(algorithm: Algorithm, key: &[u8]) -> Result<(), ErrorCode> {
    let is_whole = algorithm.key_len_bytes() == Some(key.len());
    is_whole.then_some(()).ok_or(ErrorCode::WRONG_LENGTH)
}

fn put_data(
    task: &mut Task<'_>,
    object_type: ObjectType,
    object: &NewObject,
    data: Vec<u8>,
) -> Result<ObjectId, ErrorCode> {
    task.require_creatable(object_type, object, Capabilities::NONE)?;
    if data.is_empty() {
        return Err(ErrorCode::WRONG_LENGTH);
    }
    task.create(object_type, object, Origin::IMPORTED, SecretBytes::new(data))
}

fn put_hmac(
    task: &mut Task<'_>,
    object: &NewObject,
    origin: Origin,
    key: &[u8],
) -> Result<ObjectId, ErrorCode> {
    let object_type = ObjectType::HMAC_KEY;
    task.require_creatable(object_type, object, Capabilities::NONE)?;
    let body = HmacBody::new(object.algorithm, key).filter(|_| !key.is_empty());
    let body = body.ok_or(ErrorCode::WRONG_LENGTH)?;
    task.create(object_type, object, origin, ObjectBody::Hmac(body).encode())
}

fn put_symmetric(
    task: &mut Task<'_>,
    object: &NewObject,
    origin: Origin,
    key: SecretBytes,
) -> Result<ObjectId, ErrorCode> {
    let object_type = ObjectType::SYMMETRIC_KEY;
    task.require_creatable(object_type, object, Capabilities::NONE)?;
    require_len(object.algorithm, &key)?;
    task.create(object_type, object, origin, key)
}

fn put_otp(
    task: &mut Task<'_>,
    object: &NewObject,
    origin: Origin,
    nonce_id: [u8; 4],
    key: &[u8],
) -> Result<ObjectId, ErrorCode> {
    let object_type = ObjectType::OTP_AEAD_KEY;
    task.require_creatable(object_type, object, Capabilities::NONE)?;
    require_len(object.algorithm, key)?;
    let body = SecretBytes::new([&nonce_id, key].concat());
    task.create(object_type, object, origin, body)
}

/// As many random bytes as the algorithm's key has; none for algorithms without keys.
pub(super) fn random_key(algorithm: Algorithm, random: &mut dyn Randomness) -> SecretBytes {
    let mut key = vec![0; algorithm.key_len_bytes().unwrap_or_default()];
    random.fill(&mut key);
    SecretBytes::new(key)
}

fn generate_asymmetric(algorithm: Algorithm, random: &mut dyn Randomness) -> Option<ObjectBody> {
    if let Some(curve) = EcCurve::of(algorithm) {
        return Some(ObjectBody::Ec(curve.generate(random).body()));
    }
    match algorithm {
        Algorithm::ED25519 => Some(ObjectBody::Ed25519(Ed25519Key::generate(random))),
        _ => generate_rsa_of(algorithm, random).map(ObjectBody::Rsa),
    }
}

fn generate_rsa_of(algorithm: Algorithm, random: &mut dyn Randomness) -> Option<RsaBody> {
    let is_rsa = Algorithm::RSA_KEYS.contains(&algorithm);
    is_rsa.then(|| Some(generate_rsa(algorithm.key_len_bytes()?, random)))?
}

fn rsa_of_primes(algorithm: Algorithm, primes: &[u8]) -> Result<RsaBody, ErrorCode> {
    require_len(algorithm, primes)?;
    let (p, q) = primes.split_at(primes.len() / 2);
    rsa_body(p, q).ok_or(ErrorCode::INVALID_DATA)
}

/// Refuses an id that is taken before seconds are spent on a key.
fn require_free(
    task: &Task<'_>,
    object_type: ObjectType,
    object: &NewObject,
) -> Result<(), ErrorCode> {
    let is_free = task.state.object(Name::new(object_type, object.id)).is_none();
    is_free.then_some(()).ok_or(ErrorCode::OBJECT_EXISTS)
}
