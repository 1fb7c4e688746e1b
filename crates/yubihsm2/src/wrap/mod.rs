//! Objects and data under a wrap key, as hardware and the vendor's offline tool write them.

mod body;
mod key;
mod record;

pub use self::{
    body::{EcBody, Ed25519Body, HmacBody, ObjectBody, RsaBody},
    key::{WrapError, WrapKey, Wrapped},
    record::ObjectRecord,
};
