//! Codemods of places, applied to the files as they are: what `ssot fix` does.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;
use ssot_model::{FileChange, Finding, RepoPath};
use ssot_rewrite::{Applied, Decision, Fix, Refused};
use ssot_runtime::files;
use ssot_runtime::git::Repository;

use crate::EngineError;
use crate::fixes::{FIXABLE, Remedies};
use crate::preview::FileDiff;
use crate::survey::{self, ScanOptions};
use crate::triage::Survey;

/// A place that a codemod changes or leaves.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct FixedPlace {
    /// The file.
    pub path: RepoPath,
    /// The line before the change, counted from one; zero when the whole file is meant.
    pub line: u32,
    /// Why it stays; none when it changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What the codemods of places come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FixReport {
    /// `ssot.fix/1`; the number changes when a reader would break.
    pub schema: String,
    /// Whether the files were written.
    pub written: bool,
    /// Places that change.
    pub fixed: Vec<FixedPlace>,
    /// Places that stay.
    pub left: Vec<FixedPlace>,
    /// Files that change and had changes already that were not committed.
    pub uncommitted: Vec<RepoPath>,
    /// The changes of the files, by path.
    pub files: Vec<FileDiff>,
}

/// Applies the codemods of places to every finding that has one: those of the named
/// rules, or of all rules that are switched on. Nothing is written in a dry run.
pub fn fix(options: &ScanOptions, dry_run: bool) -> Result<FixReport, EngineError> {
    if let Some(name) = options.rules.iter().find(|name| !FIXABLE.contains(&name.as_str())) {
        let known = FIXABLE.join(", ");
        return Err(EngineError::user(match ssot_rules::rule(name) {
            Some(_) => format!("no codemod of places closes `{name}`; there are {known}"),
            None => format!("no rule is called `{name}`; rules with a codemod are {known}"),
        }));
    }
    let (survey, findings) = survey::look(options)?;
    let all = options.rules.is_empty();
    let declared = all || options.rules.iter().any(|rule| rule == "declared-codemod");
    let mut plan = Plan::new(&survey, &findings, declared);
    let changes = plan.apply(&options.root);
    let uncommitted = uncommitted(&options.root, &changes);
    let diffs: Vec<FileDiff> = changes.iter().map(|it| difference(&options.root, it)).collect();
    if !dry_run {
        write(&options.root, &changes)?;
    }
    plan.left.sort();
    plan.left.dedup();
    Ok(FixReport {
        schema: "ssot.fix/1".to_owned(),
        written: !dry_run && !changes.is_empty(),
        fixed: plan.fixed,
        left: plan.left,
        uncommitted,
        files: diffs,
    })
}

type Changes = BTreeMap<RepoPath, FileChange>;

/// One thing to be done, as a whole or not at all, and the places that it is about.
struct Item {
    decisions: Vec<Decision>,
    places: Vec<(RepoPath, u32)>,
}

/// What is to be done, and what stays whatever happens.
struct Plan<'a> {
    survey: &'a Survey,
    items: Vec<Item>,
    fixed: Vec<FixedPlace>,
    left: Vec<FixedPlace>,
}

impl<'a> Plan<'a> {
    fn new(survey: &'a Survey, findings: &[Finding], declared: bool) -> Self {
        let remedies = Remedies::new(survey);
        let mut plan = Self { survey, items: Vec::new(), fixed: Vec::new(), left: Vec::new() };
        let mut moves_environment = false;
        for finding in findings.iter().filter(|it| it.is_violation()) {
            let members = finding.members.iter();
            let places: Vec<(RepoPath, u32)> =
                members.map(|it| (it.path.clone(), it.span.start)).collect();
            match remedies.of(finding) {
                Some(Ok(remedy)) => {
                    moves_environment |= finding.rule == "capability-owner";
                    if remedy.whole.is_empty() {
                        plan.take(remedy.fixes);
                    } else {
                        plan.items.push(Item { decisions: remedy.decisions(), places });
                    }
                    let left = remedy.left.into_iter();
                    plan.left.extend(left.map(|it| stays(it.path, it.line, it.reason)));
                }
                Some(Err(reason)) => {
                    let left = places.into_iter();
                    plan.left.extend(left.map(|(path, line)| stays(path, line, reason.clone())));
                }
                None => {}
            }
        }
        if moves_environment {
            plan.take(remedies.of_tests());
        }
        if declared {
            plan.take(remedies.untold());
        }
        plan
    }

    fn take(&mut self, fixes: Vec<Fix>) {
        for fix in fixes {
            let path = &self.survey.index.module(fix.module).path;
            let lines = fix.lines.clone().unwrap_or_else(|| BTreeSet::from([0]));
            let places = lines.into_iter().map(|line| (path.clone(), line)).collect();
            self.items.push(Item { decisions: vec![Decision::Fix(fix)], places });
        }
    }

    /// The changes of all files; what cannot be changed is told.
    fn apply(&mut self, root: &Path) -> Changes {
        let mut changes = Changes::new();
        let items = std::mem::take(&mut self.items);
        for items in self.by_files(root, items) {
            match together(root, self.survey, &items) {
                Ok((applied, done)) => {
                    changes.extend(applied.patch.files);
                    let whole = items[..done].iter().filter(|it| !it.decisions.iter().any(is_fix));
                    let whole = whole.flat_map(|it| it.places.clone());
                    let fixed: BTreeSet<_> = applied.fixed.into_iter().chain(whole).collect();
                    self.fixed.extend(fixed.into_iter().map(|(path, line)| FixedPlace {
                        path,
                        line,
                        reason: None,
                    }));
                    let left = applied.left.into_iter();
                    self.left.extend(left.map(|it| stays(it.path, it.line, it.reason)));
                    let reason = "another codemod changes the same text; run it again";
                    for (path, line) in items[done..].iter().flat_map(|it| it.places.clone()) {
                        self.left.push(stays(path, line, reason.to_owned()));
                    }
                }
                Err(refused) => {
                    let path = items[0].places[0].0.clone();
                    self.left.push(stays(path, 0, refused.to_string()));
                }
            }
        }
        changes
    }

    /// What changes a common file, together. What is refused by itself is told.
    fn by_files(&mut self, root: &Path, items: Vec<Item>) -> Vec<Vec<Item>> {
        let mut parts: Vec<(BTreeSet<RepoPath>, Vec<Item>)> = Vec::new();
        for item in items {
            let files: BTreeSet<RepoPath> = match &item.decisions[..] {
                [Decision::Fix(fix)] => {
                    BTreeSet::from([self.survey.index.module(fix.module).path.clone()])
                }
                decisions => match applied(root, self.survey, decisions) {
                    // What the places need is no use without them.
                    Ok(applied) if decisions.iter().any(is_fix) && applied.fixed.is_empty() => {
                        let left = applied.left.into_iter();
                        self.left.extend(left.map(|it| stays(it.path, it.line, it.reason)));
                        continue;
                    }
                    Ok(applied) => applied.patch.write_set().cloned().collect(),
                    Err(refused) => {
                        let places = item.places.into_iter();
                        let reason = refused.to_string();
                        self.left.extend(places.map(|it| stays(it.0, it.1, reason.clone())));
                        continue;
                    }
                },
            };
            let (meeting, others): (Vec<_>, Vec<_>) =
                parts.into_iter().partition(|(other, _)| !other.is_disjoint(&files));
            parts = others;
            let (mut all, mut together) = (files, Vec::new());
            for (files, items) in meeting {
                all.extend(files);
                together.extend(items);
            }
            together.push(item);
            parts.push((all, together));
        }
        parts.sort_by(|one, other| one.0.first().cmp(&other.0.first()));
        parts.into_iter().map(|(_, items)| items).collect()
    }
}

fn is_fix(decision: &Decision) -> bool {
    matches!(decision, Decision::Fix(_))
}

fn stays(path: RepoPath, line: u32, reason: String) -> FixedPlace {
    FixedPlace { path, line, reason: Some(reason) }
}

/// All codemods of some files at once; where two touch the same text, as many as go
/// together, and how many these are.
fn together(root: &Path, survey: &Survey, items: &[Item]) -> Result<(Applied, usize), Refused> {
    let mut error = None;
    for count in (1..=items.len()).rev() {
        let decisions: Vec<Decision> =
            items[..count].iter().flat_map(|item| item.decisions.clone()).collect();
        match applied(root, survey, &decisions) {
            Ok(applied) => return Ok((applied, count)),
            Err(refused) => error = Some(refused),
        }
    }
    error.map_or_else(|| Ok((Applied::default(), 0)), Err)
}

/// What decisions come to in a tree.
pub(crate) fn applied(
    root: &Path,
    survey: &Survey,
    decisions: &[Decision],
) -> Result<Applied, Refused> {
    let read = |path: &RepoPath| -> Option<Arc<[u8]>> {
        files::read(root, path, u64::MAX).ok().map(Arc::from)
    };
    ssot_rewrite::apply_and_tell(&survey.index, &read, decisions)
}

pub(crate) fn difference(root: &Path, (path, change): (&RepoPath, &FileChange)) -> FileDiff {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    FileDiff {
        path: path.clone(),
        before: files::read(root, path, u64::MAX).ok().map(|bytes| text(&bytes)),
        after: match change {
            FileChange::Write(bytes) => Some(text(bytes)),
            FileChange::Delete => None,
        },
    }
}

/// Changed files that have changes already which were not committed; none outside of git.
fn uncommitted(root: &Path, changes: &Changes) -> Vec<RepoPath> {
    let Ok(repository) = Repository::open(root) else { return Vec::new() };
    let Ok(below) = files::below(repository.root(), root) else { return Vec::new() };
    let dirt: BTreeSet<String> =
        repository.dirt().unwrap_or_default().into_iter().map(|it| it.path).collect();
    let is_dirty = |path: &&RepoPath| {
        let from_top = below.join(path.as_str());
        from_top.to_str().is_some_and(|path| dirt.contains(path))
    };
    changes.keys().filter(is_dirty).cloned().collect()
}

/// Writes every file as a whole or not at all; the error names the files that were
/// written before it.
fn write(root: &Path, changes: &Changes) -> Result<(), EngineError> {
    for (nth, (path, change)) in changes.iter().enumerate() {
        let result = match change {
            FileChange::Write(bytes) => files::write_beneath(root, path, bytes),
            FileChange::Delete => files::remove_beneath(root, path),
        };
        result.map_err(|error| {
            EngineError::user(format!(
                "{path} cannot be written: {error}; {nth} files were written before it"
            ))
        })?;
    }
    Ok(())
}
