//! The one WebSocket: a client names streams and positions and gets what follows.

use std::collections::HashMap;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message as Packet, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::response::{IntoResponse, Response};
use futures_util::SinkExt;
use serde::Deserialize;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::super::app::App;
use super::super::door::Visitor;
use super::super::failure::Failure;
use super::follower::Follower;
use super::{Message, PROTOCOL, Source, stopped};

/// Largest message of a client, in bytes; it only ever names streams.
const MESSAGE_BYTES: usize = 4 * 1024;
/// Memory for reading and for writing, in bytes: the defaults hold a hundred times as much. What
/// is written is collected in memory that grows and is never given back, so it is small, and so
/// are frames.
const READ_BYTES: usize = 1024;
const WRITE_BYTES: usize = 1024;
/// What a socket that is not read holds back at most, in bytes; then it is closed.
const HELD_BYTES: usize = 4 * 1024 * 1024;
/// Streams on one socket.
const STREAMS: usize = 32;
/// Messages that wait for one socket.
const WAITING: usize = 8;
/// Signs of life that may be missed.
const MISSED: u32 = 3;
/// How long a client may take to accept a message.
const PATIENCE: Duration = Duration::from_secs(30);
/// What clients wait before they come back, in milliseconds, spread by their own choice.
const RETRY_MS: u64 = 500;
/// Codes of closing, from the range that is the application's.
const SIGNED_OUT: u16 = 4401;
const TOO_MUCH: u16 = 4429;
const GOING_AWAY: u16 = 1001;

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum Request {
    Subscribe {
        project: String,
        stream: String,
        #[serde(default)]
        after_seq: u64,
    },
    Unsubscribe {
        stream: String,
    },
}

/// Opens the socket for whoever has signed in.
pub(in super::super) async fn upgrade(
    State(app): State<App>,
    visitor: Visitor,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Response {
    let Ok(upgrade) = upgrade else {
        return Failure::unreadable("this is a WebSocket: ask for it with `Upgrade: websocket`")
            .into_response();
    };
    upgrade
        .protocols([PROTOCOL])
        .max_message_size(MESSAGE_BYTES)
        .max_frame_size(MESSAGE_BYTES)
        .read_buffer_size(READ_BYTES)
        .write_buffer_size(WRITE_BYTES)
        .max_write_buffer_size(HELD_BYTES)
        .on_upgrade(move |socket| async move {
            app.metrics.sockets.inc();
            let code = Session::new(app.clone(), visitor).serve(socket).await;
            drop(code);
            app.metrics.sockets.dec();
        })
}

/// One client.
struct Session {
    app: App,
    visitor: Visitor,
    streams: HashMap<String, AbortHandle>,
    send: mpsc::Sender<Utf8Bytes>,
    outgoing: mpsc::Receiver<Utf8Bytes>,
}

/// The client is gone, or has to go.
struct Gone;

impl Session {
    fn new(app: App, visitor: Visitor) -> Self {
        let (send, outgoing) = mpsc::channel(WAITING);
        Self { app, visitor, streams: HashMap::new(), send, outgoing }
    }

    async fn serve(mut self, mut socket: WebSocket) -> Result<(), Gone> {
        let mut stopping = self.app.stopping.clone();
        let mut heartbeat = interval(self.app.heartbeat);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut silent = 0;
        loop {
            tokio::select! {
                packet = socket.recv() => {
                    silent = 0;
                    match packet {
                        // What is rare is no part of what every socket holds all the time.
                        Some(Ok(Packet::Text(text))) => {
                            Box::pin(self.hear(&mut socket, &text)).await?;
                        }
                        Some(Ok(Packet::Ping(_) | Packet::Pong(_))) => {}
                        // Whatever else it is, a client of this protocol does not send it.
                        Some(Ok(Packet::Binary(_) | Packet::Close(_)) | Err(_)) | None => {
                            return Err(Gone);
                        }
                    }
                }
                Some(text) = self.outgoing.recv() => self.pass_on(&mut socket, text).await?,
                _ = heartbeat.tick() => {
                    silent += 1;
                    if silent > MISSED {
                        return Err(Gone);
                    }
                    if !Box::pin(self.may_stay()).await {
                        return close(&mut socket, SIGNED_OUT, "signed out").await;
                    }
                    send(&mut socket, Packet::Ping(Bytes::new())).await?;
                }
                () = stopped(&mut stopping) => {
                    let retry = Message::Retry { after_ms: RETRY_MS }.text();
                    send(&mut socket, Packet::Text(retry)).await?;
                    return close(&mut socket, GOING_AWAY, "the server stops").await;
                }
            }
        }
    }

    /// Whether the session or token still opens the door, and the projects still are open.
    async fn may_stay(&self) -> bool {
        self.visitor.is_still_welcome(&self.app).await
    }

    /// Does what a client asks.
    async fn hear(&mut self, socket: &mut WebSocket, text: &str) -> Result<(), Gone> {
        if self.app.by_user.take(&self.visitor.user.user).is_err() {
            return close(socket, TOO_MUCH, "too many requests").await;
        }
        let Ok(request) = serde_json::from_str(text) else {
            let message = "a message is `subscribe` or `unsubscribe`, as JSON";
            return self.refuse(socket, "", "unreadable", message).await;
        };
        match request {
            Request::Unsubscribe { stream } => {
                if let Some(task) = self.streams.remove(&stream) {
                    task.abort();
                }
                Ok(())
            }
            Request::Subscribe { project, stream, after_seq } => {
                self.streams.retain(|_, task| !task.is_finished());
                if self.streams.len() >= STREAMS && !self.streams.contains_key(&stream) {
                    let message = "so many streams cannot be watched on one socket";
                    return self.refuse(socket, &stream, "too-many", message).await;
                }
                match self.follow(&project, &stream, after_seq).await {
                    Ok(()) => Ok(()),
                    Err(failure) => {
                        self.refuse(socket, &stream, failure.code(), failure.message()).await
                    }
                }
            }
        }
    }

    async fn follow(&mut self, project: &str, stream: &str, after: u64) -> Result<(), Failure> {
        let found = Source::find(&self.app, &self.visitor.user, project, stream).await?;
        let follower = Follower::new(self.app.hub.clone(), found, after).await?;
        let watched = Watched {
            app: self.app.clone(),
            visitor: self.visitor.clone(),
            project: project.to_owned(),
            stream: stream.to_owned(),
        };
        let task = tokio::spawn(forward(follower, watched, self.send.clone())).abort_handle();
        // Asking again begins anew: what is on its way from before is what a client drops.
        if let Some(before) = self.streams.insert(stream.to_owned(), task) {
            before.abort();
        }
        Ok(())
    }

    async fn refuse(
        &self,
        socket: &mut WebSocket,
        stream: &str,
        code: &str,
        message: &str,
    ) -> Result<(), Gone> {
        let text = Message::Error { stream, code, message }.text();
        send(socket, Packet::Text(text)).await
    }

    /// Passes a message on with whatever else waits, in one write.
    async fn pass_on(&mut self, socket: &mut WebSocket, text: Utf8Bytes) -> Result<(), Gone> {
        let all = async {
            socket.feed(Packet::Text(text)).await?;
            while let Ok(text) = self.outgoing.try_recv() {
                socket.feed(Packet::Text(text)).await?;
            }
            socket.flush().await
        };
        in_time(all).await
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        for task in self.streams.values() {
            task.abort();
        }
    }
}

/// What one task of a socket watches, and for whom.
struct Watched {
    app: App,
    visitor: Visitor,
    project: String,
    stream: String,
}

/// Passes the messages of a stream to the socket until either ends, or the stream is not
/// open to the user any more.
async fn forward(mut follower: Follower, watched: Watched, send: mpsc::Sender<Utf8Bytes>) {
    let Watched { app, visitor, project, stream } = &watched;
    let mut look = interval(app.heartbeat);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let failure = loop {
        tokio::select! {
            delivery = follower.next() => match delivery {
                Ok(delivery) => {
                    if send.send(delivery.text).await.is_err() {
                        return;
                    }
                }
                Err(failure) => break failure,
            },
            _ = look.tick() => {
                let found = Box::pin(Source::find(app, &visitor.user, project, stream));
                if let Err(failure) = found.await {
                    break failure;
                }
            }
        }
    };
    let (code, message) = (failure.code(), failure.message());
    // The socket is gone when this fails.
    _ = send.send(Message::Error { stream, code, message }.text()).await;
}

async fn send(socket: &mut WebSocket, packet: Packet) -> Result<(), Gone> {
    in_time(socket.send(packet)).await
}

async fn close(socket: &mut WebSocket, code: u16, reason: &'static str) -> Result<(), Gone> {
    let frame = CloseFrame { code, reason: reason.into() };
    _ = send(socket, Packet::Close(Some(frame))).await;
    Err(Gone)
}

/// A client that does not take what it is sent is gone.
async fn in_time(sending: impl Future<Output = Result<(), axum::Error>>) -> Result<(), Gone> {
    match timeout(PATIENCE, sending).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(Gone),
    }
}
