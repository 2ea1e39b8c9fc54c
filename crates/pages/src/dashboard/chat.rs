//! Conversations about a project.

use askama::Template;
use ssot_model::{Agent, CompletionStatus, ThreadId, Timestamp};

use super::shell::{Shell, segment};
use super::{rendered, since};
use crate::markup::prose;
use crate::words::count;

/// The threads of a project, and one of them.
#[derive(Debug, Clone)]
pub struct ChatView {
    /// What stands around it.
    pub shell: Shell,
    /// The threads, the latest first.
    pub threads: Vec<ThreadCard>,
    /// The one that is open; none on the page of all.
    pub thread: Option<ThreadView>,
    /// What could be asked, for a thread without messages.
    pub suggestions: Vec<String>,
    /// The time of the page.
    pub now: Timestamp,
}

/// A thread in the list.
#[derive(Debug, Clone)]
pub struct ThreadCard {
    /// The thread.
    pub id: ThreadId,
    /// What it is called.
    pub title: String,
    /// When something was last said.
    pub at: Timestamp,
}

/// The thread that is open.
#[derive(Debug, Clone)]
pub struct ThreadView {
    /// The thread.
    pub id: ThreadId,
    /// What it is called.
    pub title: String,
    /// What happened, in order.
    pub entries: Vec<ChatEntry>,
    /// The number of the last event in it; zero without any.
    pub seq: u64,
}

/// One event of a thread.
#[derive(Debug, Clone)]
pub struct ChatEntry {
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub what: Happened,
}

/// What happened in a thread.
#[derive(Debug, Clone)]
pub enum Happened {
    /// Somebody wrote.
    Message {
        /// Who.
        by: String,
        /// What.
        text: String,
    },
    /// The answer.
    Answer {
        /// What; names stand between backticks.
        text: String,
        /// What it rests on.
        evidence: Vec<Evidence>,
    },
    /// An agent began.
    Started {
        /// The agent.
        agent: Agent,
        /// What it is asked to do.
        task: String,
    },
    /// An agent concluded something.
    Thinking {
        /// The agent.
        agent: Agent,
        /// What.
        thought: String,
    },
    /// A tool began.
    Executing {
        /// The agent on whose behalf.
        agent: Agent,
        /// The tool.
        tool: String,
        /// Identity of the call.
        call: String,
    },
    /// A tool ended.
    Executed {
        /// The agent on whose behalf.
        agent: Agent,
        /// The tool.
        tool: String,
        /// Identity of the call.
        call: String,
        /// How it ended.
        status: CompletionStatus,
        /// What came of it.
        summary: String,
    },
    /// An agent ended.
    Completed {
        /// The agent.
        agent: Agent,
        /// How it ended.
        status: CompletionStatus,
        /// What came of it.
        summary: String,
    },
}

/// What an answer rests on.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// The words of the link.
    pub label: String,
    /// Where it leads: an address on this server.
    pub href: String,
}

/// What is shown: messages and answers, and between them what agents did.
enum Block<'a> {
    Message { by: &'a str, paragraphs: Vec<String>, at: String },
    Answer { paragraphs: Vec<String>, evidence: Vec<&'a Evidence>, at: String },
    Activity { steps: Vec<Step>, said: String, going: bool },
}

struct Step {
    class: &'static str,
    what: String,
    said: String,
}

impl ThreadCard {
    fn href(&self, shell: &Shell) -> String {
        format!("{}/chat/{}", shell.base(), segment(self.id.as_str()))
    }

    fn ago(&self, now: Timestamp) -> String {
        since::words(self.at, now)
    }

    fn is_open(&self, view: &ChatView) -> bool {
        view.thread.as_ref().is_some_and(|thread| thread.id == self.id)
    }
}

impl ThreadView {
    fn api(&self, shell: &Shell) -> String {
        format!("{}/threads/{}/messages", shell.api(), segment(self.id.as_str()))
    }

    fn action(&self, shell: &Shell) -> String {
        format!("{}/chat/{}", shell.base(), segment(self.id.as_str()))
    }

    fn blocks(&self) -> Vec<Block<'_>> {
        let mut blocks: Vec<Block<'_>> = Vec::new();
        for entry in &self.entries {
            let at = crate::words::clock(entry.at);
            match &entry.what {
                Happened::Message { by, text } => {
                    blocks.push(Block::Message { by, paragraphs: paragraphs(text), at });
                }
                Happened::Answer { text, evidence } => {
                    let evidence = evidence.iter().filter(|it| is_here(&it.href)).collect();
                    blocks.push(Block::Answer { paragraphs: paragraphs(text), evidence, at });
                }
                what => activity(what, &mut blocks),
            }
        }
        blocks
    }
}

/// Whether an address is one of this server, whatever an answer says.
fn is_here(href: &str) -> bool {
    href.starts_with('/') && !href.starts_with("//") && !href.contains('\\')
}

fn paragraphs(text: &str) -> Vec<String> {
    text.split('\n').filter(|line| !line.trim().is_empty()).map(prose).collect()
}

/// Adds what an agent did to the activity at the end.
fn activity(what: &Happened, blocks: &mut Vec<Block<'_>>) {
    let step =
        |class, what: &str, said: &str| Step { class, what: what.to_owned(), said: prose(said) };
    let (step, ends) = match what {
        Happened::Started { agent, task } => (step("work", agent.as_str(), task), false),
        Happened::Thinking { agent, thought } => (step("rest", agent.as_str(), thought), false),
        Happened::Executing { tool, .. } => (step("work", tool, "started"), false),
        Happened::Executed { tool, status, summary, .. } => {
            (step(super::run::status_class(*status), tool, summary), false)
        }
        Happened::Completed { agent, status, summary } => {
            (step(super::run::status_class(*status), agent.as_str(), summary), true)
        }
        Happened::Message { .. } | Happened::Answer { .. } => return,
    };
    if !matches!(blocks.last(), Some(Block::Activity { .. })) {
        blocks.push(Block::Activity { steps: Vec::new(), said: String::new(), going: true });
    }
    let Some(Block::Activity { steps, said, going }) = blocks.last_mut() else { return };
    steps.push(step);
    *said = count(steps.len(), "step");
    *going = !ends;
}

#[derive(Template)]
#[template(path = "chat.html")]
struct Page<'a> {
    shell: &'a Shell,
    view: &'a ChatView,
}

impl Page<'_> {
    /// The part of the project in which it lies.
    const SECTION: &'static str = "chat";
}

/// The page.
pub fn chat(view: &ChatView) -> String {
    rendered(&Page { shell: &view.shell, view })
}
