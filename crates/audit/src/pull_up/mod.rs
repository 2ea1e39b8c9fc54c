//! Equal methods of several classes become one in a class above all of them: one that is
//! there, or a new one that is the first base of each.
//!
//! Nothing but the place of the text may change: every class of the repository must
//! find the same code under the name afterwards, and every name that the text reads
//! must mean the same where it comes to stand.

pub(crate) mod kin;
mod members;
mod names;
mod new_base;
mod search;

use std::collections::BTreeSet;

use ssot_facts::{ClassRef, DefinitionId, Hierarchy};

use self::members::Method;
use self::search::Change;
use crate::choice::{Decision, rank};
use crate::{Choice, Examiner, Refusal};

/// What becomes of equal methods of different classes.
pub(crate) fn choose(examiner: &Examiner<'_>, ids: &[DefinitionId]) -> Decision {
    let names: BTreeSet<&str> =
        ids.iter().map(|id| examiner.index.definition(*id).name.as_str()).collect();
    if names.len() > 1 {
        return Decision::accept(
            "equal methods under different names: somebody has to choose the name",
        );
    }
    let (methods, mut refusals) = members::movable(examiner, ids);
    let hierarchy = examiner.hierarchy();
    let found = existing_base(examiner, hierarchy, &methods).or_else(|why| {
        let new = new_base::propose(examiner, hierarchy, &methods);
        new.map_err(|more| if more == why { why } else { format!("{why}; {more}") })
    });
    match found {
        Ok((choice, reason)) => {
            let (Choice::PullUp { source, members, .. } | Choice::NewBase { source, members, .. }) =
                &choice
            else {
                return Decision::accept(reason);
            };
            let stays = |it: &&Method| it.id != *source && !members.contains(&it.id);
            let reason_to_stay = "its class does not come to inherit it";
            refusals.extend(methods.iter().filter(stays).map(|it| Refusal {
                place: examiner.place(it.id),
                reason: reason_to_stay.to_owned(),
            }));
            let candidates = rank(examiner, ids);
            Decision { choice, reason, candidates, refusals }
        }
        Err(reason) => {
            let reason = match refusals.first() {
                Some(refusal) if methods.len() < 2 => refusal.reason.clone(),
                _ => reason,
            };
            Decision { refusals, ..Decision::accept(reason) }
        }
    }
}

/// A choice with its reason, or why there is none.
type Found = Result<(Choice, String), String>;

/// A class that is there and above all others.
fn existing_base(examiner: &Examiner<'_>, hierarchy: &Hierarchy, methods: &[Method]) -> Found {
    if let Some(method) = methods.iter().find(|it| it.asks_above) {
        return Err(format!("`{}` calls `super()`, which depends on its class", method.name));
    }
    overrides(examiner, hierarchy, methods)
        .unwrap_or_else(|| common_base(examiner, hierarchy, methods))
}

/// Methods that equal what their classes inherit anyway; none when there are none.
fn overrides(examiner: &Examiner<'_>, hierarchy: &Hierarchy, methods: &[Method]) -> Option<Found> {
    let inherited = |method: &Method| {
        let above = search::above(examiner.index, hierarchy, method.class, &method.name)?;
        methods.iter().find(|it| it.class == above)
    };
    let keeper = methods.iter().filter_map(inherited).find(|it| inherited(it).is_none())?;
    let members: Vec<DefinitionId> = methods
        .iter()
        .filter(|it| search::leads_to(hierarchy, it.class, keeper.class))
        .map(|it| it.id)
        .collect();
    Some(without_overrides(examiner, hierarchy, methods, keeper, members))
}

fn without_overrides(
    examiner: &Examiner<'_>,
    hierarchy: &Hierarchy,
    methods: &[Method],
    keeper: &Method,
    members: Vec<DefinitionId>,
) -> Found {
    let going = || methods.iter().filter(|it| members.contains(&it.id));
    going().chain([keeper]).try_for_each(Method::may_be_inherited)?;
    let change = Change {
        index: examiner.index,
        hierarchy,
        name: &keeper.name,
        removed: going().map(|it| it.class).collect(),
        keeper: keeper.class,
    };
    let gained = change.gained()?;
    debug_assert!(gained.is_empty(), "what is there already is gained by nobody");
    let class = examiner.index.dotted(keeper.class);
    let reason = format!("it equals what is inherited from {class}");
    Ok((Choice::PullUp { source: keeper.id, members, base: keeper.class }, reason))
}

/// The nearest class above all of them that can have the method.
fn common_base(examiner: &Examiner<'_>, hierarchy: &Hierarchy, methods: &[Method]) -> Found {
    let [first, rest @ ..] = methods else { return Err("fewer than two can be moved".to_owned()) };
    if rest.is_empty() {
        return Err("fewer than two can be moved".to_owned());
    }
    let order = hierarchy
        .linearisation(first.class)
        .map_err(|_| format!("the order of the bases of {} is contradictory", first.owner))?;
    let common = order.iter().skip(1).filter_map(ClassRef::internal);
    let mut common = common
        .filter(|base| rest.iter().all(|it| search::leads_to(hierarchy, it.class, *base)))
        .peekable();
    let above = |it: &Method| {
        methods.iter().find(|other| search::leads_to(hierarchy, it.class, other.class))
    };
    if let Some((method, above)) = methods.iter().find_map(|it| Some((it, above(it)?))) {
        let (here, there) = (&method.owner, &above.owner);
        return Err(format!("a class between {here} and {there} has another `{}`", method.name));
    }
    if common.peek().is_none() {
        return Err("the classes have no base in common in this repository".to_owned());
    }
    let mut refused = None;
    for base in common {
        match into_base(examiner, hierarchy, methods, base) {
            Ok(found) => return Ok(found),
            Err(reason) => refused = refused.or(Some(reason)),
        }
    }
    Err(refused.unwrap_or_default())
}

/// All methods as one in a base that has none of the name.
fn into_base(
    examiner: &Examiner<'_>,
    hierarchy: &Hierarchy,
    methods: &[Method],
    base: DefinitionId,
) -> Found {
    let index = examiner.index;
    let name = &methods[0].name;
    let dotted = index.dotted(base);
    methods.iter().try_for_each(Method::may_be_inherited)?;
    if name.starts_with("__") && name.ends_with("__") {
        return Err(format!("`{name}` in {dotted} would be found by the language itself"));
    }
    members::home(examiner, base)?;
    if index.definition(base).members.contains(name) {
        return Err(format!("{dotted} has a `{name}` of its own"));
    }
    let change = Change {
        index,
        hierarchy,
        name,
        removed: methods.iter().map(|it| it.class).collect(),
        keeper: base,
    };
    let gained = change.gained()?;
    let between = |class: &DefinitionId| {
        methods.iter().any(|it| search::leads_to(hierarchy, it.class, *class))
    };
    let strangers: Vec<&DefinitionId> = gained.iter().filter(|it| !between(it)).collect();
    if let Some(first) = strangers.first() {
        return Err(format!(
            "{dotted} is too general: {} and {} more would come to have `{name}`",
            index.dotted(**first),
            strangers.len() - 1
        ));
    }
    if let Some(place) = search::asked_for(index, name) {
        return Err(format!("{place} names `{name}` in a string and may ask who has it"));
    }
    let source = names::source(examiner, methods, base)?;
    let members = methods.iter().map(|it| it.id).collect();
    let reason = format!("{} classes below {dotted} have it", methods.len());
    Ok((Choice::PullUp { source, members, base }, reason))
}
