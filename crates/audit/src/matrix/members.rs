//! Methods, attributes and parameters.

use std::collections::BTreeSet;

use compact_str::CompactString;
use ssot_facts::python::anatomy::{Callable, Field, Parameter, ParameterKind};
use ssot_facts::{Definition, DefinitionId};
use ssot_model::audit::{Aspect, MatrixRow};

use super::{Bench, difference, row};

/// One row per method, attribute or inner class that any of the classes has.
pub(super) fn of_classes(bench: &Bench<'_>) -> Vec<MatrixRow> {
    let names: BTreeSet<&CompactString> =
        bench.columns().flat_map(|at| &bench.definition(at).members).collect();
    names.into_iter().map(|name| member(bench, name)).collect()
}

fn member(bench: &Bench<'_>, name: &str) -> MatrixRow {
    let found: Vec<Option<(String, String)>> =
        bench.columns().map(|at| described(bench, at, name)).collect();
    let texts: Vec<Option<String>> =
        found.iter().map(|it| it.as_ref().map(|(text, _)| text.clone())).collect();
    let keys: Vec<Option<String>> = found.into_iter().map(|it| it.map(|(_, key)| key)).collect();
    let mut row = row(Aspect::Member, name.to_owned(), &texts, &keys);
    if bench.closely {
        row.differences = difference::of_callables(bench, name, &keys);
    }
    row
}

/// What a class has under a name: as shown, and by what it is compared.
fn described(bench: &Bench<'_>, at: usize, name: &str) -> Option<(String, String)> {
    let specimen = &bench.specimens[at];
    if let Some(method) = method(bench, specimen.id, name) {
        let asynchronous = if method.flags.asynchronous { "async " } else { "" };
        let decorators: Vec<String> =
            method.decorators.iter().map(|decorator| format!("@{decorator} ")).collect();
        let decorators = decorators.concat();
        let text = format!("{decorators}{asynchronous}({})", method.signature);
        return Some((text, format!("{:x}", method.hash)));
    }
    if let Some(field) = specimen.anatomy.fields.iter().find(|field| field.name == name) {
        return Some(written(field));
    }
    let has = bench.definition(at).members.iter().any(|member| member == name);
    if has {
        return Some(("attribute".to_owned(), "attribute".to_owned()));
    }
    let providers = bench.hierarchy.providers(bench.index, specimen.id);
    let provider = providers.get(name).and_then(|found| found.first())?;
    let text = format!("inherited from {}", bench.index.dotted(*provider));
    Some((text.clone(), text))
}

pub(super) fn method<'a>(
    bench: &'a Bench<'_>,
    class: DefinitionId,
    name: &str,
) -> Option<&'a Definition> {
    let definitions = &bench.index.module(class.module).facts.definitions;
    definitions.iter().find(|it| it.owner == Some(class.index) && it.name == name)
}

/// As shown, and by what it is compared: an annotation is no value of the same text.
fn written(field: &Field) -> (String, String) {
    let annotation = field.annotation.as_str();
    let shown = match (&field.value, annotation) {
        (None, "") => "attribute".to_owned(),
        (None, annotation) => annotation.to_owned(),
        (Some(value), "") => value.clone(),
        (Some(value), annotation) => format!("{annotation} = {value}"),
    };
    let value = field.value.as_ref().map_or_else(String::new, |value| format!(" = {value}"));
    (shown, format!(": {annotation}{value}"))
}

/// One row per parameter of a function.
pub(super) fn parameters(bench: &Bench<'_>) -> Vec<MatrixRow> {
    let of = |at: usize| {
        let callable = bench.specimens[at].anatomy.callables.first();
        callable.map_or(&[][..], |it| it.parameters.as_slice())
    };
    let mut names: Vec<&CompactString> = Vec::new();
    let order = std::iter::once(bench.base).chain(bench.columns());
    for parameter in order.flat_map(of) {
        if !names.contains(&&parameter.name) {
            names.push(&parameter.name);
        }
    }
    names
        .into_iter()
        .map(|name| {
            let text = |at: usize| {
                let position = of(at).iter().position(|it| it.name == *name)?;
                Some(shown(&of(at)[position], position))
            };
            let texts: Vec<Option<String>> = bench.columns().map(text).collect();
            row(Aspect::Parameter, name.to_string(), &texts, &texts)
        })
        .collect()
}

/// A parameter with how it is given.
fn shown(parameter: &Parameter, position: usize) -> String {
    let place = match parameter.kind {
        ParameterKind::PositionOnly => format!("position {} alone", position + 1),
        ParameterKind::Plain => format!("position {}", position + 1),
        ParameterKind::Rest => "*".to_owned(),
        ParameterKind::NameOnly => "by name alone".to_owned(),
        ParameterKind::NamedRest => "**".to_owned(),
    };
    let annotation = match parameter.annotation.as_str() {
        "" => String::new(),
        annotation => format!(": {annotation}"),
    };
    let default = parameter.default.as_ref().map_or_else(String::new, |it| format!(" = {it}"));
    format!("{place}{annotation}{default}")
}

/// The callable of a name in a column: a method, or the function itself.
pub(super) fn callable<'a>(bench: &'a Bench<'_>, at: usize, name: &str) -> Option<&'a Callable> {
    bench.specimens[at].anatomy.callables.iter().find(|it| it.name == name)
}
