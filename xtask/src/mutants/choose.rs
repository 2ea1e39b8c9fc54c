//! Which mutants are made of which packages.

use std::collections::{BTreeMap, BTreeSet};

use ssot_engine::Proposed;
use ssot_engine::behaviour::{Pair, Version};
use ssot_engine::execute::{Edits, Work};
use ssot_model::{FileChange, PackageId, RepoPath};

use super::Mutant;
use super::breaks;
use super::lines::Region;

/// One of so many mutants whose versions can be called says that they differ.
const DECLARED: usize = 3;
/// Kinds of which the declared ones are made: only what a call can show.
const CALLABLE: [&str; 9] = [
    "swapped constant",
    "off by one or turned comparison",
    "argument order",
    "lost default",
    "lost keyword",
    "dropped except",
    "dropped branch",
    "turned condition",
    "lost return or raise",
];

type Texts<'a> = dyn Fn(&RepoPath) -> Option<String> + 'a;

/// `count` mutants, of each kind as many as of any other while there are some.
pub(super) fn choose(
    proposed: &Proposed,
    text: &Texts<'_>,
    (count, seed): (usize, u64),
) -> Vec<Mutant> {
    let mut kinds: BTreeMap<&'static str, Vec<Mutant>> = BTreeMap::new();
    // A package on top of another cannot be judged alone.
    for (work, edits) in proposed.works.iter().filter_map(|it| Some((it, it.edits_alone()?))) {
        let site = Site { work, edits, proposed, text };
        for mutant in site.mutants() {
            kinds.entry(mutant.kind).or_default().push(mutant);
        }
    }
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(1));
    for mutants in kinds.values_mut() {
        dice.shuffle(mutants);
    }
    let mut chosen: Vec<Mutant> = Vec::new();
    while chosen.len() < count && kinds.values().any(|it| !it.is_empty()) {
        for mutants in kinds.values_mut() {
            if let Some(mutant) = mutants.pop()
                && chosen.len() < count
            {
                chosen.push(mutant);
            }
        }
    }
    for (number, mutant) in chosen.iter_mut().enumerate() {
        let id = format!("m{number:03}-{}", mutant.work.package.id);
        if number % DECLARED == 0 && CALLABLE.contains(&mutant.kind) {
            declare(mutant);
        }
        mutant.work.package.id = PackageId::new(id);
    }
    chosen
}

/// A linear congruential generator is random enough for a choice.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides.max(1)
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            let other = self.roll(at + 1);
            items.swap(at, other);
        }
    }
}

/// Lets the package say that its versions differ, as a merge by hand does.
fn declare(mutant: &mut Mutant) {
    let groups = &mutant.work.package.groups;
    let Some(group) = groups.iter().find(|it| !it.copies.is_empty()) else { return };
    let version = |dotted: &str| {
        let (module, name) = dotted.rsplit_once('.')?;
        Some(Version::new(module, name))
    };
    let Some(right) = version(&group.canonical) else { return };
    let lefts =
        group.copies.iter().filter(|it| **it != group.canonical).filter_map(|it| version(it));
    let mut pairs: Vec<Pair> = lefts.map(|left| Pair { left, right: right.clone() }).collect();
    pairs.push(Pair { left: right.clone(), right });
    mutant.work.pairs = pairs;
    mutant.declared = true;
}

struct Site<'a> {
    work: &'a Work,
    edits: &'a Edits,
    proposed: &'a Proposed,
    text: &'a Texts<'a>,
}

impl Site<'_> {
    fn mutants(&self) -> Vec<Mutant> {
        let mut found = Vec::new();
        for group in &self.work.package.groups {
            if let Some((path, name)) = self.place(&group.canonical)
                && let Some(source) = self.after(&path)
                && let Some(region) = Region::of(&source, &name)
            {
                found.extend(breaks::all(&region).into_iter().map(|it| self.mutant(&path, it)));
            }
        }
        for path in self.edits.patch.write_set() {
            found.extend(self.damage(path));
            found.extend(self.wrong_imports(path));
        }
        found
    }

    /// The file after the package.
    fn after(&self, path: &RepoPath) -> Option<String> {
        match self.edits.patch.files.get(path) {
            Some(FileChange::Write(bytes)) => String::from_utf8(bytes.clone()).ok(),
            Some(FileChange::Delete) => None,
            None => (self.text)(path),
        }
    }

    /// The file and the name inside of what a dotted name stands for.
    fn place(&self, dotted: &str) -> Option<(RepoPath, String)> {
        let mut ends: Vec<usize> = dotted.match_indices('.').map(|(at, _)| at).collect();
        ends.reverse();
        for end in ends {
            let (module, name) = (&dotted[..end], &dotted[end + 1..]);
            if let Some(path) = self.proposed.modules.get(module) {
                return Some((path.clone(), name.to_owned()));
            }
            let file = format!("{}.py", module.replace('.', "/"));
            let new = self.edits.patch.write_set().find(|path| path.as_str().ends_with(&file));
            if let Some(path) = new {
                return Some((path.clone(), name.to_owned()));
            }
        }
        None
    }

    fn mutant(&self, path: &RepoPath, (kind, what, text): breaks::Broken) -> Mutant {
        let (mut work, mut edits) = (self.work.clone(), self.edits.clone());
        edits.patch.files.insert(path.clone(), FileChange::Write(text.into_bytes()));
        work.edits = Some(edits);
        if !work.package.write_set.contains(path) {
            work.package.write_set.push(path.clone());
        }
        Mutant { kind, what: format!("{path}:{what}"), declared: false, work }
    }

    /// What has nothing to do with the package is damaged on the way.
    fn damage(&self, path: &RepoPath) -> Vec<Mutant> {
        let Some(source) = self.after(path) else { return Vec::new() };
        let own: BTreeSet<&str> = self
            .work
            .package
            .groups
            .iter()
            .flat_map(|group| group.copies.iter().chain([&group.canonical]))
            .filter_map(|dotted| dotted.rsplit('.').next())
            .collect();
        let mut found = Vec::new();
        for (name, span) in Region::names(&source) {
            if own.contains(name.as_str()) {
                continue;
            }
            for (_, what, text) in breaks::all(&Region::within(&source, span)) {
                found.push(self.mutant(path, ("damage elsewhere in the file", what, text)));
            }
        }
        found
    }

    /// The imports that the package adds lead elsewhere, or are forgotten.
    fn wrong_imports(&self, path: &RepoPath) -> Vec<Mutant> {
        let (Some(before), Some(after)) = ((self.text)(path), self.after(path)) else {
            return Vec::new();
        };
        let old: BTreeSet<&str> = before.lines().map(str::trim).collect();
        let lines: Vec<&str> = after.lines().collect();
        let mut found = Vec::new();
        for (at, line) in lines.iter().enumerate() {
            let said = line.trim();
            let Some((module, names)) =
                said.strip_prefix("from ").and_then(|rest| rest.split_once(" import "))
            else {
                continue;
            };
            if old.contains(said) || names.contains(['(', ',']) {
                continue;
            }
            let (name, bound) = names.split_once(" as ").unwrap_or((names, names));
            let indent = &line[..line.len() - line.trim_start().len()];
            let with = |new: &str| {
                let mut all: Vec<&str> = lines.clone();
                all[at] = new;
                all.join("\n") + "\n"
            };
            let mut add = |kind, new: String| {
                let what = format!("{}: `{said}` -> `{}`", at + 1, new.trim());
                found.push(self.mutant(path, (kind, what, with(&new))));
            };
            add("missed importer", String::new());
            for other in self.others(path, module, name) {
                add("wrong twin", format!("{indent}from {module} import {other} as {bound}"));
            }
            for other in self.namesakes(module, name) {
                add("wrong canonical", format!("{indent}from {other} import {name} as {bound}"));
            }
            for (other, _) in Region::names(&after).iter().take(2) {
                let wrong = format!("{indent}from {module} import {name} as {other}");
                add("wrong import alias", format!("{said}\n{wrong}"));
            }
        }
        found
    }

    /// Other names of the module that an import names.
    fn others(&self, importer: &RepoPath, module: &str, name: &str) -> Vec<String> {
        let Some(source) = self.module(importer, module).and_then(|path| self.after(&path)) else {
            return Vec::new();
        };
        let names = Region::names(&source).into_iter().map(|(other, _)| other);
        names.filter(|other| other != name).take(3).collect()
    }

    fn module(&self, importer: &RepoPath, module: &str) -> Option<RepoPath> {
        let rest = module.trim_start_matches('.');
        let dots = module.len() - rest.len();
        if dots == 0 {
            return self.proposed.modules.get(module).cloned();
        }
        let mut folder: Vec<&str> = importer.as_str().split('/').collect();
        folder.truncate(folder.len().saturating_sub(dots));
        let place = format!("{}/{}.py", folder.join("/"), rest.replace('.', "/"));
        RepoPath::new(place.trim_start_matches('/')).ok()
    }

    /// Other modules in which something has the name.
    fn namesakes(&self, module: &str, name: &str) -> Vec<String> {
        let defines = |path: &RepoPath| {
            let source = self.after(path).unwrap_or_default();
            source.contains(name) && Region::names(&source).iter().any(|(it, _)| it == name)
        };
        let end = module.rsplit('.').next().unwrap_or_default();
        self.proposed
            .modules
            .iter()
            .filter(|(other, path)| other.rsplit('.').next() != Some(end) && defines(path))
            .map(|(other, _)| other.clone())
            .take(2)
            .collect()
    }
}
