//! Functions that differ in values alone: one of them gets parameters.

use std::collections::BTreeSet;
use std::sync::Arc;

use ssot_facts::python::template::{Hole, Side, Template, template};
use ssot_facts::{Binding, ConsumerKind, DefinitionId, ImportScope, Resolution, Role, ValueKind};
use ssot_model::{DefinitionKind, Span};
use ssot_rules::Comparison;

use crate::choice::{self, Decision};
use crate::{Choice, Examiner, Refusal, direction};

/// Statements from which a body is worth a parameter; shorter ones say no more than the
/// call that would stand in their place.
pub(crate) const FEWEST_STATEMENTS: u32 = 4;

/// Most parameters that a function is given.
const MOST_PARAMETERS: usize = 3;

/// What makes a type of anything.
const ANY: [&str; 3] = ["Any", "typing.Any", "object"];

/// One function that stays, with what would call it.
struct Proposal {
    canonical: DefinitionId,
    copies: Vec<(DefinitionId, Template)>,
    refusals: Vec<Refusal>,
}

/// The function that could stand for most of the others once it has parameters; an
/// error says why there is none.
pub(crate) fn propose(examiner: &Examiner<'_>, ids: &[DefinitionId]) -> Result<Decision, String> {
    let is_function = |id: &DefinitionId| {
        let definition = examiner.index.definition(*id);
        definition.kind == DefinitionKind::Function && definition.owner.is_none()
    };
    let functions: Vec<DefinitionId> = ids.iter().copied().filter(is_function).collect();
    if functions.len() < 2 {
        return Err("only functions are given parameters".to_owned());
    }
    let candidates = choice::rank(examiner, &functions);
    let mut best: Option<Proposal> = None;
    let mut first_reason = None;
    for candidate in &candidates {
        let proposal = around(examiner, candidate.definition, &functions);
        if first_reason.is_none() {
            first_reason = proposal.refusals.first().map(|it| it.reason.clone());
        }
        let accepted = |it: &Option<Proposal>| it.as_ref().map_or(0, |it| it.copies.len());
        if proposal.copies.len() > accepted(&best) {
            best = Some(proposal);
        }
    }
    let Some(Proposal { canonical, copies, refusals }) = best else {
        return Err(first_reason.unwrap_or_else(|| "no two of them are alike enough".to_owned()));
    };
    let reason = reason(examiner, &copies);
    Ok(Decision {
        choice: Choice::Parameterise { canonical, copies },
        reason,
        candidates,
        refusals,
    })
}

/// What the copies are given, in words.
fn reason(examiner: &Examiner<'_>, copies: &[(DefinitionId, Template)]) -> String {
    let holes: Vec<&Hole> = copies.iter().flat_map(|(_, it)| &it.holes).collect();
    let names: BTreeSet<&str> = holes.iter().map(|hole| hole.name.as_str()).collect();
    let given: BTreeSet<&str> =
        copies.iter().flat_map(|(_, it)| &it.given).map(|(name, _)| name.as_str()).collect();
    let (_, first) = &copies[0];
    match (names.len(), given.len()) {
        (0, 0) => {
            format!("{} does the same, statement by statement", examiner.index.dotted(copies[0].0))
        }
        (0, _) => format!("the general form takes {} already", quoted(&given)),
        _ => {
            let example = first.holes.first().or(holes.first().copied());
            let example = example.map_or_else(String::new, |it| {
                format!(" ({} or {})", shortened(&it.kept), shortened(&it.other))
            });
            format!("equal but for {}{example}", quoted(&names))
        }
    }
}

fn quoted(names: &BTreeSet<&str>) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// A value on one line and not too long.
fn shortened(value: &str) -> String {
    const LONGEST: usize = 40;
    let flat = value.split_whitespace().collect::<Vec<_>>().join(" ");
    match flat.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &flat[..at]),
        None => flat,
    }
}

/// What one function could stand for.
fn around(examiner: &Examiner<'_>, canonical: DefinitionId, ids: &[DefinitionId]) -> Proposal {
    let mut proposal = Proposal { canonical, copies: Vec::new(), refusals: Vec::new() };
    let mut parameters: BTreeSet<String> = BTreeSet::new();
    for other in ids.iter().filter(|other| **other != canonical) {
        let fits = fit(examiner, canonical, *other).and_then(|template| {
            let new = template.holes.iter().map(|hole| format!("{} {:?}", hole.name, hole.places));
            let all: BTreeSet<String> = parameters.iter().cloned().chain(new).collect();
            if all.len() > MOST_PARAMETERS {
                return Err("it would take too many parameters".to_owned());
            }
            Ok((all, template))
        });
        match fits {
            Ok((all, template)) => {
                parameters = all;
                proposal.copies.push((*other, template));
            }
            Err(reason) => {
                proposal.refusals.push(Refusal { place: examiner.place(*other), reason });
            }
        }
    }
    proposal
}

/// What one function must be given to be the other, unless something speaks against it.
fn fit(
    examiner: &Examiner<'_>,
    canonical: DefinitionId,
    copy: DefinitionId,
) -> Result<Template, String> {
    let index = examiner.index;
    let (one, two) = (index.definition(canonical), index.definition(copy));
    let differs = |why: String| format!("`{}` differs: {why}", two.name);
    if one.statements.min(two.statements) < FEWEST_STATEMENTS {
        return Err(format!("`{}` is too short to be worth a parameter", two.name));
    }
    let texts = Texts::of(examiner, canonical, copy)?;
    let template =
        template(texts.kept(examiner, canonical), texts.other(examiner, copy)).map_err(differs)?;
    if let Some((name, here, there)) =
        template.retyped.iter().find(|(_, kept, _)| !ANY.contains(&kept.as_str()))
    {
        return Err(format!("`{name}` is {here} in one and {there} in the other"));
    }
    if template.shared.iter().any(|name| *name == one.name || *name == two.name) {
        return Err(format!("`{}` calls itself", two.name));
    }
    let mut comparison = Comparison::new(index, &examiner.patches, DefinitionKind::Function);
    for name in &template.shared {
        if let Some(difference) = comparison.name_difference(canonical.module, copy.module, name) {
            return Err(difference.text);
        }
    }
    for name in template.holes.iter().flat_map(|hole| &hole.reads) {
        is_value(examiner, canonical, name)?;
        is_there(examiner, canonical, name)?;
    }
    match unusable(examiner, canonical, copy) {
        Some(reason) => Err(reason),
        None => Ok(template),
    }
}

/// Why a definition may not go in favour of another, whatever the two look like.
pub(crate) fn unusable(
    examiner: &Examiner<'_>,
    canonical: DefinitionId,
    copy: DefinitionId,
) -> Option<String> {
    let index = examiner.index;
    for id in [canonical, copy] {
        if examiner.gone.contains(&id) || examiner.kept.contains(&id) {
            return Some("another group relies on it".to_owned());
        }
        if examiner.is_reshaped(id) {
            return Some("another group moves methods of it".to_owned());
        }
        if index.module(id.module).role != Role::Production {
            let why = "where tests find what they share is decided by their runner";
            return Some(why.to_owned());
        }
        if let Some(reason) = ssot_rules::obstacle(index, &examiner.patches, id) {
            return Some(reason);
        }
    }
    if let Some(module) = tells_apart(examiner, canonical, copy) {
        return Some(format!("{module} imports both and tells them apart"));
    }
    let beside = canonical.module == copy.module;
    (!beside).then(|| direction::obstacle(examiner, canonical.module, copy.module)).flatten()
}

/// A module that imports both definitions: who has two names for them means two things.
fn tells_apart(examiner: &Examiner<'_>, one: DefinitionId, other: DefinitionId) -> Option<String> {
    let index = examiner.index;
    let importers = |id: DefinitionId| {
        let consumers = index.consumers_of(id).iter();
        let imports = consumers.filter(|it| it.kind == ConsumerKind::Import);
        imports.map(|it| it.module).collect::<BTreeSet<_>>()
    };
    let both = importers(one).intersection(&importers(other)).next().copied()?;
    Some(index.module(both).name.to_string())
}

/// The texts of the files of two definitions.
pub(crate) struct Texts {
    one: Arc<str>,
    two: Arc<str>,
}

impl Texts {
    /// Reads them.
    pub(crate) fn of(
        examiner: &Examiner<'_>,
        canonical: DefinitionId,
        copy: DefinitionId,
    ) -> Result<Self, String> {
        let unread = || "its file cannot be read".to_owned();
        let sources = examiner.sources.ok_or_else(unread)?;
        let text =
            |id: DefinitionId| sources(&examiner.index.module(id.module).path).ok_or_else(unread);
        Ok(Self { one: text(canonical)?, two: text(copy)? })
    }

    /// A number that comments of the one that goes state, and those of the other do not.
    pub(crate) fn lost_figure(
        &self,
        examiner: &Examiner<'_>,
        canonical: DefinitionId,
        copy: DefinitionId,
    ) -> Option<String> {
        let span = |id: DefinitionId| examiner.index.definition(id).span;
        let kept = figures(&self.one, span(canonical));
        figures(&self.two, span(copy)).difference(&kept).next().cloned()
    }

    /// The one that stays, as it is laid beside the other.
    pub(crate) fn kept<'t>(&'t self, examiner: &Examiner<'t>, id: DefinitionId) -> Side<'t> {
        side(examiner, id, &self.one)
    }

    /// The other.
    pub(crate) fn other<'t>(&'t self, examiner: &Examiner<'t>, id: DefinitionId) -> Side<'t> {
        side(examiner, id, &self.two)
    }
}

/// The numbers in the comments of some lines.
fn figures(text: &str, span: Span) -> BTreeSet<String> {
    let (first, last) = (span.start as usize, span.end as usize);
    let lines = text.lines().skip(first.saturating_sub(1)).take((last + 1).saturating_sub(first));
    let comments = lines.filter_map(|line| Some(line.split_once('#')?.1));
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '.';
    let words = comments.flat_map(|it| it.split(move |letter| !is_part(letter)));
    let words = words.map(|word| word.trim_matches('.'));
    words.filter(|it| it.starts_with(|it: char| it.is_ascii_digit())).map(str::to_owned).collect()
}

fn side<'t>(examiner: &Examiner<'t>, id: DefinitionId, text: &'t str) -> Side<'t> {
    let definition = examiner.index.definition(id);
    let source = text.strip_prefix('\u{feff}').unwrap_or(text);
    Side { source, span: definition.span, free: &definition.free }
}

/// What differs must be a value: two that call other code do other things.
fn is_value(examiner: &Examiner<'_>, id: DefinitionId, name: &str) -> Result<(), String> {
    let meanings = examiner.index.resolve(id.module, name);
    let is_code = meanings.iter().any(|it| matches!(it, Resolution::Definition(_)));
    if is_code { Err(format!("they read other code, `{name}` in one")) } else { Ok(()) }
}

/// Whether a name has its value before the function is defined, and keeps it: a default
/// is looked up once.
fn is_there(examiner: &Examiner<'_>, id: DefinitionId, name: &str) -> Result<(), String> {
    let index = examiner.index;
    let facts = &index.module(id.module).facts;
    let late = || Err(format!("`{name}` may change after the function is defined"));
    let mut bindings = facts.bindings_of(name);
    let Some(only) = bindings.next() else {
        let is_builtin = matches!(*index.resolve(id.module, name), [Resolution::Builtin(_)]);
        return if is_builtin { Ok(()) } else { late() };
    };
    let is_plain = match &only.binding {
        Binding::Definition(_) => true,
        Binding::Import(at) => facts.imports[*at as usize].scope == ImportScope::Module,
        Binding::Value(_, kind, _) => *kind == ValueKind::Immutable,
        Binding::Other => false,
    };
    let is_patched = Comparison::new(index, &examiner.patches, DefinitionKind::Function)
        .name_difference(id.module, id.module, name)
        .is_some();
    let is_early = only.line < index.definition(id).span.start;
    let is_rewritten = facts.globals.iter().any(|it| it.name == name);
    if bindings.next().is_some()
        || only.conditional
        || !is_plain
        || !is_early
        || is_patched
        || is_rewritten
    {
        return late();
    }
    Ok(())
}
