//! Agents that take one prompt a process and tell in lines what they do.

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::sync::mpsc;

use super::{Conversation, Driver, Ended, Heard, Pieces, Post, line};
use crate::process::{CommandLine, Ending, Piped, ProcessError};

/// Longest line that is read, in bytes; an agent that writes a longer one has lost its way.
const LONGEST_LINE: usize = 16 * 1024 * 1024;
/// Lines of standard error that tell why an agent ended.
const TOLD: usize = 5;

/// What tells one agent from another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lines {
    /// The arguments behind the configured command.
    pub(super) arguments: &'static [&'static str],
    /// What follows them in the first turn of a conversation.
    pub(super) first: &'static [&'static str],
    /// What follows them when the conversation is taken up again; `{}` stands for its identity.
    /// Without it every turn is a conversation of its own.
    pub(super) again: &'static [&'static str],
    /// What a line says.
    pub(super) read: fn(&str, &mut Reading),
}

/// What is read of one turn.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// What the lines so far say, oldest first.
    pub(super) heard: Vec<Heard>,
    /// Pieces of what is being said.
    pub(super) pieces: Pieces,
    /// Identity of the conversation, when the agent tells one.
    pub(super) conversation: Option<String>,
    /// Why the agent says it has failed.
    pub(super) failure: Option<String>,
}

impl Reading {
    pub(super) fn say(&mut self, piece: &str) {
        let told = self.pieces.add(piece);
        self.heard.extend(told);
    }

    /// Something else begins: what was said so far is a whole.
    pub(super) fn tell(&mut self, heard: Heard) {
        let before = self.pieces.take();
        self.heard.extend(before);
        self.heard.push(heard);
    }

    pub(super) fn tool(&mut self, call: &str, tool: &str, input: &Value) {
        let about = line(&summary_of(input));
        self.tell(Heard::ToolStarted { call: call.to_owned(), tool: tool.to_owned(), about });
    }

    pub(super) fn tool_ended(&mut self, call: &str, ok: bool, summary: &str) {
        self.tell(Heard::ToolEnded { call: call.to_owned(), ok, summary: line(summary) });
    }
}

/// What a tool is called with, as people read it: a single text as it is, else JSON.
pub(crate) fn summary_of(input: &Value) -> String {
    match input {
        Value::String(text) => text.clone(),
        Value::Object(fields) => match fields.values().next() {
            Some(Value::String(text)) if fields.len() == 1 => text.clone(),
            _ => input.to_string(),
        },
        Value::Null => String::new(),
        _ => input.to_string(),
    }
}

/// The text at a path of names in JSON; empty when there is none.
pub(super) fn text<'v>(value: &'v Value, path: &[&str]) -> &'v str {
    at(value, path).and_then(Value::as_str).unwrap_or_default()
}

/// What stands at a path of names in JSON.
pub(super) fn at<'v>(value: &'v Value, path: &[&str]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, name| value.get(name))
}

/// The number at a path of names in JSON; zero when there is none.
pub(super) fn number(value: &Value, path: &[&str]) -> u64 {
    at(value, path).and_then(Value::as_u64).unwrap_or_default()
}

/// Talks with an agent whose lines are known.
pub(super) struct Stream(pub(super) Lines, pub(super) Post);

impl Driver for Stream {
    fn converse(
        &self,
        mut prompts: mpsc::Receiver<String>,
        heard: mpsc::Sender<Heard>,
    ) -> Conversation {
        let (lines, post) = (self.0, self.1.clone());
        Box::pin(async move {
            let mut known = None;
            while let Some(prompt) = prompts.recv().await {
                let line = with_arguments(&post.line, lines, known.as_deref());
                match turn(&line, lines, &prompt, &heard).await {
                    Ok(Turn::Over(conversation)) => known = conversation.or(known),
                    Ok(Turn::Died(why)) => return Ended(why),
                    Err(error) => return Ended(error.to_string()),
                }
            }
            Ended("nothing more was asked".to_owned())
        })
    }
}

/// How a turn ended.
enum Turn {
    /// With a word of its own; and the identity of the conversation.
    Over(Option<String>),
    /// Without one.
    Died(String),
}

fn with_arguments(line: &CommandLine, lines: Lines, known: Option<&str>) -> CommandLine {
    let (more, known) = match known {
        Some(known) if !lines.again.is_empty() => (lines.again, known),
        _ => (lines.first, ""),
    };
    let words = lines.arguments.iter().chain(more).map(|word| word.replace("{}", known));
    line.followed_by(words.collect())
}

async fn turn(
    command: &CommandLine,
    lines: Lines,
    prompt: &str,
    heard: &mpsc::Sender<Heard>,
) -> Result<Turn, ProcessError> {
    let Piped { mut stdin, stdout, mut running } = Piped::start(command)?;
    let prompt = prompt.to_owned();
    // An agent that does not read to the end is no reason to stop: what it does counts.
    let asking = tokio::spawn(async move {
        _ = stdin.write_all(prompt.as_bytes()).await;
        _ = stdin.shutdown().await;
    });
    let mut reading = Reading::default();
    let mut said = BufReader::new(stdout);
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        let mut limited = tokio::io::AsyncReadExt::take(&mut said, LONGEST_LINE as u64);
        match limited.read_until(b'\n', &mut bytes).await {
            Ok(1..) if bytes.len() < LONGEST_LINE => {}
            Ok(0) | Err(_) => break,
            Ok(_) => return Ok(Turn::Died("it wrote a line without an end".to_owned())),
        }
        (lines.read)(String::from_utf8_lossy(&bytes).trim_end(), &mut reading);
        for heard_now in reading.heard.drain(..) {
            if heard.send(heard_now).await.is_err() {
                return Ok(Turn::Died("nobody listens".to_owned()));
            }
        }
    }
    let ending = running.wait().await?;
    asking.abort();
    let complaint = running.end().await.last_lines(TOLD);
    if let Some(last) = reading.pieces.take() {
        // Whoever does not listen any more does not prompt either.
        _ = heard.send(last).await;
    }
    let over = match (ending, reading.failure) {
        (_, Some(failure)) => Heard::GaveUp(failure),
        (Ending::Exited(0), None) => Heard::Done,
        (ending, None) => {
            let why = if complaint.is_empty() { String::new() } else { format!(": {complaint}") };
            return Ok(Turn::Died(format!("{ending}{why}")));
        }
    };
    _ = heard.send(over).await;
    Ok(Turn::Over(reading.conversation))
}
