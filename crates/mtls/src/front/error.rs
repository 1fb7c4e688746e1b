//! Why a front does not serve.

use std::{io, net::SocketAddr};

use thiserror::Error;

use super::MaterialError;

/// Why a front does not serve.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum BindError {
    /// Certificates, key or revocation list cannot be used.
    #[error(transparent)]
    Material(#[from] MaterialError),
    /// The address cannot be listened on.
    #[error("listen on {address}: {message}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The standard library's class of the failure.
        kind: io::ErrorKind,
        /// The operating system's words.
        message: String,
    },
}

impl BindError {
    /// What the operator can do.
    pub fn hint(&self) -> Option<String> {
        let Self::Listen { kind, .. } = self else {
            let Self::Material(error) = self else { return None };
            return error.hint();
        };
        let hint = match kind {
            io::ErrorKind::AddrInUse => {
                "another server may be running there, such as nginx; stop it, or choose another port"
            }
            io::ErrorKind::PermissionDenied => "choose a port above 1023",
            io::ErrorKind::AddrNotAvailable => "choose an address that this machine has",
            _ => return None,
        };
        Some(hint.to_owned())
    }
}
