//! What is fuzzed: everything that reads what others wrote. Each entry takes any bytes,
//! never panics, and holds what came out against a property of its own. The test
//! `crates/engine/tests/fuzz_seeds.rs` runs the same functions on the seeds.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Arc;

use serde_json::Value;
use ssot_facts::{DefinitionId, Index, Source};
use ssot_model::{Baseline, Config, Event, FileChange, RepoPath, TrendPoint};
use ssot_rewrite::Decision;
use ssot_rules::{Circumstances, RULES};

/// One thing that is fuzzed.
pub type Entry = fn(&[u8]);

/// Every entry by the name of its target and of the folder of its seeds.
pub const ENTRIES: [(&str, Entry); 6] = [
    ("config", config),
    ("java", java),
    ("python", python),
    ("rewrite", rewrite),
    ("rules", rules),
    ("stored", stored),
];

/// The line between the files of an input.
const BETWEEN: &str = "#---\n";

/// What the files of an input are called, in their order.
const NAMES: [&str; 5] =
    ["shop/a.py", "shop/b.py", "shop/__init__.py", "jobs/a.py", "tests/test_a.py"];

/// Python's facts: the same text twice gives the same facts.
pub fn python(bytes: &[u8]) {
    let facts = ssot_facts::python::extract(bytes);
    assert_eq!(facts, ssot_facts::python::extract(bytes));
}

/// Java's facts: the same text twice gives the same facts.
pub fn java(bytes: &[u8]) {
    let facts = ssot_facts::java::extract(bytes);
    assert_eq!(facts, ssot_facts::java::extract(bytes));
}

/// Every rule on some small files: every member lies in its file.
pub fn rules(bytes: &[u8]) {
    let files = files(bytes);
    let index = index(&files);
    let config = Config::default();
    for finding in ssot_rules::detect(RULES, &index, &config, &Circumstances::default()) {
        for member in &finding.members {
            let lines = lines(files[&member.path]);
            let span = member.span;
            assert!(
                (1..=span.end).contains(&span.start) && span.end as usize <= lines,
                "{}: {span:?} of {lines} lines",
                finding.rule
            );
        }
    }
}

/// The codemods: what parsed before parses afterwards.
pub fn rewrite(bytes: &[u8]) {
    let files = files(bytes);
    let index = index(&files);
    let sources = |path: &RepoPath| files.get(path).map(|bytes| Arc::from(*bytes));
    for (canonical, copy) in namesakes(&index) {
        let redirect =
            |rewrite_imports| Decision::Redirect { canonical, copies: vec![copy], rewrite_imports };
        let path = RepoPath::new("shop/common.py").expect("a plain path");
        let extract = Decision::Extract {
            source: canonical,
            members: vec![canonical, copy],
            module: "shop.common".to_owned(),
            path,
            rewrite_imports: false,
        };
        let delete = Decision::DeleteModule { module: copy.module };
        for decision in [redirect(false), redirect(true), extract, delete] {
            let Ok(patch) = ssot_rewrite::apply(&index, &sources, &[decision]) else { continue };
            for (path, change) in &patch.files {
                let FileChange::Write(after) = change else { continue };
                let parses = |bytes: &[u8]| ssot_facts::python::extract(bytes).errors.is_empty();
                let parsed = files.get(path).is_none_or(|before| parses(before));
                assert!(!parsed || parses(after), "{path}:\n{}", String::from_utf8_lossy(after));
            }
        }
    }
}

/// `ssot.toml`: a configuration or a message that says where the mistake is.
pub fn config(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Err(error) = ssot_engine::read_config("ssot.toml", text) {
        assert!(error.to_string().contains("ssot.toml"), "{error}");
    }
}

/// What ssot wrote and reads again: events, baselines, trends, plans.
pub fn stored(bytes: &[u8]) {
    json::<Event>(bytes);
    json::<Baseline>(bytes);
    json::<TrendPoint>(bytes);
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(plan) = ssot_plan::parse(text) {
        let written = ssot_plan::render(&plan).expect("a plan that was read can be written");
        assert_eq!(ssot_plan::parse(&written).expect("and read again"), plan);
    }
}

/// What is read is written as it was read.
fn json<T: serde::de::DeserializeOwned + serde::Serialize + PartialEq + Debug>(bytes: &[u8]) {
    let Ok(value) = serde_json::from_slice::<T>(bytes) else { return };
    let written: Value = serde_json::to_value(&value).expect("what was read is JSON");
    assert_eq!(serde_json::from_value::<T>(written).expect("and can be read again"), value);
}

/// The files of an input by their paths.
fn files(bytes: &[u8]) -> BTreeMap<RepoPath, &[u8]> {
    let mut parts: Vec<&[u8]> = Vec::new();
    let mut rest = bytes;
    let between = BETWEEN.as_bytes();
    while parts.len() + 1 < NAMES.len()
        && let Some(at) = rest.windows(between.len()).position(|window| window == between)
    {
        parts.push(&rest[..at]);
        rest = &rest[at + between.len()..];
    }
    parts.push(rest);
    let path = |name: &&str| RepoPath::new(name).expect("a plain path");
    NAMES.iter().map(path).zip(parts).collect()
}

fn index(files: &BTreeMap<RepoPath, &[u8]>) -> Index {
    let source = |(path, bytes): (&RepoPath, &&[u8])| Source {
        path: path.clone(),
        facts: ssot_facts::python::extract(bytes),
    };
    Index::build(files.iter().map(source).collect())
}

/// Lines as an editor counts them; a file has at least one.
fn lines(bytes: &[u8]) -> usize {
    String::from_utf8_lossy(bytes).split(['\n', '\r']).count()
}

/// Definitions of one name at the top of different modules, a few of them.
fn namesakes(index: &Index) -> Vec<(DefinitionId, DefinitionId)> {
    const MOST: usize = 4;
    let mut seen: BTreeMap<String, DefinitionId> = BTreeMap::new();
    let mut pairs = Vec::new();
    for (module, at) in index.modules() {
        for (position, definition) in at.facts.definitions.iter().enumerate() {
            let id = DefinitionId { module, index: position as u32 };
            match seen.get(definition.name.as_str()) {
                Some(first) if first.module != module => pairs.push((*first, id)),
                _ => {
                    seen.insert(definition.name.to_string(), id);
                }
            }
        }
    }
    pairs.truncate(MOST);
    pairs
}
