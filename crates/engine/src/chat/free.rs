//! Questions that no intent covers, answered by a language model that looks things up.
//!
//! The model has the tools that read, and no other. What it says rests on what they showed:
//! only groups that a tool named, and that are there, are told as evidence.

use std::collections::BTreeSet;

use ssot_model::{
    Agent, CompletionStatus, EventKind, Finding, Member, Reference, RequestId, ThreadId, UserId,
};
use ssot_runtime::identity::UserExecutionContext;
use ssot_runtime::llm::{Dialogue, Llm, pursue};
use ssot_runtime::tools::ToolDispatcher;
use tokio::sync::{mpsc, watch};

use super::answer::{about, group};
use super::turn::{append, chain, references};
use super::{Conversation, Intent, Known, intent};
use crate::hearing::Hearing;
use crate::{EngineError, Snapshot, Workshop};

const INSTRUCTIONS: &str = include_str!("instructions.md");
/// Words up to which a question about a known concept needs no language model.
const SHORT: usize = 6;
/// Messages of the conversation that the model is reminded of.
const REMEMBERED: usize = 12;
/// References of an answer.
const NAMED: usize = 8;
/// Things heard that wait to be written down.
const HEARD: usize = 64;

/// Whether a message needs a language model: it is no command, and no short question about
/// something that is known.
pub fn is_free(text: &str, known: &Known<'_>) -> bool {
    let is_long = text.split_whitespace().count() > SHORT;
    match intent(text) {
        Intent::Concept(name) | Intent::Why(name) => {
            is_long || known.snapshot.is_none_or(|snapshot| about(snapshot, &name).is_empty())
        }
        Intent::Overview | Intent::Status | Intent::MissedFixes | Intent::Plan => is_long,
        Intent::Help
        | Intent::Scan
        | Intent::Rule(_)
        | Intent::Run(_)
        | Intent::Approve
        | Intent::Cancel
        | Intent::RollBack(_) => false,
    }
}

/// A message that was taken and that a language model is to answer.
pub struct FreeTurn {
    conversation: Conversation,
    whose: UserExecutionContext,
    step: String,
    dialogue: Dialogue,
    hearing: Hearing,
}

impl Conversation {
    /// Takes a message, which is durable then, for a language model.
    pub async fn wonder(
        &self,
        llm: &Llm,
        thread: &ThreadId,
        (by, command): (&UserId, &str),
        text: &str,
    ) -> Result<FreeTurn, EngineError> {
        let id = chain(thread);
        let step = format!("message/{by}/{command}");
        let mut dialogue = Dialogue::begin(llm, INSTRUCTIONS);
        let head = self.head(thread).await?;
        let earlier = self.events(thread, head.saturating_sub(200), 200).await?;
        let words = earlier.into_iter().filter_map(|event| match event.kind {
            EventKind::MessagePosted { text, .. } => Some((true, text)),
            EventKind::AnswerGiven { text, .. } => Some((false, text)),
            _ => None,
        });
        let words: Vec<(bool, String)> = words.collect();
        for (asked, text) in words.into_iter().rev().take(REMEMBERED).rev() {
            if asked { dialogue.say(text) } else { dialogue.recall(text) }
        }
        dialogue.say(text);
        let posted = EventKind::MessagePosted { by: by.clone(), text: text.to_owned() };
        append(&self.log, &id, &step, posted).await?;
        let task = format!("look it up with `{}`", llm.config().name);
        let started = EventKind::AgentStarted { agent: AGENT, package: None, task };
        append(&self.log, &id, &step, started).await?;
        let request = RequestId::new(step.as_str());
        let whose = UserExecutionContext::new(by.clone(), thread.clone(), id, request);
        let hearing = Hearing::new(AGENT, None, step.clone());
        Ok(FreeTurn { conversation: self.clone(), whose, step, dialogue, hearing })
    }
}

/// Whose matter free questions are.
const AGENT: Agent = Agent::Data;
/// What is said of an answer for which nothing was looked up.
const RESTS_ON_NOTHING: &str = "(This rests on nothing that was found in the repository.)";
/// What is said when the server goes away in the middle.
const STOPPED: &str = "There is no answer: the server was stopped. Ask again.";
/// What is said when the log did not take what came before the answer.
const LOST: &str = "There is no answer: what led to it could not be kept. Ask again.";

impl FreeTurn {
    /// Lets the model answer, and records what it does on the way; whether it has. When `stop`
    /// turns true the answer is that there is none. A turn that fails is open still: the log
    /// took no end of it.
    pub async fn conclude(
        &mut self,
        workshop: &Workshop,
        snapshot: Option<&Snapshot>,
        stop: watch::Receiver<bool>,
    ) -> Result<bool, EngineError> {
        let tools = workshop.tools()?;
        self.dialogue.offer(tools.describe());
        let answered = self.look_up(&tools, stop).await?;
        let evidence = evidence(self.dialogue.results(), &answered, snapshot);
        let (status, text) = match answered {
            Ok(text) if evidence.is_empty() => {
                (CompletionStatus::Ok, format!("{text}\n\n{RESTS_ON_NOTHING}"))
            }
            Ok(text) => (CompletionStatus::Ok, text),
            Err(why) => (CompletionStatus::Error, why),
        };
        self.end(status, text, evidence).await?;
        Ok(status == CompletionStatus::Ok)
    }

    /// Ends a turn that failed, once the log takes words again; an error when it does not yet.
    pub async fn abandon(&mut self) -> Result<(), EngineError> {
        self.end(CompletionStatus::Error, LOST.to_owned(), Vec::new()).await
    }

    async fn end(
        &mut self,
        status: CompletionStatus,
        text: String,
        evidence: Vec<Reference>,
    ) -> Result<(), EngineError> {
        for (step, kind) in self.hearing.close() {
            self.append(&step, kind).await?;
        }
        let summary = references(evidence.len());
        let done = EventKind::AgentCompleted { agent: AGENT, package: None, status, summary };
        self.append(&self.step, done).await?;
        self.append(&self.step, EventKind::AnswerGiven { text, evidence }).await
    }

    /// The model's answer, or why there is none; what is heard of it is in the log then.
    async fn look_up(
        &mut self,
        tools: &ToolDispatcher,
        mut stop: watch::Receiver<bool>,
    ) -> Result<Result<String, String>, EngineError> {
        let (tell, mut heard) = mpsc::channel(HEARD);
        let Self { conversation, whose, dialogue, hearing, .. } = self;
        let (log, thread) = (&conversation.log, chain(whose.thread()));
        // Everything that is told is heard: the channel ends with the pursuit. A log that takes
        // no more ends both.
        let pursuit = async move { Ok(pursue(dialogue, tools, whose, &tell).await) };
        let listening = async {
            while let Some(heard) = heard.recv().await {
                if let Some((step, kind)) = hearing.hear(heard) {
                    append(log, &thread, &step, kind).await?;
                }
            }
            Ok::<(), EngineError>(())
        };
        let answered = tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => Err(STOPPED.to_owned()),
            both = async { tokio::try_join!(pursuit, listening) } => {
                both?.0.map_err(|error| format!("There is no answer: {error}."))
            }
        };
        Ok(answered)
    }

    async fn append(&self, step: &str, kind: EventKind) -> Result<(), EngineError> {
        append(&self.conversation.log, &chain(self.whose.thread()), step, kind).await
    }
}

/// The groups that the results name, by id or by a member, and that are there: first those
/// that the answer names.
fn evidence<'r>(
    results: impl Iterator<Item = &'r str>,
    answered: &Result<String, String>,
    snapshot: Option<&Snapshot>,
) -> Vec<Reference> {
    let (Ok(text), Some(snapshot)) = (answered, snapshot) else { return Vec::new() };
    let seen: BTreeSet<&str> = results.flat_map(names).collect();
    let said: BTreeSet<&str> = names(text).collect();
    let is_seen = |finding: &&Finding| {
        let is_member = |it: &Member| seen.contains(it.dotted().as_str());
        seen.contains(finding.id.as_str()) || finding.members.iter().any(is_member)
    };
    let is_said = |it: &Finding| said.contains(it.id.as_str()) || said.contains(it.name.as_str());
    let mut found: Vec<&Finding> = snapshot.report.findings.iter().filter(is_seen).collect();
    found.sort_by_key(|finding| !is_said(finding));
    found.into_iter().take(NAMED).map(group).collect()
}

/// What can be an id or a dotted name.
fn names(text: &str) -> impl Iterator<Item = &str> {
    let is_of_name = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.');
    text.split(move |letter| !is_of_name(letter))
        .map(|word| word.trim_matches('.'))
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{Known, is_free, names};

    #[test]
    fn commands_need_no_language_model() {
        let known = Known { snapshot: None, runs: &[] };
        for (text, expected) in [
            ("run slugify", false),
            ("plan", false),
            ("explain exact-clone", false),
            ("How is the run going?", false),
            ("How do the two keys of an order differ from one another?", true),
            ("slugify", true),
            ("who would have to review a merge of the two order keys?", true),
        ] {
            assert_eq!(is_free(text, &known), expected, "{text}");
        }
    }

    #[test]
    fn names_are_found_in_json_and_in_words() {
        let found: Vec<&str> = names(r#"{"id":"g-1a2b3c4d"} see `shop.text.Key`, ok."#).collect();
        assert_eq!(found, ["id", "g-1a2b3c4d", "see", "shop.text.Key", "ok"]);
    }
}
