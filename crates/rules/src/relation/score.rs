//! Likenesses weighed against each other.
//!
//! The weights are log-odds, fitted on the part of `eval/labels*.jsonl` that is kept
//! for fitting (`cargo xtask eval fit`): their sum is a probability, and each of them is
//! a piece of evidence. A share enters by its square root, so that the first common
//! names say more than the last.

use ssot_facts::{DefinitionId, Index};
use ssot_model::{DefinitionKind, Evidence, Verdict};

use super::Relation;
use crate::{Likeness, Scene};

/// One sign: its weight, its figure and its name in evidence.
type Sign = (f64, fn(&Likeness) -> f64, Told);

/// How a sign is told.
#[derive(Debug, Clone, Copy)]
enum Told {
    /// A share of what both have.
    Share(&'static str),
    /// Something that holds or does not.
    Fact(&'static str),
}

/// How signs are weighed for one kind of definitions.
#[derive(Debug)]
pub struct Scale {
    /// What is weighed: `behaviour`, `data` or `function`.
    pub name: &'static str,
    /// Log-odds that two of them are one concept when they share nothing.
    pub bias: f64,
    signs: &'static [Sign],
    /// Probability from which two definitions are one concept that has diverged.
    pub one_concept: f64,
    /// Probability up to which they are two concepts.
    pub two_concepts: f64,
}

/// The scales, for whoever fits them.
pub const SCALES: [&Scale; 3] = [&BEHAVIOUR, &DATA, &FUNCTION];

impl Scale {
    /// What is added up for two definitions, sign by sign, before it is weighed.
    pub fn figures(&self, likeness: &Likeness) -> Vec<f64> {
        self.signs.iter().map(|(_, figure, _)| figure(likeness).max(0.0).sqrt()).collect()
    }

    /// The weights, in the order of the figures.
    pub fn weights(&self) -> Vec<f64> {
        self.signs.iter().map(|(weight, ..)| *weight).collect()
    }

    /// The signs in words, in the same order.
    pub fn words(&self) -> Vec<&'static str> {
        let told = |(_, _, told): &Sign| match told {
            Told::Share(text) | Told::Fact(text) => *text,
        };
        self.signs.iter().map(told).collect()
    }

    /// Probability that two definitions are one concept.
    fn probability(&self, likeness: &Likeness) -> f64 {
        let figures = self.figures(likeness).into_iter().zip(self.signs);
        let odds = self.bias + figures.map(|(figure, (weight, ..))| weight * figure).sum::<f64>();
        1.0 / (1.0 + (-odds).exp())
    }
}

/// Classes whose point is what they do.
const BEHAVIOUR: Scale = Scale {
    name: "behaviour",
    bias: -1.38,
    signs: &[
        (0.42, |it| it.methods, Told::Share("public methods")),
        (0.44, |it| it.constructor, Told::Share("constructor parameters")),
        (1.17, |it| it.place, Told::Share("words of their files' names")),
        (1.44, |it| it.module_summary, Told::Share("words of their modules' docstrings")),
        (0.89, |it| it.package, Told::Fact("they stand in one directory")),
        (0.93, |it| it.name, Told::Share("words of their names")),
        (-0.34, |it| it.apart, Told::Fact("each name has telling words that the other name lacks")),
        (-1.43, |it| none(it.methods), Told::Fact("no public method is in both")),
        (-1.34, |it| none(it.summary), Told::Fact("no word is in the docstrings of both")),
    ],
    one_concept: 0.78,
    two_concepts: 0.2,
};

/// Classes whose point is what they hold.
const DATA: Scale = Scale {
    name: "data",
    bias: -2.62,
    signs: &[
        (1.11, |it| it.members, Told::Share("members")),
        (0.80, |it| it.calls, Told::Share("called names")),
        (1.21, |it| it.subject, Told::Share("words of their names and members")),
        (0.80, |it| it.place, Told::Share("words of their files' names")),
        (0.46, |it| it.module_summary, Told::Share("words of their modules' docstrings")),
        (0.69, |it| it.summary, Told::Share("words of their docstrings")),
        (0.40, |it| it.name, Told::Share("words of their names")),
        (-0.12, |it| it.apart, Told::Fact("each name has telling words that the other name lacks")),
        (-1.10, |it| none(it.members), Told::Fact("no member is in both")),
    ],
    one_concept: 0.65,
    two_concepts: 0.2,
};

/// Functions and methods.
const FUNCTION: Scale = Scale {
    name: "function",
    bias: -4.14,
    signs: &[
        (1.63, |it| it.shape, Told::Share("statements but for variables and literals")),
        (0.81, |it| it.members, Told::Share("parameters")),
        (0.67, |it| it.literals, Told::Share("strings")),
        (1.32, |it| it.calls, Told::Share("called names")),
        (1.45, |it| it.summary, Told::Share("words of their docstrings")),
        (0.59, |it| it.name, Told::Share("words of their names")),
        (1.13, |it| it.namesake, Told::Fact("they have one name")),
        (-0.68, |it| it.apart, Told::Fact("each name has telling words that the other name lacks")),
    ],
    one_concept: 0.65,
    two_concepts: 0.25,
};

/// One when a share is nothing.
fn none(share: f64) -> f64 {
    f64::from(u8::from(share <= 0.0))
}

/// Statements of a class up to which what it shares with another may be chance.
const LITTLE: u32 = 2;
/// Share in common from which it speaks for one concept, and below which for two.
const MUCH: f64 = 0.5;
/// Signs that are told on either side.
const MOST_TOLD: usize = 3;
/// Weight from which a sign is worth a line.
const TELLING: f64 = 0.3;

pub(super) fn relation(
    scene: &Scene<'_>,
    a: DefinitionId,
    b: DefinitionId,
    likeness: &Likeness,
) -> Relation {
    let index = scene.index;
    let scale = scale(index, a, b);
    let probability = scale.probability(likeness);
    let says_enough = |id| {
        let definition = index.definition(id);
        definition.kind != DefinitionKind::Class || definition.statements > LITTLE
    };
    let verdict = if probability >= scale.one_concept && (says_enough(a) || says_enough(b)) {
        Verdict::Variant
    } else if probability <= scale.two_concepts {
        Verdict::Homonym
    } else {
        Verdict::Unsure
    };
    let sure = match verdict {
        Verdict::Homonym => 1.0 - probability,
        Verdict::Variant => probability,
        _ => probability.max(1.0 - probability),
    };
    let mut evidence = evidence(scale, likeness, verdict);
    evidence.insert(0, overall(index, a, b, likeness, verdict));
    Relation { verdict, confidence: percent(sure), evidence }
}

#[expect(clippy::cast_sign_loss, reason = "a probability is not negative")]
fn percent(probability: f64) -> u8 {
    (probability * 100.0).round() as u8
}

/// What everybody asks first: how much of the text is equal.
fn overall(
    index: &Index,
    a: DefinitionId,
    b: DefinitionId,
    likeness: &Likeness,
    verdict: Verdict,
) -> Evidence {
    let members = match index.definition(a).kind {
        DefinitionKind::Class => "members",
        _ => "parameters",
    };
    let text = format!(
        "{} and {} share {:.0} % of their statements and {:.0} % of their {members} by rarity",
        index.dotted(a),
        index.dotted(b),
        likeness.statements * 100.0,
        likeness.members.abs() * 100.0,
    );
    // Little in common speaks for two concepts, much for one; the rest for neither.
    let share = likeness.statements.max(likeness.members.abs());
    let supports = match verdict {
        Verdict::Variant => share >= MUCH,
        Verdict::Homonym => share < MUCH,
        _ => false,
    };
    if supports {
        Evidence::supporting("overlap", text)
    } else {
        Evidence::opposing("overlap", text)
    }
}

/// The strongest signs on both sides, each with its figure.
fn evidence(scale: &Scale, likeness: &Likeness, verdict: Verdict) -> Vec<Evidence> {
    let mut signs: Vec<(f64, String)> = scale
        .signs
        .iter()
        .map(|(weight, figure, name)| {
            let share = figure(likeness).abs();
            match name {
                Told::Fact(fact) => (weight * share, (*fact).to_owned()),
                // No common word mostly means that one of them has no docstring.
                Told::Share(name) if share == 0.0 && name.contains("docstring") => {
                    (0.0, String::new())
                }
                // What is missing speaks against, as much as its presence would speak for.
                Told::Share(name) => (
                    weight * (share.sqrt() - 0.5),
                    format!("they share {:.0} % of the {name}", share * 100.0),
                ),
            }
        })
        .filter(|(pull, _)| pull.abs() >= TELLING)
        .collect();
    signs.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (one, two): (Vec<_>, Vec<_>) = signs.into_iter().partition(|(pull, _)| *pull > 0.0);
    let is_for_one = verdict == Verdict::Variant;
    let tell = |supports: bool, text: String| {
        if supports {
            Evidence::supporting("likeness", text)
        } else {
            Evidence::opposing("likeness", text)
        }
    };
    let for_one = one.into_iter().take(MOST_TOLD).map(|(_, text)| tell(is_for_one, text));
    let for_two = two.into_iter().rev().take(MOST_TOLD).map(|(_, text)| tell(!is_for_one, text));
    if is_for_one { for_one.chain(for_two).collect() } else { for_two.chain(for_one).collect() }
}

fn scale(index: &Index, a: DefinitionId, b: DefinitionId) -> &'static Scale {
    match (index.definition(a).kind, index.definition(b).kind) {
        (DefinitionKind::Class, DefinitionKind::Class) => {
            if is_data(index, a) && is_data(index, b) { &DATA } else { &BEHAVIOUR }
        }
        _ => &FUNCTION,
    }
}

/// Whether the point of a class is what it holds: few methods beside its fields, or
/// a base or decorator that says so.
pub(crate) fn is_data(index: &Index, class: DefinitionId) -> bool {
    const BASES: [&str; 9] = [
        "Enum",
        "IntEnum",
        "StrEnum",
        "BaseModel",
        "BaseSettings",
        "NamedTuple",
        "TypedDict",
        "Exception",
        "Error",
    ];
    let definition = index.definition(class);
    let methods = index
        .module(class.module)
        .facts
        .definitions
        .iter()
        .filter(|it| it.owner == Some(class.index) && !it.name.starts_with("__"))
        .count();
    let says_so =
        definition.decorators.iter().any(|it| it.contains("dataclass") || it.contains("attr"))
            || definition.bases.iter().any(|base| {
                let last = base.rsplit('.').next().unwrap_or(base);
                BASES.iter().any(|known| last.ends_with(known))
            });
    methods <= 1 && !definition.fields.is_empty()
        || says_so && methods <= definition.fields.len().max(2)
}
