//! Copies of a module that were put aside and never removed.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};
use ssot_facts::{Index, Module, ModuleId, Role};
use ssot_model::{DefinitionKind, Evidence, Finding, Level, Severity, Verdict};

use crate::identity::{fingerprint, module_member};
use crate::{Rule, Scene};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    name: "backup-file",
    summary: "A copy of a module was put aside beside it or in a backup folder.",
    page: include_str!("backup_file.md"),
    level: Level::Warning,
    check,
};

/// Lines of a file that nobody uses that weigh as much as one that somebody does: it can
/// mislead a reader, but not diverge from what runs.
const LINES_PUT_ASIDE: u32 = 10;

/// Endings of names of files that were put aside.
const ENDINGS: [&str; 14] = [
    "_old",
    "_bak",
    "_backup",
    "_copy",
    "_orig",
    "_original",
    "_deprecated",
    "_legacy",
    ".bak",
    ".old",
    ".backup",
    ".orig",
    ".copy",
    " copy",
];

/// Endings that are given to a successor as well; only equal content tells.
const VERSIONS: [&str; 5] = ["_v1", "_v2", "_v3", "_new", "_2"];

/// Least share of equal definitions, in percent, of a copy that has diverged, and of
/// one whose name or place says less.
const DIVERGED: u32 = 20;
const DOUBTFUL: u32 = 50;

fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let index = scene.index;
    let candidates: Vec<(ModuleId, &Module)> = index
        .modules()
        .filter(|(_, module)| {
            let foreign = matches!(
                module.role,
                Role::Vendored | Role::Generated | Role::Migration | Role::Template
            );
            !foreign && !module.is_package() && !module.facts.definitions.is_empty()
        })
        .filter(|(_, it)| it.role == Role::Archive || base(it.path.file_stem()).is_some())
        .collect();
    if candidates.is_empty() {
        return Vec::new();
    }
    let imported = imported(index);
    let live = live(index);
    candidates
        .into_iter()
        .filter(|(id, _)| !imported.contains(id))
        .filter_map(|(id, module)| {
            let (counterpart, least) = counterpart(index, &live, module)?;
            judge(scene, id, counterpart, least)
        })
        .collect()
}

/// Every module that somebody imports.
fn imported(index: &Index) -> FxHashSet<ModuleId> {
    let modules = index.modules();
    modules.flat_map(|(id, _)| index.imported_modules(id).filter(move |it| *it != id)).collect()
}

/// Files that were not put aside, by name.
fn live(index: &Index) -> FxHashMap<&str, Vec<ModuleId>> {
    let mut live: FxHashMap<&str, Vec<ModuleId>> = FxHashMap::default();
    for (id, module) in index.modules() {
        if module.role != Role::Archive {
            live.entry(module.path.file_stem()).or_default().push(id);
        }
    }
    live
}

/// The name without what says that it was put aside, and whether that is all it says.
fn base(stem: &str) -> Option<(&str, bool)> {
    let undated = stem.trim_end_matches(|it: char| it.is_ascii_digit() || "_-".contains(it));
    let stem = if undated.len() + 4 <= stem.len() { undated } else { stem };
    let numbered = stem.strip_suffix(')').and_then(|it| it.rsplit_once(" ("));
    if let Some((base, _)) = numbered {
        return Some((base, true));
    }
    let cut = |endings: &[&str]| endings.iter().find_map(|it| strip(stem, it));
    let found =
        cut(&ENDINGS).map(|base| (base, true)).or_else(|| cut(&VERSIONS).map(|it| (it, false)));
    found.filter(|(base, _)| !base.is_empty())
}

fn strip<'a>(stem: &'a str, ending: &str) -> Option<&'a str> {
    let base = stem.strip_suffix(ending)?;
    // `runner_legacy_backup`: put aside twice.
    Some(ENDINGS.iter().find_map(|it| base.strip_suffix(it)).unwrap_or(base))
}

/// The file that was copied, and the least share of equal definitions that shows it.
fn counterpart(
    index: &Index,
    live: &FxHashMap<&str, Vec<ModuleId>>,
    module: &Module,
) -> Option<(ModuleId, u32)> {
    let stem = module.path.file_stem();
    let based = base(stem);
    if module.role != Role::Archive {
        let (base, certain) = based?;
        let beside =
            |id: &&ModuleId| index.module(**id).path.directory() == module.path.directory();
        let found = live.get(base)?.iter().find(beside)?;
        return Some((*found, if certain { DIVERGED } else { DOUBTFUL }));
    }
    let names = [Some(stem), based.map(|(base, _)| base)];
    let found = names.into_iter().flatten().find_map(|name| live.get(name))?;
    let best =
        found.iter().max_by_key(|id| (shared_end(index, **id, module), std::cmp::Reverse(**id)))?;
    let same_folder = shared_end(index, *best, module) > 0;
    Some((*best, if same_folder { DIVERGED } else { DOUBTFUL }))
}

/// How many folders above the files have equal names.
fn shared_end(index: &Index, id: ModuleId, module: &Module) -> usize {
    let folders = |module: &'_ Module| -> Vec<String> {
        module.path.components().rev().skip(1).map(str::to_owned).collect()
    };
    let (one, other) = (folders(index.module(id)), folders(module));
    one.iter().zip(&other).take_while(|(a, b)| a == b).count()
}

/// Definitions by name and structure, how many times.
fn contents(module: &Module) -> BTreeMap<(&str, u128), usize> {
    let mut contents = BTreeMap::new();
    for definition in &module.facts.definitions {
        *contents.entry((definition.name.as_str(), definition.hash)).or_default() += 1;
    }
    contents
}

fn judge(scene: &Scene<'_>, id: ModuleId, live: ModuleId, least: u32) -> Option<Finding> {
    let (copy, origin) = (scene.index.module(id), scene.index.module(live));
    let (ours, theirs) = (contents(copy), contents(origin));
    let count = copy.facts.definitions.len();
    let equal: usize =
        ours.iter().map(|(key, count)| theirs.get(key).map_or(0, |it| *it.min(count))).sum();
    let share = (equal * 100 / count) as u32;
    if share < least {
        return None;
    }
    let verdict = if ours == theirs { Verdict::Identical } else { Verdict::Variant };
    let evidence = vec![
        Evidence::supporting(
            "counterpart",
            format!("{} stands where the code is used", origin.path),
        ),
        Evidence::supporting(
            "equal-definitions",
            format!("{equal} of its {count} definitions are equal there, {share} %"),
        ),
        Evidence::supporting("not-imported", format!("nobody imports {}", copy.path)),
    ];
    Some(finding(scene.index, [id, live], verdict, evidence))
}

fn finding(
    index: &Index,
    modules: [ModuleId; 2],
    verdict: Verdict,
    evidence: Vec<Evidence>,
) -> Finding {
    let [copy, origin] = modules.map(|id| index.module(id));
    let paths = [copy.path.as_str(), origin.path.as_str()];
    let fingerprint = fingerprint(RULE.name, DefinitionKind::Module, paths.into_iter());
    let state = match verdict {
        Verdict::Identical => "is a copy of",
        _ => "is an older or newer state of",
    };
    Finding {
        id: fingerprint.group_id(),
        fingerprint,
        rule: RULE.name.to_owned(),
        severity: Severity::Warning,
        verdict: Some(verdict),
        confidence: if verdict == Verdict::Identical { 99 } else { 90 },
        name: copy.name.to_string(),
        kind: DefinitionKind::Module,
        summary: format!("{} {state} {}", copy.path, origin.path),
        evidence,
        members: vec![module_member(copy), module_member(origin)],
        cost: copy.facts.lines.div_ceil(LINES_PUT_ASIDE),
        question: None,
        accepted: None,
    }
}

#[cfg(test)]
mod tests {
    use super::base;

    #[test]
    fn names_of_files_put_aside_lead_to_the_file() {
        for (stem, expected) in [
            ("store_old", Some(("store", true))),
            ("store.bak", Some(("store", true))),
            ("store (1)", Some(("store", true))),
            ("store.backup_20250908_134514", Some(("store", true))),
            ("runner_legacy_backup_20250910_234738", Some(("runner", true))),
            ("store_v2", Some(("store", false))),
            ("store", None),
            ("threshold", None),
            ("issue_1234", None),
            ("_old", None),
        ] {
            assert_eq!(base(stem), expected, "{stem}");
        }
    }
}
