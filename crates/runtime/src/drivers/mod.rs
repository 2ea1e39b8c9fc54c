//! Coding agents of others, each behind one trait.
//!
//! A driver talks with one agent in the agent's own way and tells what it hears in one
//! vocabulary, [`Heard`]. It decides nothing: neither what the agent may do, which the
//! sandbox and the gates see to, nor what its words are worth.

mod acp;
mod dialect;
mod model;
mod stream;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::pin::Pin;

use ssot_model::{Dialect, RepoPath};
use tokio::sync::mpsc;

use crate::process::CommandLine;

pub use model::Model;
pub(crate) use stream::summary_of;

/// Things heard that wait to be read; a full queue makes the agent wait.
const HEARD: usize = 64;
/// Longest piece of what an agent says that is told at once, in bytes.
const LONGEST_SAID: usize = 2000;

/// What is heard of an agent.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    /// It thinks aloud, or speaks. Pieces of one thought come as one.
    Said(String),
    /// It calls a tool of its own.
    ToolStarted {
        /// Identity of the call in the conversation.
        call: String,
        /// The tool.
        tool: String,
        /// What it is called for, on one line: the same text is the same call.
        about: String,
    },
    /// A tool of its has ended.
    ToolEnded {
        /// Identity of the call.
        call: String,
        /// Whether it did what it should.
        ok: bool,
        /// What came of it, on one line.
        summary: String,
    },
    /// It has used up so much more since it last said so.
    Used(Spent),
    /// It has ended its turn and says that it is done.
    Done,
    /// It has ended its turn and says why it is not done.
    GaveUp(String),
}

/// What an agent has used up, as it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spent {
    /// Tokens, read and written.
    pub tokens: u64,
    /// Money, in millionths of a US dollar.
    pub microdollars: u64,
}

impl Spent {
    /// Tokens and US dollars; what is no amount of money counts for nothing.
    fn new(tokens: u64, dollars: f64) -> Self {
        // Neither below nothing nor infinite is a number without a sign.
        let microdollars = format!("{:.0}", dollars * 1e6).parse().unwrap_or(0);
        Self { tokens, microdollars }
    }

    /// Takes in a new total and gives what has come on top; a total never falls.
    fn rise_to(&mut self, now: Self) -> Self {
        let more = Self {
            tokens: now.tokens.saturating_sub(self.tokens),
            microdollars: now.microdollars.saturating_sub(self.microdollars),
        };
        self.tokens += more.tokens;
        self.microdollars += more.microdollars;
        more
    }
}

/// An agent that is a program, and where it works.
#[derive(Debug, Clone)]
pub struct Post {
    /// Its command, already inside of its sandbox.
    pub line: CommandLine,
    /// The tree that it works on.
    pub directory: PathBuf,
    /// The only files that it may change.
    pub write_set: BTreeSet<RepoPath>,
    /// A server of the Model Context Protocol that it may ask: a program and its arguments.
    pub tools: Option<(PathBuf, Vec<String>)>,
}

/// How the conversation with an agent came to its end, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended(pub String);

/// A conversation: every prompt is a turn, which ends with [`Heard::Done`] or
/// [`Heard::GaveUp`]. It ends by itself when the agent does, or when nobody prompts or
/// listens any more. Dropping it leaves no process behind.
pub type Conversation = Pin<Box<dyn Future<Output = Ended> + Send>>;

/// Something that can talk with an agent.
pub trait Driver: Send + Sync {
    /// Begins a conversation.
    fn converse(&self, prompts: mpsc::Receiver<String>, heard: mpsc::Sender<Heard>)
    -> Conversation;
}

/// The driver that speaks a dialect with a program; none for a language model, which is no
/// program: see [`Model`].
pub fn driver(dialect: Dialect, post: Post) -> Option<Box<dyn Driver>> {
    let lines = match dialect {
        Dialect::Model => return None,
        Dialect::Acp => return Some(Box::new(acp::Acp(post))),
        Dialect::Plain => dialect::plain::DIALECT,
        Dialect::ClaudeCode => dialect::claude_code::DIALECT,
        Dialect::Codex => dialect::codex::DIALECT,
        Dialect::Gemini => dialect::gemini::DIALECT,
        Dialect::Opencode => dialect::opencode::DIALECT,
    };
    Some(Box::new(stream::Stream(lines, post)))
}

/// An agent in conversation, as whoever asks it sees it.
pub struct Session {
    prompts: mpsc::Sender<String>,
    heard: mpsc::Receiver<Heard>,
    conversation: Conversation,
    ended: Option<Ended>,
}

impl Session {
    /// Begins a conversation with an agent.
    pub fn start(driver: &dyn Driver) -> Self {
        // One prompt at a time: the next one rests on what came of the last.
        let (prompts, asked) = mpsc::channel(1);
        let (tell, heard) = mpsc::channel(HEARD);
        let conversation = driver.converse(asked, tell);
        Self { prompts, heard, conversation, ended: None }
    }

    /// Begins a turn; false when nobody is there any more.
    pub async fn prompt(&mut self, text: String) -> bool {
        self.ended.is_none() && self.prompts.send(text).await.is_ok()
    }

    /// What is heard next, or how the conversation ended. What was said before the end is
    /// heard first.
    pub async fn hear(&mut self) -> Result<Heard, Ended> {
        loop {
            if let Some(ended) = &self.ended {
                return self.heard.try_recv().map_err(|_| ended.clone());
            }
            tokio::select! {
                biased;
                Some(heard) = self.heard.recv() => return Ok(heard),
                ended = &mut self.conversation => self.ended = Some(ended),
            }
        }
    }
}

/// Gathers pieces of what is said, so that they are told as whole thoughts.
#[derive(Debug, Default)]
struct Pieces(String);

impl Pieces {
    /// Adds a piece; gives what has become long enough to be told.
    fn add(&mut self, piece: &str) -> Option<Heard> {
        self.0.push_str(piece);
        (self.0.len() >= LONGEST_SAID).then(|| self.take()).flatten()
    }

    /// What has not been told yet.
    fn take(&mut self) -> Option<Heard> {
        let said = std::mem::take(&mut self.0);
        let said = said.trim();
        (!said.is_empty()).then(|| Heard::Said(said.to_owned()))
    }
}

/// The beginning of a text, on one line.
pub(crate) fn line(text: &str) -> String {
    const LONGEST: usize = 300;
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{} ...", &text[..end]),
        None => text,
    }
}
