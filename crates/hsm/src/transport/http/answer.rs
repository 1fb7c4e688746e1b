//! One answer of an HTTP/1.1 server, out of the bytes that have come so far.

use std::borrow::Cow;

use httparse::{EMPTY_HEADER, Response, Status, parse_chunk_size};

use super::{
    super::{TlsFault, TransportError},
    target::HttpTarget,
};

/// How long the head of an answer may be, in bytes. The vendor's connector sends about 200; proxies add some.
const HEAD_LEN_BYTES_MAX: usize = 8192;

/// How many headers are taken.
const HEADERS_MAX: usize = 64;

/// How much of an error's page is read to tell what it is, in bytes.
const ERROR_PAGE_LEN_BYTES_MAX: usize = 16 * 1024;

/// What nginx says on TLS without the client certificate that it wants, with status 400.
const NO_CLIENT_CERTIFICATE: &[u8] = b"SSL certificate";

/// One answer.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Answer {
    status: u16,
    is_page: bool,
    pub(super) body: Vec<u8>,
    pub(super) keeps_connection: bool,
}

/// Whether the whole answer has come.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Progress {
    Done(Answer),
    NeedsMore,
}

/// How the end of a body is known.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Framing {
    Length(usize),
    Chunked,
    UntilClosed,
}

/// What the head of an answer says.
struct Head {
    len_bytes: usize,
    status: u16,
    framing: Framing,
    is_page: bool,
    keeps_connection: bool,
}

impl Answer {
    /// Reads an answer out of all bytes that have come. `is_closed` says that no more will.
    pub(super) fn read(
        target: &HttpTarget,
        received: &[u8],
        is_closed: bool,
        limit_bytes: usize,
    ) -> Result<Progress, TransportError> {
        let Some(head) = read_head(target, received)? else {
            return if is_closed {
                Err(TransportError::Lost { place: target.to_string() })
            } else {
                Ok(Progress::NeedsMore)
            };
        };
        let limit_bytes = if head.status == 200 { limit_bytes } else { ERROR_PAGE_LEN_BYTES_MAX };
        let rest = &received[head.len_bytes..];
        let body = match head.framing {
            Framing::Length(len) if len > limit_bytes => return Err(too_long(target, limit_bytes)),
            Framing::Length(len) => match rest.get(..len) {
                Some(body) => Some(Cow::Borrowed(body)),
                None if is_closed => {
                    let place = target.to_string();
                    return Err(TransportError::Truncated {
                        place,
                        expected: len,
                        found: rest.len(),
                    });
                }
                None => None,
            },
            Framing::Chunked => read_chunks(target, rest, is_closed, limit_bytes)?.map(Cow::Owned),
            Framing::UntilClosed if rest.len() > limit_bytes => {
                return Err(too_long(target, limit_bytes));
            }
            Framing::UntilClosed => is_closed.then_some(Cow::Borrowed(rest)),
        };
        let Some(body) = body else { return Ok(Progress::NeedsMore) };
        Ok(Progress::Done(Self {
            status: head.status,
            is_page: head.is_page,
            body: body.into_owned(),
            keeps_connection: head.keeps_connection && head.framing != Framing::UntilClosed,
        }))
    }

    /// Whether it is an answer of a connector with a device.
    pub(super) fn check(&self, target: &HttpTarget) -> Result<(), TransportError> {
        let place = target.to_string();
        let not_a_connector =
            |evidence| Err(TransportError::NotAConnector { place: target.to_string(), evidence });
        match self.status {
            200 if self.is_page || self.body.trim_ascii_start().starts_with(b"<") => {
                not_a_connector("it answered with a web page")
            }
            200 => Ok(()),
            404 | 405 | 300..=399 => not_a_connector("it has no such page as a connector has"),
            400 if target.tls().is_some() && contains(&self.body, NO_CLIENT_CERTIFICATE) => {
                Err(TransportError::Tls { place, fault: TlsFault::ClientRefused })
            }
            403 => Err(TransportError::Forbidden { place }),
            500 => Err(TransportError::NoDevice { place }),
            status => Err(TransportError::Status { place, status }),
        }
    }
}

fn read_head(target: &HttpTarget, received: &[u8]) -> Result<Option<Head>, TransportError> {
    let mut headers = [EMPTY_HEADER; HEADERS_MAX];
    let mut response = Response::new(&mut headers);
    let no_http = || TransportError::NotAConnector {
        place: target.to_string(),
        evidence: "it does not speak HTTP",
    };
    let len_bytes = match response.parse(received) {
        Ok(Status::Complete(len_bytes)) => len_bytes,
        Ok(Status::Partial) if received.len() > HEAD_LEN_BYTES_MAX => return Err(no_http()),
        Ok(Status::Partial) => return Ok(None),
        Err(_) => return Err(no_http()),
    };
    let status = response.code.ok_or_else(no_http)?;
    let mut head = Head {
        len_bytes,
        status,
        framing: Framing::UntilClosed,
        is_page: false,
        keeps_connection: response.version == Some(1),
    };
    for header in response.headers.iter() {
        let value = header.value.trim_ascii();
        match header.name.to_ascii_lowercase().as_str() {
            "content-length" if head.framing != Framing::Chunked => {
                let text = std::str::from_utf8(value).ok();
                let len = text.and_then(|text| text.parse().ok()).ok_or_else(no_http)?;
                head.framing = Framing::Length(len);
            }
            "transfer-encoding" => {
                if !value.eq_ignore_ascii_case(b"chunked") {
                    return Err(no_http());
                }
                head.framing = Framing::Chunked;
            }
            "content-type" => head.is_page = contains(&value.to_ascii_lowercase(), b"html"),
            "connection" if value.eq_ignore_ascii_case(b"close") => head.keeps_connection = false,
            _ => {}
        }
    }
    Ok(Some(head))
}

fn read_chunks(
    target: &HttpTarget,
    mut rest: &[u8],
    is_closed: bool,
    limit_bytes: usize,
) -> Result<Option<Vec<u8>>, TransportError> {
    let place = || target.to_string();
    let no_http =
        || TransportError::NotAConnector { place: place(), evidence: "it does not speak HTTP" };
    let mut body = Vec::new();
    loop {
        let (line_len, chunk_len) = match parse_chunk_size(rest) {
            Ok(Status::Complete(found)) => found,
            Ok(Status::Partial) => break,
            Err(_) => return Err(no_http()),
        };
        let chunk_len = usize::try_from(chunk_len).unwrap_or(usize::MAX);
        if chunk_len > limit_bytes.saturating_sub(body.len()) {
            return Err(too_long(target, limit_bytes));
        }
        rest = &rest[line_len..];
        // After the last chunk stand trailers, which nobody sends, and an empty line.
        let Some(chunk) = rest.get(..chunk_len + 2) else { break };
        body.extend_from_slice(&chunk[..chunk_len]);
        if &chunk[chunk_len..] != b"\r\n" {
            return Err(no_http());
        }
        if chunk_len == 0 {
            return Ok(Some(body));
        }
        rest = &rest[chunk_len + 2..];
    }
    if is_closed {
        let found = body.len();
        return Err(TransportError::Truncated { place: place(), expected: found + 1, found });
    }
    Ok(None)
}

fn too_long(target: &HttpTarget, limit_bytes: usize) -> TransportError {
    TransportError::TooLong { place: target.to_string(), limit_bytes }
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn target() -> HttpTarget {
        HttpTarget::parse("connector:12345", None).unwrap()
    }

    fn read(received: &[u8], is_closed: bool) -> Result<Progress, TransportError> {
        Answer::read(&target(), received, is_closed, 64)
    }

    proptest! {
        #[test]
        fn any_bytes_give_an_answer_or_an_error_and_never_a_panic(
            head in prop::sample::select(vec![
                "", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                "HTTP/1.0 500 No\r\nContent-Length: 3\r\n",
            ]),
            rest in prop::collection::vec(any::<u8>(), 0..200),
            is_closed: bool,
        ) {
            let received = [head.as_bytes(), &rest].concat();
            if let Ok(Progress::Done(answer)) = read(&received, is_closed) {
                prop_assert!(answer.body.len() <= ERROR_PAGE_LEN_BYTES_MAX);
            } else if is_closed {
                prop_assert!(read(&received, true).is_err());
            }
        }

        #[test]
        fn an_answer_is_the_same_however_it_is_cut(
            body in prop::collection::vec(any::<u8>(), 0..60),
            chunk_len in 1_usize..20,
            is_chunked: bool,
        ) {
            let mut received = if is_chunked {
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec()
            } else {
                let len = body.len();
                format!("HTTP/1.1 200 OK\r\nContent-Length: {len}\r\n\r\n").into_bytes()
            };
            if is_chunked {
                for chunk in body.chunks(chunk_len) {
                    received.extend(format!("{:x}\r\n", chunk.len()).bytes());
                    received.extend(chunk);
                    received.extend(b"\r\n");
                }
                received.extend(b"0\r\n\r\n");
            } else {
                received.extend(&body);
            }
            for cut in 0..received.len() {
                prop_assert_eq!(read(&received[..cut], false), Ok(Progress::NeedsMore));
                prop_assert!(read(&received[..cut], true).is_err());
            }
            let Ok(Progress::Done(answer)) = read(&received, false) else {
                return Err(TestCaseError::fail("the whole answer is none"));
            };
            prop_assert_eq!(answer.body, body);
            prop_assert!(answer.keeps_connection);
        }
    }
}
