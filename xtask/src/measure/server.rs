//! A loopback HTTP/1.1 server, plain or with TLS 1.3, that a measured process talks to.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use anyhow::Context as _;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A request.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    /// Names in lower case.
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Vec<u8>,
}

/// What the server does with a request.
#[derive(Debug)]
pub(super) enum Reply {
    /// Answers 200 with a document and an entity tag.
    Document(&'static str, String),
    /// Answers 202 without a document.
    Accepted,
    /// Never answers.
    Hold,
}

/// Listens on a free loopback port until the program ends; each connection has a thread.
pub(super) fn serve(
    tls: Option<Arc<ServerConfig>>,
    handler: impl Fn(&Request) -> Reply + Send + Sync + 'static,
) -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("no loopback port is free")?;
    let address = listener.local_addr()?;
    let handler = Arc::new(handler);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (handler, tls) = (Arc::clone(&handler), tls.clone());
            // A measured process is killed in the middle of a connection: its end is no fault of the server.
            thread::spawn(move || drop(accept(stream, tls, &*handler)));
        }
    });
    Ok(address)
}

fn accept(
    stream: TcpStream,
    tls: Option<Arc<ServerConfig>>,
    handler: &dyn Fn(&Request) -> Reply,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    match tls {
        None => converse(stream, handler),
        Some(config) => {
            let connection = ServerConnection::new(config).map_err(io::Error::other)?;
            converse(StreamOwned::new(connection, stream), handler)
        }
    }
}

fn converse(stream: impl Read + Write, handler: &dyn Fn(&Request) -> Reply) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    while let Some(request) = read(&mut reader)? {
        let answer = match handler(&request) {
            Reply::Document(content_type, body) => format!(
                "HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\netag: \"0123456789abcdef\"\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            ),
            Reply::Accepted => "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n".to_owned(),
            Reply::Hold => return reader.fill_buf().map(drop),
        };
        let stream = reader.get_mut();
        stream.write_all(answer.as_bytes())?;
        stream.flush()?;
    }
    Ok(())
}

/// The next request; `None` at the end of the connection.
fn read(reader: &mut impl BufRead) -> io::Result<Option<Request>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, path) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").map_or("0", String::as_str);
    let mut body = vec![0; length.parse().map_err(io::Error::other)?];
    reader.read_exact(&mut body)?;
    Ok(Some(Request {
        method,
        path,
        headers,
        body,
    }))
}

/// A new certificate authority as PEM text, and a server of 127.0.0.1 that it vouches for; TLS 1.3 only, keys on P-256.
pub(super) fn tls() -> anyhow::Result<(String, Arc<ServerConfig>)> {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
    let key = KeyPair::generate()?;
    let leaf = CertificateParams::new(vec!["127.0.0.1".to_owned()])?.signed_by(&key, &authority)?;
    let private = PrivateKeyDer::try_from(key.serialize_der())
        .map_err(|error| anyhow::anyhow!("the key cannot be used: {error}"))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], private)?;
    Ok((authority.pem(), Arc::new(config)))
}
