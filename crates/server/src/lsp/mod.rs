//! The Language Server Protocol: in an editor, what exists already and what the ratchet says.
//!
//! One loop answers the editor; one worker looks things up. The worker has the newest
//! texts and drops questions that newer ones have overtaken.

mod address;
mod answers;
mod documents;
mod worker;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::notification::{
    DidChangeTextDocument, DidCloseTextDocument, DidOpenTextDocument, DidSaveTextDocument,
    Notification as _,
};
use lsp_types::request::{
    CodeActionRequest, CodeLensRequest, ExecuteCommand, HoverRequest, Request as _, ShowDocument,
};
use lsp_types::{
    CodeActionProviderCapability, CodeLensOptions, ExecuteCommandOptions, HoverProviderCapability,
    InitializeParams, SaveOptions, ServerCapabilities, TextDocumentSyncCapability,
    TextDocumentSyncKind, TextDocumentSyncOptions, TextDocumentSyncSaveOptions,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use ssot_engine::Workshop;

use documents::Documents;
use worker::Worker;

/// The command behind a lens or an action: shows a definition.
const SHOW: &str = "ssot.show";

/// Why a server ended that was not told to.
#[derive(Debug, thiserror::Error)]
pub enum LspError {
    /// The other side does not speak the protocol.
    #[error("the editor does not speak the Language Server Protocol: {0}")]
    Editor(String),
    /// The connection broke.
    #[error("{0}")]
    Connection(#[from] std::io::Error),
}

/// Serves the editor at standard input and output until it says goodbye. `make` makes the
/// workshop of the folder that the editor has open, or of `otherwise` when it says none.
pub fn over_stdio(make: impl FnOnce(&Path) -> Workshop, otherwise: &Path) -> Result<(), LspError> {
    let (connection, threads) = Connection::stdio();
    serve(&connection, make, otherwise)?;
    // The threads end when nobody holds the connection.
    drop(connection);
    Ok(threads.join()?)
}

fn serve(
    connection: &Connection,
    make: impl FnOnce(&Path) -> Workshop,
    otherwise: &Path,
) -> Result<(), LspError> {
    let (id, params) = match connection.initialize_start() {
        Ok(begun) => begun,
        // An editor that goes away before it has said anything wants nothing.
        Err(error) if error.channel_is_disconnected() => return Ok(()),
        Err(error) => return Err(said(error)),
    };
    let params: InitializeParams = serde_json::from_value(params).map_err(said)?;
    let root = root(&params).unwrap_or_else(|| otherwise.to_owned());
    let answer = json!({
        "capabilities": capabilities(),
        "serverInfo": { "name": "ssot", "version": env!("CARGO_PKG_VERSION") },
    });
    connection.initialize_finish(id, answer).map_err(said)?;
    let documents = Arc::new(Mutex::new(Documents::new(&root)));
    let worker = Worker::start(make(&root), Arc::clone(&documents), connection.sender.clone());
    let server = Server { connection, documents, worker };
    for message in &connection.receiver {
        match message {
            Message::Request(request) => {
                if connection.handle_shutdown(&request).map_err(said)? {
                    break;
                }
                server.request(request);
            }
            Message::Notification(notification) => server.notification(notification),
            // The answers to `window/showDocument` change nothing.
            Message::Response(_) => {}
        }
    }
    Ok(())
}

fn said(error: impl std::fmt::Display) -> LspError {
    LspError::Editor(error.to_string())
}

#[expect(deprecated, reason = "editors of before 2020 name their folder so")]
fn root(params: &InitializeParams) -> Option<PathBuf> {
    let folder = params.workspace_folders.as_ref().and_then(|it| it.first()).map(|it| &it.uri);
    address::path_of(folder.or(params.root_uri.as_ref())?.as_str())
}

fn capabilities() -> ServerCapabilities {
    let save = TextDocumentSyncSaveOptions::SaveOptions(SaveOptions { include_text: Some(false) });
    ServerCapabilities {
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::FULL),
            save: Some(save),
            ..TextDocumentSyncOptions::default()
        })),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        code_action_provider: Some(CodeActionProviderCapability::Simple(true)),
        code_lens_provider: Some(CodeLensOptions { resolve_provider: Some(false) }),
        execute_command_provider: Some(ExecuteCommandOptions {
            commands: vec![SHOW.to_owned()],
            ..ExecuteCommandOptions::default()
        }),
        ..ServerCapabilities::default()
    }
}

struct Server<'a> {
    connection: &'a Connection,
    documents: Arc<Mutex<Documents>>,
    worker: Worker,
}

impl Server<'_> {
    fn request(&self, request: Request) {
        let Request { id, method, params } = request;
        let documents = || documents::lock(&self.documents);
        let answer = match method.as_str() {
            HoverRequest::METHOD => {
                read(params).map(|asked| json!(answers::hover(&documents(), &asked)))
            }
            CodeLensRequest::METHOD => {
                read(params).map(|asked| json!(answers::lenses(&documents(), &asked)))
            }
            CodeActionRequest::METHOD => {
                read(params).map(|asked| json!(answers::actions(&documents(), &asked)))
            }
            ExecuteCommand::METHOD => read(params).and_then(|asked| {
                let shown = answers::shown(&asked).ok_or_else(|| "no such place".to_owned())?;
                self.send(Message::Request(Request {
                    id: RequestId::from(format!("show-{id}")),
                    method: ShowDocument::METHOD.to_owned(),
                    params: json!(shown),
                }));
                Ok(Value::Null)
            }),
            unknown => {
                let said = format!("there is no {unknown}");
                let response = Response::new_err(id, ErrorCode::MethodNotFound as i32, said);
                self.send(Message::Response(response));
                return;
            }
        };
        let response = match answer {
            Ok(value) => Response::new_ok(id, value),
            Err(error) => Response::new_err(id, ErrorCode::InvalidParams as i32, error),
        };
        self.send(Message::Response(response));
    }

    /// What cannot be understood is left alone: nobody waits for an answer.
    fn notification(&self, notification: Notification) {
        let Notification { method, params } = notification;
        let mut documents = documents::lock(&self.documents);
        let changed = match method.as_str() {
            DidOpenTextDocument::METHOD => read(params).ok().and_then(|it| documents.open(it)),
            DidChangeTextDocument::METHOD => read(params).ok().and_then(|it| documents.change(it)),
            DidSaveTextDocument::METHOD => read(params).ok().and_then(|it| documents.save(&it)),
            DidCloseTextDocument::METHOD => {
                if let Ok(closed) = read(params) {
                    documents.close(&closed);
                }
                None
            }
            _ => None,
        };
        drop(documents);
        if let Some(changed) = changed {
            self.worker.look(changed);
        }
    }

    /// Nobody is told when the editor is gone; the loop ends by itself then.
    fn send(&self, message: Message) {
        let _ = self.connection.sender.send(message);
    }
}

fn read<T: DeserializeOwned>(params: Value) -> Result<T, String> {
    serde_json::from_value(params).map_err(|error| error.to_string())
}
