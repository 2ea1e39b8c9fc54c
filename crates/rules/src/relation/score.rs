//! Likenesses weighed against each other.
//!
//! The weights are log-odds, fitted on the part of `eval/labels.jsonl` that is kept
//! for fitting (`docs/eval.md`): their sum is a probability, and each of them is a
//! piece of evidence. A share enters by its square root, so that the first common
//! names say more than the last.

use ssot_facts::{DefinitionId, Index};
use ssot_model::{DefinitionKind, Evidence, Verdict};

use super::Relation;
use crate::{Likeness, Scene};

/// One sign: its weight, its figure and its name in evidence.
type Sign = (f64, fn(&Likeness) -> f64, &'static str);

/// How signs are weighed for one kind of definitions.
struct Scale {
    bias: f64,
    signs: &'static [Sign],
}

/// Classes whose point is what they do.
const BEHAVIOUR: Scale = Scale {
    bias: -3.95,
    signs: &[
        (1.84, |it| it.methods, "public methods"),
        (1.62, |it| it.constructor, "constructor parameters"),
        (0.47, |it| it.subject, "words of their names and members"),
        (1.49, |it| it.place, "words of their files' names"),
        (0.88, |it| it.summary, "words of their docstrings"),
        (1.98, |it| it.module_summary, "words of their modules' docstrings"),
        (1.56, |it| it.name, "words of their names"),
        (-0.86, |it| it.apart, "telling words that the other name lacks"),
    ],
};

/// Classes whose point is what they hold.
const DATA: Scale = Scale {
    bias: -2.81,
    signs: &[
        (1.21, |it| it.statements, "statements"),
        (1.65, |it| it.members, "members"),
        (0.47, |it| it.fields, "fields with their types and values"),
        (1.43, |it| it.subject, "words of their names and members"),
        (0.95, |it| it.place, "words of their files' names"),
        (0.20, |it| it.module_summary, "words of their modules' docstrings"),
        (0.85, |it| it.name, "words of their names"),
        (-0.88, |it| it.apart, "telling words that the other name lacks"),
    ],
};

/// Functions and methods.
const FUNCTION: Scale = Scale {
    bias: -3.42,
    signs: &[
        (1.50, |it| it.shape, "statements but for variables and literals"),
        (0.95, |it| it.members, "parameters"),
        (0.72, |it| it.calls, "called names"),
        (0.99, |it| it.literals, "strings"),
        (0.55, |it| it.subject, "words of their names and parameters"),
        (0.59, |it| it.summary, "words of their docstrings"),
        (1.43, |it| it.name, "words of their names"),
        (-2.27, |it| it.apart, "telling words that the other name lacks"),
    ],
};

/// Probability from which two definitions are one concept that has diverged.
const ONE_CONCEPT: f64 = 0.82;
/// Probability up to which they are two concepts.
const TWO_CONCEPTS: f64 = 0.25;
/// Signs that are told on either side.
const TOLD: usize = 3;
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
    let weigh = |(weight, figure, _): &Sign| weight * figure(likeness).max(0.0).sqrt();
    let odds = scale.bias + scale.signs.iter().map(weigh).sum::<f64>();
    let probability = 1.0 / (1.0 + (-odds).exp());
    let verdict = if probability >= ONE_CONCEPT {
        Verdict::Variant
    } else if probability <= TWO_CONCEPTS {
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
    match verdict {
        Verdict::Unsure => Evidence::opposing("overlap", text),
        _ => Evidence::supporting("overlap", text),
    }
}

/// The strongest signs on both sides, each with its figure.
fn evidence(scale: &Scale, likeness: &Likeness, verdict: Verdict) -> Vec<Evidence> {
    let mut signs: Vec<(f64, String)> = scale
        .signs
        .iter()
        .map(|(weight, figure, name)| {
            let share = figure(likeness).abs();
            let text = if *weight < 0.0 {
                format!("each name has {name}")
            } else {
                format!("they share {:.0} % of the {name}", share * 100.0)
            };
            // What is missing speaks against, as much as its presence would speak for.
            let pull = if *weight < 0.0 { weight * share } else { weight * (share.sqrt() - 0.5) };
            // No common word mostly means that one of them has no docstring.
            let is_silent = share == 0.0 && name.contains("docstring");
            (if is_silent { 0.0 } else { pull }, text)
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
    let for_one = one.into_iter().take(TOLD).map(|(_, text)| tell(is_for_one, text));
    let for_two = two.into_iter().rev().take(TOLD).map(|(_, text)| tell(!is_for_one, text));
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
