//! Imports of own modules and names that do not exist.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::{FxHashMap, FxHashSet};
use ssot_facts::{BrokenImport, ImportScope, Index, Missing, ModuleId};
use ssot_model::{DefinitionKind, Evidence, Finding, Level};

use crate::place::{Place, Remark};
use crate::suggestion::{closest, counted, listed};
use crate::{Rule, Scene};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    name: "unresolved-import",
    summary: "An import names a module or a name of this repository that does not exist.",
    page: include_str!("unresolved_import.md"),
    level: Level::Error,
    check,
};

/// Places named in one piece of evidence.
const SHOWN: usize = 3;

fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let mut groups: BTreeMap<Missing, Vec<BrokenImport>> = BTreeMap::new();
    for broken in scene.index.broken_imports() {
        groups.entry(broken.missing.clone()).or_default().push(broken.clone());
    }
    if groups.is_empty() {
        return Vec::new();
    }
    let known = Known::new(scene.index, groups.keys());
    for (missing, imports) in &mut groups {
        // One statement asks for one module, however many names it takes from it.
        if matches!(missing, Missing::Module(_)) {
            imports.dedup_by_key(|it| (it.importer, line(scene.index, it)));
        }
    }
    groups.iter().map(|(missing, imports)| finding(scene, &known, missing, imports)).collect()
}

fn finding(
    scene: &Scene<'_>,
    known: &Known<'_>,
    missing: &Missing,
    imports: &[BrokenImport],
) -> Finding {
    let index = scene.index;
    let (name, summary) = match missing {
        Missing::Module(dotted) => (dotted.to_string(), format!("there is no module `{dotted}`")),
        Missing::Name(id, name) => {
            let module = index.module(*id);
            let summary =
                format!("`{}` has no `{name}`: nothing in {} binds it", module.name, module.path);
            (format!("{}.{name}", module.name), summary)
        }
    };
    let importers: BTreeSet<ModuleId> = imports.iter().map(|it| it.importer).collect();
    let mut evidence = vec![Evidence::supporting("fails", when(index, imports))];
    if importers.len() > 1 {
        let text = format!("{} share the break", counted(importers.len(), "file"));
        evidence.push(Evidence::supporting("importers", text));
    }
    evidence.extend(known.meant(index, missing).map(|text| Evidence::supporting("meant", text)));
    let places = imports.iter().map(|it| place(index, it)).collect();
    Remark { name, summary, evidence, places, cost: importers.len() as u32 }.finding(scene, &RULE)
}

/// When the imports fail: with their module, or later.
fn when(index: &Index, imports: &[BrokenImport]) -> String {
    let is_late = |it: &&BrokenImport| {
        index.module(it.importer).facts.imports[it.import as usize].scope == ImportScope::Function
    };
    let late = imports.iter().filter(is_late).count();
    match (imports.len() - late, late) {
        (early, 0) => format!("{} when the importing module is loaded", fail(early)),
        (0, late) => format!(
            "{} only when the function around it is called: tests that do not call it pass",
            fail(late)
        ),
        (early, late) => format!(
            "{} when the importing module is loaded, {late} only when the function around is called",
            fail(early)
        ),
    }
}

fn fail(count: usize) -> String {
    if count == 1 { "1 import fails".to_owned() } else { format!("{count} imports fail") }
}

fn line(index: &Index, broken: &BrokenImport) -> u32 {
    index.module(broken.importer).facts.imports[broken.import as usize].line
}

fn place(index: &Index, broken: &BrokenImport) -> Place {
    let facts = &index.module(broken.importer).facts;
    let import = &facts.imports[broken.import as usize];
    let around = |definition: &ssot_facts::Definition| {
        (definition.span.start..=definition.span.end).contains(&import.line)
            && definition.kind != DefinitionKind::Constant
    };
    // The definitions come in order of their beginnings: the last one is the innermost.
    let inside = facts.definitions.iter().rposition(around).map(|at| at as u32);
    let what = match &import.name {
        Some(name) => format!("from {} import {name}", import.module),
        None => format!("import {}", import.module),
    };
    Place { module: broken.importer, line: import.line, inside, what }
}

/// What exists, by the names people remember.
struct Known<'a> {
    /// Modules by the last part of their name.
    modules: FxHashMap<&'a str, Vec<&'a str>>,
    /// Modules that define a class or function of a missing name, by the name.
    definitions: FxHashMap<&'a str, Vec<&'a str>>,
}

impl<'a> Known<'a> {
    fn new<'b>(index: &'a Index, missing: impl Iterator<Item = &'b Missing>) -> Self {
        let mut known = Self { modules: FxHashMap::default(), definitions: FxHashMap::default() };
        let name = |missing: &'b Missing| match missing {
            Missing::Name(_, name) => Some(name.as_str()),
            Missing::Module(_) => None,
        };
        let wanted: FxHashSet<&str> = missing.filter_map(name).collect();
        for (_, module) in index.modules() {
            let last = module.name.rsplit('.').next().unwrap_or_default();
            known.modules.entry(last).or_default().push(&module.name);
            let is_meant = |it: &&ssot_facts::Definition| {
                it.owner.is_none() && wanted.contains(it.name.as_str())
            };
            for definition in module.facts.definitions.iter().filter(is_meant) {
                known.definitions.entry(&definition.name).or_default().push(&module.name);
            }
        }
        known
    }

    /// What may have been meant, in words.
    fn meant(&self, index: &Index, missing: &Missing) -> Option<String> {
        match missing {
            Missing::Module(dotted) => {
                let (parent, last) = dotted.rsplit_once('.').unwrap_or(("", dotted));
                if let Some(elsewhere) = self.modules.get(last) {
                    return Some(format!("`{last}` is {}", quoted(elsewhere)));
                }
                let below = format!("{parent}.");
                let siblings = index.modules().filter_map(|(_, module)| {
                    module.name.strip_prefix(&below).filter(|rest| !rest.contains('.'))
                });
                closest(last, siblings).map(|name| format!("the nearest is `{parent}.{name}`"))
            }
            Missing::Name(id, name) => {
                if let Some(elsewhere) = self.definitions.get(name.as_str()) {
                    return Some(format!("`{name}` is defined in {}", quoted(elsewhere)));
                }
                let facts = &index.module(*id).facts;
                let bound = facts.bindings.iter().map(|bound| bound.name.as_str());
                closest(name, bound).map(|near| format!("the nearest name there is `{near}`"))
            }
        }
    }
}

fn quoted(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    listed(&names, SHOWN)
}
