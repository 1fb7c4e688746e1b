//! The allow-list of host names: the one protection against web pages that make a browser talk to the
//! connector under a name of their own.

use yubihsm2::connector::HOSTS_ALLOWED_DEFAULT;

/// Which `Host` headers are answered.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum HostPolicy {
    /// Any, as the vendor's connector does by default.
    #[default]
    Any,
    /// These, without port; IPv6 addresses in brackets. Compared byte by byte.
    Allow(Vec<String>),
}

impl HostPolicy {
    /// The list of the vendor's connector: the names and addresses of this machine to itself.
    pub fn this_machine() -> Self {
        Self::Allow(HOSTS_ALLOWED_DEFAULT.map(str::to_owned).to_vec())
    }

    /// Whether a request to this host, with or without a port, is answered.
    pub fn allows(&self, host: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Allow(allowed) => allowed.iter().any(|allowed| allowed == without_port(host)),
        }
    }
}

/// Everything before the last colon, unless that colon is within the brackets of an IPv6 address.
fn without_port(host: &str) -> &str {
    let port_at = host.rfind(':').filter(|colon| host.find(']').is_none_or(|end| *colon > end));
    port_at.map_or(host, |colon| &host[..colon])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_allowed_with_and_without_port() {
        let policy = HostPolicy::this_machine();
        for host in [
            "localhost",
            "localhost:12345",
            "localhost.:1",
            "127.0.0.1:12345",
            "[::1]",
            "[::1]:12345",
        ] {
            assert!(policy.allows(host), "{host}");
        }
        for host in ["", "evil.example", "localhost.evil.example:12345", "::1", "LOCALHOST", "[::1"]
        {
            assert!(!policy.allows(host), "{host}");
            assert!(HostPolicy::Any.allows(host), "{host}");
        }
    }
}
