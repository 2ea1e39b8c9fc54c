//! What a schema cannot say: names that are used twice, names that nobody declared,
//! and where each entry stands.

use std::collections::BTreeMap;

use ssot_model::audit::AtomKind;
use ssot_model::{Config, RepoPath, ShimConfig};
use ssot_rewrite::{Substitution, Wanted};
use ssot_rules::PolicyLines;
use ssot_runtime::runner::split_command;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::CONFIG_FILE;
use super::mistake::{Mistake, position};

/// Mistakes in what the entries mean together.
pub(super) fn mistakes(text: &str, document: &DeTable<'_>) -> Vec<Mistake> {
    let mut found = Vec::new();
    for table in [
        "boundary",
        "team",
        "concept",
        "capability",
        "event-contract",
        "stage-order",
        "named-value",
        "codemod",
    ] {
        found.extend(twice(text, table, texts(document, table, "name")));
    }
    let decided = ["decision", "keep"].into_iter();
    for (word, value) in decided.flat_map(|table| texts(document, table, "verdict")) {
        if ["identical", "clone", "shadowed", "unsure"].contains(&word) {
            let message = format!(
                "`{word}` is found by comparing, not decided; an answer is variant, twin, homonym, \
                 layer, specialisation, boundary or convention"
            );
            found.push(Mistake::new(value.span(), message));
        }
    }
    for (atom, value) in ["waiver", "covered"].iter().flat_map(|it| texts(document, it, "atom")) {
        let word = atom.split(' ').next().unwrap_or_default();
        if !AtomKind::ALL.iter().any(|kind| kind.as_str() == word) {
            let kinds = AtomKind::ALL.map(AtomKind::as_str).join(", ");
            let message = format!(
                "an atom begins with its kind, as the ledger prints it; `{word}` is none of {kinds}"
            );
            found.push(Mistake::new(value.span(), message));
        }
    }
    let declared: Vec<&str> = texts(document, "boundary", "name").map(|it| it.0).collect();
    for (name, value) in texts(document, "name-budget", "boundary") {
        if !declared.contains(&name) {
            let message = format!("no boundary is called `{name}`; declare it with [[boundary]]");
            found.push(Mistake::new(value.span(), message));
        }
    }
    found
}

/// Commands that cannot be split into words, and categories of tests that are declared twice.
pub(super) fn commands(text: &str, document: &DeTable<'_>) -> Vec<Mistake> {
    let mut found = Vec::new();
    let mut check = |table: &DeTable<'_>, keys: &[&str]| {
        for value in keys.iter().filter_map(|key| table.get(*key)) {
            let DeValue::String(command) = value.get_ref() else { continue };
            // That it must not be empty was said by its shape.
            if let Some(error) = split_command(command).err().filter(|_| !command.is_empty()) {
                found.push(Mistake::new(value.span(), error.to_string()));
            }
        }
    };
    let tables = |name: &str| table(document, name).into_iter().flat_map(|it| it.values());
    for service in tables("services").filter_map(as_table) {
        check(service, &["start", "health", "stop"]);
    }
    if let Some(canary) = table(document, "canary") {
        check(canary, &["health"]);
    }
    if let Some(agent) = table(document, "agent") {
        check(agent, &["command"]);
    }
    if let Some(test) = table(document, "test") {
        check(test, &["command"]);
        for category in entries(test, "category").filter_map(as_table) {
            check(category, &["command"]);
        }
        found.extend(twice(text, "category", texts(test, "category", "name")));
    }
    found
}

/// An agent that has neither a program nor a model, or both, and a model that cannot be asked.
pub(super) fn agent(document: &DeTable<'_>) -> Option<Mistake> {
    let agent = table(document, "agent")?;
    let dialect = agent.get("dialect")?;
    let is_model = matches!(dialect.get_ref(), DeValue::String(word) if word == "model");
    let of = |key: &str| agent.get(key).map(Spanned::span);
    let (place, message) = match (is_model, of("command"), of("llm")) {
        (true, _, None) => {
            (dialect.span(), "the dialect `model` needs `[agent.llm]`: which model, and where")
        }
        (true, Some(place), _) => (place, "a language model has no command"),
        (false, None, _) => {
            (dialect.span(), "`agent` needs `command`: the program to be talked with")
        }
        (false, _, Some(place)) => (place, "`llm` is for the dialect `model`"),
        _ => return None,
    };
    Some(Mistake::new(place, message))
}

/// A language model that cannot be asked as it is configured.
pub(super) fn llm(document: &DeTable<'_>, config: &Config) -> Option<Mistake> {
    let why = config.agent.as_ref()?.llm.as_ref()?.check().err()?;
    let place = table(document, "agent")?.get("llm").map(Spanned::span);
    Some(Mistake::new(place.unwrap_or_default(), format!("`agent.llm`: {why}")))
}

/// Steps of a canary that do not rise, or that nothing looks at.
pub(super) fn canary(document: &DeTable<'_>) -> Option<Mistake> {
    let canary = table(document, "canary")?;
    let steps = canary.get("steps")?;
    let DeValue::Array(list) = steps.get_ref() else { return None };
    let number = |value: &Spanned<DeValue<'_>>| match value.get_ref() {
        DeValue::Integer(number) => number.as_str().parse::<u32>().ok(),
        _ => None,
    };
    let numbers: Vec<u32> = list.iter().filter_map(number).collect();
    let rising = numbers.windows(2).all(|pair| pair[0] < pair[1]);
    let message = if !rising || numbers.first() == Some(&0) {
        "`canary.steps` counts landings from the first one: the numbers must rise, from 1 on"
    } else if !numbers.is_empty() && !canary.contains_key("health") {
        "`canary.steps` needs `health`, the command that tells whether what has landed is healthy"
    } else {
        return None;
    };
    Some(Mistake::new(steps.span(), message))
}

/// A day from which an end is counted to see whether it can be.
const ANY_DAY: &str = "2000-01-01";

/// An end of shims that is no day and no number of days.
pub(super) fn shim(document: &DeTable<'_>) -> Option<Mistake> {
    let value = table(document, "shim")?.get("remove-after")?;
    let DeValue::String(text) = value.get_ref() else { return None };
    let config = ShimConfig { remove_after: Some(text.to_string()), names: Vec::new() };
    config.last_day(ANY_DAY).err().map(|message| Mistake::new(value.span(), message))
}

/// A table below a name.
fn table<'a, 'i>(document: &'a DeTable<'i>, name: &str) -> Option<&'a DeTable<'i>> {
    document.get(name).and_then(as_table)
}

fn as_table<'a, 'i>(value: &'a Spanned<DeValue<'i>>) -> Option<&'a DeTable<'i>> {
    match value.get_ref() {
        DeValue::Table(table) => Some(table),
        _ => None,
    }
}

/// Names that stand more than once.
fn twice<'a>(
    text: &str,
    what: &str,
    names: impl Iterator<Item = (&'a str, &'a Spanned<DeValue<'a>>)>,
) -> Vec<Mistake> {
    let mut found = Vec::new();
    let mut seen: BTreeMap<&str, &Spanned<DeValue<'_>>> = BTreeMap::new();
    for (name, value) in names {
        if let Some(first) = seen.insert(name, value) {
            let line = position(text, first.span().start).0;
            let message = format!("{what} `{name}` was declared at line {line} already");
            found.push(Mistake::new(value.span(), message));
        }
    }
    found
}

/// Codemods that cannot be read, or that say nothing by which their places are found.
pub(super) fn codemods(document: &DeTable<'_>) -> Vec<Mistake> {
    let mut found = Vec::new();
    for entry in entries(document, "codemod") {
        let DeValue::Table(table) = entry.get_ref() else { continue };
        let text = |key: &str| match table.get(key).map(Spanned::get_ref) {
            Some(DeValue::String(text)) => Some(text.as_ref()),
            _ => None,
        };
        let (Some(pattern), Some(replacement)) = (text("pattern"), text("replacement")) else {
            continue;
        };
        let imports = match table.get("import").map(Spanned::get_ref) {
            Some(DeValue::Array(list)) => list.iter().collect(),
            _ => Vec::new(),
        };
        let imports = imports.into_iter().filter_map(|import| match import.get_ref() {
            DeValue::String(text) => Some(Wanted::parse(text)),
            _ => None,
        });
        let made = imports
            .collect::<Result<Vec<_>, String>>()
            .and_then(|wanted| Substitution::new(pattern, replacement, wanted));
        let is_found = ssot_rules::codemod_anchor(pattern).is_some();
        let message = match made {
            Err(message) => message,
            Ok(_) if !is_found => format!(
                "the pattern `{pattern}` has no absolute name, so nothing tells what it means: \
                 write one name with its module"
            ),
            Ok(_) => continue,
        };
        found.push(Mistake::new(entry.span(), message));
    }
    found
}

/// The tables of a list of tables.
fn entries<'a, 'i>(
    document: &'a DeTable<'i>,
    table: &str,
) -> impl Iterator<Item = &'a Spanned<DeValue<'i>>> {
    let list = match document.get(table).map(Spanned::get_ref) {
        Some(DeValue::Array(list)) => Some(list),
        _ => None,
    };
    list.into_iter().flatten()
}

/// The texts under one key of a list of tables.
fn texts<'a>(
    document: &'a DeTable<'_>,
    table: &str,
    key: &str,
) -> impl Iterator<Item = (&'a str, &'a Spanned<DeValue<'a>>)> {
    entries(document, table).filter_map(move |entry| {
        let DeValue::Table(entry) = entry.get_ref() else { return None };
        let value = entry.get(key)?;
        let DeValue::String(text) = value.get_ref() else { return None };
        Some((text.as_ref(), value))
    })
}

/// The line of every entry of a list of tables.
pub(super) fn lines(file: &str, text: &str, document: &DeTable<'_>) -> PolicyLines {
    let path = RepoPath::new(file)
        .unwrap_or_else(|_| RepoPath::new(CONFIG_FILE).expect("a plain word is a plain path"));
    let mut lines = PolicyLines::new(path);
    for key in document.keys() {
        let name = key.get_ref().as_ref();
        // `keep` is the old name of `decision`.
        let table = if name == "keep" { "decision" } else { name };
        for (at, entry) in entries(document, name).enumerate() {
            lines.put(table, at, position(text, entry.span().start).0 as u32);
        }
    }
    lines
}
