//! The networked signing service as both of its ends see it: calls, answers and refusals of version 1, and the client.
//!
//! `docs/signing-service.md` describes it for those who write a client of their own, and the server gives the same as an
//! OpenAPI description.

mod binary;
mod call;
mod client;
mod client_error;
mod connection;
mod json;
mod product;
mod refusal;
mod request_id;
mod watch;

pub use self::{
    binary::BinaryError,
    call::{SignAnswer, SignCall},
    client::{ServerLook, SigningClient, SigningClientOptions},
    client_error::{ServerUrlError, SigningClientError},
    connection::ServerUrl,
    json::{JsonCall, JsonError},
    product::ProductInfo,
    refusal::{Refusal, RefusalCode},
    request_id::RequestId,
    watch::{Patience, Unwatched, Watch},
};

/// Where calls to sign go.
pub const SIGN_PATH: &str = "/v1/sign";

/// Where products are listed, and one each below it.
pub const PRODUCTS_PATH: &str = "/v1/products";

/// The content type of the compact form.
pub const BINARY_CONTENT_TYPE: &str = "application/vnd.curbside.sign.v1";

/// The content type of the readable form, and of every refusal.
pub const JSON_CONTENT_TYPE: &str = "application/json";

/// The longest call in bytes. One in JSON has about 800.
pub const CALL_LEN_BYTES_MAX: usize = 16 * 1024;

/// The longest answer in bytes: a full bundle of 256 of the longest entries of evidence. An answer to a call has about
/// 2,500.
pub const ANSWER_LEN_BYTES_MAX: usize = 512 * 1024;

/// The longest name of a product or package in bytes: a tag of an HSM has at most 40 characters, and a package's name
/// stands in messages.
pub const NAME_LEN_BYTES_MAX: usize = 64;

/// Whether a text can name a product or a package: visible ASCII without quotes.
fn is_name(text: &str) -> bool {
    (1..=NAME_LEN_BYTES_MAX).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
}
