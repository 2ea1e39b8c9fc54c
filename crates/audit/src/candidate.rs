//! How well a member would serve as the canonical definition.

use ssot_facts::DefinitionId;

use crate::{Examiner, consumers, direction};

/// Stems of modules that are written to be shared.
const SHARED_STEMS: [&str; 12] = [
    "base",
    "common",
    "core",
    "utils",
    "util",
    "helpers",
    "shared",
    "types",
    "constants",
    "_utils",
    "_common",
    "tools",
];

/// One criterion with its figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Criterion {
    /// What is measured.
    pub name: &'static str,
    /// The figure in words.
    pub figure: String,
    /// What it counts, positive or negative.
    pub points: i64,
}

/// A member as a candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The member.
    pub definition: DefinitionId,
    /// Its dotted name.
    pub dotted: String,
    /// The criteria, in a fixed order.
    pub criteria: Vec<Criterion>,
    /// Why some other member cannot import it: `path:line`, reason.
    pub obstacles: Vec<(String, String)>,
    /// Members that could be redirected to it.
    pub accepts: Vec<DefinitionId>,
}

impl Candidate {
    /// The sum of the points.
    pub fn points(&self) -> i64 {
        self.criteria.iter().map(|criterion| criterion.points).sum()
    }
}

/// Measures a member against the others.
pub(crate) fn criteria(
    examiner: &Examiner<'_>,
    id: DefinitionId,
    others: &[DefinitionId],
) -> Vec<Criterion> {
    let index = examiner.index;
    let module = index.module(id.module);
    let consumers = consumers::of_member(index, id);
    let dotted = index.dotted(id);
    let declared = examiner.config.canonical.iter().any(|it| it.definition == dotted);
    let is_shared = examiner.territories.boundary(&module.path).is_none()
        && others
            .iter()
            .any(|other| examiner.territories.boundary(&index.module(other.module).path).is_some());
    let neutral = SHARED_STEMS.contains(&module.path.file_stem());
    let executed: usize = others
        .iter()
        .filter(|other| **other != id)
        .map(|other| direction::newly_executed(examiner, id.module, other.module))
        .sum();
    let depth = module.name.matches('.').count();
    let documented = !index.definition(id).summary.is_empty();
    let criterion = |name, figure: String, points| Criterion { name, figure, points };
    vec![
        criterion("declared", yes_no(declared), if declared { 1_000_000 } else { 0 }),
        criterion(
            "reach",
            format!("{} importers", consumers.production.len()),
            10 * consumers.production.len() as i64,
        ),
        criterion(
            "tests",
            format!("{} test references", consumers.tests.len()),
            3 * consumers.tests.len() as i64,
        ),
        criterion(
            "place",
            place(is_shared, neutral),
            if is_shared { 60 } else { 0 } + if neutral { 25 } else { 0 },
        ),
        criterion(
            "load",
            format!("{executed} modules newly executed by its importers"),
            -(executed as i64),
        ),
        criterion("documentation", yes_no(documented), if documented { 4 } else { 0 }),
        criterion("depth", format!("{depth} packages deep"), -2 * depth as i64),
    ]
}

fn yes_no(value: bool) -> String {
    if value { "yes" } else { "no" }.to_owned()
}

fn place(is_shared: bool, neutral: bool) -> String {
    match (is_shared, neutral) {
        (true, _) => "outside every boundary",
        (_, true) => "a module meant to be shared",
        _ => "an ordinary module",
    }
    .to_owned()
}
