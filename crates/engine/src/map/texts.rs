//! The index of string literals and of the values that the configuration names.

use std::collections::{BTreeMap, BTreeSet};

use ssot_facts::{Index, Role};
use ssot_model::{Config, TextEntry};
use ssot_rules::{Constants, folded, is_telling, nearness};

/// How often a text stands, and in which modules.
type Uses<'a> = BTreeMap<&'a str, (u32, BTreeSet<&'a str>)>;

fn uses(index: &Index, counts: impl Fn(&str) -> bool) -> Uses<'_> {
    let mut uses = Uses::new();
    for (_, module) in index.modules().filter(|(_, it)| it.role == Role::Production) {
        let facts = &module.facts;
        let known: Vec<bool> = facts.texts.iter().map(|text| counts(text)).collect();
        for literal in facts.literals.iter().filter(|it| known[it.text as usize]) {
            let (count, modules) = uses.entry(&facts.texts[literal.text as usize]).or_default();
            *count += 1;
            modules.insert(&module.name);
        }
    }
    uses
}

fn entry(text: &str, uses: &Uses<'_>, constants: &Constants<'_>) -> TextEntry {
    let (count, modules) = uses.get(text).cloned().unwrap_or_default();
    TextEntry {
        text: text.to_owned(),
        group: None,
        count,
        modules: modules.into_iter().map(str::to_owned).collect(),
        constant: constants.of(text).map(|(_, name, _)| name),
        near: Vec::new(),
    }
}

/// Identifiers, keys, paths and addresses that stand more than once, the most spread
/// first, with the texts of the same letters.
pub(super) fn literals(index: &Index) -> Vec<TextEntry> {
    let uses = uses(index, is_telling);
    let constants = Constants::new(index);
    let mut alike: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for text in uses.keys() {
        alike.entry(folded(text)).or_default().push(text);
    }
    let repeated =
        uses.iter().filter(|(text, (count, _))| *count > 1 || alike[&folded(text)].len() > 1);
    let mut entries: Vec<TextEntry> = repeated
        .map(|(text, _)| {
            let near = alike[&folded(text)].iter().filter(|it| *it != text);
            let near = near.map(|it| (*it).to_owned()).collect();
            TextEntry { near, ..entry(text, &uses, &constants) }
        })
        .collect();
    entries.sort_by_key(|it| (std::cmp::Reverse((it.modules.len(), it.count)), it.text.clone()));
    entries
}

/// The values of the configuration, with what is nearly one of them.
pub(super) fn named_values(index: &Index, config: &Config) -> Vec<TextEntry> {
    let values: BTreeSet<&str> =
        config.named_value.iter().flat_map(|it| &it.values).map(String::as_str).collect();
    let near = |text: &str| values.iter().any(|value| nearness(text, value).is_some());
    let uses = uses(index, |text| values.contains(text) || near(text));
    let constants = Constants::new(index);
    let mut entries = Vec::new();
    for named in &config.named_value {
        for value in &named.values {
            let near = uses
                .keys()
                .filter(|text| !values.contains(**text) && nearness(text, value).is_some());
            let near = near.map(|text| (*text).to_owned()).collect();
            let entry = entry(value, &uses, &constants);
            entries.push(TextEntry { group: Some(named.name.clone()), near, ..entry });
        }
    }
    entries
}
