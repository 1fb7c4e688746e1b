//! Commands that move objects and data under a wrap key.

use crate::{
    algorithm::Algorithm,
    capability::Capabilities,
    code::codes,
    domain::Domains,
    label::Label,
    object::{ObjectId, ObjectType},
    operation::operations,
    secret::SecretBytes,
    wire::{Reader, Wire, WireError, Writer, wire_struct},
    wrap::Wrapped,
};

codes! {
    /// How much of an object an export carries.
    pub struct ExportFormat: "export format" {
        PLAIN = 0, "plain";
        /// Ed25519 keys take their seed along.
        WITH_SEED = 1, "with-seed";
    }
}

operations! {
    /// `68`: encrypts data under a wrap key.
    WRAP_DATA => pub struct WrapData {
        /// The wrap key.
        pub key: ObjectId,
        /// The data.
        pub data: SecretBytes,
    } -> Wrapped;

    /// `69`: decrypts data under a wrap key.
    UNWRAP_DATA => pub struct UnwrapData {
        /// The wrap key.
        pub key: ObjectId,
        /// The data as [`WrapData`] answered it.
        pub wrapped: Wrapped,
    } -> SecretBytes;

    /// `4a`: exports an object under an AES wrap key.
    EXPORT_WRAPPED => pub struct ExportWrapped {
        /// The wrap key.
        pub wrap_key: ObjectId,
        /// The object's type.
        pub object_type: ObjectType,
        /// The object's id.
        pub id: ObjectId,
        /// How much of it; absent for plain.
        pub format: Option<ExportFormat>,
    } -> Wrapped;

    /// `4b`: imports an object under an AES wrap key.
    IMPORT_WRAPPED => pub struct ImportWrapped {
        /// The wrap key.
        pub wrap_key: ObjectId,
        /// The object as [`ExportWrapped`] answered it.
        pub wrapped: Wrapped,
    } -> ImportedObject;

    /// `74`: exports a bare key under a public wrap key; answers `RSA-OAEP(KEK) ‖ AES-KWP(KEK, key)`, the
    /// key being PKCS #8 in DER for asymmetric keys. From firmware 2.4.
    EXPORT_KEY_RSA => pub struct ExportKeyRsa {
        /// The public wrap key.
        pub wrap_key: ObjectId,
        /// The key's type.
        pub object_type: ObjectType,
        /// The key's id.
        pub id: ObjectId,
        /// The algorithm of the key in between: AES.
        pub aes: Algorithm,
        /// The algorithm of OAEP.
        pub oaep: Algorithm,
        /// The algorithm of the mask generation.
        pub mgf1: Algorithm,
        /// The digest of OAEP's label.
        pub label_digest: Vec<u8>,
    } -> Vec<u8>;

    /// `76`: exports an object, as [`ObjectRecord`](crate::ObjectRecord), under a public wrap key. From
    /// firmware 2.4.
    EXPORT_WRAPPED_RSA => pub struct ExportWrappedRsa {
        /// The public wrap key.
        pub wrap_key: ObjectId,
        /// The object's type.
        pub object_type: ObjectType,
        /// The object's id.
        pub id: ObjectId,
        /// The algorithm of the key in between: AES.
        pub aes: Algorithm,
        /// The algorithm of OAEP.
        pub oaep: Algorithm,
        /// The algorithm of the mask generation.
        pub mgf1: Algorithm,
        /// The digest of OAEP's label.
        pub label_digest: Vec<u8>,
    } -> Vec<u8>;
}

wire_struct! {
    /// Which object was imported: `type:1 ‖ id:2`.
    #[derive(Copy)]
    pub struct ImportedObject {
        /// The type.
        pub object_type: ObjectType,
        /// The id.
        pub id: ObjectId,
    }
}

operations! {
    /// `75`: imports a bare key under an RSA wrap key. From firmware 2.4.
    IMPORT_KEY_RSA => pub struct ImportKeyRsa {
        /// The RSA wrap key.
        pub wrap_key: ObjectId,
        /// The type of the new key.
        pub object_type: ObjectType,
        /// The id of the new key.
        pub id: ObjectId,
        /// The label of the new key.
        pub label: Label,
        /// The domains of the new key.
        pub domains: Domains,
        /// What the new key may be used for.
        pub capabilities: Capabilities,
        /// The algorithm of the new key.
        pub algorithm: Algorithm,
        /// The key as [`ExportKeyRsa`] answered it.
        pub wrapped: RsaWrapped,
    } -> ImportedObject;

    /// `77`: imports an object under an RSA wrap key. From firmware 2.4.
    IMPORT_WRAPPED_RSA => pub struct ImportWrappedRsa {
        /// The RSA wrap key.
        pub wrap_key: ObjectId,
        /// The object as [`ExportWrappedRsa`] answered it.
        pub wrapped: RsaWrapped,
    } -> ImportedObject;
}

/// Something under an RSA wrap key: `OAEP algorithm:1 ‖ MGF1 algorithm:1 ‖ wrapped ‖ label digest`.
///
/// The digest's length follows from the OAEP algorithm; a digest of another length cannot be read back.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RsaWrapped {
    /// The algorithm of OAEP.
    pub oaep: Algorithm,
    /// The algorithm of the mask generation.
    pub mgf1: Algorithm,
    /// `RSA-OAEP(KEK) ‖ AES-KWP(KEK, …)`.
    pub wrapped: Vec<u8>,
    /// The digest of OAEP's label.
    pub label_digest: Vec<u8>,
}

impl RsaWrapped {
    /// What RSA encrypted and what the key in between did, or `None` where there are fewer bytes than the
    /// modulus has.
    pub fn split(&self, modulus_len_bytes: usize) -> Option<(&[u8], &[u8])> {
        self.wrapped.split_at_checked(modulus_len_bytes)
    }
}

impl Wire for RsaWrapped {
    fn write(&self, out: &mut Writer) {
        self.oaep.write(out);
        self.mgf1.write(out);
        out.bytes(&self.wrapped);
        out.bytes(&self.label_digest);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, WireError> {
        let offset = input.offset();
        let oaep = Algorithm::read(input)?;
        let digest_len_bytes = match oaep {
            Algorithm::RSA_OAEP_SHA1
            | Algorithm::RSA_OAEP_SHA256
            | Algorithm::RSA_OAEP_SHA384
            | Algorithm::RSA_OAEP_SHA512 => oaep.digest_len_bytes(),
            _ => None,
        };
        let digest_len_bytes =
            digest_len_bytes.ok_or(WireError::Value { field: "OAEP algorithm", offset })?;
        let mgf1 = Wire::read(input)?;
        let wrapped = input.all_but(digest_len_bytes)?.to_vec();
        Ok(Self { oaep, mgf1, wrapped, label_digest: input.rest().to_vec() })
    }
}
