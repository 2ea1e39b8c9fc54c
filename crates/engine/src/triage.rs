//! The first stage: from a tree on disk to ranked findings.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use compact_str::CompactString;
use ssot_audit::{CoverageData, Examiner};
use ssot_facts::{Index, Missing};
use ssot_model::{Config, Finding, Level, Mode, ParseIssue, ScanReport};
use ssot_rules::{Circumstances, RULES, Rule, Scene};
use ssot_runtime::cache::Cache;
use ssot_runtime::files::{Surroundings, Witness};

use crate::known::Known;
use crate::reading::Reading;
use crate::{EngineError, codemod, configuration, coverage};

/// A tree with everything that is known about it.
pub(crate) struct Survey {
    pub(crate) index: Index,
    pub(crate) config: Config,
    /// The day and what was removed before; unknown unless somebody says it.
    pub(crate) circumstances: Circumstances,
    /// What tests execute; none unless somebody measured it.
    pub(crate) coverage: Option<CoverageData>,
    /// Where the tree is.
    pub(crate) root: PathBuf,
    issues: Vec<ParseIssue>,
    surroundings: Surroundings,
}

impl Survey {
    /// Reads a tree. What cannot be read is listed among the issues.
    pub(crate) fn take(
        root: &Path,
        config: Config,
        cache: Option<&Cache>,
    ) -> Result<Self, EngineError> {
        let reading = Reading::take(root, &config.scan, cache, &Known::default())?;
        Self::join(root, reading, config, cache)
    }

    /// Joins the files of a tree to one index.
    pub(crate) fn join(
        root: &Path,
        reading: Reading,
        mut config: Config,
        cache: Option<&Cache>,
    ) -> Result<Self, EngineError> {
        let (sources, mut issues) = reading.into_sources(root, &config.scan, cache);
        let mut index = Index::build(sources);
        let mut surroundings =
            Surroundings::new(root, &config.scan.exclude).map_err(EngineError::user)?;
        let elsewhere = elsewhere(&mut surroundings, &index);
        index.set_elsewhere(elsewhere);
        issues.extend(index.issues());
        issues.sort();
        configuration::detect_boundaries(&mut surroundings, &index, &mut config);
        let circumstances = Circumstances::default();
        Ok(Self {
            index,
            config,
            circumstances,
            coverage: None,
            root: root.to_owned(),
            issues,
            surroundings,
        })
    }

    /// What is known besides the files rests on these directories.
    pub(crate) fn witness(&self) -> Witness {
        self.surroundings.witness()
    }

    /// The same tree on a day, on which decisions may have expired.
    pub(crate) fn on(mut self, day: String) -> Self {
        self.circumstances.today = Some(day);
        self
    }

    /// The same tree with what tests execute of it: the files that its configuration names,
    /// relative to the root, and others.
    pub(crate) fn measured(mut self, root: &Path, named: &[PathBuf]) -> Result<Self, EngineError> {
        self.coverage = coverage::read(root, &self.config, named, &self.index)?;
        Ok(self)
    }

    /// The same with another mode than the configuration says, when one is asked for.
    pub(crate) fn in_mode(mut self, mode: Option<Mode>) -> Self {
        self.config.run.mode = mode.unwrap_or(self.config.run.mode);
        self
    }

    /// What the rules find, ranked.
    pub(crate) fn findings(&self, rules: &[Rule]) -> Vec<Finding> {
        let config = &self.config;
        let findings = ssot_rules::detect(rules, &self.index, config, &self.circumstances);
        self.with_unused_answers(rules, findings, config)
    }

    /// Adds what `ssot.toml` answers for and what no ledger has, when all groups are known.
    fn with_unused_answers(
        &self,
        rules: &[Rule],
        mut findings: Vec<Finding>,
        config: &Config,
    ) -> Vec<Finding> {
        if rules.len() < RULES.len() || config.waiver.is_empty() && config.covered.is_empty() {
            return findings;
        }
        let (index, circumstances) = (&self.index, &self.circumstances);
        let mut examiner = Examiner::new(index, config).on(circumstances.today.as_deref());
        let unused = examiner.unused_answers(&findings, &codemod::sources(&self.root));
        for it in &unused {
            let (entry, about) = ((it.table, it.at), (it.group.as_str(), it.atom.as_str()));
            findings.extend(ssot_rules::unused_answer(index, config, circumstances, entry, about));
        }
        ssot_rules::sort(&mut findings);
        findings
    }

    /// The same for rules that were asked for by name: one that is off by default runs.
    pub(crate) fn findings_asked_for(&self, rules: &[Rule]) -> Vec<Finding> {
        let mut config = self.config.clone();
        for rule in rules.iter().filter(|rule| rule.level == Level::Off) {
            config.severity.entry(rule.name.to_owned()).or_insert(Level::Warning);
        }
        ssot_rules::detect(rules, &self.index, &config, &self.circumstances)
    }

    /// What the rules look at.
    pub(crate) fn scene(&self) -> Scene<'_> {
        Scene::new(&self.index, &self.config, &self.circumstances)
    }

    /// The findings with the figures of the scan.
    pub(crate) fn report(&self, findings: Vec<Finding>) -> ScanReport {
        let modules = || self.index.modules().map(|(_, module)| module);
        ScanReport {
            schema: ScanReport::SCHEMA.to_owned(),
            files: modules().count() as u64,
            lines: modules().map(|module| u64::from(module.facts.lines)).sum(),
            definitions: modules().map(|module| module.facts.definitions.len() as u64).sum(),
            issues: self.issues.clone(),
            findings,
            file_lines: modules().map(|module| (module.path.clone(), module.facts.lines)).collect(),
        }
    }
}

/// Modules that the sources miss and the disk or the rules of what is left out know.
fn elsewhere(surroundings: &mut Surroundings, index: &Index) -> Vec<CompactString> {
    let broken = index.broken_imports();
    let missing: BTreeSet<&Missing> = broken.iter().map(|it| &it.missing).collect();
    let stems = missing.into_iter().filter_map(|missing| index.stems(missing));
    stems
        .filter(|(_, stems)| stems.iter().any(|stem| surroundings.knows(stem)))
        .map(|(dotted, _)| dotted)
        .collect()
}
