//! `codex exec --json`.

use serde_json::Value;

use super::super::stream::{Lines, Reading, number, text};
use super::super::{Heard, Spent};

/// Its own sandbox would lie inside of ours, which is the one that counts.
pub(crate) const DIALECT: Lines = Lines {
    arguments: &["exec", "--json", "--dangerously-bypass-approvals-and-sandbox"],
    first: &["-"],
    again: &["resume", "{}", "-"],
    read,
};

fn read(line: &str, reading: &mut Reading) {
    let Ok(said) = serde_json::from_str::<Value>(line) else { return };
    let item = said.get("item").unwrap_or(&Value::Null);
    match text(&said, &["type"]) {
        "thread.started" => {
            reading.conversation = Some(text(&said, &["thread_id"]).to_owned());
        }
        "item.started" => begun(item, reading),
        "item.completed" => ended(item, reading),
        "turn.completed" => {
            let used = |name| number(&said, &["usage", name]);
            let tokens = used("input_tokens") + used("output_tokens");
            reading.tell(Heard::Used(Spent::new(tokens, 0.0)));
        }
        "turn.failed" => reading.failure = Some(text(&said, &["error", "message"]).to_owned()),
        "error" => reading.failure = Some(text(&said, &["message"]).to_owned()),
        _ => {}
    }
}

/// The tool that an item is a call of, and what it is called for; none for what is said.
fn call_of(item: &Value) -> Option<(String, Value)> {
    let kind = text(item, &["type"]);
    match kind {
        "command_execution" => Some((kind.to_owned(), item.get("command")?.clone())),
        "file_change" => Some((kind.to_owned(), item.get("changes")?.clone())),
        "mcp_tool_call" => {
            let name = format!("{}.{}", text(item, &["server"]), text(item, &["tool"]));
            Some((name, item.get("arguments").cloned().unwrap_or(Value::Null)))
        }
        "web_search" => Some((kind.to_owned(), item.get("query")?.clone())),
        _ => None,
    }
}

fn begun(item: &Value, reading: &mut Reading) {
    if let Some((tool, input)) = call_of(item) {
        reading.tool(text(item, &["id"]), &tool, &input);
    }
}

fn ended(item: &Value, reading: &mut Reading) {
    match text(item, &["type"]) {
        "agent_message" | "reasoning" => {
            reading.say(text(item, &["text"]));
            reading.say("\n");
        }
        // Not the end: the turn says itself when it has failed.
        "error" => reading.say(text(item, &["message"])),
        _ => {
            if call_of(item).is_none() {
                return;
            }
            let status = text(item, &["status"]);
            let output = text(item, &["aggregated_output"]);
            let summary = if output.is_empty() { status } else { output };
            reading.tool_ended(text(item, &["id"]), status == "completed", summary);
        }
    }
}
