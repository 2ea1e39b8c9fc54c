//! Clients: a socket that counts what it is sent, and a request.

use anyhow::{Context, Result, ensure};
use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};

/// What a client keeps for reading, in bytes: thousands of them share this machine.
const READ_BYTES: usize = 4 * 1024;

/// A socket.
pub(super) struct Socket(WebSocketStream<TcpStream>);

impl Socket {
    /// Opens one, with a token when there is one.
    pub(super) async fn open(address: &str, path: &str, token: Option<&str>) -> Result<Self> {
        let mut request = format!("ws://{address}{path}").into_client_request()?;
        if let Some(token) = token {
            let headers = request.headers_mut();
            headers.insert("Authorization", format!("Bearer {token}").parse()?);
            headers.insert("Sec-WebSocket-Protocol", "ssot.v1".parse()?);
        }
        let stream = TcpStream::connect(address).await?;
        let config = WebSocketConfig::default().read_buffer_size(READ_BYTES).write_buffer_size(0);
        let opened =
            tokio_tungstenite::client_async_with_config(request, stream, Some(config)).await;
        match opened {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(Error::Http(answer)) => anyhow::bail!("a socket was refused: {}", answer.status()),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) async fn send(&mut self, text: String) -> Result<()> {
        Ok(self.0.send(Message::text(text)).await?)
    }

    /// The next text.
    pub(super) async fn next(&mut self) -> Result<String> {
        loop {
            match self.0.next().await.context("the server has closed a socket")?? {
                Message::Text(text) => return Ok(text.as_str().to_owned()),
                Message::Close(frame) => anyhow::bail!("the server has closed a socket: {frame:?}"),
                _ => {}
            }
        }
    }
}

/// The numbers of the events in a text, in their order. An event has one field `seq`.
pub(super) fn numbers(text: &str) -> impl Iterator<Item = u64> {
    text.split("\"seq\":").skip(1).filter_map(|rest| {
        let end = rest.find(|letter: char| !letter.is_ascii_digit())?;
        rest[..end].parse().ok()
    })
}

/// Applies events: how many came that were not the next one.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Applied {
    pub(super) seq: u64,
    pub(super) wrong: u64,
}

impl Applied {
    /// Applies what a message brings; the word that everything stored was told has a number
    /// and is no event.
    pub(super) fn all(&mut self, text: &str) {
        if text.starts_with("{\"type\":\"caught_up\"") {
            return;
        }
        for seq in numbers(text) {
            self.wrong += u64::from(seq != self.seq + 1);
            self.seq = self.seq.max(seq);
        }
    }
}

/// Sends a command and expects it to be taken.
pub(super) async fn post(address: &str, path: &str, token: &str, body: &Value) -> Result<()> {
    let body = body.to_string();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
         Authorization: Bearer {token}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let status = answer.split(' ').nth(1).unwrap_or_default();
    ensure!(status.starts_with('2'), "{path}: {answer}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Applied, numbers};

    #[test]
    fn events_are_counted_and_their_order_is_checked() {
        let text = r#"{"type":"events","events":[{"seq":1,"x":2},{"v":1,"seq":2}]}"#;
        assert_eq!(numbers(text).collect::<Vec<_>>(), [1, 2]);
        for (text, wrong) in [
            (r#"{"seq":1}{"seq":2}{"seq":3}"#, 0),
            (r#"{"seq":1}{"seq":3}"#, 1),
            (r#"{"seq":1}{"seq":1}{"seq":2}"#, 1),
            (r#"{"seq":2}{"seq":1}"#, 2),
            (r#"{"type":"caught_up","stream":"r","seq":1}"#, 0),
        ] {
            let mut applied = Applied::default();
            applied.all(text);
            assert_eq!(applied.wrong, wrong, "{text}");
        }
    }
}
