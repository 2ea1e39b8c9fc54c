//! A cursor over one stream, whatever the connection does.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use hyper::header::{AUTHORIZATION, HeaderValue, SEC_WEBSOCKET_PROTOCOL};
use serde::{Deserialize, Serialize};
use ssot_model::Event;
use ssot_runtime::net::{Connection, NetError, dial};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use super::ClientError;
use super::cursor::{Cursor, Next};
use super::pauses::Pauses;
use super::server::{REACH, Server};

/// The protocol of the socket.
const PROTOCOL: &str = "ssot.v1";
/// What waits to be taken; then the server is not read on, and waits itself.
const WAITING: usize = 64;
/// A server gives a sign of life every 20 seconds; one that is silent for so long is gone.
const SILENCE: Duration = Duration::from_secs(75);
/// How long the greeting may take.
const GREETING: Duration = Duration::from_secs(20);
/// The largest message of a server, in bytes: many events of up to a megabyte.
const MESSAGE_BYTES: usize = 320 * 1024 * 1024;

/// How the connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is being made.
    Connecting,
    /// Everything that was there has come, and what follows comes as it happens.
    Live,
    /// It is made again after so long.
    Waiting(Duration),
}

/// What comes of a stream.
#[derive(Debug)]
pub enum News {
    /// The next events, each once and in order.
    Events(Vec<Event>),
    /// Everything up to this event has come.
    CaughtUp(u64),
    /// How the connection is now.
    State(State),
}

/// A cursor over a stream; dropping it ends the connection.
#[derive(Debug)]
pub struct Follower {
    news: mpsc::Receiver<Result<News, ClientError>>,
    task: AbortHandle,
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Follower {
    pub(crate) fn start(server: Server, project: String, stream: String, after: u64) -> Self {
        let (told, news) = mpsc::channel(WAITING);
        let work = Work { server, project, stream, told, cursor: Cursor::after(after) };
        Self { news, task: tokio::spawn(work.follow()).abort_handle() }
    }

    /// What comes next; none after an error, which is one that asking again will not change.
    /// Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Result<News, ClientError>> {
        self.news.recv().await
    }
}

/// What a client says.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Request<'a> {
    Subscribe { project: &'a str, stream: &'a str, after_seq: u64 },
}

/// What a server says.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Frame {
    Events { stream: String, events: Vec<Event> },
    CaughtUp { stream: String, seq: u64 },
    Error { code: String, message: String },
    Retry { after_ms: u64 },
}

/// Why a connection ended.
enum Over {
    /// Another one may help.
    Lost,
    /// Nothing will.
    Refused(ClientError),
    /// Nobody listens any more.
    Unwanted,
}

struct Work {
    server: Server,
    project: String,
    stream: String,
    told: mpsc::Sender<Result<News, ClientError>>,
    cursor: Cursor,
}

impl Work {
    async fn follow(mut self) {
        let mut pauses = Pauses::default();
        loop {
            if self.tell(News::State(State::Connecting)).await.is_err() {
                return;
            }
            match self.connection(&mut pauses).await {
                Over::Unwanted => return,
                Over::Refused(error) => {
                    // Nobody listens any more when this fails.
                    _ = self.told.send(Err(error)).await;
                    return;
                }
                Over::Lost => {}
            }
            let pause = pauses.next(self.server.draw());
            if self.tell(News::State(State::Waiting(pause))).await.is_err() {
                return;
            }
            tokio::time::sleep(pause).await;
        }
    }

    async fn tell(&self, news: News) -> Result<(), Over> {
        self.told.send(Ok(news)).await.map_err(|_| Over::Unwanted)
    }

    /// One connection, until it is over.
    async fn connection(&mut self, pauses: &mut Pauses) -> Over {
        let opened = timeout(GREETING, open(&self.server)).await;
        let mut socket = match opened {
            Ok(Ok(socket)) => socket,
            Ok(Err(error)) if error.is_final() => return Over::Refused(error),
            Ok(Err(_)) | Err(_) => return Over::Lost,
        };
        self.cursor.connected();
        if let Err(over) = self.subscribe(&mut socket).await {
            return over;
        }
        loop {
            let text = match timeout(SILENCE, socket.next()).await {
                Ok(Some(Ok(Message::Text(text)))) => text,
                // Signs of life; the answer goes out with the next read.
                Ok(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => continue,
                _ => return Over::Lost,
            };
            let frame = match serde_json::from_str(&text) {
                Ok(frame) => frame,
                Err(error) => return Over::Refused(ClientError::Unknown(error.to_string())),
            };
            if let Err(over) = self.hear(&mut socket, frame, pauses).await {
                return over;
            }
        }
    }

    async fn subscribe(&self, socket: &mut WebSocketStream<Connection>) -> Result<(), Over> {
        let (project, stream) = (self.project.as_str(), self.stream.as_str());
        let request = Request::Subscribe { project, stream, after_seq: self.cursor.applied() };
        // Plain data with names for keys is always JSON.
        let text = serde_json::to_string(&request).unwrap_or_default();
        socket.send(Message::text(text)).await.map_err(|_| Over::Lost)
    }

    async fn hear(
        &mut self,
        socket: &mut WebSocketStream<Connection>,
        frame: Frame,
        pauses: &mut Pauses,
    ) -> Result<(), Over> {
        let next = match frame {
            Frame::Retry { after_ms } => {
                pauses.not_before(after_ms);
                Next::Listen
            }
            Frame::Error { code, message } => {
                let (status, hint) = (0, String::new());
                let refused = ClientError::Refused { status, code, message, hint };
                return Err(if refused.is_final() { Over::Refused(refused) } else { Over::Lost });
            }
            Frame::Events { stream, events } if stream == self.stream => {
                let (events, next) = self.cursor.events(events);
                if !events.is_empty() {
                    self.tell(News::Events(events)).await?;
                }
                next
            }
            Frame::CaughtUp { stream, seq } if stream == self.stream => self.cursor.caught_up(seq),
            Frame::Events { .. } | Frame::CaughtUp { .. } => Next::Listen,
        };
        match next {
            Next::Listen => Ok(()),
            Next::AskAgain => self.subscribe(socket).await,
            Next::Reconnect => Err(Over::Lost),
            Next::Live => {
                pauses.succeeded();
                self.tell(News::State(State::Live)).await?;
                self.tell(News::CaughtUp(self.cursor.applied())).await
            }
        }
    }
}

async fn open(server: &Server) -> Result<WebSocketStream<Connection>, ClientError> {
    let address = server.sockets();
    let wrong = |why| NetError::Address(address.clone(), why);
    let connection = dial(&address, REACH).await?;
    let mut request =
        address.as_str().into_client_request().map_err(|_| wrong("it cannot be read"))?;
    let (_, bearer) = server.bearer();
    let bearer = HeaderValue::from_str(&bearer).map_err(|_| wrong("the token cannot be sent"))?;
    let headers = request.headers_mut();
    headers.insert(AUTHORIZATION, bearer);
    headers.insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(PROTOCOL));
    let limits = WebSocketConfig::default()
        .max_message_size(Some(MESSAGE_BYTES))
        .max_frame_size(Some(MESSAGE_BYTES));
    match client_async_with_config(request, connection, Some(limits)).await {
        Ok((socket, _)) => Ok(socket),
        Err(Error::Http(answer)) => {
            let status = answer.status().as_u16();
            let message = format!("the server refuses the stream with status {status}");
            let (code, hint) = (String::new(), String::new());
            Err(ClientError::Refused { status, code, message, hint })
        }
        Err(error) => Err(NetError::Unreachable(address, error.to_string()).into()),
    }
}
