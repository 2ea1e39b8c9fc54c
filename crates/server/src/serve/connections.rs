//! Connections: taken in, kept patient for so long, and let go in good order.

use std::convert::Infallible;
use std::io;
use std::time::Duration;

use axum::Router;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::sync::{mpsc, watch};
use tower::ServiceExt;

use ssot_runtime::net::LocalListener;

/// How long requests that are at work may take when the server goes away.
const FAREWELL: Duration = Duration::from_secs(30);
/// How long to wait when the system has no room for another connection.
const NO_ROOM: Duration = Duration::from_millis(200);

/// Serves everybody who comes until the server is told to stop, and then whoever is at work.
pub(super) async fn serve(
    listener: LocalListener,
    router: Router,
    patience: Duration,
    stopped: impl Future<Output = ()>,
) {
    let listener = listener.into_inner();
    let mut protocol = http1::Builder::new();
    protocol.timer(TokioTimer::new()).header_read_timeout(patience);
    let (leave, leaving) = watch::channel(false);
    // Every connection holds one end; the other one is closed when the last of them is.
    let (held, mut gone) = mpsc::channel::<()>(1);
    tokio::pin!(stopped);
    loop {
        let stream = tokio::select! {
            () = &mut stopped => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    // A client that went away at once is no reason to wait.
                    if !is_of_the_client(&error) {
                        tokio::time::sleep(NO_ROOM).await;
                    }
                    continue;
                }
            },
        };
        // Events are small and meant to be seen now; who cannot have it so is served all the same.
        _ = stream.set_nodelay(true);
        let io = TokioIo::new(stream);
        let connection = protocol.serve_connection(io, service(router.clone()));
        let (connection, left) = (connection.with_upgrades(), left(leaving.clone()));
        let held = held.clone();
        tokio::spawn(async move {
            tokio::pin!(connection);
            tokio::select! {
                // How a connection ends concerns nobody but the client.
                _ = connection.as_mut() => {}
                () = left => {
                    connection.as_mut().graceful_shutdown();
                    _ = connection.await;
                }
            }
            drop(held);
        });
    }
    drop((listener, held));
    leave.send_replace(true);
    _ = tokio::time::timeout(FAREWELL, gone.recv()).await;
}

/// Ends when the server is about to go away.
async fn left(mut leaving: watch::Receiver<bool>) {
    // Nobody is left to say so when the sender is gone: that is the same.
    _ = leaving.wait_for(|leave| *leave).await;
}

fn is_of_the_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

fn service(
    router: Router,
) -> impl hyper::service::Service<
    hyper::Request<Incoming>,
    Response = Response,
    Error = Infallible,
    Future: Send,
> {
    service_fn(move |request| router.clone().oneshot(request))
}
