//! How well a member would serve as the canonical definition.
//!
//! The usual weights were fitted on consolidations that maintainers made, see
//! `eval/canonical.jsonl` and docs/eval.md. What they keep is what everybody can import
//! at little cost, what is complete, and what is used; age tells nothing.

use std::collections::BTreeSet;

use serde::Serialize;
use ssot_facts::{Consumer, ConsumerKind, DefinitionId, Role};
use ssot_model::CanonicalWeights;
use ssot_model::audit::Breakage;

use crate::{Examiner, direction};

/// What a declared definition counts: more than everything else together.
const DECLARED: i64 = 1_000_000;

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

/// Where the figure of coverage stands among the criteria.
const AFTER_TESTS: usize = 4;

/// One criterion with its figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Criterion {
    /// What is measured.
    pub name: &'static str,
    /// The figure in words.
    pub figure: String,
    /// What the figure is weighed with, as `[canonical-weights]` has it; none for what
    /// outweighs everything.
    pub weight: Option<i32>,
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
    /// Places that would break if it stood in the place of the others; empty until the
    /// audit is looked into.
    pub breaks: Vec<Breakage>,
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
    members: &[DefinitionId],
) -> Vec<Criterion> {
    let weights = &examiner.config.canonical_weights;
    let others: Vec<DefinitionId> =
        members.iter().filter(|other| other.module != id.module).copied().collect();
    let measured = coverage(examiner, id, weights);
    let mut criteria = vec![
        declared(examiner, id),
        reach(examiner, id, weights),
        completeness(examiner, id, members, weights),
        tests(examiner, id, weights),
        load(examiner, id, &others, weights),
        requirements(examiner, id, &others, weights),
        independence(examiner, id, weights),
        health(examiner, id, weights),
        place(examiner, id, &others, weights),
        name(examiner, id, weights),
    ];
    // After the tests, where somebody measured what they execute.
    criteria.splice(AFTER_TESTS..AFTER_TESTS, measured);
    criteria
}

/// A count that matters less the larger it is: the second importer tells more than
/// the hundredth. Zero for none, `weight` for one, twice that for three.
fn doublings(count: usize, weight: i32) -> i64 {
    ((count as f64 + 1.0).log2() * f64::from(weight)).round() as i64
}

fn declared(examiner: &Examiner<'_>, id: DefinitionId) -> Criterion {
    let dotted = examiner.index.dotted(id);
    let is_declared = examiner.config.canonical.iter().any(|it| it.definition == dotted);
    let points = if is_declared { DECLARED } else { 0 };
    Criterion { name: "declared", figure: yes_no(is_declared), weight: None, points }
}

fn reach(examiner: &Examiner<'_>, id: DefinitionId, weights: &CanonicalWeights) -> Criterion {
    let count = importers(examiner, id, false);
    let figure = counted(count, "module imports it", "modules import it");
    let weight = Some(weights.reach);
    Criterion { name: "reach", figure, weight, points: doublings(count, weights.reach) }
}

fn tests(examiner: &Examiner<'_>, id: DefinitionId, weights: &CanonicalWeights) -> Criterion {
    let count = importers(examiner, id, true);
    let figure = counted(count, "test module imports it", "test modules import it");
    let weight = Some(weights.tests);
    Criterion { name: "tests", figure, weight, points: doublings(count, weights.tests) }
}

/// How much of it tests execute; none when nobody measured anything.
fn coverage(
    examiner: &Examiner<'_>,
    id: DefinitionId,
    weights: &CanonicalWeights,
) -> Option<Criterion> {
    let measurements = examiner.coverage.as_ref()?;
    let (figure, points) = match measurements.of(id) {
        None => ("not measured".to_owned(), 0),
        Some(measured) => {
            let (covered, lines) = (i64::from(measured.covered), i64::from(measured.lines));
            let figure = format!(
                "{covered} of {} executed",
                counted(measured.lines as usize, "statement", "statements")
            );
            (figure, i64::from(weights.coverage) * covered / lines.max(1))
        }
    };
    Some(Criterion { name: "coverage", figure, weight: Some(weights.coverage), points })
}

/// Modules that name a definition, or the class of a method: tests, or the others.
fn importers(examiner: &Examiner<'_>, id: DefinitionId, tests: bool) -> usize {
    let index = examiner.index;
    let top = index.definition(id).owner.map_or(id, |owner| DefinitionId { index: owner, ..id });
    let counts = |it: &&Consumer| {
        let is_test = index.module(it.module).role == Role::Test;
        it.kind != ConsumerKind::String && is_test == tests
    };
    let used = index.consumers_of(top).iter().filter(counts);
    used.map(|it| it.module).collect::<BTreeSet<_>>().len()
}

/// Statements, and for classes the names they have, against the fullest member.
fn completeness(
    examiner: &Examiner<'_>,
    id: DefinitionId,
    members: &[DefinitionId],
    weights: &CanonicalWeights,
) -> Criterion {
    let size = |id: DefinitionId| {
        let definition = examiner.index.definition(id);
        (definition.statements as usize, definition.members.len())
    };
    let (statements, names) = size(id);
    let most = |of: fn((usize, usize)) -> usize| {
        members.iter().map(|member| of(size(*member))).max().unwrap_or(0)
    };
    let behind =
        |own: usize, most: usize, weight: i32| doublings(own, weight) - doublings(most, weight);
    let points = behind(statements, most(|it| it.0), weights.completeness)
        + behind(names, most(|it| it.1), weights.completeness / 4);
    let figure = format!(
        "{}, {}",
        counted(statements, "statement", "statements"),
        counted(names, "name", "names")
    );
    Criterion { name: "completeness", figure, weight: Some(weights.completeness), points }
}

/// What the others would come to execute by importing it.
fn load(
    examiner: &Examiner<'_>,
    id: DefinitionId,
    others: &[DefinitionId],
    weights: &CanonicalWeights,
) -> Criterion {
    let executed: usize = others
        .iter()
        .map(|other| direction::newly_executed(examiner, id.module, other.module))
        .sum();
    let figure = match executed {
        0 => "the others execute its module already".to_owned(),
        more => counted(more, "module newly executed", "modules newly executed"),
    };
    let weight = Some(weights.load);
    Criterion { name: "load", figure, weight, points: -doublings(executed, weights.load) }
}

/// Distributions that the others would come to need by importing it.
fn requirements(
    examiner: &Examiner<'_>,
    id: DefinitionId,
    others: &[DefinitionId],
    weights: &CanonicalWeights,
) -> Criterion {
    let needed = examiner.graph.requirements(id.module);
    let new: BTreeSet<String> = others
        .iter()
        .flat_map(|other| {
            let present = examiner.graph.requirements(other.module);
            needed.difference(&present).map(ToString::to_string).collect::<Vec<_>>()
        })
        .collect();
    let points = if new.is_empty() { 0 } else { -i64::from(weights.requirements) };
    let names: Vec<String> = new.into_iter().collect();
    let figure = if names.is_empty() {
        "nothing that the others do not need".to_owned()
    } else {
        format!("needs {}", names.join(", "))
    };
    Criterion { name: "requirements", figure, weight: Some(weights.requirements), points }
}

/// A module that imports little can be imported by many.
fn independence(
    examiner: &Examiner<'_>,
    id: DefinitionId,
    weights: &CanonicalWeights,
) -> Criterion {
    let count = examiner.graph.imported(id.module);
    let figure = format!("its module imports {}", counted(count, "other", "others"));
    let weight = Some(weights.independence);
    let points = -doublings(count, weights.independence);
    Criterion { name: "independence", figure, weight, points }
}

/// A small module that is not given up, a definition that says what it is for.
fn health(examiner: &Examiner<'_>, id: DefinitionId, weights: &CanonicalWeights) -> Criterion {
    let facts = &examiner.index.module(id.module).facts;
    let documented = !examiner.index.definition(id).summary.is_empty();
    let weight = i64::from(weights.health);
    let mut points = -doublings(facts.lines as usize, weights.health / 10);
    let mut said = vec![counted(facts.lines as usize, "line around it", "lines around it")];
    if documented {
        points += weight / 20;
        said.push("documented".to_owned());
    }
    if facts.flags.deprecated {
        points -= weight;
        said.push("the module is deprecated".to_owned());
    }
    if !facts.errors.is_empty() {
        points -= weight;
        said.push("the module does not parse".to_owned());
    }
    Criterion { name: "health", figure: said.join(", "), weight: Some(weights.health), points }
}

/// Production code that is meant to be shared, near the root.
fn place(
    examiner: &Examiner<'_>,
    id: DefinitionId,
    others: &[DefinitionId],
    weights: &CanonicalWeights,
) -> Criterion {
    let index = examiner.index;
    let module = index.module(id.module);
    let boundary = |id: &DefinitionId| examiner.territories.boundary(&index.module(id.module).path);
    let is_shared = boundary(&id).is_none() && others.iter().any(|other| boundary(other).is_some());
    let depth = module.name.matches('.').count();
    let weight = i64::from(weights.place);
    let mut points = -(weight * depth as i64) / 20;
    let mut said = vec![counted(depth, "package deep", "packages deep")];
    if is_shared {
        points += weight;
        said.push("outside every boundary".to_owned());
    }
    if SHARED_STEMS.contains(&module.path.file_stem()) {
        points += weight / 2;
        said.push("a module meant to be shared".to_owned());
    }
    if module.role != Role::Production {
        points -= 4 * weight;
        said.push(format!("{} code", module.role.as_str()));
    }
    Criterion { name: "place", figure: said.join(", "), weight: Some(weights.place), points }
}

/// A plain name rather than one that says which edition it is or that it is private.
fn name(examiner: &Examiner<'_>, id: DefinitionId, weights: &CanonicalWeights) -> Criterion {
    let name = &examiner.index.definition(id).name;
    let private = name.starts_with('_');
    let editions = ssot_rules::editions(name);
    let weight = i64::from(weights.name);
    let points = -weight * editions.len() as i64 - if private { weight } else { 0 };
    let figure = match (private, editions.as_slice()) {
        (true, _) => "private".to_owned(),
        (_, []) => "plain".to_owned(),
        (_, words) => format!("named by its edition: {}", words.join(", ")),
    };
    Criterion { name: "name", figure, weight: Some(weights.name), points }
}

pub(crate) fn counted(count: usize, one: &str, more: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        count => format!("{count} {more}"),
    }
}

fn yes_no(value: bool) -> String {
    if value { "yes" } else { "no" }.to_owned()
}
