//! Looks things up beside the loop that answers.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex};

use crossbeam_channel::Sender;
use lsp_server::{Message, Notification};
use lsp_types::notification::{LogMessage, Notification as _, PublishDiagnostics, ShowMessage};
use serde_json::json;
use ssot_engine::Workshop;
use ssot_model::{Finding, RepoPath};

use super::answers;
use super::documents::{Changed, Documents, lock};

/// Questions that wait; of one file the newest counts, so that few are enough.
const WAITING: usize = 64;

/// The thread that looks things up. It ends when the worker is dropped.
pub(super) struct Worker {
    questions: SyncSender<Changed>,
}

impl Worker {
    pub(super) fn start(
        workshop: Workshop,
        documents: Arc<Mutex<Documents>>,
        editor: Sender<Message>,
    ) -> Self {
        let (questions, asked) = sync_channel(WAITING);
        let lookup = Lookup { workshop, documents, editor };
        std::thread::spawn(move || lookup.work(&asked));
        Self { questions }
    }

    /// Has a file looked at when there is time.
    pub(super) fn look(&self, changed: Changed) {
        match self.questions.try_send(changed) {
            Ok(()) | Err(TrySendError::Disconnected(_)) => {}
            // The editor is faster than the disk: it waits until there is room.
            Err(TrySendError::Full(changed)) => drop(self.questions.send(changed)),
        }
    }
}

/// What the thread looks things up with, and whom it tells.
struct Lookup {
    workshop: Workshop,
    documents: Arc<Mutex<Documents>>,
    editor: Sender<Message>,
}

impl Lookup {
    fn work(&self, asked: &Receiver<Changed>) {
        while let Ok(first) = asked.recv() {
            let mut waiting: BTreeMap<RepoPath, bool> = BTreeMap::new();
            for Changed { path, ratchet } in std::iter::once(first).chain(asked.try_iter()) {
                *waiting.entry(path).or_default() |= ratchet;
            }
            for path in waiting.keys() {
                self.look(path);
            }
            if waiting.values().any(|ratchet| *ratchet) {
                self.check();
            }
        }
    }

    /// What is like the definitions of a file.
    fn look(&self, path: &RepoPath) {
        let Some((text, version)) =
            lock(&self.documents).get(path).map(|it| (it.text.clone(), it.version))
        else {
            return;
        };
        match self.workshop.alike(path, &text) {
            Ok(alike) => {
                let mut documents = lock(&self.documents);
                // A newer text waits already.
                let Some(document) = documents.get_mut(path).filter(|it| it.version == version)
                else {
                    return;
                };
                document.alike = alike;
                drop(documents);
                self.publish(path);
                self.refresh();
            }
            Err(error) => self.log(&error.to_string()),
        }
    }

    /// What the ratchet says of the tree with every open file as it is in the editor.
    fn check(&self) {
        let texts = lock(&self.documents).texts();
        match self.workshop.check(&texts) {
            Ok(new) => {
                let mut documents = lock(&self.documents);
                for (path, document) in documents.iter_mut() {
                    let is_here = |it: &&Finding| it.members.iter().any(|it| it.path == *path);
                    document.findings = new.iter().filter(is_here).cloned().collect();
                }
                drop(documents);
                for path in texts.keys() {
                    self.publish(path);
                }
            }
            Err(error) => self.show(&error.to_string()),
        }
    }

    fn publish(&self, path: &RepoPath) {
        let documents = lock(&self.documents);
        let Some(diagnostics) = answers::diagnostics(&documents, path) else { return };
        drop(documents);
        self.tell(PublishDiagnostics::METHOD, json!(diagnostics));
    }

    /// Lenses are asked for again only when somebody says so.
    fn refresh(&self) {
        let request = lsp_server::Request {
            id: lsp_server::RequestId::from("lenses".to_owned()),
            method: "workspace/codeLens/refresh".to_owned(),
            params: serde_json::Value::Null,
        };
        let _ = self.editor.send(Message::Request(request));
    }

    /// For whoever looks for it; `3` is the number of an information.
    fn log(&self, text: &str) {
        self.tell(LogMessage::METHOD, json!({ "type": 3, "message": text }));
    }

    /// For whoever works; `2` is the number of a warning.
    fn show(&self, text: &str) {
        self.tell(ShowMessage::METHOD, json!({ "type": 2, "message": text }));
    }

    /// Nobody is told when the editor is gone.
    fn tell(&self, method: &str, params: serde_json::Value) {
        let told = Notification { method: method.to_owned(), params };
        let _ = self.editor.send(Message::Notification(told));
    }
}
