//! What would break if a candidate stood in the place of the other members, place by place.

use std::collections::{BTreeMap, BTreeSet};

use ssot_facts::python::WrittenCall;
use ssot_facts::python::anatomy::{Parameter, ParameterKind};
use ssot_facts::{ClassRef, DefinitionId, Hierarchy, ModuleId};
use ssot_model::DefinitionKind;
use ssot_model::audit::{Breakage, Usage};

use crate::candidate::counted;
use crate::dissect::Specimen;
use crate::matrix::{Bench, constructor_parameters};
use crate::mro::{Lookup, look_up};
use crate::readings::Library;

/// Places that are told for one candidate.
const PLACES: usize = 200;

/// The members with what others use of them.
pub(crate) struct Users<'a> {
    pub(crate) bench: &'a Bench<'a>,
    pub(crate) library: Library<'a>,
    /// One entry a member, in their order.
    pub(crate) usage: &'a [Vec<Usage>],
}

impl Users<'_> {
    /// What would break under the candidate in a column.
    pub(crate) fn breaks(&self, kept: usize) -> Vec<Breakage> {
        let others = self.bench.specimens.iter().enumerate().filter(|(at, _)| *at != kept);
        let mut found: BTreeSet<Breakage> = BTreeSet::new();
        for (at, gone) in others {
            let stand = Stand::new(self, gone, kept);
            for usage in &self.usage[at] {
                for place in &usage.uses {
                    found.extend(stand.breaks(usage, &place.what, &place.lines));
                }
                if usage.uses.iter().any(|it| it.what == "inherits") {
                    found.extend(stand.handed_up(usage));
                }
            }
        }
        let orders = self.orders(kept);
        found.into_iter().chain(orders).take(PLACES).collect()
    }

    /// Classes below a member that would have no order.
    fn orders(&self, kept: usize) -> Vec<Breakage> {
        let Bench { index, hierarchy, specimens, .. } = self.bench;
        let kept = specimens[kept].id;
        let gone = specimens.iter().map(|it| it.id).filter(|id| *id != kept);
        let replaced: BTreeMap<DefinitionId, DefinitionId> = gone.map(|it| (it, kept)).collect();
        let after = hierarchy.replaced(&replaced);
        let broken = after.iter().filter(|(_, order)| order.is_err());
        broken
            .map(|(class, _)| {
                let member = index.member(*class);
                Breakage {
                    place: format!("{}:{}", member.path, member.span.start),
                    uses: member.dotted(),
                    why: "its bases would have no order".to_owned(),
                }
            })
            .collect()
    }
}

/// One member replaced by another.
struct Stand<'a> {
    users: &'a Users<'a>,
    gone: &'a Specimen,
    kept: &'a Specimen,
    /// What calls of the one that goes hand over; none when it is not known.
    today: Option<Vec<Parameter>>,
    /// What calls of the one that stays must hand over.
    then: Option<Vec<Parameter>>,
}

impl<'a> Stand<'a> {
    fn new(users: &'a Users<'a>, gone: &'a Specimen, kept: usize) -> Self {
        let kept = &users.bench.specimens[kept];
        let of = |it: &Specimen| parameters(users.bench, it);
        Self { users, gone, kept, today: of(gone), then: of(kept) }
    }

    fn breaks(&self, usage: &Usage, what: &str, lines: &[u32]) -> Vec<Breakage> {
        let why = match what {
            "creates" | "calls" => return self.refused(usage, lines),
            ".__init__()" => return Vec::new(),
            what => match attribute(what) {
                Some(name) => self.lacks(name),
                None => None,
            },
        };
        why.map_or_else(Vec::new, |why| {
            lines.iter().map(|line| self.breakage(usage, *line, why.clone())).collect()
        })
    }

    /// Calls that the one that stays would not accept.
    fn refused(&self, usage: &Usage, lines: &[u32]) -> Vec<Breakage> {
        let index = self.users.bench.index;
        let waits = |it: &Specimen| index.definition(it.id).flags.asynchronous;
        let awaited = match (waits(self.gone), waits(self.kept)) {
            (false, true) => Some("it would have to be awaited"),
            (true, false) => Some("its result cannot be awaited"),
            _ => None,
        };
        if let Some(why) = awaited {
            return lines.iter().map(|it| self.breakage(usage, *it, why.to_owned())).collect();
        }
        let Some(then) = self.then.as_ref().filter(|_| self.today != self.then) else {
            return Vec::new();
        };
        let Some(module) = index.module_at(&usage.path) else { return Vec::new() };
        let names = self.names_in(module);
        let reading = self.users.library.of(module);
        lines
            .iter()
            .filter_map(|line| {
                let call = names.iter().find_map(|name| reading.call(*line, name))?;
                let other = || other_meaning(call, self.today.as_ref()?, then);
                Some(self.breakage(usage, *line, refusal(call, then).or_else(other)?))
            })
            .collect()
    }

    /// What the constructors of classes below hand up with `super().__init__(..)` and the
    /// one that stays would not accept.
    fn handed_up(&self, usage: &Usage) -> Vec<Breakage> {
        let Users { bench, library, .. } = self.users;
        let Some(then) = self.then.as_ref().filter(|_| self.today != self.then) else {
            return Vec::new();
        };
        let Some(module) = bench.index.module_at(&usage.path) else { return Vec::new() };
        let (reading, sites) = (library.of(module), &bench.index.module(module).facts.sites);
        let is_handed_up = |class: DefinitionId| {
            let order = bench.hierarchy.linearisation(class).ok();
            let above = order.as_ref().and_then(|order| order.get(1..)).unwrap_or_default();
            let found = look_up(bench.index, bench.hierarchy, above, "__init__");
            matches!(found, Lookup::At(id) if id == self.gone.id)
        };
        let calls = library.calls(module);
        let up = calls.iter().filter(|it| it.skipped && it.method == "__init__");
        up.filter(|it| is_handed_up(it.class))
            .filter_map(|it| {
                let line = sites[it.site].line;
                let call = reading.call(line, "__init__")?;
                let other = || other_meaning(call, self.today.as_ref()?, then);
                Some(self.breakage(usage, line, refusal(call, then).or_else(other)?))
            })
            .collect()
    }

    /// The names under which a module may call the one that goes.
    fn names_in(&self, module: ModuleId) -> Vec<String> {
        let index = self.users.bench.index;
        let own = index.definition(self.gone.id).name.to_string();
        let imports = index.module(module).facts.imports.iter();
        let others = imports.filter(|it| it.name.as_deref() == Some(own.as_str()) && it.aliased);
        let others: Vec<String> = others.map(|it| it.bound.to_string()).collect();
        [own].into_iter().chain(others).collect()
    }

    /// Why an attribute of the one that goes would not be there.
    fn lacks(&self, name: &str) -> Option<String> {
        let Bench { index, hierarchy, .. } = self.users.bench;
        let is_class = index.definition(self.kept.id).kind == DefinitionKind::Class;
        let had = is_class && found(hierarchy, index, self.gone.id, name) == Some(true);
        let has = found(hierarchy, index, self.kept.id, name);
        (had && has == Some(false)).then(|| format!("{} has no `{name}`", self.kept.dotted))
    }

    fn breakage(&self, usage: &Usage, line: u32, why: String) -> Breakage {
        Breakage { place: format!("{}:{line}", usage.path), uses: self.gone.dotted.clone(), why }
    }
}

/// The attribute in a use: `.send()`, `.timeout`, `writes .timeout`.
fn attribute(what: &str) -> Option<&str> {
    let what = what.strip_prefix("writes ").unwrap_or(what);
    Some(what.strip_prefix('.')?.trim_end_matches("()"))
}

/// Whether a class has an attribute; nothing when a class that is not known decides.
fn found(
    hierarchy: &Hierarchy,
    index: &ssot_facts::Index,
    class: DefinitionId,
    name: &str,
) -> Option<bool> {
    let order: std::sync::Arc<[ClassRef]> = hierarchy.linearisation(class).ok()?;
    match look_up(index, hierarchy, &order, name) {
        Lookup::At(_) => Some(true),
        Lookup::Nowhere => Some(false),
        Lookup::Unknown(_) => None,
    }
}

/// What a call of a member hands over; nothing when it is not known.
fn parameters(bench: &Bench<'_>, it: &Specimen) -> Option<Vec<Parameter>> {
    if bench.index.definition(it.id).kind == DefinitionKind::Class {
        return constructor_parameters(bench, it);
    }
    let own = it.anatomy.callables.first()?;
    // Callers of a method hand over no object.
    let is_method = bench.index.definition(it.id).owner.is_some();
    let is_static = own.decorators.iter().any(|decorator| decorator.contains("staticmethod"));
    let skipped = usize::from(is_method && !is_static).min(own.parameters.len());
    Some(own.parameters[skipped..].to_vec())
}

/// Why a callable with these parameters would refuse a call.
fn refusal(call: &WrittenCall, parameters: &[Parameter]) -> Option<String> {
    let by_position =
        |it: &&Parameter| matches!(it.kind, ParameterKind::PositionOnly | ParameterKind::Plain);
    let has = |kind: ParameterKind| parameters.iter().any(|it| it.kind == kind);
    let places = parameters.iter().filter(by_position).count();
    if call.positional as usize > places && !has(ParameterKind::Rest) {
        let given = counted(call.positional as usize, "value is", "values are");
        return Some(format!("{given} given by position, it takes {places}"));
    }
    let by_name = |name: &str| {
        let is_it = |it: &&Parameter| {
            it.name == name && matches!(it.kind, ParameterKind::Plain | ParameterKind::NameOnly)
        };
        parameters.iter().any(|it| is_it(&it))
    };
    if let Some(name) = call.keywords.iter().find(|name| !by_name(name))
        && !has(ParameterKind::NamedRest)
    {
        return Some(format!("it takes no `{name}`"));
    }
    let mut filled = parameters.iter().filter(by_position).take(call.positional as usize);
    let twice =
        |it: &&Parameter| it.kind == ParameterKind::Plain && call.keywords.contains(&it.name);
    if let Some(twice) = filled.find(twice) {
        return Some(format!("`{}` would be given twice, by position and by name", twice.name));
    }
    if call.rest || call.named_rest {
        return None;
    }
    let mut given = 0;
    for it in parameters {
        let is_positional = by_position(&it);
        given += u32::from(is_positional);
        let is_given = is_positional && given <= call.positional
            || call.keywords.contains(&it.name)
            || it.default.is_some()
            || matches!(it.kind, ParameterKind::Rest | ParameterKind::NamedRest);
        if !is_given {
            return Some(format!("it requires `{}`", it.name));
        }
    }
    None
}

/// Why a call that is accepted would hand something else over: by position, what stands
/// under another name there.
fn other_meaning(call: &WrittenCall, today: &[Parameter], then: &[Parameter]) -> Option<String> {
    let by_position =
        |it: &&Parameter| matches!(it.kind, ParameterKind::PositionOnly | ParameterKind::Plain);
    let pairs = today.iter().filter(by_position).zip(then.iter().filter(by_position));
    let mut given = pairs.take(call.positional as usize).enumerate();
    let (at, (one, other)) = given.find(|(_, (one, other))| one.name != other.name)?;
    Some(format!("value {} is `{}` today and would be `{}`", at + 1, one.name, other.name))
}

#[cfg(test)]
mod tests {
    use ssot_facts::python::WrittenCall;
    use ssot_facts::python::anatomy::{Parameter, ParameterKind};

    use super::{other_meaning, refusal};

    /// `a, /, b, *rest, c=, **names` as their kinds and defaults.
    fn parameters(text: &str) -> Vec<Parameter> {
        let mut kind = ParameterKind::Plain;
        let mut found: Vec<Parameter> = Vec::new();
        for part in text.split(", ").filter(|it| !it.is_empty()) {
            let (name, default) = match part.strip_suffix('=') {
                Some(name) => (name, Some("0".to_owned())),
                None => (part, None),
            };
            let own = match name {
                "*" => {
                    kind = ParameterKind::NameOnly;
                    continue;
                }
                name if name.starts_with("**") => ParameterKind::NamedRest,
                name if name.starts_with('*') => ParameterKind::Rest,
                _ => kind,
            };
            let name = name.trim_start_matches('*').into();
            found.push(Parameter { name, line: 1, kind: own, annotation: String::new(), default });
        }
        found
    }

    fn call(positional: u32, keywords: &[&str]) -> WrittenCall {
        WrittenCall {
            name: "f".into(),
            line: 1,
            until: 1,
            positional,
            rest: false,
            keywords: keywords.iter().map(|it| (*it).into()).collect(),
            named_rest: false,
        }
    }

    #[test]
    fn a_call_is_refused_as_python_refuses_it() {
        for (positional, keywords, takes, expected) in [
            (1, &[][..], "a, b=", None),
            (3, &[], "a, b", Some("3 values are given by position, it takes 2")),
            (3, &[], "a, *rest", None),
            (1, &["c"], "a", Some("it takes no `c`")),
            (1, &["c"], "a, **names", None),
            (2, &["b"], "a, b", Some("`b` would be given twice, by position and by name")),
            (0, &["b"], "a, b", Some("it requires `a`")),
            (1, &[], "a, *, c", Some("it requires `c`")),
            (1, &["c"], "a, *, c", None),
            (2, &[], "a, *, c=", Some("2 values are given by position, it takes 1")),
        ] {
            let said = refusal(&call(positional, keywords), &parameters(takes));
            assert_eq!(said.as_deref(), expected, "{positional} {keywords:?} to ({takes})");
        }
        let starred = WrittenCall { rest: true, ..call(0, &[]) };
        assert_eq!(refusal(&starred, &parameters("a, b")), None, "nobody knows how many");
    }

    #[test]
    fn a_place_under_another_name_hands_something_else_over() {
        let (today, then) = (parameters("seconds, grace=, clock="), parameters("seconds, clock="));
        let said = other_meaning(&call(2, &[]), &today, &then);
        assert_eq!(said.as_deref(), Some("value 2 is `grace` today and would be `clock`"));
        assert_eq!(other_meaning(&call(1, &["clock"]), &today, &then), None);
    }
}
