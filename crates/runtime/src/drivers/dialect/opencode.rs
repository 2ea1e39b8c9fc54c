//! `opencode run --format json`.

use serde_json::Value;

use super::super::stream::{Lines, Reading, at, number, text};
use super::super::{Heard, Spent};

pub(crate) const DIALECT: Lines = Lines {
    arguments: &["run", "--format", "json"],
    first: &[],
    again: &["--session", "{}"],
    read,
};

fn read(line: &str, reading: &mut Reading) {
    let Ok(said) = serde_json::from_str::<Value>(line) else { return };
    let part = said.get("part").unwrap_or(&Value::Null);
    let session = text(&said, &["sessionID"]);
    if !session.is_empty() {
        reading.conversation = Some(session.to_owned());
    }
    match text(&said, &["type"]) {
        "text" => {
            reading.say(text(part, &["text"]));
            reading.say("\n");
        }
        // A call is told when it has ended.
        "tool_use" => {
            let (call, tool) = (text(part, &["callID"]), text(part, &["tool"]));
            let input = at(part, &["state", "input"]).unwrap_or(&Value::Null);
            reading.tool(call, tool, input);
            let ok = text(part, &["state", "status"]) == "completed";
            let output = text(part, &["state", if ok { "output" } else { "error" }]);
            reading.tool_ended(call, ok, output);
        }
        "step_finish" => {
            let used = |name| number(part, &["tokens", name]);
            let tokens = used("input") + used("output") + used("reasoning");
            let dollars = at(part, &["cost"]).and_then(Value::as_f64).unwrap_or(0.0);
            reading.tell(Heard::Used(Spent::new(tokens, dollars)));
        }
        "error" => {
            let message = text(&said, &["error", "data", "message"]);
            let name = text(&said, &["error", "name"]);
            reading.failure = Some(if message.is_empty() { name } else { message }.to_owned());
        }
        _ => {}
    }
}
