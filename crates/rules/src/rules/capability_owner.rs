//! A capability exercised past the one module that owns it.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};
use ssot_facts::{FileFacts, ModuleId, Role, Site};
use ssot_model::{Evidence, Finding, Level, Severity};

use crate::capability::{Capabilities, Capability};
use crate::ownership::{self, Exercise, Owner, Use, Wrapper};
use crate::place::Remark;
use crate::uses::{covers, ground, importers, most_frequent};
use crate::{Rule, Scene};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    name: "capability-owner",
    summary: "Something that one owner does for everybody is done past it.",
    page: include_str!("capability_owner.md"),
    level: Level::Warning,
    check,
};

/// Modules from which a capability without an owner is worth a word.
const MANY_MODULES: usize = 8;

/// Keys shown in evidence.
const MOST_KEYS: usize = 6;

/// A module and the uses in it that count.
type Bypass<'a> = (&'a Exercise, Vec<&'a Use>);

fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let capabilities = Capabilities::new(scene.config);
    let exercises = ownership::exercises(scene, &capabilities);
    let importers = importers(scene);
    let mut findings = Vec::new();
    for (capability, exercises) in capabilities.all.iter().zip(&exercises) {
        if capability.owner.is_empty() {
            let wrappers = ownership::wrappers(scene, capability, exercises, &importers);
            let by_hand = |exercise: &&Exercise| !is_run_by_hand(scene, exercise, &importers);
            let exercises: Vec<&Exercise> = exercises.iter().filter(by_hand).collect();
            findings.extend(inferred(scene, capability, &exercises, &wrappers));
        } else {
            findings.extend(declared(scene, capability, exercises));
        }
    }
    findings
}

/// Uses outside the declared owner: one finding per file.
fn declared(
    scene: &Scene<'_>,
    capability: &Capability<'_>,
    exercises: &[Exercise],
) -> Vec<Finding> {
    let owners = capability.owner.join("`, `");
    exercises
        .iter()
        .filter_map(|exercise| {
            let uses = outside(scene, capability, exercise);
            let evidence =
                Evidence::supporting("owner", format!("`ssot.toml` makes `{owners}` the owner"));
            (!uses.is_empty())
                .then(|| finding(scene, capability, exercise, &uses, capability.owner[0], evidence))
        })
        .collect()
}

/// The uses of a module that neither the owner nor an exception covers.
pub(crate) fn outside<'a>(
    scene: &Scene<'_>,
    capability: &Capability<'_>,
    exercise: &'a Exercise,
) -> Vec<&'a Use> {
    let path = &scene.index.module(exercise.module).path;
    let is_covered = |at: &&Use| {
        let dotted = exercise.dotted(scene.index, at);
        let mut entries = capability.owner.iter().chain(&capability.allow);
        entries.any(|entry| covers(entry, path, &dotted))
    };
    exercise.uses.iter().filter(|at| !is_covered(at)).collect()
}

/// Without a declared owner: findings against the one that the code has, by ground; a
/// summary where there is none.
fn inferred(
    scene: &Scene<'_>,
    capability: &Capability<'_>,
    exercises: &[&Exercise],
    wrappers: &[Wrapper],
) -> Vec<Finding> {
    let index = scene.index;
    let mut grounds: BTreeMap<(&str, &str), Vec<Bypass<'_>>> = BTreeMap::new();
    for exercise in exercises {
        let module = index.module(exercise.module);
        let wraps = wrappers.iter().any(|wrapper| wrapper.module == exercise.module);
        let configures = ownership::is_named_for(module, capability.words);
        if wraps || configures {
            continue;
        }
        let mut by_library: BTreeMap<&str, Vec<&Use>> = BTreeMap::new();
        for at in outside(scene, capability, exercise) {
            by_library.entry(at.library()).or_default().push(at);
        }
        for (library, uses) in by_library {
            grounds.entry((ground(scene, module), library)).or_default().push((exercise, uses));
        }
    }
    let mut findings = Vec::new();
    let mut unowned: BTreeMap<&str, Vec<Bypass<'_>>> = BTreeMap::new();
    for ((on, library), bypassing) in grounds {
        match ownership::owner_of(scene, wrappers, on, library) {
            Some(owner) if owner.is_usual(bypassing.len()) => {
                findings.extend(past(scene, capability, &owner, &bypassing));
            }
            _ => unowned.entry(on).or_default().extend(bypassing),
        }
    }
    for (on, uses) in unowned {
        findings.extend(no_owner(scene, capability, on, &uses));
    }
    findings
}

/// A file that is started by its path and that nobody imports.
fn is_run_by_hand(
    scene: &Scene<'_>,
    exercise: &Exercise,
    importers: &FxHashMap<ModuleId, FxHashSet<ModuleId>>,
) -> bool {
    let module = scene.index.module(exercise.module);
    module.facts.flags.main_guard && !importers.contains_key(&exercise.module)
}

/// Uses past an owner that the code has: one finding per file.
fn past(
    scene: &Scene<'_>,
    capability: &Capability<'_>,
    owner: &Owner<'_>,
    bypassing: &[Bypass<'_>],
) -> Vec<Finding> {
    let name = scene.index.module(owner.wrapper.module).name.as_str();
    let established = owner.is_established(bypassing.len());
    bypassing
        .iter()
        .map(|(exercise, uses)| {
            let text = format!(
                "`{name}` wraps it in `{}` and is imported by {} modules here; {} go past it",
                owner.wrapper.names.join("`, `"),
                owner.importers,
                bypassing.len()
            );
            let evidence = Evidence::supporting("inferred-owner", text);
            let mut finding = finding(scene, capability, exercise, uses, name, evidence);
            if !established {
                finding.severity = Severity::Note;
            }
            finding
        })
        .collect()
}

fn finding(
    scene: &Scene<'_>,
    capability: &Capability<'_>,
    exercise: &Exercise,
    uses: &[&Use],
    owner: &str,
    owned: Evidence,
) -> Finding {
    let module = scene.index.module(exercise.module);
    let times = match uses.len() {
        1 => String::new(),
        count => format!(" {count} times"),
    };
    let mut evidence = vec![owned, names(uses)];
    if !capability.instead.is_empty() {
        evidence.push(Evidence::supporting("instead", format!("use `{}`", capability.instead)));
    }
    let remark = Remark {
        name: module.name.to_string(),
        summary: format!(
            "`{}` {} itself{times}; `{owner}` owns that",
            module.name, capability.verb
        ),
        evidence,
        places: uses.iter().map(|at| at.place(exercise.module)).collect(),
        cost: uses.len() as u32,
    };
    remark.finding(scene, &RULE)
}

/// What is used, and with which keys.
fn names(uses: &[&Use]) -> Evidence {
    let names = most_frequent(uses.iter().map(|at| at.name.as_str()), MOST_KEYS);
    let keys = most_frequent(uses.iter().filter_map(|at| at.key.as_deref()), MOST_KEYS);
    let text = if keys.is_empty() { names } else { format!("{names}; keys: {keys}") };
    Evidence::supporting("uses", text)
}

/// Many modules and no owner: one note, since the user must decide.
fn no_owner(
    scene: &Scene<'_>,
    capability: &Capability<'_>,
    on: &str,
    uses: &[Bypass<'_>],
) -> Option<Finding> {
    let mut firsts: Vec<_> = uses.iter().map(|(it, uses)| uses[0].place(it.module)).collect();
    firsts.sort();
    firsts.dedup_by_key(|place| place.module);
    if firsts.len() < MANY_MODULES {
        return None;
    }
    let all: Vec<&Use> = uses.iter().flat_map(|(_, uses)| uses.iter().copied()).collect();
    let mut evidence = vec![names(&all)];
    evidence.extend(tests(scene, capability));
    let on = if on.is_empty() { "shared code" } else { on };
    let remark = Remark {
        name: format!("{} in {on}", capability.name),
        summary: format!(
            "no owner: {} uses of `{}` in {} modules of `{on}`",
            all.len(),
            capability.name,
            firsts.len()
        ),
        evidence,
        places: firsts,
        cost: all.len() as u32,
    };
    let mut finding = remark.finding(scene, &RULE);
    finding.severity = Severity::Note;
    finding.question = Some(format!(
        "which module should own `{}` here? Declare it as [[capability]] in ssot.toml",
        capability.name
    ));
    Some(finding)
}

/// Tests that replace the environment, counted apart.
fn tests(scene: &Scene<'_>, capability: &Capability<'_>) -> Option<Evidence> {
    if capability.name != "environment" {
        return None;
    }
    let tests = scene.index.modules().filter(|(_, module)| module.role == Role::Test);
    let counts: Vec<usize> =
        tests.map(|(_, it)| replacements(&it.facts)).filter(|count| *count > 0).collect();
    let total: usize = counts.iter().sum();
    (total > 0).then(|| {
        let modules = counts.len();
        let text = format!("tests replace it {total} times in {modules} modules, not counted here");
        Evidence::supporting("tests", text)
    })
}

/// How often a test file replaces the environment.
fn replacements(facts: &FileFacts) -> usize {
    let is_patch = |path: &str| path.ends_with("patch.dict");
    if !facts.paths.iter().any(|path| is_patch(path)) {
        return 0;
    }
    let is_environment = |site: &Site| facts.path_of(site) == "os.environ";
    let replaces = |site: &&Site| {
        is_patch(facts.path_of(site))
            && (facts.text_of(site) == Some("os.environ")
                || facts.sites.iter().any(|it| it.line == site.line && is_environment(it)))
    };
    facts.sites.iter().filter(replaces).count()
}
