//! Texts that are written out in many modules.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use ssot_facts::{Module, ModuleId, Role};
use ssot_model::{Evidence, Finding, Level};

use crate::place::{Place, Remark};
use crate::texts::{Constants, is_telling};
use crate::{Rule, Scene};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    name: "repeated-literal",
    summary: "A text is written out in many modules, or beside the constant that holds it.",
    page: include_str!("repeated_literal.md"),
    level: Level::Off,
    check,
};

/// Modules from which a text without a constant counts, and one with a constant.
const MODULES: usize = 8;
const BESIDE: usize = 2;

/// Places told of one text.
const PLACES: usize = 20;

fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let constants = Constants::new(scene.index);
    let mut uses: FxHashMap<&str, Vec<Place>> = FxHashMap::default();
    for (id, module) in scene.index.modules().filter(|(_, it)| it.role == Role::Production) {
        collect(id, module, &mut uses);
    }
    let uses: BTreeMap<&str, Vec<Place>> = uses.into_iter().collect();
    uses.into_iter()
        .filter_map(|(text, places)| match constants.of(text) {
            Some(constant) => beside(scene, text, &constant, places),
            None => everywhere(scene, text, places),
        })
        .collect()
}

/// The first use of each text in a module, where it is no constant's own value.
fn collect<'a>(id: ModuleId, module: &'a Module, uses: &mut FxHashMap<&'a str, Vec<Place>>) {
    let facts = &module.facts;
    let mut seen = vec![false; facts.texts.len()];
    for named in &facts.named_texts {
        seen[named.text as usize] = true;
    }
    for literal in &facts.literals {
        let text = facts.texts[literal.text as usize].as_str();
        let first = !std::mem::replace(&mut seen[literal.text as usize], true);
        if first && is_telling(text) {
            let inside = literal.inside.checked_sub(1);
            let place = Place { module: id, line: literal.line, inside, what: text.to_owned() };
            uses.entry(text).or_default().push(place);
        }
    }
}

fn beside(
    scene: &Scene<'_>,
    text: &str,
    (module, constant, line): &(ModuleId, String, u32),
    mut places: Vec<Place>,
) -> Option<Finding> {
    places.retain(|place| place.module != *module);
    if places.len() < BESIDE {
        return None;
    }
    let path = &scene.index.module(*module).path;
    let said = format!("`{constant}` holds it, {path}:{line}");
    let summary = format!(
        "`{text}` is written out in {} modules beside the constant `{constant}`",
        places.len()
    );
    Some(remark(scene, text, summary, Evidence::supporting("constant", said), places))
}

fn everywhere(scene: &Scene<'_>, text: &str, places: Vec<Place>) -> Option<Finding> {
    if places.len() < MODULES {
        return None;
    }
    let summary = format!("`{text}` is written out in {} modules", places.len());
    let evidence = Evidence::supporting("no-constant", "no constant holds it");
    Some(remark(scene, text, summary, evidence, places))
}

fn remark(
    scene: &Scene<'_>,
    text: &str,
    summary: String,
    evidence: Evidence,
    mut places: Vec<Place>,
) -> Finding {
    let cost = places.len() as u32;
    places.truncate(PLACES);
    let remark = Remark { name: text.to_owned(), summary, evidence: vec![evidence], places, cost };
    remark.finding(scene, &RULE)
}
