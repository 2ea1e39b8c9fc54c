//! Two functions that differ in one place: one of them gets a parameter for it.

use std::collections::BTreeSet;

use ssot_facts::DefinitionId;
use ssot_facts::python::template::branch;
use ssot_model::DefinitionKind;
use ssot_rules::Comparison;

use crate::choice::{self, Decision};
use crate::naming::snake_case;
use crate::parameterise::{FEWEST_STATEMENTS, Texts, unusable};
use crate::{Choice, Examiner};

/// Words that cannot be names.
const KEYWORDS: [&str; 14] = [
    "and", "as", "async", "await", "class", "def", "for", "from", "if", "in", "is", "not", "or",
    "with",
];

/// The function that could stand for the other once a parameter says which is meant; an error
/// says why there is none.
pub(crate) fn propose(examiner: &Examiner<'_>, ids: &[DefinitionId]) -> Result<Decision, String> {
    let [one, two] = ids else {
        return Err("a branch is shared by two functions, not by more".to_owned());
    };
    let index = examiner.index;
    let is_function = |id: &DefinitionId| {
        let definition = index.definition(*id);
        definition.kind == DefinitionKind::Function && definition.owner.is_none()
    };
    if !ids.iter().all(is_function) {
        return Err("only functions are given parameters".to_owned());
    }
    let candidates = choice::rank(examiner, ids);
    let mut order: Vec<(DefinitionId, DefinitionId)> = vec![(*one, *two), (*two, *one)];
    order.sort_by_key(|(kept, _)| candidates.iter().position(|it| it.definition == *kept));
    let mut why = None;
    for (canonical, copy) in order {
        match fit(examiner, canonical, copy) {
            Ok(flag) => {
                let reason = format!("equal but for one place, which `{flag}` tells apart");
                return Ok(Decision {
                    choice: Choice::Branch { canonical, copy, flag },
                    reason,
                    candidates,
                    refusals: Vec::new(),
                });
            }
            Err(reason) => why = why.or(Some(reason)),
        }
    }
    Err(why.unwrap_or_default())
}

/// The parameter that one function would get, unless something speaks against it.
fn fit(
    examiner: &Examiner<'_>,
    canonical: DefinitionId,
    copy: DefinitionId,
) -> Result<String, String> {
    let index = examiner.index;
    let (kept, other) = (index.definition(canonical), index.definition(copy));
    if kept.statements.min(other.statements) < FEWEST_STATEMENTS {
        return Err(format!("`{}` is too short to be worth a parameter", other.name));
    }
    let texts = Texts::of(examiner, canonical, copy)?;
    branch(texts.kept(examiner, canonical), texts.other(examiner, copy))?;
    let calls_itself = kept.free.contains(&kept.name) || other.free.contains(&other.name);
    if calls_itself {
        return Err(format!("`{}` calls itself", other.name));
    }
    let mut comparison = Comparison::new(index, &examiner.patches, DefinitionKind::Function);
    for name in &other.free {
        if let Some(difference) = comparison.name_difference(canonical.module, copy.module, name) {
            return Err(difference.text);
        }
    }
    if let Some(reason) = unusable(examiner, canonical, copy) {
        return Err(reason);
    }
    let flag = flag(examiner, canonical, copy).ok_or("nothing in the code names what differs")?;
    let text = texts.kept(examiner, canonical).source;
    let lines = kept.span.start as usize - 1..kept.span.end as usize;
    let is_taken = text.lines().skip(lines.start).take(lines.len()).any(|line| {
        line.split(|it: char| !it.is_alphanumeric() && it != '_').any(|word| word == flag)
    });
    if is_taken || kept.free.iter().any(|name| *name == flag) {
        return Err(format!("`{flag}` means something in `{}` already", kept.name));
    }
    Ok(flag)
}

/// What the names of the two say of their difference: the words that only the copy has.
fn flag(examiner: &Examiner<'_>, canonical: DefinitionId, copy: DefinitionId) -> Option<String> {
    let index = examiner.index;
    let words = |text: &str| -> Vec<String> {
        let snake = snake_case(text);
        snake.split('_').filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    let name = |id: DefinitionId| words(&index.definition(id).name);
    let (kept, other) = (name(canonical), name(copy));
    let known: BTreeSet<&String> = kept.iter().collect();
    let own: Vec<String> = other.iter().filter(|it| !known.contains(it)).cloned().collect();
    if kept.iter().any(|word| !other.contains(word)) {
        return None;
    }
    let flag = own.join("_");
    let is_name = flag.starts_with(|it: char| it.is_alphabetic())
        && flag.chars().all(|it| it.is_alphanumeric() || it == '_')
        && !KEYWORDS.contains(&flag.as_str());
    is_name.then_some(flag)
}
