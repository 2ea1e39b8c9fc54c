//! `gemini --output-format stream-json`.

use serde_json::Value;

use super::super::stream::{Lines, Reading, number, text};
use super::super::{Heard, Spent};

/// Without a way back into a conversation every turn is one of its own.
pub(crate) const DIALECT: Lines = Lines {
    arguments: &["--output-format", "stream-json", "--approval-mode", "yolo"],
    first: &[],
    again: &[],
    read,
};

fn read(line: &str, reading: &mut Reading) {
    let Ok(said) = serde_json::from_str::<Value>(line) else { return };
    match text(&said, &["type"]) {
        "message" if text(&said, &["role"]) == "assistant" => {
            reading.say(text(&said, &["content"]));
        }
        "tool_use" => {
            let input = said.get("parameters").unwrap_or(&Value::Null);
            reading.tool(text(&said, &["tool_id"]), text(&said, &["tool_name"]), input);
        }
        "tool_result" => {
            let ok = text(&said, &["status"]) == "success";
            let output = text(&said, &["output"]);
            let output =
                if output.is_empty() { text(&said, &["error", "message"]) } else { output };
            reading.tool_ended(text(&said, &["tool_id"]), ok, output);
        }
        // Not the end: the result says whether it was.
        "error" => reading.say(text(&said, &["message"])),
        "result" => {
            let tokens = number(&said, &["stats", "total_tokens"]);
            reading.tell(Heard::Used(Spent::new(tokens, 0.0)));
            if text(&said, &["status"]) == "error" {
                reading.failure = Some(text(&said, &["error", "message"]).to_owned());
            }
        }
        _ => {}
    }
}
