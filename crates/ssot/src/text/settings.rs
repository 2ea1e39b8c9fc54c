//! The settings, for people.

use serde_json::Value;
use ssot_engine::{Origin, Setting};

use super::style;

/// Letters of a value that are shown; programs are told all of it.
const SHOWN: usize = 120;

/// Each setting with its value and its origin, and below it what it is.
pub(crate) fn settings(settings: &[Setting]) -> String {
    settings.iter().map(setting).collect()
}

fn setting(setting: &Setting) -> String {
    let Setting { name, kind, value, default, origin, description } = setting;
    let name = style::strong(name);
    let origin = style::faint(&told(origin));
    let usual = if value == default { String::new() } else { format!(", else {}", shown(default)) };
    format!("{name} = {}  {origin}\n    {kind}{usual}. {description}\n", shown(value))
}

fn told(origin: &Origin) -> String {
    match origin {
        Origin::Default => "default".to_owned(),
        Origin::File { path, line } => format!("{path}:{line}"),
        Origin::Environment { variable } => format!("environment: {variable}"),
        Origin::Flag { flag } => format!("flag: {flag}"),
    }
}

fn shown(value: &Value) -> String {
    if value.is_null() {
        return "not set".to_owned();
    }
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{} ...", &text[..end]),
        None => text,
    }
}
