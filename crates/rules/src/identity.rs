//! Identities that survive edits elsewhere in the file.

use std::collections::BTreeMap;

use ssot_facts::{Index, Module};
use ssot_model::{DefinitionKind, Finding, Fingerprint, Member, Span};
use xxhash_rust::xxh3::Xxh3;

/// The identity of a group: the rule, the kind and what the members are called.
/// Line numbers, order and bodies play no part.
pub(crate) fn fingerprint<'a>(
    rule: &str,
    kind: DefinitionKind,
    members: impl Iterator<Item = &'a str>,
) -> Fingerprint {
    let mut members: Vec<&str> = members.collect();
    members.sort_unstable();
    let mut hash = Xxh3::new();
    for part in [rule, kind.as_str()].into_iter().chain(members) {
        hash.update(part.as_bytes());
        hash.update(&[0]);
    }
    Fingerprint::new(format!("{:032x}", hash.digest128()))
}

/// Hash of a text that has no place and no name in it, in hexadecimal.
pub(crate) fn digest(text: &str) -> String {
    format!("{:016x}", xxhash_rust::xxh3::xxh3_64(text.as_bytes()))
}

/// Hash of all definitions of a module, in hexadecimal. Like theirs it survives moves,
/// renames and layout. A module without any is known by its last name alone.
pub(crate) fn module_digest(module: &Module) -> String {
    let definitions = &module.facts.definitions;
    if definitions.is_empty() {
        let last = module.name.rsplit('.').next().unwrap_or_default();
        return digest(&format!("module {last}"));
    }
    let hashes: Vec<String> = definitions.iter().map(|it| format!("{:x}", it.hash)).collect();
    digest(&hashes.join(" "))
}

/// A whole module as findings show it.
pub(crate) fn module_member(module: &Module) -> Member {
    Member {
        path: module.path.clone(),
        span: Span { start: 1, end: module.facts.lines.max(1) },
        module: module.name.to_string(),
        qualified_name: String::new(),
        digest: module_digest(module),
    }
}

/// How often each content that a member can have stands in a tree, by its digest.
pub fn contents(index: &Index) -> BTreeMap<String, u32> {
    let definitions = index.definitions().map(|(id, ..)| index.member(id).digest);
    let modules = index.modules().map(|(_, module)| module_digest(module));
    let mut contents = BTreeMap::new();
    for digest in definitions.chain(modules) {
        *contents.entry(digest).or_default() += 1;
    }
    contents
}

/// One key per member of a violation. A group that loses a member keeps the keys
/// of the others, so that comparing two scans by these keys tells what was closed
/// and what was opened.
pub fn member_keys(finding: &Finding) -> impl Iterator<Item = String> {
    finding
        .members
        .iter()
        .map(|member| format!("{} {} {}", finding.rule, finding.verdict_word(), member.dotted()))
}
