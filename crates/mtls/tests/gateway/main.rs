//! The gateway before a connector, and everybody who should not get through.

mod good_client;
mod matrix;
mod openssl;
mod passing;
mod pki;
mod reload;
mod stand;
mod strangers;
