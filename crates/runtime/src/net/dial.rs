//! Connections to other machines: looked up once, looked at, then connected to what was seen.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::Uri;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::NetError;
use super::address::{Reach, Target};

/// How long looking a name up, connecting, and greeting may take together.
const PATIENCE: Duration = Duration::from_secs(10);

/// A connection, with TLS or, on this machine, without.
#[derive(Debug)]
pub enum Connection {
    /// Without.
    Plain(TcpStream),
    /// With.
    Tls(Box<TlsStream<TcpStream>>),
}

/// Connects to whom an address names, when it may lead there.
pub async fn dial(address: &str, reach: Reach) -> Result<Connection, NetError> {
    let (target, _) = Target::of(address)?;
    connect(&target, reach).await
}

/// The same for who needs the parts of the address.
pub(super) async fn dialled(
    address: &str,
    reach: Reach,
) -> Result<(Connection, Target, Uri), NetError> {
    let (target, uri) = Target::of(address)?;
    Ok((connect(&target, reach).await?, target, uri))
}

async fn connect(target: &Target, reach: Reach) -> Result<Connection, NetError> {
    let connected = timeout(PATIENCE, connected(target, reach)).await;
    connected.map_err(|_| NetError::Late(target.authority()))?
}

async fn connected(target: &Target, reach: Reach) -> Result<Connection, NetError> {
    let name = target.authority();
    let unreachable =
        |error: &dyn std::fmt::Display| NetError::Unreachable(name.clone(), error.to_string());
    let found = lookup_host((target.host.as_str(), target.port)).await;
    let found: Vec<SocketAddr> = found.map_err(|error| unreachable(&error))?.collect();
    // One that is not allowed among them is reason enough: it would be the next to be tried.
    if let Some(other) = found.iter().find(|it| !reach.allows(it.ip(), target.is_tls)) {
        return Err(NetError::Forbidden(name, other.ip()));
    }
    // What was looked at is what is connected to: the name is not looked up again.
    let stream = TcpStream::connect(found.as_slice()).await.map_err(|error| unreachable(&error))?;
    _ = stream.set_nodelay(true);
    if !target.is_tls {
        return Ok(Connection::Plain(stream));
    }
    let host = ServerName::try_from(target.host.clone()).map_err(|error| unreachable(&error))?;
    let connector = TlsConnector::from(configuration().map_err(|error| unreachable(&error))?);
    let stream = connector.connect(host, stream).await.map_err(|error| unreachable(&error))?;
    Ok(Connection::Tls(Box::new(stream)))
}

/// Whom the system trusts, read once.
pub(super) fn configuration() -> Result<Arc<ClientConfig>, tokio_rustls::rustls::Error> {
    static KNOWN: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    if let Some(known) = KNOWN.get() {
        return Ok(Arc::clone(known));
    }
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let made = Arc::new(builder.with_root_certificates(roots).with_no_client_auth());
    Ok(Arc::clone(KNOWN.get_or_init(|| made)))
}

impl AsyncRead for Connection {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::Tls(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(context),
            Self::Tls(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}
