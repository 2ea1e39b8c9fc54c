//! The client of `ssot serve`, in Rust: [`Server`] signs in with a token and gives commands,
//! [`Follower`] is a cursor over a stream.
//!
//! It keeps the rule of `client.js`: the events of a stream are numbered from 1 without a gap,
//! and each is handed on exactly once and in order, whatever the connection does.

mod cursor;
mod follower;
mod pauses;
mod server;

pub use follower::{Follower, News, State};
pub use server::Server;

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The server cannot be reached, or where it is said to be cannot be asked.
    #[error(transparent)]
    Net(#[from] ssot_runtime::net::NetError),
    /// The server refused.
    #[error("{message}{}", if hint.is_empty() { String::new() } else { format!("; {hint}") })]
    Refused {
        /// The status of the answer; zero of a stream.
        status: u16,
        /// What kind of refusal it is.
        code: String,
        /// Why.
        message: String,
        /// What helps.
        hint: String,
    },
    /// The server said something that this client does not know.
    #[error("the server said something that this client does not know: {0}")]
    Unknown(String),
}

impl ClientError {
    /// Whether asking again will not change it.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Net(error) => {
                use ssot_runtime::net::NetError;
                matches!(error, NetError::Address(..) | NetError::Forbidden(..))
            }
            Self::Refused { status, code, .. } => {
                matches!(status, 400..=428 | 430..500) || FINAL.contains(&code.as_str())
            }
            Self::Unknown(_) => true,
        }
    }
}

/// What a server says of a stream that will not change by asking again.
const FINAL: [&str; 4] = ["not-found", "forbidden", "signed-out", "unreadable"];
