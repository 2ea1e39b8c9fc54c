//! Functions that do what a method of their first argument does: they call it.

use ssot_facts::python::template::{Passing, Template, template};
use ssot_facts::{DefinitionId, Role};
use ssot_model::DefinitionKind;
use ssot_rules::Comparison;

use crate::choice::{self, Decision};
use crate::parameterise::Texts;
use crate::{Choice, Examiner, Refusal};

/// Statements from which a body is worth a call.
const FEWEST_STATEMENTS: u32 = 3;

/// Whether one member is a method and another a function.
pub(crate) fn is_for(examiner: &Examiner<'_>, ids: &[DefinitionId]) -> bool {
    let any = |kind| ids.iter().any(|id| examiner.index.definition(*id).kind == kind);
    any(DefinitionKind::Method) && any(DefinitionKind::Function)
}

/// The method that the functions could call; an error says why there is none.
pub(crate) fn propose(examiner: &Examiner<'_>, ids: &[DefinitionId]) -> Result<Decision, String> {
    let index = examiner.index;
    let of = |kind: DefinitionKind| -> Vec<DefinitionId> {
        ids.iter().copied().filter(|id| index.definition(*id).kind == kind).collect()
    };
    let [method] = of(DefinitionKind::Method)[..] else {
        return Err("several methods would have to become one first".to_owned());
    };
    can_be_called(examiner, method)?;
    let (mut copies, mut refusals) = (Vec::new(), Vec::new());
    for function in of(DefinitionKind::Function) {
        match fit(examiner, method, function) {
            Ok(template) => copies.push((function, template)),
            Err(reason) => refusals.push(Refusal { place: examiner.place(function), reason }),
        }
    }
    if copies.is_empty() {
        return Err(refusals.swap_remove(0).reason);
    }
    let reason = format!("{} does the same with its own object", index.dotted(method));
    let candidates = choice::rank(examiner, ids);
    Ok(Decision { choice: Choice::Delegate { method, copies }, reason, candidates, refusals })
}

/// Whether anybody who has the object may call the method and finds this one.
fn can_be_called(examiner: &Examiner<'_>, method: DefinitionId) -> Result<(), String> {
    let index = examiner.index;
    let name = &index.definition(method).name;
    let class = examiner.class_of(method).ok_or("the method belongs to no class")?;
    if examiner.gone.contains(&method) {
        return Err("another group moves the method".to_owned());
    }
    if index.definition(class).owner.is_some() {
        return Err("the class stands inside of something else".to_owned());
    }
    if name.starts_with('_') {
        return Err(format!("`{name}` is for its class alone"));
    }
    if let Some(reason) = ssot_rules::obstacle(index, &examiner.patches, method) {
        return Err(reason);
    }
    let overrides = |id: &DefinitionId| index.definition(*id).members.contains(name);
    match examiner.hierarchy().descendants(class).into_iter().find(overrides) {
        Some(below) => Err(format!("{} has a `{name}` of its own", index.dotted(below))),
        None => Ok(()),
    }
}

/// A function laid beside the method, unless something speaks against a call.
fn fit(
    examiner: &Examiner<'_>,
    method: DefinitionId,
    function: DefinitionId,
) -> Result<Template, String> {
    let index = examiner.index;
    let (one, two) = (index.definition(method), index.definition(function));
    if one.statements.min(two.statements) < FEWEST_STATEMENTS {
        return Err(format!("`{}` is too short to be worth a call", two.name));
    }
    if examiner.gone.contains(&function) || examiner.kept.contains(&function) {
        return Err("another group relies on it".to_owned());
    }
    if index.module(function.module).role != Role::Production {
        return Err("where tests find what they share is decided by their runner".to_owned());
    }
    if let Some(reason) = ssot_rules::obstacle(index, &examiner.patches, function) {
        return Err(reason);
    }
    let texts = Texts::of(examiner, method, function)?;
    let template = template(texts.kept(examiner, method), texts.other(examiner, function))?;
    if !template.given.is_empty() {
        return Err("the method has parameters that the function lacks".to_owned());
    }
    if let Some((name, here, there)) = template.retyped.first() {
        return Err(format!("`{name}` is {here} in one and {there} in the other"));
    }
    let first = template.parameters.first();
    if !first.is_some_and(|it| it.kept == "self" && it.passing == Passing::Position) {
        return Err("the first argument is not the object of the method".to_owned());
    }
    let mut comparison = Comparison::new(index, &examiner.patches, DefinitionKind::Function);
    for name in &template.shared {
        if let Some(difference) = comparison.name_difference(method.module, function.module, name) {
            return Err(difference.text);
        }
    }
    Ok(template)
}
