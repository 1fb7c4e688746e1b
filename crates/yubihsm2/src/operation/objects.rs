//! Commands that read and delete objects of any type.

use crate::{
    algorithm::Algorithm,
    object::{ListFilter, ObjectEntry, ObjectHandle, ObjectId, ObjectInfo, ObjectType},
    operation::operations,
    wire::wire_struct,
};

operations! {
    /// `48`: lists what the session sees.
    LIST_OBJECTS => pub struct ListObjects {
        /// Conditions, ANDed; none for everything.
        pub filters: Vec<ListFilter>,
    } -> Vec<ObjectEntry>;

    /// `4e`: describes an object.
    OBJECT_INFO => pub struct ObjectInfoOf {
        /// The object.
        pub object: ObjectHandle,
    } -> ObjectInfo;

    /// `58`: deletes an object.
    DELETE_OBJECT => pub struct DeleteObject {
        /// The object.
        pub object: ObjectHandle,
    } -> ();

    /// `43`: reads an opaque object.
    GET_OPAQUE => pub struct GetOpaque {
        /// The object.
        pub id: ObjectId,
    } -> Vec<u8>;

    /// `5f`: reads a template.
    GET_TEMPLATE => pub struct GetTemplate {
        /// The object.
        pub id: ObjectId,
    } -> Vec<u8>;

    /// `54`: reads the public half of a key.
    PUBLIC_KEY => pub struct PublicKey {
        /// The key.
        pub id: ObjectId,
        /// Absent for asymmetric keys; given for RSA wrap keys and public wrap keys (firmware 2.4).
        pub object_type: Option<ObjectType>,
    } -> PublicKeyAnswer;
}

wire_struct! {
    /// The public half of a key.
    pub struct PublicKeyAnswer {
        /// The key's algorithm.
        pub algorithm: Algorithm,
        /// The modulus, X ‖ Y, or 32 bytes of Ed25519. The RSA exponent is always 65537.
        pub bytes: Vec<u8>,
    }
}
