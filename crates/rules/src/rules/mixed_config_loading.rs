//! One key of the configuration, read in several ways or with several defaults.

use std::collections::{BTreeMap, BTreeSet};

use compact_str::CompactString;
use rustc_hash::FxHashMap;
use ssot_facts::{Definition, DefinitionId, Index, Module, ModuleId, Site, SiteKind};
use ssot_model::{DefinitionKind, Evidence, Finding, Level, Severity};

use crate::place::{Place, Remark};
use crate::uses::{AbsolutePaths, ground, is_shipped, last_name};
use crate::{Rule, Scene};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    name: "mixed-config-loading",
    summary: "One key of the configuration is read in several ways or with several defaults.",
    page: include_str!("mixed_config_loading.md"),
    level: Level::Warning,
    check,
};

/// How a key is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    Environment,
    Settings,
    Decouple,
    CommandLine,
}

impl Way {
    fn as_str(self) -> &'static str {
        match self {
            Self::Environment => "the environment",
            Self::Settings => "a settings class",
            Self::Decouple => "a configuration library",
            Self::CommandLine => "the command line",
        }
    }
}

/// One place that reads one key.
struct Reading {
    module: ModuleId,
    line: u32,
    inside: Option<u32>,
    way: Way,
    default: Option<CompactString>,
}

fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let mut keys: BTreeMap<(&str, String), Vec<Reading>> = BTreeMap::new();
    for (id, module) in scene.index.modules() {
        if is_shipped(module) {
            let on = ground(scene, module);
            let mut add = |key: String, reading: Reading| {
                keys.entry((on, key)).or_default().push(reading);
            };
            lookups(scene.index, id, module, &mut add);
            settings(scene.index, id, module, &mut add);
        }
    }
    keys.into_iter()
        .filter_map(|((on, key), readings)| finding(scene, on, &key, &readings))
        .collect()
}

/// Calls and subscripts that read one key.
fn lookups(index: &Index, id: ModuleId, module: &Module, add: &mut impl FnMut(String, Reading)) {
    let facts = &module.facts;
    let mut paths = AbsolutePaths::new(index, id);
    let defaults: FxHashMap<(u32, u32, u32), &CompactString> =
        facts.fallbacks.iter().map(|it| ((it.path, it.key, it.line), &it.default)).collect();
    for site in &facts.sites {
        let Some(text) = facts.text_of(site) else { continue };
        let path = facts.path_of(site);
        let Some(way) = way_of(&mut paths, path, text, site) else { continue };
        let default = defaults.get(&(site.path, site.text - 1, site.line));
        let default = default.map(|default| (*default).clone());
        let (line, inside) = (site.line, site.definition());
        add(key_of(text), Reading { module: id, line, inside, way, default });
    }
}

fn way_of<'a>(
    paths: &mut AbsolutePaths<'a>,
    path: &'a str,
    text: &str,
    site: &Site,
) -> Option<Way> {
    let last = last_name(path);
    match site.kind {
        SiteKind::Call if last == "add_argument" => {
            (text.starts_with("--") && text[2..].contains('-')).then_some(Way::CommandLine)
        }
        SiteKind::Call if matches!(last, "get" | "getenv" | "config") => {
            if !is_key(text) {
                return None;
            }
            match paths.of(path).filter(|_| paths.is_seen(site)).as_deref() {
                Some("os.environ.get" | "os.getenv") => Some(Way::Environment),
                Some("decouple.config" | "starlette.config.Config") => Some(Way::Decouple),
                _ => is_wrapper(path).then_some(Way::Environment),
            }
        }
        SiteKind::ItemRead if is_key(text) => {
            let name = paths.of(path).filter(|_| paths.is_seen(site))?;
            (name == "os.environ").then_some(Way::Environment)
        }
        _ => None,
    }
}

/// `env.get`, `self._env.get`, `get_env().get`: the environment behind a wrapper.
fn is_wrapper(path: &str) -> bool {
    let Some(object) = path.strip_suffix(".get") else { return false };
    let object = last_name(object.trim_end_matches("()")).trim_start_matches('_');
    matches!(object, "env" | "environ" | "get_env" | "environment")
}

fn is_key(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
        && text.bytes().any(|byte| byte.is_ascii_uppercase())
}

/// `DATABASE_URL` for `database_url` and `--database-url`.
fn key_of(text: &str) -> String {
    text.trim_start_matches('-').replace('-', "_").to_ascii_uppercase()
}

/// Fields of classes that read themselves from the environment.
fn settings(index: &Index, id: ModuleId, module: &Module, add: &mut impl FnMut(String, Reading)) {
    for (position, definition) in module.facts.definitions.iter().enumerate() {
        if !is_settings(index, id, definition, LONGEST_LINE) {
            continue;
        }
        let inside = position as u32;
        let Some(prefix) = prefix(module, definition) else { continue };
        let fields = definition.fields.iter().filter(|field| field.annotation != 0);
        for field in fields.filter(|field| field.name != "model_config") {
            let name = key_of(&field.name);
            if has_alias(module, definition, &name) {
                continue;
            }
            let key = format!("{prefix}{name}");
            let (line, inside) = (definition.span.start, Some(inside));
            let way = Way::Settings;
            add(key, Reading { module: id, line, inside, way, default: None });
        }
    }
}

/// Longest line of base classes that is followed.
const LONGEST_LINE: u32 = 4;

fn is_settings(index: &Index, id: ModuleId, definition: &Definition, left: u32) -> bool {
    definition.kind == DefinitionKind::Class
        && definition.bases.iter().any(|base| {
            let Some(name) = index.absolute(id, base) else { return false };
            let known = ["pydantic_settings.BaseSettings", "pydantic.BaseSettings"];
            known.contains(&name.as_str())
                || left > 0
                    && index.definition_named(&name).is_some_and(
                        |DefinitionId { module, index: at }| {
                            let definition = &index.module(module).facts.definitions[at as usize];
                            is_settings(index, module, definition, left - 1)
                        },
                    )
        })
}

/// The prefix of the keys of a settings class; none when it cannot be told.
fn prefix(module: &Module, definition: &Definition) -> Option<String> {
    let facts = &module.facts;
    let inside = |line: u32| (definition.span.start..=definition.span.end).contains(&line);
    let literals = facts.literals.iter().filter(|literal| inside(literal.line));
    let mut prefixes = literals
        .map(|literal| facts.texts[literal.text as usize].as_str())
        .filter(|text| text.ends_with('_'))
        .map(str::to_ascii_uppercase);
    let first = prefixes.next().unwrap_or_default();
    prefixes.next().is_none().then_some(first)
}

/// Whether a text in the class looks like another name of the key.
fn has_alias(module: &Module, definition: &Definition, key: &str) -> bool {
    let facts = &module.facts;
    let span = definition.span;
    let literals = facts.literals.iter().filter(|it| (span.start..=span.end).contains(&it.line));
    literals
        .map(|literal| key_of(&facts.texts[literal.text as usize]))
        .any(|text| text != key && text.ends_with(key))
}

/// A default as it counts: spellings of one truth or number are one, and an empty
/// default or a word that says so is none.
fn value_of(default: &str) -> Option<String> {
    let small = default.trim().to_ascii_lowercase();
    match small.as_str() {
        "" | "none" | "null" | "unknown" | "unset" | "not_set" | "not set" | "n/a" | "missing"
        | "undefined" => None,
        "true" | "yes" | "on" => Some("1".to_owned()),
        "false" | "no" | "off" => Some("0".to_owned()),
        number => {
            Some(number.strip_suffix(".0").unwrap_or(number).trim_end_matches('/').to_owned())
        }
    }
}

/// Names of modules that hold the values of one deployment; these may differ.
const DEPLOYMENTS: [&str; 12] = [
    "production",
    "prod",
    "staging",
    "stage",
    "development",
    "dev",
    "local",
    "testing",
    "test",
    "ci",
    "demo",
    "base",
];

/// The defaults that each module has.
fn defaults(scene: &Scene<'_>, readings: &[Reading]) -> BTreeMap<ModuleId, BTreeSet<String>> {
    let mut defaults: BTreeMap<ModuleId, BTreeSet<String>> = BTreeMap::new();
    for reading in readings {
        let stem = scene.index.module(reading.module).path.file_stem();
        let is_deployment = stem.split('_').any(|word| DEPLOYMENTS.contains(&word));
        if let Some(value) = reading.default.as_deref().and_then(value_of)
            && !is_deployment
        {
            defaults.entry(reading.module).or_default().insert(value);
        }
    }
    defaults
}

fn finding(scene: &Scene<'_>, on: &str, key: &str, readings: &[Reading]) -> Option<Finding> {
    let defaults = defaults(scene, readings);
    let values: BTreeSet<&String> = defaults.values().flatten().collect();
    // A module that has every default, one for each case, agrees with all others.
    let disagree =
        defaults.values().any(|one| defaults.values().any(|other| one.is_disjoint(other)));
    let ways: BTreeMap<Way, BTreeSet<ModuleId>> =
        readings.iter().fold(BTreeMap::new(), |mut ways, reading| {
            ways.entry(reading.way).or_default().insert(reading.module);
            ways
        });
    // A command line that falls back to the environment is one way, in one module.
    let modules: BTreeSet<ModuleId> = readings.iter().map(|it| it.module).collect();
    let mixed = ways.len() > 1 && modules.len() > 1;
    if !disagree && !mixed {
        return None;
    }
    let by_hand = !disagree && ways.keys().filter(|way| **way != Way::CommandLine).count() < 2;
    let mut told: Vec<&Reading> = readings.iter().collect();
    if !mixed {
        told.retain(|it| it.default.as_deref().and_then(value_of).is_some());
    }
    let mut finding = remark(scene, on, key, &told, (ways.len(), values.len()), disagree);
    if by_hand {
        finding.severity = Severity::Note;
    }
    Some(finding)
}

fn remark(
    scene: &Scene<'_>,
    on: &str,
    key: &str,
    readings: &[&Reading],
    (ways, defaults): (usize, usize),
    disagree: bool,
) -> Finding {
    let mut groups: BTreeMap<(Way, Option<&str>), Vec<&Reading>> = BTreeMap::new();
    for reading in readings {
        groups.entry((reading.way, reading.default.as_deref())).or_default().push(reading);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(_, of)| std::cmp::Reverse(of.len()));
    let evidence = groups.iter().map(|((way, default), of)| {
        let default = default.map_or("no default".to_owned(), |value| format!("default `{value}`"));
        let path = &scene.index.module(of[0].module).path;
        let times =
            if of.len() > 1 { format!("{} times, first ", of.len()) } else { String::new() };
        let text = format!("{}, {default}: {times}at {path}:{}", way.as_str(), of[0].line);
        Evidence::supporting("reading", text)
    });
    let on = if on.is_empty() { "shared code" } else { on };
    let what =
        if disagree { format!("with {defaults} defaults") } else { format!("in {ways} ways") };
    let places = readings.iter().map(|reading| Place {
        module: reading.module,
        line: reading.line,
        inside: reading.inside,
        what: format!("{key} {}", reading.way.as_str()),
    });
    let remark = Remark {
        name: format!("{key} in {on}"),
        summary: format!("`{key}` is read {what} in `{on}`"),
        evidence: evidence.collect(),
        places: places.collect(),
        cost: readings.len() as u32,
    };
    remark.finding(scene, &RULE)
}
