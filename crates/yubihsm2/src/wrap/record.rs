//! The object record: what a wrapped object is once it is decrypted.

use super::body::ObjectBody;
use crate::{
    algorithm::Algorithm,
    capability::Capabilities,
    domain::Domains,
    label::Label,
    object::{ObjectHandle, ObjectId, ObjectType, Origin},
    secret::SecretBytes,
    wire::{WireError, wire_struct},
};

wire_struct! {
    /// An object as it travels: 58 bytes and its body, all big-endian. Under an AES wrap key the
    /// algorithm of that key stands in front, which makes 59.
    pub struct ObjectRecord {
        /// What it may be used for.
        pub capabilities: Capabilities,
        /// The id.
        pub id: ObjectId,
        /// The size of the body in bytes, which is the stored size that object info reports.
        pub len_bytes: u16,
        /// The domains that it was in. An import cuts them to those of the wrap key.
        pub domains: Domains,
        /// The type.
        pub object_type: ObjectType,
        /// The algorithm.
        pub algorithm: Algorithm,
        /// How often this type and id was written before.
        pub sequence: u8,
        /// How it came to be.
        pub origin: Origin,
        /// The label.
        pub label: Label,
        /// The key or data: see [`ObjectRecord::parse_body`].
        pub body: SecretBytes,
    }
}

impl ObjectRecord {
    /// Size in bytes without the body.
    pub const HEADER_LEN_BYTES: usize = 58;

    /// Type and id.
    pub const fn handle(&self) -> ObjectHandle {
        ObjectHandle { id: self.id, object_type: self.object_type }
    }

    /// Takes the body apart as type and algorithm say.
    ///
    /// # Errors
    ///
    /// [`WireError`] for a type and algorithm that do not go together and for a body of the wrong length.
    pub fn parse_body(&self) -> Result<ObjectBody, WireError> {
        ObjectBody::parse(self.object_type, self.algorithm, &self.body)
    }
}
