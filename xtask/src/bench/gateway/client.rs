//! A client that keeps its connection.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    sync::Arc,
};

use rustls::{
    ClientConfig, ClientConnection, ConfigBuilder, RootCertStore, StreamOwned,
    client::WantsClientCert,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject as _},
};

use crate::Fallible;

/// GET DEVICE INFO, the one command that needs no session.
const FRAME: &[u8] = &[0x06, 0x00, 0x00];

/// Where requests go, and with which certificate.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) address: SocketAddr,
    tls: Option<Arc<ClientConfig>>,
}

impl Place {
    /// A connector without TLS.
    pub(super) fn plain(url: &str) -> Fallible<Self> {
        let address = url.strip_prefix("http://").ok_or("no http URL")?.parse()?;
        Ok(Self { address, tls: None })
    }

    /// A guard, asked with the client's certificate in a directory.
    pub(super) fn guarded(address: SocketAddr, certificates: &Path) -> Fallible<Self> {
        let chain = vec![CertificateDer::from_pem_file(certificates.join("client.pem"))?];
        let key = PrivateKeyDer::from_pem_file(certificates.join("client.key"))?;
        let config = trusting(certificates)?.with_client_auth_cert(chain, key)?;
        Ok(Self { address, tls: Some(Arc::new(config)) })
    }

    /// A guard, asked without a certificate.
    pub(super) fn refused(address: SocketAddr, certificates: &Path) -> Fallible<Self> {
        let config = trusting(certificates)?.with_no_client_auth();
        Ok(Self { address, tls: Some(Arc::new(config)) })
    }

    pub(super) fn connect(&self) -> Fallible<Client> {
        let socket = TcpStream::connect(self.address)?;
        socket.set_nodelay(true)?;
        let stream: Box<dyn Stream> = match &self.tls {
            None => Box::new(socket),
            Some(config) => {
                let name = ServerName::try_from("localhost")?;
                let session = ClientConnection::new(Arc::clone(config), name)?;
                Box::new(StreamOwned::new(session, socket))
            }
        };
        Ok(Client { stream, buffer: Vec::new() })
    }
}

fn trusting(certificates: &Path) -> Fallible<ConfigBuilder<ClientConfig, WantsClientCert>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(certificates.join("ca.pem"))?)?;
    Ok(ClientConfig::builder_with_provider(aws_lc_rs::default_provider().into())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots))
}

trait Stream: Read + Write + Send {}
impl<S: Read + Write + Send> Stream for S {}

/// A connection.
pub(super) struct Client {
    stream: Box<dyn Stream>,
    buffer: Vec<u8>,
}

impl Client {
    pub(super) fn status(&mut self) -> Fallible<()> {
        self.ask(b"GET /connector/status HTTP/1.1\r\nHost: localhost\r\n\r\n")
    }

    pub(super) fn frame(&mut self) -> Fallible<()> {
        let head = b"POST /connector/api HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\n";
        self.ask(&[&head[..], FRAME].concat())
    }

    fn ask(&mut self, request: &[u8]) -> Fallible<()> {
        self.stream.write_all(request)?;
        self.stream.flush()?;
        self.buffer.clear();
        let mut chunk = [0; 4096];
        loop {
            let len = self.stream.read(&mut chunk)?;
            if len == 0 {
                return Err("the connection ends before the answer".into());
            }
            self.buffer.extend_from_slice(&chunk[..len]);
            if is_complete(&self.buffer)? {
                return Ok(());
            }
        }
    }
}

fn is_complete(answer: &[u8]) -> Fallible<bool> {
    let Some(end) = answer.windows(4).position(|window| window == b"\r\n\r\n") else {
        return Ok(false);
    };
    let head = std::str::from_utf8(&answer[..end])?;
    if !head.starts_with("HTTP/1.1 200") {
        return Err(format!("the answer is {head:?}").into());
    }
    let mut lines = head.lines().filter_map(|line| line.split_once(':'));
    let len = lines.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let len: usize = len.ok_or("an answer without a length")?.1.trim().parse()?;
    Ok(answer.len() >= end + 4 + len)
}
