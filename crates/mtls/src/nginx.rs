//! The public recipe's server block for nginx, for those who keep nginx in front of the connector.
//!
//! By default it is the recipe to the letter, with `ssl_crl` where there is a revocation list, which the recipe does not know.
//! Everything that comes from a person is checked before it is put in: nothing can end a directive, a string or the block.

use std::{fmt, str::FromStr};

/// The recipe's port.
pub const LISTEN_DEFAULT: u16 = 8081;

/// The recipe's upstream: the connector of the same machine.
pub const UPSTREAM_DEFAULT: &str = "http://127.0.0.1:12345";

/// The longest path, in bytes: Linux's own bound less what is put behind it.
const PATH_LEN_BYTES_MAX: usize = 4000;

/// The longest host name of an upstream, in bytes (RFC 1035).
const HOST_LEN_BYTES_MAX: usize = 253;

/// For which system the configuration is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Platform {
    /// Ubuntu, and every other Linux.
    Ubuntu,
    /// Windows, with nginx under `C:\nginx`.
    Windows,
}

impl Platform {
    /// Where the recipe has the logs.
    pub const fn log_path_default(self) -> &'static str {
        match self {
            Self::Ubuntu => "/var/log/nginx",
            Self::Windows => "C:/nginx",
        }
    }
}

/// A directory as nginx is told it: absolute, with `/` on every system, without a character that nginx gives a meaning.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NginxPath(String);

/// The address of what stands behind nginx: `http://HOST:PORT`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Upstream {
    host: String,
    port: u16,
}

/// Why a configuration cannot be written.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NginxError {
    /// A path that does not begin at the root.
    #[error("{path} is not an absolute path of {system}")]
    NotAbsolute {
        /// The path.
        path: String,
        /// Whose paths are needed.
        system: &'static str,
    },
    /// A character that nginx could misread.
    #[error("the path has the character {character:?}, which nginx could misread")]
    Character {
        /// The character.
        character: char,
    },
    /// A path that no system takes.
    #[error("the path has {len_bytes} bytes, more than the limit of {PATH_LEN_BYTES_MAX}")]
    TooLong {
        /// Its length.
        len_bytes: usize,
    },
    /// An address of another form.
    #[error("the address is not of the form http://HOST:PORT")]
    Upstream,
}

impl NginxPath {
    /// Checks a path.
    ///
    /// # Errors
    ///
    /// It is relative, too long, or has a character that nginx could misread.
    pub fn new(path: &str, platform: Platform) -> Result<Self, NginxError> {
        if path.len() > PATH_LEN_BYTES_MAX {
            return Err(NginxError::TooLong { len_bytes: path.len() });
        }
        // nginx on Windows takes both, and a backslash would be an escape in quotes.
        let path = match platform {
            Platform::Windows => path.replace('\\', "/"),
            Platform::Ubuntu => path.to_owned(),
        };
        let is_plain = |character: char| {
            character.is_alphanumeric()
                || matches!(character, '/' | '.' | '_' | '-' | '+' | ',' | '@' | '~' | ' ')
        };
        let (rest, system) = match (platform, path.as_bytes()) {
            (Platform::Ubuntu, [b'/', ..]) => (path.as_str(), ""),
            (Platform::Windows, [drive, b':', b'/', ..]) if drive.is_ascii_alphabetic() => {
                (&path[2..], "")
            }
            (Platform::Ubuntu, _) => ("", "Linux, such as /etc/nginx/certificates"),
            (Platform::Windows, _) => ("", "Windows, such as C:/nginx/certificates"),
        };
        if let Some(character) = path
            .chars()
            .find(|character| character.is_control())
            .or_else(|| rest.chars().find(|character| !is_plain(*character)))
        {
            return Err(NginxError::Character { character });
        }
        if rest.is_empty() {
            return Err(NginxError::NotAbsolute { path, system });
        }
        let trimmed = path.trim_end_matches('/').len();
        Ok(Self(path[..trimmed].to_owned()))
    }

    /// A file in it, quoted where that is needed.
    fn file(&self, name: &str) -> String {
        let path = format!("{}/{name}", self.0);
        if path.contains(' ') { format!("\"{path}\"") } else { path }
    }
}

impl FromStr for Upstream {
    type Err = NginxError;

    fn from_str(text: &str) -> Result<Self, NginxError> {
        let address = text.strip_prefix("http://").ok_or(NginxError::Upstream)?;
        let address = address.strip_suffix('/').unwrap_or(address);
        let (host, port) = address.rsplit_once(':').ok_or(NginxError::Upstream)?;
        let is_host = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
            Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
            None => {
                !host.is_empty()
                    && host.len() <= HOST_LEN_BYTES_MAX
                    && host
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
            }
        };
        let is_port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
        match port.parse() {
            Ok(port) if is_host && is_port && port != 0 => Ok(Self { host: host.to_owned(), port }),
            _ => Err(NginxError::Upstream),
        }
    }
}

impl fmt::Display for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}:{}", self.host, self.port)
    }
}

/// What the server block says.
#[derive(Clone, Debug)]
pub struct NginxConfig {
    /// The port on which line PCs are awaited.
    pub listen: u16,
    /// What stands behind.
    pub upstream: Upstream,
    /// Where `server.pem`, `server.key`, `ca.pem` and `ca.crl` are.
    pub certificates: NginxPath,
    /// Where the two logs go.
    pub logs: NginxPath,
    /// Whether there is a revocation list.
    pub has_revocation_list: bool,
    /// Connections to the connector that are kept, and limits, which the recipe lacks.
    pub is_tuned: bool,
}

impl NginxConfig {
    /// The configuration, for the `http` block of nginx.
    pub fn render(&self) -> String {
        let mut text = String::new();
        let upstream = if self.is_tuned {
            text.push_str(&self.upstream_block());
            "http://sidewalk_connector".to_owned()
        } else {
            self.upstream.to_string()
        };
        let listen = self.listen;
        let certificates = |name: &str| self.certificates.file(name);
        text.push_str(&format!(
            "server\n{{\n    listen {listen} ssl;\n    listen [::]:{listen} ssl;\n"
        ));
        let mut line = |directive: &str, value: &str| {
            text.push_str(&format!("    {directive} {value};\n"));
        };
        line("access_log", &self.logs.file("reverse-access.log"));
        line("error_log", &self.logs.file("reverse-error.log"));
        line("ssl_certificate", &certificates("server.pem"));
        line("ssl_certificate_key", &certificates("server.key"));
        line("ssl_client_certificate", &certificates("ca.pem"));
        if self.has_revocation_list {
            line("ssl_crl", &certificates("ca.crl"));
        }
        line("ssl_verify_client", "on");
        line("ssl_verify_depth", "1");
        if self.is_tuned {
            for (directive, value) in TUNED {
                line(directive, value);
            }
        }
        text.push_str("    location / {\n        if ($ssl_client_verify != SUCCESS) {\n            return 403;\n        }\n");
        if self.is_tuned {
            text.push_str(
                "        proxy_http_version 1.1;\n        proxy_set_header Connection \"\";\n",
            );
        }
        text.push_str(&format!("        proxy_pass {upstream};\n    }}\n}}\n"));
        text
    }

    fn upstream_block(&self) -> String {
        let Upstream { host, port } = &self.upstream;
        format!(
            "upstream sidewalk_connector\n{{\n    server {host}:{port};\n    keepalive {KEPT_CONNECTIONS};\n}}\n\n"
        )
    }
}

/// How many idle connections to the connector a worker of nginx keeps: one for each session of an HSM.
const KEPT_CONNECTIONS: u32 = 16;

/// What the recipe lacks: only current TLS, resumed sessions, limits that a connector's small messages never reach, and
/// time-outs for who connects and says nothing.
const TUNED: [(&str, &str); 8] = [
    ("ssl_protocols", "TLSv1.2 TLSv1.3"),
    ("ssl_session_cache", "shared:sidewalk:1m"),
    ("keepalive_requests", "100000"),
    ("client_max_body_size", "64k"),
    ("client_header_timeout", "10s"),
    ("client_body_timeout", "10s"),
    ("large_client_header_buffers", "4 8k"),
    ("server_tokens", "off"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn config(platform: Platform, directory: &str) -> NginxConfig {
        NginxConfig {
            listen: LISTEN_DEFAULT,
            upstream: UPSTREAM_DEFAULT.parse().expect("an address"),
            certificates: NginxPath::new(directory, platform).expect("a path"),
            logs: NginxPath::new(platform.log_path_default(), platform).expect("a path"),
            has_revocation_list: false,
            is_tuned: false,
        }
    }

    #[test]
    fn the_block_is_the_recipes_to_the_letter() {
        let text = config(Platform::Windows, r"C:\nginx\certificates\").render();
        let expected = "server
{
    listen 8081 ssl;
    listen [::]:8081 ssl;
    access_log C:/nginx/reverse-access.log;
    error_log C:/nginx/reverse-error.log;
    ssl_certificate C:/nginx/certificates/server.pem;
    ssl_certificate_key C:/nginx/certificates/server.key;
    ssl_client_certificate C:/nginx/certificates/ca.pem;
    ssl_verify_client on;
    ssl_verify_depth 1;
    location / {
        if ($ssl_client_verify != SUCCESS) {
            return 403;
        }
        proxy_pass http://127.0.0.1:12345;
    }
}
";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_path_with_a_space_is_quoted() {
        let text = config(Platform::Windows, "C:/Program Files/nginx").render();
        assert!(text.contains("ssl_certificate \"C:/Program Files/nginx/server.pem\";"), "{text}");
    }

    #[test]
    fn nothing_breaks_out_of_the_block() {
        for path in [
            "/a;b", "/a\"b", "/a'b", "/a{b", "/a}b", "/a$b", "/a#b", "/a\\b", "/a\nb", "relative",
            "", "C:/x",
        ] {
            assert!(NginxPath::new(path, Platform::Ubuntu).is_err(), "{path:?}");
        }
        for path in ["nginx", "/etc/nginx", "C:nginx", "C:/a:b", "CC:/x", "C:/a;b"] {
            assert!(NginxPath::new(path, Platform::Windows).is_err(), "{path:?}");
        }
        for upstream in [
            "http://a;b:1",
            "https://a:1",
            "http://a",
            "http://a:0",
            "http://a:1/x",
            "http://[::g]:1",
            "http://a:+1",
            "http://:1",
        ] {
            assert_eq!(upstream.parse::<Upstream>(), Err(NginxError::Upstream), "{upstream}");
        }
        for upstream in ["http://127.0.0.1:12345", "http://[::1]:12345", "http://hsm-1.plant:1/"] {
            assert!(upstream.parse::<Upstream>().is_ok(), "{upstream}");
        }
    }
}
