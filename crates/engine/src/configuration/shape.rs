//! Compares a parsed file with the schema: unknown keys, missing keys, wrong types,
//! words that are none of the choices.

use std::ops::Range;

use serde_json::{Map, Value};
use ssot_runtime::files;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::mistake::Mistake;

/// Everything in the file that the schema does not allow.
pub(crate) fn mistakes(schema: &Value, document: &Spanned<DeTable<'_>>) -> Vec<Mistake> {
    let mut check = Check { root: schema, found: Vec::new() };
    check.table(schema, document.span(), document.get_ref(), "");
    check.found
}

struct Check<'a> {
    root: &'a Value,
    found: Vec<Mistake>,
}

impl<'a> Check<'a> {
    fn say(&mut self, span: Range<usize>, message: String) {
        self.found.push(Mistake { span, message });
    }

    fn table(&mut self, schema: &'a Value, place: Range<usize>, table: &DeTable<'_>, path: &str) {
        let known = schema["properties"].as_object();
        let others = schema.get("additionalProperties").filter(|it| it.is_object());
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let inner = known.and_then(|known| known.get(name)).or(others);
            if let Some(inner) = inner {
                self.value(inner, value, &joined(path, name));
            } else {
                let names = known.into_iter().flat_map(Map::keys).map(String::as_str);
                self.say(key.span(), unknown_key(name, path, names));
            }
        }
        for required in schema["required"].as_array().into_iter().flatten() {
            let name = required.as_str().unwrap_or_default();
            if !table.contains_key(name) {
                let description = summary(resolved(self.root, schema), name);
                let said = match path {
                    "" => format!("`{name}` is missing{description}"),
                    _ => format!("`{path}` needs `{name}`{description}"),
                };
                self.say(place.clone(), said);
            }
        }
    }

    fn value(&mut self, schema: &'a Value, value: &Spanned<DeValue<'_>>, path: &str) {
        let schema = resolved(self.root, schema);
        let choices = choices(schema);
        match value.get_ref() {
            DeValue::Table(table) if allows(schema, "object") => {
                self.table(schema, value.span(), table, path);
            }
            DeValue::Array(items) if allows(schema, "array") => {
                if items.is_empty() && schema["minItems"].as_u64().is_some_and(|least| least > 0) {
                    self.say(value.span(), format!("`{path}` must not be empty"));
                }
                for item in items {
                    self.value(&schema["items"], item, path);
                }
            }
            DeValue::String(text) if !choices.is_empty() => {
                if !choices.contains(&text.as_ref()) {
                    let expected = choices.join(", ");
                    let hint = nearest(text, choices.into_iter());
                    self.say(value.span(), format!("`{text}` is none of {expected}{hint}"));
                }
            }
            DeValue::String(text) if allows(schema, "string") => {
                if let Some(message) = wrong_text(schema, text, path) {
                    self.say(value.span(), message);
                }
            }
            DeValue::Integer(number) if allows(schema, "integer") => {
                let most = schema["maximum"].as_u64().or(match schema["format"].as_str() {
                    Some("uint32") => Some(u64::from(u32::MAX)),
                    _ => None,
                });
                let digits = u64::from_str_radix(&number.as_str().replace('_', ""), number.radix());
                let least = schema["minimum"].as_u64().unwrap_or(0);
                let fits = |it: u64| it >= least && most.is_none_or(|most| it <= most);
                if !digits.is_ok_and(fits) {
                    let upper = most.map_or("9223372036854775807".to_owned(), |it| it.to_string());
                    let said = format!("`{path}` is a whole number from {least} to {upper}");
                    self.say(value.span(), said);
                }
            }
            DeValue::Boolean(_) if allows(schema, "boolean") => {}
            other => {
                let found = type_of(other);
                let expected = expected(self.root, schema);
                let quotes = matches!(other, DeValue::Datetime(_)) && allows(schema, "string");
                let hint = if quotes { "; write it in quotes" } else { "" };
                self.say(value.span(), format!("`{path}` is {expected}, not {found}{hint}"));
            }
        }
    }
}

/// Follows references and leaves out the alternative "nothing", which TOML has no word for.
pub(crate) fn resolved<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    if let Some(name) = schema["$ref"].as_str().and_then(|it| it.strip_prefix("#/$defs/")) {
        return resolved(root, &root["$defs"][name]);
    }
    let mut alternatives = schema["anyOf"].as_array().into_iter().flatten();
    match alternatives.find(|it| it["type"] != "null") {
        Some(other) => resolved(root, other),
        None => schema,
    }
}

/// The full name of a key below others.
pub(crate) fn joined(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn unknown_key<'a>(name: &str, path: &str, known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.collect();
    let hint = nearest(name, known.iter().copied());
    let hint = if hint.is_empty() { format!("; there are {}", known.join(", ")) } else { hint };
    match path {
        "" => format!("there is no `{name}`{hint}"),
        "severity" => format!("no rule is called `{name}`{hint}"),
        _ => format!("`{path}` has no `{name}`{hint}"),
    }
}

/// How alike two words must be for one to be proposed for the other.
const ALIKE: f64 = 0.7;

/// `; did you mean ...?`, or nothing when no word is near.
fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> String {
    let plain = |text: &str| text.to_ascii_lowercase().replace('_', "-");
    let word = plain(word);
    let likeness = |other: &str| strsim::normalized_damerau_levenshtein(&word, &plain(other));
    known
        .map(|other| (likeness(other), other))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .map_or_else(String::new, |(_, other)| format!("; did you mean `{other}`?"))
}

/// The first sentence about a key, after a colon.
fn summary(schema: &Value, name: &str) -> String {
    let text = schema["properties"][name]["description"].as_str().unwrap_or("");
    let sentence = text.split(['.', '\n']).next().unwrap_or("");
    if sentence.is_empty() { String::new() } else { format!(": {}", lower_first(sentence)) }
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |it| it.to_lowercase().chain(letters).collect())
}

/// The words that are allowed, when only some are.
fn choices(schema: &Value) -> Vec<&str> {
    let one_of = schema["oneOf"].as_array().into_iter().flatten();
    one_of.filter_map(|choice| choice["const"].as_str()).collect()
}

fn allows(schema: &Value, kind: &str) -> bool {
    match &schema["type"] {
        Value::String(only) => only == kind,
        Value::Array(kinds) => kinds.iter().any(|it| it == kind),
        _ => false,
    }
}

fn wrong_text(schema: &Value, text: &str, path: &str) -> Option<String> {
    if text.trim().is_empty() && schema["minLength"].as_u64().is_some_and(|least| least > 0) {
        return Some(format!("`{path}` must not be empty"));
    }
    match schema["format"].as_str()? {
        "date" if !ssot_model::is_day(text) => {
            Some(format!("`{text}` is no date: write year, month and day, \"2026-12-31\""))
        }
        "glob" => {
            let reason = files::check_glob(text).err()?;
            Some(format!("`{text}` is not a glob: {reason}; write it like a line of .gitignore"))
        }
        "rule" if ssot_rules::rule(text).is_none() => {
            let known = ssot_rules::RULES.iter().map(|rule| rule.name);
            let hint = nearest(text, known);
            Some(format!("no rule is called `{text}`{hint}"))
        }
        _ => None,
    }
}

fn type_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a point",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// What a value of this schema is, in words: `a whole number`.
pub(crate) fn expected(root: &Value, schema: &Value) -> String {
    let choices = choices(schema);
    if !choices.is_empty() {
        return format!("one of {}", choices.join(", "));
    }
    for (kind, words) in [
        ("string", "a text"),
        ("integer", "a whole number"),
        ("boolean", "true or false"),
        ("object", "a table"),
    ] {
        if allows(schema, kind) {
            return words.to_owned();
        }
    }
    let items = resolved(root, &schema["items"]);
    if allows(items, "object") { "a list of tables" } else { "a list of texts" }.to_owned()
}
