//! Agents that speak the Agent Client Protocol.
//!
//! The process stays for the whole conversation. Files that the agent asks for come from
//! beneath its tree and nowhere else, and it may only write what its package may write; what
//! it does to the disk by itself is looked at when its turn is over.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use agent_client_protocol::schema::ProtocolVersion;
use agent_client_protocol::v1::ConnectionTo;
use agent_client_protocol::v1::schema::{
    ClientCapabilities, ContentBlock, ContentChunk, FileSystemCapabilities, InitializeRequest,
    McpServer, McpServerStdio, NewSessionRequest, PermissionOptionKind, PromptRequest,
    ReadTextFileRequest, ReadTextFileResponse, RequestPermissionOutcome, RequestPermissionRequest,
    RequestPermissionResponse, SelectedPermissionOutcome, SessionId, SessionNotification,
    SessionUpdate, StopReason, TextContent, ToolCallStatus, WriteTextFileRequest,
    WriteTextFileResponse,
};
use agent_client_protocol::{Agent, ByteStreams, Client, Error};
use ssot_model::RepoPath;
use tokio::process::{ChildStdin, ChildStdout};
use tokio::sync::{Mutex, mpsc};
use tokio_util::compat::{Compat, TokioAsyncReadCompatExt, TokioAsyncWriteCompatExt};

use super::{Conversation, Driver, Ended, Heard, Pieces, Post, Spent, line};
use crate::files::{self, write_beneath};
use crate::process::{Piped, Running};

/// Largest file that an agent is given, in bytes.
const LARGEST_FILE: u64 = 16 * 1024 * 1024;
/// Lines of standard error that tell why an agent ended.
const TOLD: usize = 5;
/// How long after its pipe was closed an agent is waited for.
const GRACE: std::time::Duration = std::time::Duration::from_secs(2);

/// Talks in the protocol.
pub(super) struct Acp(pub(super) Post);

impl Driver for Acp {
    fn converse(
        &self,
        prompts: mpsc::Receiver<String>,
        heard: mpsc::Sender<Heard>,
    ) -> Conversation {
        let post = self.0.clone();
        Box::pin(async move {
            let Piped { stdin, stdout, running } = match Piped::start(&post.line) {
                Ok(piped) => piped,
                Err(error) => return Ended(error.to_string()),
            };
            let streams = ByteStreams::new(stdin.compat_write(), stdout.compat());
            let ears = Arc::new(Ears { heard, said: Mutex::default() });
            let spoken = speak(post, streams, prompts, Arc::clone(&ears)).await;
            ears.flush().await;
            Ended(last_words(running, spoken.err()).await)
        })
    }
}

/// Why the conversation ended: the agent's own ending tells more than a closed pipe.
async fn last_words(mut running: Running, error: Option<Error>) -> String {
    let ending = tokio::time::timeout(GRACE, running.wait()).await;
    let complaint = running.end().await.last_lines(TOLD);
    let Some(error) = error else { return "nothing more was asked".to_owned() };
    let mut why = match ending {
        Ok(Ok(ending)) => ending.to_string(),
        Ok(Err(_)) | Err(_) => error.message.clone(),
    };
    if !complaint.is_empty() {
        why = format!("{why}: {complaint}");
    }
    why
}

async fn speak(
    post: Post,
    streams: ByteStreams<Compat<ChildStdin>, Compat<ChildStdout>>,
    mut prompts: mpsc::Receiver<String>,
    ears: Arc<Ears>,
) -> Result<(), Error> {
    let desk = Arc::new(Desk { root: post.directory.clone(), write_set: post.write_set.clone() });
    let (updates, reading) = (Arc::clone(&ears), Arc::clone(&desk));
    Client
        .v1()
        .name("ssot")
        .on_receive_notification(
            async move |notification: SessionNotification, _| {
                updates.update(notification.update).await;
                Ok(())
            },
            agent_client_protocol::on_receive_notification!(),
        )
        .on_receive_request(
            async move |request: RequestPermissionRequest, responder, _| {
                responder.respond(permission(&request))
            },
            agent_client_protocol::on_receive_request!(),
        )
        .on_receive_request(
            async move |request: ReadTextFileRequest, responder, _| {
                responder.respond_with_result(reading.read(&request))
            },
            agent_client_protocol::on_receive_request!(),
        )
        .on_receive_request(
            async move |request: WriteTextFileRequest, responder, _| {
                responder.respond_with_result(desk.write(&request))
            },
            agent_client_protocol::on_receive_request!(),
        )
        .connect_with(streams, async move |agent: ConnectionTo<Agent>| {
            let session = open(&agent, &post).await?;
            while let Some(prompt) = prompts.recv().await {
                let text = ContentBlock::Text(TextContent::new(prompt));
                let asked = PromptRequest::new(session.clone(), vec![text]);
                let answer = agent.send_request(asked).block_task().await?;
                ears.turn_is_over(answer.stop_reason).await;
            }
            Ok(())
        })
        .await
}

/// Greets the agent and opens a conversation in the tree.
async fn open(agent: &ConnectionTo<Agent>, post: &Post) -> Result<SessionId, Error> {
    let files = FileSystemCapabilities::new().read_text_file(true).write_text_file(true);
    let able = ClientCapabilities::new().fs(files);
    let greeting = InitializeRequest::new(ProtocolVersion::V1).client_capabilities(able);
    agent.send_request(greeting).block_task().await?;
    let tools = post.tools.iter().map(|(program, arguments)| {
        McpServer::Stdio(McpServerStdio::new("ssot", program.clone()).args(arguments.clone()))
    });
    let wanted = NewSessionRequest::new(post.directory.clone()).mcp_servers(tools.collect());
    Ok(agent.send_request(wanted).block_task().await?.session_id)
}

/// Allows what is asked for, once: the sandbox and the gates are what holds an agent, and a
/// question that nobody answers would only stop it.
fn permission(request: &RequestPermissionRequest) -> RequestPermissionResponse {
    let allowing = [PermissionOptionKind::AllowOnce, PermissionOptionKind::AllowAlways];
    let option = allowing.iter().find_map(|kind| {
        let option = request.options.iter().find(|option| option.kind == *kind)?;
        Some(option.option_id.clone())
    });
    RequestPermissionResponse::new(match option {
        Some(id) => RequestPermissionOutcome::Selected(SelectedPermissionOutcome::new(id)),
        None => RequestPermissionOutcome::Cancelled,
    })
}

/// What an agent may read and write through the protocol.
struct Desk {
    root: PathBuf,
    write_set: BTreeSet<RepoPath>,
}

impl Desk {
    fn path(&self, path: &Path) -> Result<RepoPath, Error> {
        let below = path.strip_prefix(&self.root).ok().and_then(Path::to_str);
        let path = below.and_then(|below| RepoPath::new(below).ok());
        path.ok_or_else(|| refused(format!("only files in {} can be had", self.root.display())))
    }

    fn read(&self, request: &ReadTextFileRequest) -> Result<ReadTextFileResponse, Error> {
        let path = self.path(&request.path)?;
        let bytes = files::read(&self.root, &path, LARGEST_FILE)
            .map_err(|error| refused(format!("{path}: {error}")))?;
        let text = String::from_utf8_lossy(&bytes);
        let first = request.line.map_or(0, |line| line.saturating_sub(1) as usize);
        let most = request.limit.map_or(usize::MAX, |limit| limit as usize);
        let content = if first == 0 && most == usize::MAX {
            text.into_owned()
        } else {
            text.split_inclusive('\n').skip(first).take(most).collect()
        };
        Ok(ReadTextFileResponse::new(content))
    }

    fn write(&self, request: &WriteTextFileRequest) -> Result<WriteTextFileResponse, Error> {
        let path = self.path(&request.path)?;
        if !self.write_set.contains(&path) {
            return Err(refused(format!("{path} is not in the write set of this package")));
        }
        write_beneath(&self.root, &path, request.content.as_bytes())
            .map_err(|error| refused(format!("{path}: {error}")))?;
        Ok(WriteTextFileResponse::new())
    }
}

fn refused(why: String) -> Error {
    let mut error = Error::invalid_params();
    error.message = why;
    error
}

/// Turns what the protocol tells into what is heard.
struct Ears {
    heard: mpsc::Sender<Heard>,
    said: Mutex<Gathered>,
}

/// What has been said and not told, and what has been told so far.
#[derive(Debug, Default)]
struct Gathered {
    pieces: Pieces,
    /// Calls that have begun and not ended.
    open: BTreeSet<String>,
    /// What was told of tokens and money; both are told as totals.
    spent: Spent,
}

impl Ears {
    /// Whoever does not listen any more ends the conversation by not prompting.
    async fn tell(&self, heard: impl IntoIterator<Item = Heard>) {
        for heard in heard {
            _ = self.heard.send(heard).await;
        }
    }

    async fn update(&self, update: SessionUpdate) {
        let mut said = self.said.lock().await;
        let heard = said.take_in(update);
        drop(said);
        self.tell(heard).await;
    }

    /// Tells what was said and not told, when nothing more is to come.
    async fn flush(&self) {
        let last = self.said.lock().await.pieces.take();
        self.tell(last).await;
    }

    async fn turn_is_over(&self, reason: StopReason) {
        self.flush().await;
        let over = match reason {
            StopReason::EndTurn => Heard::Done,
            StopReason::MaxTokens => Heard::GaveUp("it ran out of tokens".to_owned()),
            StopReason::MaxTurnRequests => Heard::GaveUp("it ran out of requests".to_owned()),
            StopReason::Refusal => Heard::GaveUp("it refuses to go on".to_owned()),
            StopReason::Cancelled => Heard::GaveUp("it was cancelled".to_owned()),
            _ => Heard::GaveUp("it stopped for a reason of its own".to_owned()),
        };
        self.tell([over]).await;
    }
}

impl Gathered {
    fn take_in(&mut self, update: SessionUpdate) -> Vec<Heard> {
        match update {
            SessionUpdate::AgentMessageChunk(chunk) | SessionUpdate::AgentThoughtChunk(chunk) => {
                self.pieces.add(text_of(&chunk)).into_iter().collect()
            }
            SessionUpdate::ToolCall(call) => {
                let id = call.tool_call_id.to_string();
                let tool = call.name.unwrap_or_else(|| format!("{:?}", call.kind).to_lowercase());
                let input = call.raw_input.map(|input| input.to_string()).unwrap_or_default();
                let about = line(&format!("{} {input}", call.title));
                let mut heard: Vec<Heard> = self.pieces.take().into_iter().collect();
                self.open.insert(id.clone());
                heard.push(Heard::ToolStarted { call: id.clone(), tool, about });
                heard.extend(self.ended(id, Some(call.status), &call.title));
                heard
            }
            SessionUpdate::ToolCallUpdate(update) => {
                let id = update.tool_call_id.to_string();
                let title = update.fields.title.unwrap_or_default();
                self.ended(id, update.fields.status, &title).into_iter().collect()
            }
            SessionUpdate::UsageUpdate(usage) => {
                let dollars = usage.cost.filter(|cost| cost.currency == "USD");
                let now = Spent::new(usage.used, dollars.map_or(0.0, |cost| cost.amount));
                vec![Heard::Used(self.spent.rise_to(now))]
            }
            _ => Vec::new(),
        }
    }

    fn ended(&mut self, call: String, status: Option<ToolCallStatus>, said: &str) -> Option<Heard> {
        let ok = match status? {
            ToolCallStatus::Completed => true,
            ToolCallStatus::Failed => false,
            _ => return None,
        };
        // A call that ends twice has ended once.
        self.open.remove(&call).then(|| Heard::ToolEnded { call, ok, summary: line(said) })
    }
}

fn text_of(chunk: &ContentChunk) -> &str {
    match &chunk.content {
        ContentBlock::Text(text) => &text.text,
        _ => "",
    }
}
