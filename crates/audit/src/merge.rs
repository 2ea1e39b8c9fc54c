//! Classes of which one has what the others have, or can take it in.

use std::collections::BTreeSet;

use ssot_facts::python::template::{Cover, Member, cover};
use ssot_facts::{DefinitionId, Resolution};
use ssot_model::{DefinitionKind, Mode};
use ssot_rules::Comparison;

use crate::choice::{self, Decision};
use crate::parameterise::{Texts, unusable};
use crate::{Choice, Examiner, Refusal};

/// Decorators that make something of the fields of a class.
const FIELD_MAKERS: [&str; 8] =
    ["dataclass", "define", "frozen", "mutable", "attrs", "s", "attributes", "total_ordering"];

/// What a class is as far as another member in it is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Its members are values; who counts them sees every one.
    Enumeration,
    /// Its fields are its constructor, what it prints and what it is compared by.
    Record,
    /// Its members are looked up by name.
    Plain,
    /// What its bases do with members is not known.
    Unknown,
}

/// Classes that would go, each with what the one that stays has of it.
type Copies = Vec<(DefinitionId, Cover)>;

/// The class that could stand for most of the others; an error says why there is none.
pub(crate) fn propose(examiner: &Examiner<'_>, ids: &[DefinitionId]) -> Result<Decision, String> {
    let is_class = |id: &DefinitionId| {
        let definition = examiner.index.definition(*id);
        definition.kind == DefinitionKind::Class && definition.owner.is_none()
    };
    let classes: Vec<DefinitionId> = ids.iter().copied().filter(is_class).collect();
    if classes.len() < 2 {
        return Err("only functions and classes at the top level are brought together".to_owned());
    }
    let candidates = choice::rank(examiner, &classes);
    let mut best: Option<(DefinitionId, Copies, Vec<Refusal>)> = None;
    let mut first_reason = None;
    for candidate in &candidates {
        let (copies, refusals) = around(examiner, candidate.definition, &classes);
        first_reason = first_reason.or_else(|| refusals.first().map(|it| it.reason.clone()));
        // Of two that could serve the one that has to take in less.
        let weight = |copies: &[(DefinitionId, Cover)]| {
            let missing: usize = copies.iter().map(|(_, it)| it.missing.len()).sum();
            (copies.len(), std::cmp::Reverse(missing))
        };
        if !copies.is_empty()
            && best.as_ref().is_none_or(|(_, known, _)| weight(&copies) > weight(known))
        {
            best = Some((candidate.definition, copies, refusals));
        }
    }
    let Some((canonical, copies, refusals)) = best else {
        return Err(first_reason.unwrap_or_else(|| "no two of them are alike enough".to_owned()));
    };
    let reason = reason(examiner, canonical, &copies);
    let is_enumeration = form(examiner, canonical) == Form::Enumeration;
    let counted = is_enumeration && examiner.config.run.mode != Mode::Aggressive;
    let reason = if is_enumeration && !counted {
        format!("{reason}; who counts its members was not asked")
    } else {
        reason
    };
    let choice = Choice::Merge { canonical, copies, counted };
    Ok(Decision { choice, reason, candidates, refusals })
}

fn reason(
    examiner: &Examiner<'_>,
    canonical: DefinitionId,
    copies: &[(DefinitionId, Cover)],
) -> String {
    let name = examiner.index.dotted(canonical);
    let missing = copies.iter().flat_map(|(_, it)| &it.missing);
    let missing: BTreeSet<&str> = missing.map(|it| it.name.as_str()).collect();
    if missing.is_empty() {
        return format!("{name} has every member of the others, each the same");
    }
    let names: Vec<String> = missing.iter().map(|it| format!("`{it}`")).collect();
    format!("what both have is the same; {name} takes in {}", names.join(", "))
}

fn around(
    examiner: &Examiner<'_>,
    canonical: DefinitionId,
    ids: &[DefinitionId],
) -> (Copies, Vec<Refusal>) {
    let (mut copies, mut refusals) = (Vec::new(), Vec::new());
    let mut taken: BTreeSet<_> = BTreeSet::new();
    for other in ids.iter().filter(|other| **other != canonical) {
        let fits = fit(examiner, canonical, *other).and_then(|cover| {
            match cover.missing.iter().find(|it| taken.contains(&it.name)) {
                Some(twice) => Err(format!("another copy has a `{}` already", twice.name)),
                None => Ok(cover),
            }
        });
        match fits {
            Ok(cover) => {
                taken.extend(cover.missing.iter().map(|it| it.name.clone()));
                copies.push((*other, cover));
            }
            Err(reason) => refusals.push(Refusal { place: examiner.place(*other), reason }),
        }
    }
    (copies, refusals)
}

/// What one class has of the other, unless something speaks against it.
fn fit(
    examiner: &Examiner<'_>,
    canonical: DefinitionId,
    copy: DefinitionId,
) -> Result<Cover, String> {
    let index = examiner.index;
    let (one, two) = (index.definition(canonical), index.definition(copy));
    if canonical.module == copy.module {
        return Err("they stand in one file".to_owned());
    }
    let core = |name: &str| name.trim_start_matches('_').to_owned();
    if core(&one.name) != core(&two.name) {
        // Few values under two names agree by chance.
        return Err(format!("they are called `{}` and `{}`", one.name, two.name));
    }
    let texts = Texts::of(examiner, canonical, copy)?;
    let cover = cover(texts.kept(examiner, canonical), texts.other(examiner, copy))?;
    let mut comparison = Comparison::new(index, &examiner.patches, DefinitionKind::Class);
    let needed = cover.missing.iter().flat_map(|it| &it.reads);
    for name in cover.shared.iter().chain(needed) {
        let own = *name == one.name || *name == two.name;
        if own && one.name != two.name {
            return Err(format!("`{}` names itself", two.name));
        }
        if let Some(difference) =
            comparison.name_difference(canonical.module, copy.module, name).filter(|_| !own)
        {
            return Err(difference.text);
        }
    }
    let only = || cover.missing.iter().chain(&cover.extra);
    if let Some(special) = only().find(|it| it.name.starts_with("__")) {
        return Err(format!("only one has `{}`", special.name));
    }
    if one.name == two.name
        && let Some(difference) = ssot_rules::visible_difference(index, canonical, copy)
    {
        return Err(difference);
    }
    if let Some(figure) = texts.lost_figure(examiner, canonical, copy) {
        return Err(format!("a comment of the copy tells of {figure}, which the other does not"));
    }
    members_may_come(form(examiner, canonical), &cover, examiner.config.run.mode)?;
    match unusable(examiner, canonical, copy) {
        Some(reason) => Err(reason),
        None => Ok(cover),
    }
}

/// Whether one of the classes may have a member more than it has.
fn members_may_come(form: Form, cover: &Cover, mode: Mode) -> Result<(), String> {
    let mut only = cover.missing.iter().chain(&cover.extra);
    let first = |member: Option<&Member>| {
        member.map_or_else(String::new, |it| format!("only one has `{}`", it.name))
    };
    let apart = cover.missing.len() + cover.extra.len();
    if !cover.missing.is_empty() && apart > cover.common.len() {
        return Err(first(only.next()));
    }
    // Two lists of values that each have their own were each made for a purpose.
    let both = !cover.missing.is_empty() && !cover.extra.is_empty();
    if form == Form::Enumeration && (both && mode != Mode::Aggressive || apart > cover.common.len())
    {
        return Err(first(only.next()));
    }
    if form != Form::Enumeration && !cover.in_order {
        return Err("their fields stand in another order".to_owned());
    }
    match form {
        Form::Enumeration | Form::Plain => Ok(()),
        Form::Record => match only.find(|it| !it.is_method) {
            Some(field) => Err(format!("`{}` would be a field of the others as well", field.name)),
            None => Ok(()),
        },
        Form::Unknown if apart == 0 => Ok(()),
        Form::Unknown => {
            Err(format!("{}, and what its bases do with it is not known", first(only.next())))
        }
    }
}

fn form(examiner: &Examiner<'_>, id: DefinitionId) -> Form {
    let index = examiner.index;
    let definition = index.definition(id);
    let makes_fields = |decorator: &compact_str::CompactString| {
        let name = decorator.trim_start_matches('@').split('(').next().unwrap_or_default();
        FIELD_MAKERS.contains(&name.rsplit('.').next().unwrap_or(name))
    };
    if definition.decorators.iter().any(makes_fields) {
        return Form::Record;
    }
    let known: Vec<Option<String>> = definition
        .bases
        .iter()
        .map(|base| match &*index.follow(id.module, base) {
            [Resolution::External(name) | Resolution::Builtin(name)] => Some(name.to_string()),
            _ => None,
        })
        .collect();
    let is = |test: &dyn Fn(&str) -> bool| known.iter().flatten().any(|name| test(name));
    if is(&|name| name.starts_with("enum.")) {
        return Form::Enumeration;
    }
    if is(&|name| {
        name.ends_with("BaseModel") || name.ends_with("NamedTuple") || name.ends_with("TypedDict")
    }) {
        return Form::Record;
    }
    let harmless = |name: &Option<String>| {
        name.as_deref().is_some_and(|it| {
            matches!(it, "object" | "abc.ABC" | "Exception" | "ValueError" | "RuntimeError")
        })
    };
    if known.iter().all(harmless) { Form::Plain } else { Form::Unknown }
}
