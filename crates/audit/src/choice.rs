//! Which definition stays, and how the others come to it.

use ssot_facts::{DefinitionId, Index, Role};
use ssot_model::{Acceptance, AcceptedBy, DefinitionKind, Finding, Mode, Verdict};

use crate::candidate::{self, Candidate};
use ssot_rules::Comparison;

use crate::{
    Choice, Examiner, Refusal, branch, delegate, direction, doubles, extract, merge, parameterise,
    pull_up,
};

/// What [`choose`] decided, and on what grounds.
pub(crate) struct Decision {
    pub(crate) choice: Choice,
    pub(crate) reason: String,
    pub(crate) candidates: Vec<Candidate>,
    pub(crate) refusals: Vec<Refusal>,
}

impl Decision {
    pub(crate) fn accept(reason: impl Into<String>) -> Self {
        Self {
            choice: Choice::Accept,
            reason: reason.into(),
            candidates: Vec::new(),
            refusals: Vec::new(),
        }
    }
}

pub(crate) fn choose(
    examiner: &Examiner<'_>,
    finding: &Finding,
    verdict: Verdict,
    ids: &[DefinitionId],
) -> Decision {
    if let Some(reason) = decided_to_stay(finding) {
        return Decision::accept(reason);
    }
    match verdict {
        Verdict::Identical | Verdict::Clone if delegate::is_for(examiner, ids) => {
            adapt(examiner, finding.kind, ids)
        }
        Verdict::Identical | Verdict::Clone if finding.kind == DefinitionKind::Method => {
            pull_up::choose(examiner, ids)
        }
        Verdict::Identical | Verdict::Clone if finding.kind == DefinitionKind::Module => {
            Decision::accept("deleting a file that was put aside is for those who put it there")
        }
        Verdict::Identical | Verdict::Clone if finding.rule == "duplicate-mock" => {
            doubles::choose(examiner, ids)
        }
        Verdict::Identical | Verdict::Clone if ids.iter().any(|id| is_test(examiner, *id)) => {
            Decision::accept("where tests find what they share is decided by their runner")
        }
        Verdict::Identical | Verdict::Clone => consolidate(examiner, ids),
        Verdict::Shadowed => delete_shadowed(examiner.index, finding),
        Verdict::Variant => adapt(examiner, finding.kind, ids),
        Verdict::Twin => Decision {
            candidates: rank(examiner, ids),
            ..Decision::accept(
                "the implementations differ; merging them needs a decision about each difference",
            )
        },
        Verdict::Unsure => Decision::accept("the evidence does not decide; nothing is changed"),
        stays => Decision::accept(format!("{} is not a second source of truth", stays.as_str())),
    }
}

/// Implementations that differ: what their differences allow.
fn adapt(examiner: &Examiner<'_>, kind: DefinitionKind, ids: &[DefinitionId]) -> Decision {
    let proposed = match kind {
        _ if examiner.config.run.mode == Mode::Careful => {
            Err("in careful mode nothing but equal text is touched".to_owned())
        }
        _ if delegate::is_for(examiner, ids) => delegate::propose(examiner, ids),
        DefinitionKind::Function => parameterise::propose(examiner, ids)
            .or_else(|why| branch::propose(examiner, ids).map_err(|_| why)),
        DefinitionKind::Class => merge::propose(examiner, ids),
        other => Err(format!("a {} belongs to its place", other.as_str())),
    };
    proposed.unwrap_or_else(|why| Decision {
        candidates: rank(examiner, ids),
        ..Decision::accept(format!("the implementations differ: {why}"))
    })
}

fn is_test(examiner: &Examiner<'_>, id: DefinitionId) -> bool {
    examiner.index.module(id.module).role == Role::Test
}

/// Where somebody said that the finding may stay, and why.
fn decided_to_stay(finding: &Finding) -> Option<String> {
    let Acceptance { by, reason } = finding.accepted.as_ref()?;
    Some(match by {
        AcceptedBy::Decision => format!("decided in ssot.toml: {reason}"),
        AcceptedBy::Comment => format!("accepted in the code: {reason}"),
        AcceptedBy::Baseline => format!("accepted in the baseline: {reason}"),
    })
}

fn consolidate(examiner: &Examiner<'_>, ids: &[DefinitionId]) -> Decision {
    let mut refusals: Vec<Refusal> = Vec::new();
    let mut movable: Vec<DefinitionId> = Vec::new();
    for id in ids {
        let handled =
            examiner.gone.contains(id).then(|| "another group removes it already".to_owned());
        let reshaped =
            || examiner.is_reshaped(*id).then(|| "another group moves methods of it".to_owned());
        match handled
            .or_else(reshaped)
            .or_else(|| ssot_rules::obstacle(examiner.index, &examiner.patches, *id))
        {
            Some(reason) => refusals.push(Refusal { place: examiner.place(*id), reason }),
            None => movable.push(*id),
        }
    }
    let mut candidates: Vec<Candidate> =
        movable.iter().map(|id| weigh(examiner, *id, &movable)).collect();
    candidates.sort_by(|a, b| {
        let key = |it: &Candidate| (it.accepts.len(), it.points());
        key(b).cmp(&key(a)).then_with(|| a.dotted.cmp(&b.dotted))
    });
    let Some(best) = candidates.first() else {
        return Decision {
            reason: first_reason(&refusals, "no member can be moved"),
            refusals,
            ..Decision::accept("")
        };
    };
    if best.accepts.is_empty() {
        return without_redirect(examiner, &movable, candidates, refusals);
    }
    let (canonical, copies) = (best.definition, best.accepts.clone());
    refusals.extend(
        best.obstacles
            .iter()
            .map(|(place, reason)| Refusal { place: place.clone(), reason: reason.clone() }),
    );
    let reason = explain(&candidates);
    Decision { choice: Choice::Redirect { canonical, copies }, reason, candidates, refusals }
}

/// Every member as a candidate by its criteria alone, the best first.
pub(crate) fn rank(examiner: &Examiner<'_>, ids: &[DefinitionId]) -> Vec<Candidate> {
    let candidate = |id: &DefinitionId| Candidate {
        definition: *id,
        dotted: examiner.index.dotted(*id),
        criteria: candidate::criteria(examiner, *id, ids),
        obstacles: Vec::new(),
        accepts: Vec::new(),
        breaks: Vec::new(),
    };
    let mut candidates: Vec<Candidate> = ids.iter().map(candidate).collect();
    candidates.sort_by(|a, b| b.points().cmp(&a.points()).then_with(|| a.dotted.cmp(&b.dotted)));
    candidates
}

/// A member with what it would accept and what speaks against the rest.
fn weigh(examiner: &Examiner<'_>, id: DefinitionId, movable: &[DefinitionId]) -> Candidate {
    let mut accepts = Vec::new();
    let mut obstacles = Vec::new();
    for other in movable.iter().filter(|other| other.module != id.module) {
        let relied_on = examiner.kept.contains(other);
        match relied_on
            .then(|| "another group relies on it".to_owned())
            .or_else(|| pair_obstacle(examiner, id, *other))
            .or_else(|| direction::obstacle(examiner, id.module, other.module))
        {
            Some(reason) => obstacles.push((examiner.place(*other), reason)),
            None => accepts.push(*other),
        }
    }
    Candidate {
        definition: id,
        dotted: examiner.index.dotted(id),
        criteria: candidate::criteria(examiner, id, movable),
        obstacles,
        accepts,
        breaks: Vec::new(),
    }
}

/// What tells two members apart whichever of them stays.
pub(crate) fn pair_obstacle(
    examiner: &Examiner<'_>,
    a: DefinitionId,
    b: DefinitionId,
) -> Option<String> {
    let index = examiner.index;
    let (left, right) = (index.definition(a), index.definition(b));
    if left.hash != right.hash {
        return Some("the bodies differ".to_owned());
    }
    ssot_rules::visible_difference(index, a, b)
        .or_else(|| {
            Comparison::new(index, &examiner.patches, left.kind).difference(a, b).map(|it| it.text)
        })
        .or_else(|| taken(index, a, b))
}

/// The copy's module must not use the canonical's name for something else.
fn taken(index: &Index, canonical: DefinitionId, copy: DefinitionId) -> Option<String> {
    let (kept, gone) = (index.definition(canonical), index.definition(copy));
    let own = index.module(copy.module);
    let clashes = kept.name != gone.name
        && index.definition(copy).free.contains(&gone.name)
        && own.facts.bindings_of(&kept.name).next().is_some();
    clashes.then(|| format!("{} uses the name `{}` already", own.name, kept.name))
}

/// No member can import another: a module that all can import may help.
fn without_redirect(
    examiner: &Examiner<'_>,
    movable: &[DefinitionId],
    candidates: Vec<Candidate>,
    mut refusals: Vec<Refusal>,
) -> Decision {
    let same = movable.windows(2).all(|pair| pair_obstacle(examiner, pair[0], pair[1]).is_none());
    if same
        && movable.len() > 1
        && let Ok(choice) = extract::propose(examiner, movable)
    {
        let why = candidates[0].obstacles.first().map_or("", |(_, reason)| reason.as_str());
        let reason =
            format!("no member can import another ({why}), so it moves to a module of its own");
        return Decision { choice, reason, candidates, refusals };
    }
    let obstacles = candidates[0].obstacles.iter();
    refusals.extend(
        obstacles.map(|(place, reason)| Refusal { place: place.clone(), reason: reason.clone() }),
    );
    let reason = first_reason(&refusals, "fewer than two members can be moved");
    Decision { choice: Choice::Accept, reason, candidates, refusals }
}

fn first_reason(refusals: &[Refusal], otherwise: &str) -> String {
    refusals.first().map_or_else(|| otherwise.to_owned(), |refusal| refusal.reason.clone())
}

/// The best candidate against the runner-up, criterion by criterion.
fn explain(candidates: &[Candidate]) -> String {
    let best = &candidates[0];
    let Some(second) = candidates.get(1) else { return "the only candidate".to_owned() };
    let telling: Vec<String> = best
        .criteria
        .iter()
        .zip(&second.criteria)
        .filter(|(one, two)| one.points > two.points)
        .map(|(one, two)| format!("{}: {} against {}", one.name, one.figure, two.figure))
        .collect();
    if best.accepts.len() > second.accepts.len() {
        let why = second.obstacles.first().map_or("", |(_, reason)| reason.as_str());
        return format!("{} cannot serve: {why}", second.dotted);
    }
    if telling.is_empty() {
        return format!("equal to {} in every criterion; the first by name", second.dotted);
    }
    let telling = telling.join("; ");
    format!("over {}: {telling}; {}", second.dotted, turning_point(best, second))
}

/// What would make the runner-up the canonical definition.
fn turning_point(best: &Candidate, second: &Candidate) -> String {
    let behind = best.points() - second.points();
    format!("{behind} points behind; a [[canonical]] entry in ssot.toml would turn it")
}

fn delete_shadowed(index: &Index, finding: &Finding) -> Decision {
    let [hidden, taker] = &*finding.members else {
        return Decision::accept("the module that hides it is not known");
    };
    let (Some(hidden), Some(taker)) = (index.module_at(&hidden.path), index.module_at(&taker.path))
    else {
        return Decision::accept("the files are gone");
    };
    let (lost, keeper) = (index.module(hidden), index.module(taker));
    if lost.facts.flags.main_guard {
        return Decision::accept("the file can be run by its path");
    }
    if !lost.facts.errors.is_empty() {
        return Decision::accept("the file does not parse, so what would be lost is not known");
    }
    let public = lost.facts.bindings.iter().filter(|bound| !bound.name.starts_with('_'));
    let missing: Vec<&str> = public
        .filter(|bound| {
            let meanings = index.resolve(taker, &bound.name);
            meanings.iter().any(|it| matches!(it, ssot_facts::Resolution::Unknown(_)))
        })
        .map(|bound| bound.name.as_str())
        .collect();
    if missing.is_empty() {
        let reason = format!("{} defines every public name of the file", keeper.path);
        return Decision {
            choice: Choice::Delete { module: hidden, taker },
            ..Decision::accept(reason)
        };
    }
    Decision::accept(format!("only the hidden file defines {}", missing.join(", ")))
}
