//! Whether those who create one class could create another.

use ssot_facts::python::anatomy::{Parameter, ParameterKind};
use ssot_facts::{ClassRef, DefinitionId};
use ssot_model::audit::{Constructor, Fit};

use super::Bench;
use crate::dissect::{Specimen, dissect};

/// Classes and decorators that make a constructor of the annotated names.
const DATA_CLASSES: [&str; 9] = [
    "dataclass",
    "dataclasses.dataclass",
    "define",
    "attrs.define",
    "frozen",
    "attrs.frozen",
    "attr.s",
    "attr.attrs",
    "NamedTuple",
];

/// Each class and the one that is the measure, both ways.
pub(super) fn pairs(bench: &Bench<'_>) -> Vec<Constructor> {
    let constructors: Vec<Option<Vec<Parameter>>> =
        bench.specimens.iter().map(|it| parameters(bench, it)).collect();
    // The values of an enumeration are members of their own.
    let made = |at: &usize| !is_enumeration(bench, &bench.specimens[*at]);
    if !made(&bench.base) {
        return Vec::new();
    }
    let others = bench.columns().filter(|at| *at != bench.base).filter(made);
    let ordered = others.flat_map(|at| [(at, bench.base), (bench.base, at)]);
    ordered
        .map(|(from, to)| {
            let (fit, reasons) = match (&constructors[from], &constructors[to]) {
                (Some(one), Some(other)) => compare(one, other),
                (one, _) => {
                    let unknown = if one.is_none() { from } else { to };
                    let class = &bench.specimens[unknown].dotted;
                    (Fit::Unknown, vec![format!("the constructor of {class} is not known here")])
                }
            };
            let name = |at: usize| bench.specimens[at].dotted.clone();
            Constructor { from: name(from), to: name(to), fit, reasons }
        })
        .collect()
}

/// The parameters of the constructor; nothing when it is not in this repository.
pub(crate) fn parameters(bench: &Bench<'_>, class: &Specimen) -> Option<Vec<Parameter>> {
    let order = bench.hierarchy.linearisation(class.id).ok()?;
    let mut fields: Vec<Parameter> = Vec::new();
    let is_model = order.iter().any(is_pydantic_model);
    let mut is_data = false;
    for at in order.iter() {
        let Some(id) = at.internal() else {
            if bench.hierarchy.is_known(at) || is_generic(at) || is_pydantic_model(at) {
                continue;
            }
            return None;
        };
        let specimen = specimen(bench, class, id);
        if specimen.unread {
            return None;
        }
        let own = ["__init__", "__new__"];
        let own = own.iter().find_map(|name| {
            specimen.anatomy.callables.iter().find(|callable| callable.name == *name)
        });
        if let Some(own) = own.filter(|_| !is_data) {
            return Some(own.parameters.clone());
        }
        if is_model || is_data_class(&specimen) {
            is_data = true;
            add_fields(&specimen, is_model, &mut fields);
        }
        if !bench.hierarchy.is_known(at) && !is_data {
            return None;
        }
    }
    Some(fields)
}

fn specimen(bench: &Bench<'_>, class: &Specimen, id: DefinitionId) -> Specimen {
    if id == class.id { class.clone() } else { dissect(bench.index, bench.sources, id) }
}

fn is_generic(class: &ClassRef) -> bool {
    matches!(class, ClassRef::External(name) if name == "typing.NamedTuple")
}

fn is_pydantic_model(class: &ClassRef) -> bool {
    let ClassRef::External(name) = class else { return false };
    name.starts_with("pydantic") && name.ends_with(".BaseModel")
}

fn is_enumeration(bench: &Bench<'_>, class: &Specimen) -> bool {
    let is_enum =
        |it: &ClassRef| matches!(it, ClassRef::External(name) if name.starts_with("enum."));
    let order = bench.hierarchy.linearisation(class.id);
    order.is_ok_and(|order| order.iter().any(is_enum))
}

/// `...` says that a field is required; the first value of `Field(..)` is its default.
fn has_model_default(value: &str, made: bool) -> bool {
    let inner = value.split_once('(').map_or(value, |(_, inner)| inner);
    let first = inner.split([',', ')']).next().unwrap_or_default();
    let is_given = !first.is_empty() && !first.contains('=');
    first != "..." && (!made || is_given || value.contains("default"))
}

fn is_data_class(specimen: &Specimen) -> bool {
    let anatomy = &specimen.anatomy;
    let named = |text: &str| {
        let name = text.trim_start_matches('@');
        let name = name.split('(').next().unwrap_or(name);
        DATA_CLASSES.contains(&name) || name == "typing.NamedTuple"
    };
    anatomy.decorators.iter().chain(&anatomy.bases).any(|text| named(text))
}

/// The fields of a class in front of those of the classes below it, which take the
/// place of fields of their name.
fn add_fields(specimen: &Specimen, is_model: bool, below: &mut Vec<Parameter>) {
    // A model of pydantic takes its fields by name.
    let by_name =
        is_model || specimen.anatomy.decorators.iter().any(|it| it.contains("kw_only=True"));
    let mut fields: Vec<Parameter> = Vec::new();
    for field in &specimen.anatomy.fields {
        let is_class_variable =
            field.annotation.trim_start_matches("typing.").starts_with("ClassVar");
        let value = field.value.as_deref().unwrap_or_default();
        let made = ["field(", "Field(", "attrib(", "attr.ib("].iter().any(|it| value.contains(it));
        if field.annotation.is_empty() && !made
            || is_class_variable
            || made && value.contains("init=False")
        {
            continue;
        }
        let has_default = match field.value.as_deref() {
            None => false,
            Some(_) if is_model => has_model_default(value, made),
            Some(_) if made => value.contains("default") || value.contains("factory="),
            Some(_) => true,
        };
        let kind = if by_name || made && value.contains("kw_only=True") {
            ParameterKind::NameOnly
        } else {
            ParameterKind::Plain
        };
        fields.push(Parameter {
            name: field.name.clone(),
            line: field.line,
            kind,
            annotation: field.annotation.clone(),
            default: has_default.then(|| value.to_owned()),
        });
    }
    for field in &mut fields {
        if let Some(at) = below.iter().position(|it| it.name == field.name) {
            *field = below.remove(at);
        }
    }
    fields.append(below);
    *below = fields;
}

/// Whether every call that the first accepts means the same to the second.
fn compare(from: &[Parameter], to: &[Parameter]) -> (Fit, Vec<String>) {
    let mut verdict = Verdict { fit: Fit::Compatible, reasons: Vec::new() };
    let by_position = |parameters: &[Parameter]| -> Vec<Parameter> {
        let plain =
            |it: &&Parameter| matches!(it.kind, ParameterKind::PositionOnly | ParameterKind::Plain);
        parameters.iter().filter(plain).cloned().collect()
    };
    let (one, other) = (by_position(from), by_position(to));
    for (at, parameter) in one.iter().enumerate() {
        verdict.positional(at, parameter, &other, to);
    }
    for parameter in from.iter().filter(|it| it.kind == ParameterKind::NameOnly) {
        let named = |it: &&Parameter| {
            it.name == parameter.name
                && matches!(it.kind, ParameterKind::Plain | ParameterKind::NameOnly)
        };
        match to.iter().find(named) {
            Some(same) => verdict.default(parameter, same),
            None if has(to, ParameterKind::NamedRest) => {}
            None => verdict.breaks(format!("it takes no `{}`", parameter.name)),
        }
    }
    for (kind, what) in
        [(ParameterKind::Rest, "any number of values"), (ParameterKind::NamedRest, "any keyword")]
    {
        if has(from, kind) && !has(to, kind) {
            verdict.breaks(format!("it does not take {what}"));
        }
    }
    let required = to.iter().filter(|it| {
        it.default.is_none() && !matches!(it.kind, ParameterKind::Rest | ParameterKind::NamedRest)
    });
    for parameter in required {
        match from.iter().find(|it| it.name == parameter.name) {
            None => verdict.breaks(format!("it requires `{}`", parameter.name)),
            Some(same) if same.default.is_some() => {
                verdict.breaks(format!("`{}` may be left out today", parameter.name));
            }
            Some(_) => {}
        }
    }
    (verdict.fit, verdict.reasons)
}

struct Verdict {
    fit: Fit,
    reasons: Vec<String>,
}

impl Verdict {
    fn breaks(&mut self, reason: String) {
        self.fit = Fit::Incompatible;
        self.reasons.push(reason);
    }

    fn alters(&mut self, reason: String) {
        if self.fit == Fit::Compatible {
            self.fit = Fit::Altered;
        }
        self.reasons.push(reason);
    }

    /// A parameter that may be given by position.
    fn positional(
        &mut self,
        at: usize,
        parameter: &Parameter,
        other: &[Parameter],
        to: &[Parameter],
    ) {
        let name = &parameter.name;
        let elsewhere = other.iter().position(|it| it.name == *name);
        match other.get(at) {
            Some(same) if same.name == *name => {
                self.default(parameter, same);
                if parameter.kind == ParameterKind::Plain
                    && same.kind == ParameterKind::PositionOnly
                {
                    self.breaks(format!("`{name}` can be given by position alone"));
                }
            }
            _ if let Some(there) = elsewhere => {
                let (here, there) = (at + 1, there + 1);
                self.alters(format!("`{name}` is number {here} here and number {there} there"));
            }
            _ if to.iter().any(|it| it.name == *name) => {
                self.breaks(format!("`{name}` can be given by name alone"));
            }
            Some(renamed) => {
                self.breaks(format!("number {} is `{}`, not `{name}`", at + 1, renamed.name));
            }
            None if has(to, ParameterKind::Rest) && has(to, ParameterKind::NamedRest) => {}
            None => self.breaks(format!("it takes no `{name}`")),
        }
    }

    fn default(&mut self, from: &Parameter, to: &Parameter) {
        if let (Some(one), Some(other)) = (&from.default, &to.default)
            && one.replace('\'', "\"") != other.replace('\'', "\"")
        {
            self.alters(format!("`{}` is {one} here and {other} there when left out", from.name));
        }
    }
}

fn has(parameters: &[Parameter], kind: ParameterKind) -> bool {
    parameters.iter().any(|it| it.kind == kind)
}
