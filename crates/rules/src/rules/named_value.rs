//! Critical strings that are spelt in two ways.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::{FxHashMap, FxHashSet};
use ssot_facts::{Literal, Module, ModuleId, Role, SiteKind};
use ssot_model::{Evidence, Finding, Level, NamedValue, Severity};

use crate::emission::last_name;
use crate::place::{Place, Remark};
use crate::spelling::{self, Nearness};
use crate::{Rule, Scene};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    name: "named-value",
    summary: "A string is nearly, but not quite, one that is used elsewhere.",
    page: include_str!("named_value.md"),
    level: Level::Warning,
    check,
};

/// Places told of one spelling.
const PLACES: usize = 20;

/// How often a spelling stands in one position before another one there is a slip.
const ESTABLISHED: u32 = 8;

/// Shortest text in which one wrong letter is a slip.
const SHORTEST: usize = 8;

fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        scene.config.named_value.iter().flat_map(|named| declared(scene, named)).collect();
    // Undeclared slips are rare and cost a look at every string, so they are looked
    // for where somebody gave the rule a level.
    if scene.config.severity.contains_key(RULE.name) {
        findings.extend(slips(scene));
    }
    findings
}

fn counts(module: &Module) -> bool {
    matches!(module.role, Role::Production | Role::Test | Role::Script)
}

fn place(id: ModuleId, literal: &Literal, text: &str) -> Place {
    let inside = literal.inside.checked_sub(1);
    Place { module: id, line: literal.line, inside, what: text.to_owned() }
}

/// What a declared value is nearly written as, and where it stands beside its owner.
fn declared(scene: &Scene<'_>, named: &NamedValue) -> Vec<Finding> {
    let values: FxHashSet<&str> =
        scene.config.named_value.iter().flat_map(|it| &it.values).map(String::as_str).collect();
    let mut near = Near::new();
    let mut beside: BTreeMap<&str, Vec<Place>> = BTreeMap::new();
    for (id, module) in scene.index.modules().filter(|(_, module)| counts(module)) {
        let owned = named.owner.as_deref().is_some_and(|owner| {
            owner == module.name || owner.starts_with(&format!("{}.", module.name))
        });
        let meant: Vec<Option<(&str, Option<Nearness>)>> =
            module.facts.texts.iter().map(|text| meaning(named, &values, text)).collect();
        for literal in &module.facts.literals {
            let text = &*module.facts.texts[literal.text as usize];
            match meant[literal.text as usize] {
                Some((value, Some(kind))) => {
                    let places = near.entry((value, text, kind)).or_default();
                    places.push(place(id, literal, text));
                }
                Some((value, None))
                    if named.owner.is_some() && !owned && module.role == Role::Production =>
                {
                    beside.entry(value).or_default().push(place(id, literal, text));
                }
                _ => {}
            }
        }
    }
    without_spelling_tests(scene, &mut near);
    let texts = near.keys().map(|(_, text, _)| *text).collect();
    let unknown = unique(scene, &texts);
    let near = near.into_iter().map(|((value, text, kind), places)| {
        let slip = kind == Nearness::Separators
            || kind == Nearness::Letters && is_unknown_word(text, value, &unknown);
        nearly(scene, named, [value, text], kind, (slip, places))
    });
    let beside = beside.into_iter().map(|(value, places)| past_owner(scene, named, value, places));
    near.chain(beside).collect()
}

/// Texts near the values, with the value, and where they stand.
type Near<'a> = BTreeMap<(&'a str, &'a str, Nearness), Vec<Place>>;

/// A test in which many spellings are wrong tests the spelling.
fn without_spelling_tests(scene: &Scene<'_>, near: &mut Near<'_>) {
    const MANY: u32 = 4;
    let mut spellings: FxHashMap<ModuleId, u32> = FxHashMap::default();
    for places in near.values() {
        let modules: BTreeSet<ModuleId> = places.iter().map(|place| place.module).collect();
        for id in modules {
            *spellings.entry(id).or_default() += 1;
        }
    }
    near.retain(|_, places| {
        places.retain(|place| {
            let is_test = scene.index.module(place.module).role == Role::Test;
            !is_test || spellings[&place.module] < MANY
        });
        !places.is_empty()
    });
}

/// The value that a text is, or nearly is.
fn meaning<'n>(
    named: &'n NamedValue,
    values: &FxHashSet<&str>,
    text: &str,
) -> Option<(&'n str, Option<Nearness>)> {
    if values.contains(text) {
        let own = named.values.iter().find(|value| *value == text)?;
        return Some((own, None));
    }
    // Prose, quotations and style sheets spell as they must.
    if !is_word(text) || !text.starts_with(|it: char| it.is_alphanumeric()) {
        return None;
    }
    let near = named
        .values
        .iter()
        .filter_map(|value| spelling::nearness(text, value).map(|kind| (kind, value.as_str())));
    near.min().map(|(kind, value)| (value, Some(kind)))
}

fn nearly(
    scene: &Scene<'_>,
    named: &NamedValue,
    [value, text]: [&str; 2],
    kind: Nearness,
    (slip, places): (bool, Vec<Place>),
) -> Finding {
    let said = format!("`{text}` differs from `{value}` by {}", kind.as_str());
    let summary = format!("`{text}` is nearly `{value}` ({})", named.name);
    let mut finding = remark(scene, value, summary, said, places);
    // A plural may mean several, capitals the constant, and a known word another thing.
    if !slip {
        finding.severity = Severity::Note;
    }
    finding
}

fn past_owner(scene: &Scene<'_>, named: &NamedValue, value: &str, places: Vec<Place>) -> Finding {
    let owner = named.owner.as_deref().unwrap_or_default();
    let summary = format!("`{value}` is written out {} times beside `{owner}`", places.len());
    let said = format!("`{owner}` holds the values of {}", named.name);
    let mut finding = remark(scene, value, summary, said, places);
    finding.severity = Severity::Note;
    finding
}

fn remark(
    scene: &Scene<'_>,
    value: &str,
    summary: String,
    said: String,
    mut places: Vec<Place>,
) -> Finding {
    let cost = places.len() as u32;
    places.truncate(PLACES);
    let evidence = vec![Evidence::supporting("spelling", said)];
    Remark { name: value.to_owned(), summary, evidence, places, cost }.finding(scene, &RULE)
}

/// A position in which texts of one kind stand: the call or the object, by its name.
type Position<'a> = (bool, &'a str);

/// How often each text stands in each position, and once where.
type Positions<'a> = FxHashMap<Position<'a>, FxHashMap<&'a str, (u32, ModuleId, u32)>>;

/// Texts that stand in one place alone and are one letter away from one that stands
/// in the same position many times.
fn slips(scene: &Scene<'_>) -> Vec<Finding> {
    let positions = positions(scene);
    let mut slips: BTreeMap<&str, (&str, u32, ModuleId, u32, &str)> = BTreeMap::new();
    for ((_, position), texts) in &positions {
        let established: Vec<(&str, u32)> = texts
            .iter()
            .filter(|(text, (count, ..))| *count >= ESTABLISHED && text.len() >= SHORTEST)
            .map(|(text, (count, ..))| (*text, *count))
            .collect();
        let known = deletions(&established);
        for (text, (count, module, line)) in texts {
            if *count == 1
                && text.len() >= SHORTEST
                && let Some(value) = slipped(text, &known)
            {
                let times = texts[value].0;
                slips.insert(text, (value, times, *module, *line, position));
            }
        }
    }
    let unique = unique(scene, &slips.keys().copied().collect());
    slips.retain(|text, (value, ..)| is_unknown_word(text, value, &unique));
    slips
        .into_iter()
        .map(|(text, (value, times, module, line, position))| {
            let said = format!(
                "`{value}` stands {times} times where `{text}` stands once, with `{position}`"
            );
            let summary = format!("`{text}` is nearly `{value}`");
            let inside = None;
            let place = Place { module, line, inside, what: text.to_owned() };
            remark(scene, value, summary, said, vec![place])
        })
        .collect()
}

fn positions<'a>(scene: &'a Scene<'_>) -> Positions<'a> {
    let mut positions = Positions::default();
    for (id, module) in scene.index.modules().filter(|(_, module)| counts(module)) {
        let facts = &module.facts;
        for site in &facts.sites {
            let Some(text) = facts.text_of(site).filter(|text| is_word(text)) else { continue };
            let position = (site.kind == SiteKind::Call, last_name(facts.path_of(site)));
            let texts = positions.entry(position).or_default();
            texts.entry(text).or_insert((0, id, site.line)).0 += 1;
        }
    }
    positions
}

fn is_word(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.:/".contains(&byte))
}

/// Every text with one letter left out, to the texts.
fn deletions<'a>(texts: &[(&'a str, u32)]) -> FxHashMap<String, Vec<&'a str>> {
    let mut known: FxHashMap<String, Vec<&'a str>> = FxHashMap::default();
    for (text, _) in texts {
        for variant in shortened(text) {
            known.entry(variant).or_default().push(text);
        }
    }
    known
}

/// The text and what is left of it without one letter.
fn shortened(text: &str) -> impl Iterator<Item = String> {
    let without = (0..text.len()).map(|at| format!("{}{}", &text[..at], &text[at + 1..]));
    std::iter::once(text.to_owned()).chain(without)
}

fn slipped<'a>(text: &str, known: &FxHashMap<String, Vec<&'a str>>) -> Option<&'a str> {
    let near = shortened(text).filter_map(|it| known.get(&it)).flatten().copied();
    near.filter(|value| {
        spelling::nearness(text, value) == Some(Nearness::Letters)
            && spelling::within(text.as_bytes(), value.as_bytes(), 1)
    })
    .min()
}

/// The words of a text.
fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|it: char| !it.is_ascii_alphanumeric()).map(str::to_ascii_lowercase)
}

/// The words of these texts that stand in no other text and in no name.
fn unique(scene: &Scene<'_>, texts: &BTreeSet<&str>) -> FxHashSet<String> {
    let mut unique: FxHashSet<String> = texts.iter().flat_map(|text| words(text)).collect();
    if unique.is_empty() {
        return unique;
    }
    for (_, module) in scene.index.modules() {
        let facts = &module.facts;
        let others = facts.texts.iter().filter(|text| !texts.contains(text.as_str()));
        let definitions = facts.definitions.iter();
        let named = definitions.flat_map(|it| it.members.iter().chain([&it.name]));
        let bound = facts.imports.iter().map(|import| &import.bound);
        for name in others.chain(&facts.paths).chain(named).chain(bound) {
            for word in words(name) {
                unique.remove(&word);
            }
        }
    }
    unique
}

/// Whether the words that differ are known nowhere else.
fn is_unknown_word(text: &str, value: &str, unique: &FxHashSet<String>) -> bool {
    let right: Vec<String> = words(value).collect();
    let mut differing = words(text).filter(|word| !right.contains(word)).peekable();
    // Identifiers of things, `i-4382922b`, are no words.
    let is_word = |word: &str| word.bytes().all(|byte| byte.is_ascii_alphabetic());
    differing.peek().is_some() && differing.all(|word| is_word(&word) && unique.contains(&word))
}
