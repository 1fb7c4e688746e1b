//! Commands that put and generate objects. All but one answer with the object's id.

use crate::{
    algorithm::Algorithm,
    authentication_key::AuthenticationKey,
    capability::Capabilities,
    command::Command,
    domain::Domains,
    label::Label,
    object::{NewDelegatingObject, NewObject, ObjectId},
    operation::{Operation, operations},
    secret::SecretBytes,
    wire::{Reader, Wire, WireError, Writer},
};

operations! {
    /// `42`: puts an opaque object.
    PUT_OPAQUE => pub struct PutOpaque {
        /// What the object is given.
        pub object: NewObject,
        /// The data; at least one byte.
        pub data: Vec<u8>,
    } -> ObjectId;

    /// `5e`: puts a template.
    PUT_TEMPLATE => pub struct PutTemplate {
        /// What the object is given.
        pub object: NewObject,
        /// The data; at least one byte.
        pub data: Vec<u8>,
    } -> ObjectId;

    /// `45`: puts a private key.
    PUT_ASYMMETRIC_KEY => pub struct PutAsymmetricKey {
        /// What the object is given.
        pub object: NewObject,
        /// RSA: p ‖ q of half the modulus each; EC: the scalar; Ed25519: the seed of 32 bytes.
        pub key: SecretBytes,
    } -> ObjectId;

    /// `46`: generates a key pair.
    GENERATE_ASYMMETRIC_KEY => pub struct GenerateAsymmetricKey {
        /// What the object is given.
        pub object: NewObject,
    } -> ObjectId;

    /// `52`: puts an HMAC key.
    PUT_HMAC_KEY => pub struct PutHmacKey {
        /// What the object is given.
        pub object: NewObject,
        /// 1 to 64 bytes for SHA-1 and SHA-256, 1 to 128 for SHA-384 and SHA-512.
        pub key: SecretBytes,
    } -> ObjectId;

    /// `5a`: generates an HMAC key.
    GENERATE_HMAC_KEY => pub struct GenerateHmacKey {
        /// What the object is given.
        pub object: NewObject,
    } -> ObjectId;

    /// `6d`: puts an AES key. From firmware 2.3.1.
    PUT_SYMMETRIC_KEY => pub struct PutSymmetricKey {
        /// What the object is given.
        pub object: NewObject,
        /// 16, 24 or 32 bytes.
        pub key: SecretBytes,
    } -> ObjectId;

    /// `6e`: generates an AES key. From firmware 2.3.1.
    GENERATE_SYMMETRIC_KEY => pub struct GenerateSymmetricKey {
        /// What the object is given.
        pub object: NewObject,
    } -> ObjectId;

    /// `65`: puts a key for Yubico OTP.
    PUT_OTP_AEAD_KEY => pub struct PutOtpAeadKey {
        /// What the object is given.
        pub object: NewObject,
        /// The front of every nonce: opaque, used as sent. Clients send their number little-endian.
        pub nonce_id: [u8; 4],
        /// 16, 24 or 32 bytes.
        pub key: SecretBytes,
    } -> ObjectId;

    /// `66`: generates a key for Yubico OTP.
    GENERATE_OTP_AEAD_KEY => pub struct GenerateOtpAeadKey {
        /// What the object is given.
        pub object: NewObject,
        /// The front of every nonce: opaque, used as sent.
        pub nonce_id: [u8; 4],
    } -> ObjectId;

    /// `4c`: puts a wrap key.
    PUT_WRAP_KEY => pub struct PutWrapKey {
        /// What the object is given.
        pub object: NewDelegatingObject,
        /// 16, 24 or 32 bytes for AES; p ‖ q for RSA (firmware 2.4), which only imports.
        pub key: SecretBytes,
    } -> ObjectId;

    /// `5b`: generates a wrap key.
    GENERATE_WRAP_KEY => pub struct GenerateWrapKey {
        /// What the object is given.
        pub object: NewDelegatingObject,
    } -> ObjectId;

    /// `73`: puts the public half of an RSA wrap key, which only exports. From firmware 2.4.
    PUT_PUBLIC_WRAP_KEY => pub struct PutPublicWrapKey {
        /// What the object is given.
        pub object: NewDelegatingObject,
        /// 256, 384 or 512 bytes.
        pub modulus: Vec<u8>,
    } -> ObjectId;
}

/// `44`: puts an authentication key. The algorithm on the wire is the key's.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PutAuthenticationKey {
    /// The id, or [`ObjectId::ANY`].
    pub id: ObjectId,
    /// The label.
    pub label: Label,
    /// The domains of sessions that the key opens.
    pub domains: Domains,
    /// What sessions that the key opens may do.
    pub capabilities: Capabilities,
    /// What objects that such sessions create may be given.
    pub delegated: Capabilities,
    /// The key.
    pub key: AuthenticationKey,
}

impl PutAuthenticationKey {
    /// What the object is given.
    pub fn object(&self) -> NewDelegatingObject {
        let object = NewObject {
            id: self.id,
            label: self.label,
            domains: self.domains,
            capabilities: self.capabilities,
            algorithm: self.key.algorithm(),
        };
        NewDelegatingObject { object, delegated: self.delegated }
    }
}

impl Wire for PutAuthenticationKey {
    fn write(&self, out: &mut Writer) {
        self.object().write(out);
        self.key.write_key(out);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, WireError> {
        let object = NewObject::read(input)?;
        let algorithm_offset = input.offset() - 1;
        let delegated = Wire::read(input)?;
        let NewObject { id, label, domains, capabilities, algorithm } = object;
        let key = AuthenticationKey::read_key(algorithm, algorithm_offset, input)?;
        Ok(Self { id, label, domains, capabilities, delegated, key })
    }
}

impl Operation for PutAuthenticationKey {
    const COMMAND: Command = Command::PUT_AUTHENTICATION_KEY;
    type Answer = ObjectId;
}

/// `6c`: replaces the key of the session in which it is sent; another id is refused with INVALID ID. The
/// session lives on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ChangeAuthenticationKey {
    /// The session's own key.
    pub id: ObjectId,
    /// The new key.
    pub key: AuthenticationKey,
}

impl Wire for ChangeAuthenticationKey {
    fn write(&self, out: &mut Writer) {
        self.id.write(out);
        self.key.algorithm().write(out);
        self.key.write_key(out);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, WireError> {
        let id = Wire::read(input)?;
        let offset = input.offset();
        let algorithm = Algorithm::read(input)?;
        Ok(Self { id, key: AuthenticationKey::read_key(algorithm, offset, input)? })
    }
}

impl Operation for ChangeAuthenticationKey {
    const COMMAND: Command = Command::CHANGE_AUTHENTICATION_KEY;
    type Answer = ObjectId;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error_code::ErrorCode;

    #[test]
    fn an_authentication_key_of_an_unknown_algorithm_is_invalid_data() {
        let mut bytes = vec![0; 61 + 32];
        bytes[52] = Algorithm::AES128.0;
        let error = WireError::Value { field: "algorithm", offset: 52 };
        assert_eq!(PutAuthenticationKey::from_bytes(&bytes), Err(error));
        assert_eq!(error.error_code(), ErrorCode::INVALID_DATA);
    }

    #[test]
    fn an_authentication_key_of_another_length_is_wrong_length() {
        let mut bytes = vec![0; 61 + 31];
        bytes[52] = Algorithm::AES128_YUBICO_AUTHENTICATION.0;
        let error = WireError::Truncated { offset: 92, needed: 1 };
        assert_eq!(PutAuthenticationKey::from_bytes(&bytes), Err(error));
        assert_eq!(error.error_code(), ErrorCode::WRONG_LENGTH);
    }
}
