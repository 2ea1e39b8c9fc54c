//! From places that somebody has fixed by hand to a codemod for the others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;
use ssot_facts::{Index, ModuleId, Role, Source};
use ssot_model::{FileChange, RepoPath};
use ssot_rewrite::{Codemod, Decision, Fix, Learned, Substitution, Version, Wanted};
use ssot_runtime::files;
use ssot_runtime::git::Repository;

use crate::EngineError;
use crate::fix::{FixedPlace, applied, difference};
use crate::preview::FileDiff;
use crate::survey::{self, ScanOptions};
use crate::triage::Survey;

/// What was learned from a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LearnReport {
    /// `ssot.learn/1`; the number changes when a reader would break.
    pub schema: String,
    /// The codemods, those of most sites first.
    pub codemods: Vec<LearnedCodemod>,
    /// Changes that are no pattern.
    pub unlearned: Vec<FixedPlace>,
}

/// A codemod that does what was done by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LearnedCodemod {
    /// `[[codemod]]` as `ssot.toml` takes it.
    pub toml: String,
    /// The sites that were fixed by hand, `path:line` before the change.
    pub sites: Vec<String>,
    /// How many of them the codemod brings to the same statement.
    pub reproduced: usize,
    /// Places elsewhere that it would change, as the files are now.
    pub elsewhere: Vec<FixedPlace>,
    /// Places elsewhere that fit and stay.
    pub left: Vec<FixedPlace>,
    /// What it would change elsewhere.
    pub files: Vec<FileDiff>,
}

type Texts = BTreeMap<RepoPath, String>;

/// A pattern, its replacement and the imports of that.
type Rule = (String, String, Vec<String>);

/// Two versions of the files that were changed by hand.
struct Change {
    old: Texts,
    new: Texts,
}

/// Generalises what was changed in a range of commits, `A..B` or `A` for everything since,
/// or in the working tree since the last commit. Nothing is written.
pub fn learn(options: &ScanOptions, range: Option<&str>) -> Result<LearnReport, EngineError> {
    let (survey, _) = survey::look(options)?;
    let change = change(&options.root, &survey, range)?;
    let (old, new) = (overlaid(&survey.index, &change.old), overlaid(&survey.index, &change.new));
    let mut unlearned = Vec::new();
    let mut rules: BTreeMap<Rule, Vec<(RepoPath, Learned)>> = BTreeMap::new();
    for (path, text) in &change.old {
        let ids = old.module_at(path).zip(new.module_at(path));
        let (Some((left, right)), Some(after)) = (ids, change.new.get(path)) else { continue };
        let before = Version { index: &old, module: left, text };
        let after = Version { index: &new, module: right, text: after };
        let found = ssot_rewrite::learn(before, after);
        let (learned, not) = found.map_err(|refused| EngineError::user(refused.to_string()))?;
        unlearned.extend(not.into_iter().map(|(line, why)| stays(path, line, why)));
        for one in learned {
            let rule = (one.pattern.clone(), one.replacement.clone(), one.imports.clone());
            match substitution(&rule) {
                Ok(_) => rules.entry(rule).or_default().push((path.clone(), one)),
                Err(why) => unlearned.push(stays(path, one.line, why)),
            }
        }
    }
    let mut rules: Vec<_> = rules.into_iter().collect();
    rules.sort_by_key(|(rule, sites)| (std::cmp::Reverse(sites.len()), rule.clone()));
    let mut codemods = Vec::new();
    for (rule, sites) in rules {
        codemods.push(codemod(options, &survey, (&old, &change), &rule, &sites)?);
    }
    unlearned.sort();
    Ok(LearnReport { schema: "ssot.learn/1".to_owned(), codemods, unlearned })
}

fn stays(path: &RepoPath, line: u32, reason: String) -> FixedPlace {
    FixedPlace { path: path.clone(), line, reason: Some(reason) }
}

/// The Python files that differ, in both versions.
fn change(root: &Path, survey: &Survey, range: Option<&str>) -> Result<Change, EngineError> {
    let repository = Repository::open(root).map_err(EngineError::user)?;
    let commit = |revision: &str| {
        let found = repository.resolve(revision).map_err(EngineError::user)?;
        found.ok_or_else(|| EngineError::user(format!("`{revision}` names no commit")))
    };
    let (from, to) = match range.map(|it| it.split_once("..").unwrap_or((it, ""))) {
        None => (commit("HEAD")?, None),
        Some((from, "")) => (commit(from)?, None),
        Some((from, to)) => (commit(from)?, Some(commit(to)?)),
    };
    let paths = match &to {
        Some(to) => repository.changed_paths(from.as_str(), to.as_str()),
        None => repository.changed_since(&from),
    };
    let below = files::below(repository.root(), root).unwrap_or_default();
    let mut change = Change { old: Texts::new(), new: Texts::new() };
    for path in paths.map_err(EngineError::user)? {
        let Ok(from_top) = RepoPath::new(&path) else { continue };
        let inside = Path::new(&path).strip_prefix(&below).ok().and_then(Path::to_str);
        let Some(Ok(path)) = inside.map(RepoPath::new) else { continue };
        if survey.index.module_at(&path).is_none() {
            continue;
        }
        let at = |commit: &ssot_model::CommitId| {
            let bytes = repository.content_at(commit.as_str(), &from_top);
            bytes.ok().flatten().and_then(|bytes| String::from_utf8(bytes).ok())
        };
        let now = || {
            let bytes = files::read(root, &path, survey.config.scan.max_file_bytes).ok()?;
            String::from_utf8(bytes).ok()
        };
        let new = to.as_ref().map_or_else(now, &at);
        if let (Some(old), Some(new)) = (at(&from), new) {
            change.old.insert(path.clone(), old);
            change.new.insert(path, new);
        }
    }
    Ok(change)
}

/// The index of a tree in which some files have other texts.
fn overlaid(index: &Index, texts: &Texts) -> Index {
    let source = |(_, module): (ModuleId, &ssot_facts::Module)| Source {
        path: module.path.clone(),
        facts: match texts.get(&module.path) {
            Some(text) => ssot_facts::python::extract(text.as_bytes()),
            None => module.facts.clone(),
        },
    };
    Index::build(index.modules().map(source).collect())
}

fn substitution(rule: &Rule) -> Result<Substitution, String> {
    let wanted = rule.2.iter().map(|it| Wanted::parse(it)).collect::<Result<_, _>>()?;
    let made = Substitution::new(&rule.0, &rule.1, wanted)?;
    if ssot_rules::codemod_anchor(&rule.0).is_none() {
        return Err(format!("`{}` has no absolute name by which it could be found", rule.0));
    }
    Ok(made)
}

fn codemod(
    options: &ScanOptions,
    survey: &Survey,
    (old, change): (&Index, &Change),
    rule: &Rule,
    sites: &[(RepoPath, Learned)],
) -> Result<LearnedCodemod, EngineError> {
    let made = || substitution(rule).map_err(EngineError::internal);
    let codemod = Arc::new(Codemod::Substitute(vec![made()?]));
    let mut result = LearnedCodemod {
        toml: toml(rule),
        sites: sites.iter().map(|(path, it)| format!("{path}:{}", it.line)).collect(),
        reproduced: reproduced(old, change, &codemod, sites),
        elsewhere: Vec::new(),
        left: Vec::new(),
        files: Vec::new(),
    };
    let anchor = ssot_rules::codemod_anchor(&rule.0).unwrap_or_default();
    let last = anchor.rsplit('.').next().unwrap_or(anchor);
    let roles = [Role::Production, Role::Test, Role::Script];
    for (module, it) in survey.index.modules().filter(|(_, it)| roles.contains(&it.role)) {
        let named = |text: &str| text == last || text.ends_with(&format!(".{last}"));
        let is_used = it.facts.paths.iter().any(|path| named(path))
            || it.facts.imports.iter().any(|import| import.name.as_deref() == Some(last));
        if !is_used {
            continue;
        }
        let fix = Fix { module, lines: None, codemod: Arc::clone(&codemod) };
        match applied(&options.root, survey, &[Decision::Fix(fix)]) {
            Ok(done) => {
                let fixed = done.fixed.into_iter();
                result.elsewhere.extend(fixed.map(|(path, line)| FixedPlace {
                    path,
                    line,
                    reason: None,
                }));
                let left = done.left.into_iter();
                result.left.extend(left.map(|it| stays(&it.path, it.line, it.reason)));
                let files = done.patch.files.iter();
                result.files.extend(files.map(|it| difference(&options.root, it)));
            }
            Err(refused) => result.left.push(stays(&it.path, 0, refused.to_string())),
        }
    }
    Ok(result)
}

/// How many sites the codemod brings to the statement that was written by hand.
fn reproduced(
    old: &Index,
    change: &Change,
    codemod: &Arc<Codemod>,
    sites: &[(RepoPath, Learned)],
) -> usize {
    let read = |path: &RepoPath| -> Option<Arc<[u8]>> {
        change.old.get(path).map(|text| Arc::from(text.as_bytes()))
    };
    let paths: BTreeSet<&RepoPath> = sites.iter().map(|(path, _)| path).collect();
    let mut count = 0;
    for path in paths {
        let Some(module) = old.module_at(path) else { continue };
        let of_file = || sites.iter().filter(|(it, _)| it == path);
        let lines: BTreeSet<u32> = of_file().map(|(_, it)| it.line).collect();
        let last = change.old[path].lines().count() as u32;
        // A statement may reach over several lines; the expression stands on any of them.
        let all = lines.iter().flat_map(|line| *line..=last.min(line + REACH)).collect();
        let fix = Fix { module, lines: Some(all), codemod: Arc::clone(codemod) };
        let Ok(done) = ssot_rewrite::apply_and_tell(old, &read, &[Decision::Fix(fix)]) else {
            continue;
        };
        if let Some(FileChange::Write(bytes)) = done.patch.files.get(path) {
            let statements = ssot_rewrite::statements(&String::from_utf8_lossy(bytes));
            count += of_file().filter(|(_, it)| statements.contains(&it.after)).count();
        }
    }
    count
}

/// Lines of a statement in which its expression is looked for.
const REACH: u32 = 60;

/// The entry of the configuration.
fn toml((pattern, replacement, imports): &Rule) -> String {
    let anchor = ssot_rules::codemod_anchor(pattern).unwrap_or(pattern);
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let mut lines = vec![
        "[[codemod]]".to_owned(),
        format!("name = {}", quoted(&anchor.replace('.', "-"))),
        format!("pattern = {}", quoted(pattern)),
        format!("replacement = {}", quoted(replacement)),
    ];
    if !imports.is_empty() {
        let imports: Vec<String> = imports.iter().map(|it| quoted(it)).collect();
        lines.push(format!("import = [{}]", imports.join(", ")));
    }
    lines.push("reason = \"learned from places that were fixed by hand\"".to_owned());
    lines.join("\n") + "\n"
}
