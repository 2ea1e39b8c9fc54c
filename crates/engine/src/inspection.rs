//! What is known statically about one tree; the gates compare two of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use ssot_facts::Index;
use ssot_model::{Config, Finding, RepoPath, Verdict};
use ssot_rules::RULES;
use ssot_runtime::cache::Cache;

use crate::EngineError;
use crate::api;
use crate::triage::Survey;

/// Rules about what was decided and removed before. What a package does to a
/// decision is for people to judge, not for its gates.
const OF_THE_MEMORY: [&str; 2] = ["stale-decision", "tombstone-returned"];

/// The static state of one tree.
#[derive(Debug, Clone, Default)]
pub struct Inspection {
    /// Files that do not parse, `path: message`, without line numbers.
    pub parse_issues: BTreeSet<String>,
    /// Imports and names that resolve to nothing, `path: name`.
    pub unresolved: BTreeSet<String>,
    /// Violations by identity, one per member, with their summary.
    pub violations: BTreeMap<String, String>,
    /// The contents of those that say that definitions are alike: by the same keys.
    pub likenesses: BTreeMap<String, BTreeSet<String>>,
    /// How often each content stands in the tree.
    pub contents: BTreeMap<String, u32>,
    /// Importable modules by dotted name.
    pub modules: BTreeMap<String, RepoPath>,
    /// Directories that must be on the module search path, relative to the
    /// root, the empty string for the root itself; in order of preference.
    pub import_roots: Vec<String>,
    /// What users outside of the repository rely on: every name of the declared public API,
    /// and with which parameters it is called where that is known.
    pub public: BTreeMap<String, Option<String>>,
    /// The facts themselves; without them nothing is said about what names mean.
    pub index: Option<Arc<Index>>,
}

impl Inspection {
    /// Looks at a tree on disk without running anything of it.
    pub(crate) fn of_tree(
        root: &Path,
        config: &Config,
        cache: Option<&Cache>,
    ) -> Result<Self, EngineError> {
        let survey = Survey::take(root, config.clone(), cache)?;
        let found = Self::of_survey(&survey);
        Ok(Self { index: Some(Arc::new(survey.index)), ..found })
    }

    /// The static state of a tree that was read already.
    pub(crate) fn of_survey(survey: &Survey) -> Self {
        let index = &survey.index;
        let mut violations = BTreeMap::new();
        let mut likenesses = BTreeMap::new();
        for finding in survey.findings(RULES) {
            if finding.is_violation() && !OF_THE_MEMORY.contains(&finding.rule.as_str()) {
                let keys = ssot_rules::member_keys(&finding);
                let contents = contents(&finding);
                for key in keys {
                    if is_likeness(&finding) {
                        likenesses.insert(key.clone(), contents.clone());
                    }
                    violations.insert(key, finding.summary.clone());
                }
            }
        }
        let issue = |issue: ssot_model::ParseIssue| format!("{}: {}", issue.path, issue.message);
        Self {
            parse_issues: index.issues().into_iter().map(issue).collect(),
            unresolved: index.unresolved(),
            violations,
            likenesses,
            contents: ssot_rules::contents(index),
            modules: index.importable(),
            import_roots: index.import_roots().to_vec(),
            public: api::surface(index, &survey.config),
            index: None,
        }
    }
}

/// Whether a finding rests on what its members are, and on nothing around them.
fn is_likeness(finding: &Finding) -> bool {
    use Verdict::{Clone, Identical, Twin, Variant};
    matches!(finding.verdict, Some(Identical | Clone | Variant | Twin))
}

/// What the members are, whatever they are called and wherever they stand.
fn contents(finding: &Finding) -> BTreeSet<String> {
    finding.members.iter().map(|it| it.digest.clone()).collect()
}
