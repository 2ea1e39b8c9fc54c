//! `claude -p --output-format stream-json`.

use serde_json::Value;

use super::super::stream::{Lines, Reading, at, number, text};
use super::super::{Heard, Spent};

/// Permissions are the sandbox's and the gates' matter, not the agent's.
pub(crate) const DIALECT: Lines = Lines {
    arguments: &[
        "-p",
        "--output-format",
        "stream-json",
        "--verbose",
        "--permission-mode",
        "bypassPermissions",
    ],
    first: &[],
    again: &["--resume", "{}"],
    read,
};

fn read(line: &str, reading: &mut Reading) {
    let Ok(said) = serde_json::from_str::<Value>(line) else { return };
    match text(&said, &["type"]) {
        "system" if text(&said, &["subtype"]) == "init" => {
            reading.conversation = Some(text(&said, &["session_id"]).to_owned());
        }
        "assistant" | "user" => {
            let content = at(&said, &["message", "content"]).and_then(Value::as_array);
            for block in content.into_iter().flatten() {
                read_block(block, reading);
            }
        }
        "result" => {
            let used = |name| number(&said, &["usage", name]);
            let tokens = used("input_tokens")
                + used("output_tokens")
                + used("cache_creation_input_tokens")
                + used("cache_read_input_tokens");
            let dollars = at(&said, &["total_cost_usd"]).and_then(Value::as_f64).unwrap_or(0.0);
            reading.tell(Heard::Used(Spent::new(tokens, dollars)));
            let subtype = text(&said, &["subtype"]);
            let is_error = at(&said, &["is_error"]).and_then(Value::as_bool).unwrap_or(false);
            if subtype != "success" || is_error {
                let result = text(&said, &["result"]);
                let why = if result.is_empty() { subtype } else { result };
                reading.failure = Some(why.to_owned());
            }
        }
        _ => {}
    }
}

fn read_block(block: &Value, reading: &mut Reading) {
    match text(block, &["type"]) {
        "text" => {
            reading.say(text(block, &["text"]));
            reading.say("\n");
        }
        "thinking" => {
            reading.say(text(block, &["thinking"]));
            reading.say("\n");
        }
        "tool_use" => {
            let input = block.get("input").unwrap_or(&Value::Null);
            reading.tool(text(block, &["id"]), text(block, &["name"]), input);
        }
        "tool_result" => {
            let failed = at(block, &["is_error"]).and_then(Value::as_bool).unwrap_or(false);
            let content = match block.get("content") {
                Some(Value::String(content)) => content.clone(),
                Some(Value::Array(parts)) => {
                    parts.iter().map(|part| text(part, &["text"])).collect::<Vec<_>>().join(" ")
                }
                _ => String::new(),
            };
            reading.tool_ended(text(block, &["tool_use_id"]), !failed, &content);
        }
        _ => {}
    }
}
