//! A small repository written as text: `--- path` begins a file.

use std::collections::BTreeMap;
use std::sync::Arc;

use ssot_audit::Examiner;
use ssot_facts::{Index, Source, python};
use ssot_model::{Config, Preference, RepoPath};
use ssot_rules::{Circumstances, RULES};

/// The files and their index.
pub(crate) struct Repository {
    texts: BTreeMap<String, Arc<str>>,
    pub(crate) index: Index,
}

impl Repository {
    /// Reads the files.
    pub(crate) fn new(text: &str) -> Self {
        let files = text.split("--- ").filter(|part| !part.trim().is_empty());
        let texts: BTreeMap<String, Arc<str>> = files
            .map(|file| {
                let (path, text) = file.split_once('\n').expect("a file has a path line");
                (path.trim().to_owned(), Arc::from(text))
            })
            .collect();
        let sources = texts.iter().map(|(path, text)| Source {
            path: RepoPath::new(path).expect("tests use plain paths"),
            facts: python::extract(text.as_bytes()),
        });
        Self { index: Index::build(sources.collect()), texts }
    }

    /// The text of a file.
    pub(crate) fn read(&self, path: &RepoPath) -> Option<Arc<str>> {
        self.texts.get(path.as_str()).cloned()
    }

    /// The audit of the group of a name, of which a definition was declared canonical.
    pub(crate) fn audit(&self, name: &str, declared: &str) -> ssot_audit::Audit {
        let canonical = Preference { definition: declared.to_owned(), reason: "it is".to_owned() };
        let config = Config { canonical: vec![canonical], ..Config::default() };
        let findings = ssot_rules::detect(RULES, &self.index, &config, &Circumstances::default());
        let read = |path: &RepoPath| self.read(path);
        let mut examiner = Examiner::new(&self.index, &config).reading(&read);
        let audits = examiner.examine_all(&findings);
        let mut audit =
            audits.into_iter().find(|it| it.finding.name == name).expect("a group of the name");
        examiner.look_into(&mut audit, &read);
        audit
    }
}
