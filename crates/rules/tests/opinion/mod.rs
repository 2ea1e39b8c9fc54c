//! What the judge says of definitions of a repository that is written as text:
//! `--- path` begins a file.

use ssot_facts::{DefinitionId, Index, Source, python};
use ssot_model::{Config, RepoPath, Verdict};
use ssot_rules::{Circumstances, Scene};

/// The joined facts of a repository.
pub(crate) fn index(repository: &str) -> Index {
    let sources = repository.split("--- ").filter(|part| !part.trim().is_empty()).map(|file| {
        let (path, text) = file.split_once('\n').expect("a file has a path line");
        let path = RepoPath::new(path).expect("tests use plain paths");
        Source { path, facts: python::extract(text.as_bytes()) }
    });
    Index::build(sources.collect())
}

/// Holds the verdict about some definitions against the expected one.
#[track_caller]
pub(crate) fn check(repository: &str, names: &[&str], expected: Verdict) {
    let index = index(repository);
    let (config, circumstances) = (Config::default(), Circumstances::default());
    let scene = Scene::new(&index, &config, &circumstances);
    let find = |name: &&str| -> DefinitionId {
        let mut ids = index.definitions().map(|(id, ..)| id);
        ids.find(|id| index.dotted(*id) == **name).expect("the test defines it")
    };
    let ids: Vec<DefinitionId> = names.iter().map(find).collect();
    let opinion = ssot_rules::judge(&scene, &ids);
    assert_eq!(opinion.verdict, expected, "{names:?}: {:#?}", opinion.evidence);
    assert_eq!(opinion.question.is_some(), expected == Verdict::Unsure, "{names:?}");
}
