//! The network: this machine's own, unless somebody says otherwise.
//!
//! What goes out names an address that somebody configured, is looked up once, and is refused
//! where it leads to a place that is not meant: [`Reach`]. Nothing here follows a redirect.

mod address;
mod dial;
mod http;
mod local;

pub use address::{Reach, is_public};
pub use dial::{Connection, dial};
pub use http::{Answer, Ask, ask};
pub use local::LocalListener;

/// How a client of TLS is set up here: the system's roots, signatures by ring.
pub(crate) fn trust() -> Result<tokio_rustls::rustls::ClientConfig, tokio_rustls::rustls::Error> {
    dial::configuration().map(|known| (*known).clone())
}

/// Why something could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum NetError {
    /// The address is none that can be asked.
    #[error("`{0}` is no address that can be asked: {1}")]
    Address(String, &'static str),
    /// It leads to where nobody may be led.
    #[error("`{0}` leads to {1}, which is not allowed")]
    Forbidden(String, std::net::IpAddr),
    /// Nobody answers there.
    #[error("{0} cannot be reached: {1}")]
    Unreachable(String, String),
    /// It took too long.
    #[error("{0} did not answer in time")]
    Late(String),
    /// What came is not what was asked for.
    #[error("{0} answered something that cannot be used: {1}")]
    Unusable(String, String),
}
