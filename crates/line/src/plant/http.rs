//! An HTTP address as a system: JSON is posted, the status is the answer.
//!
//! One connection for each message: there is one in seconds, and a connection that was kept open would be found
//! broken half of the time.

use std::{error::Error, str::FromStr as _};

use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::{
    Request, StatusCode, Uri,
    body::Bytes,
    client::conn::http1,
    header::{CONNECTION, CONTENT_TYPE, HOST, USER_AGENT},
};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, runtime, time};

use super::{
    error::PlantError,
    hook::{ANSWER_LEN_BYTES_MAX, Message, Reply, STOP_POLL, ShouldStop},
    words::cleaned,
};

/// The port of `http://` addresses that name none.
const PORT_DEFAULT: u16 = 80;

/// Where to post.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct HttpTarget {
    /// `HOST:PORT`, to connect to.
    address: String,
    /// The host as the address has it.
    host: String,
    /// Path and query.
    path: String,
}

impl HttpTarget {
    pub(super) fn parse(url: &str) -> Result<Self, PlantError> {
        let bad = |problem| PlantError::Address { url: url.to_owned(), problem };
        let uri = Uri::from_str(url).map_err(|_| bad("it is no URL"))?;
        if uri.scheme_str() != Some("http") {
            return Err(bad("it does not begin with http://"));
        }
        let authority = uri.authority().ok_or_else(|| bad("it names no host"))?;
        if authority.as_str().contains('@') {
            // A password in a job file would be shown in every message about it.
            return Err(PlantError::Address {
                url: format!("http://…@{}", authority.host()),
                problem: "it carries a user's name or password",
            });
        }
        if authority.host().is_empty() {
            return Err(bad("it names no host"));
        }
        if authority.port_u16().is_none() && authority.as_str() != authority.host() {
            return Err(bad("its port is no port"));
        }
        let port = authority.port_u16().unwrap_or(PORT_DEFAULT);
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        Ok(Self {
            address: format!("{}:{port}", authority.host()),
            host: authority.as_str().to_owned(),
            path: path.to_owned(),
        })
    }

    pub(super) fn post(&self, message: Message<'_>) -> Reply {
        let runtime = match runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return Reply::Away(error.to_string()),
        };
        let reply = runtime.block_on(async {
            tokio::select! {
                exchange = self.exchange(message.json) => match exchange {
                    Ok((status, body)) => self.reply(status, body),
                    Err(error) => Reply::Away(self.explain(&*error)),
                },
                () = time::sleep(message.patience) => Reply::Away(format!(
                    "{} does not answer within {:?}", self.host, message.patience
                )),
                () = stopped(message.should_stop) => Reply::Away(format!(
                    "{} had not answered when the line was stopped", self.host
                )),
            }
        });
        // A name that is still being looked up must not be waited for.
        runtime.shutdown_background();
        reply
    }

    async fn exchange(
        &self,
        json: &[u8],
    ) -> Result<(StatusCode, Bytes), Box<dyn Error + Send + Sync>> {
        let stream = TcpStream::connect(&self.address).await?;
        let (mut sender, connection) = http1::Builder::new()
            .max_buf_size(ANSWER_LEN_BYTES_MAX)
            .handshake(TokioIo::new(stream))
            .await?;
        // It works while the answer is waited for, and what goes wrong with it the answer tells.
        drop(tokio::spawn(connection));
        let request = Request::post(&self.path)
            .header(HOST, &self.host)
            .header(USER_AGENT, "curbside")
            .header(CONTENT_TYPE, "application/json")
            .header(CONNECTION, "close")
            .body(Full::new(Bytes::copy_from_slice(json)))?;
        let answer = sender.send_request(request).await?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), ANSWER_LEN_BYTES_MAX).collect().await?;
        Ok((status, body.to_bytes()))
    }

    fn reply(&self, status: StatusCode, body: Bytes) -> Reply {
        if status.is_success() {
            return Reply::Taken(body.into());
        }
        let is_busy = matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS);
        if !status.is_client_error() || is_busy {
            return Reply::Away(format!("{} answers with status {status}", self.host));
        }
        let words = cleaned(&body);
        let why = if words.is_empty() { format!("{} answers {status}", self.host) } else { words };
        // What is wrong with the message itself stays wrong; a missing path or right is set up sooner or later.
        let is_final = matches!(
            status,
            StatusCode::BAD_REQUEST
                | StatusCode::CONFLICT
                | StatusCode::GONE
                | StatusCode::PAYLOAD_TOO_LARGE
                | StatusCode::UNPROCESSABLE_ENTITY
        );
        Reply::Refused { why, is_final }
    }

    fn explain(&self, error: &(dyn Error + Send + Sync + 'static)) -> String {
        if error.is::<LengthLimitError>() {
            return format!("{} answers with more than {ANSWER_LEN_BYTES_MAX} bytes", self.host);
        }
        // hyper puts the reason behind a general word.
        match error.source() {
            Some(source) => format!("{}: {error}: {source}", self.host),
            None => format!("{}: {error}", self.host),
        }
    }
}

async fn stopped(should_stop: &ShouldStop<'_>) {
    while !should_stop() {
        time::sleep(STOP_POLL).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_apart() {
        let target = |address: &str, host: &str, path: &str| {
            let [address, host, path] = [address, host, path].map(str::to_owned);
            Ok(HttpTarget { address, host, path })
        };
        let parse = HttpTarget::parse;
        assert_eq!(parse("http://mes"), target("mes:80", "mes", "/"));
        assert_eq!(parse("http://mes:8080/a/b?c=d"), target("mes:8080", "mes:8080", "/a/b?c=d"));
        assert_eq!(parse("http://[::1]:9/x"), target("[::1]:9", "[::1]:9", "/x"));
    }

    #[test]
    fn an_address_that_makes_no_sense_is_refused_without_its_password() {
        for bad in
            ["", "mes", "https://mes/", "ftp://mes/", "http://", "http:///x", "http://mes:99999/"]
        {
            assert!(HttpTarget::parse(bad).is_err(), "{bad}");
        }
        let error = HttpTarget::parse("http://me:hunter2@mes/").unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }
}
