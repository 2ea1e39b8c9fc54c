//! Which statements and parameters only one of two functions has.

use similar::{Algorithm, DiffTag, capture_diff_slices};
use ssot_facts::python::anatomy::{Callable, Parameter};
use ssot_model::audit::{Change, Difference, DifferentLine};

use super::{Bench, members};
use crate::dissect::Specimen;

/// Lines shown of one difference.
const MOST: usize = 40;

/// How the functions of a group differ from the one that is the measure.
pub(super) fn of_functions(bench: &Bench<'_>) -> Vec<Difference> {
    let keys: Vec<Option<String>> =
        bench.columns().map(|at| Some(format!("{:x}", bench.definition(at).hash))).collect();
    // A member is its own only callable, whatever it is called.
    of(bench, &keys, |at| bench.specimens[at].anatomy.callables.first())
}

/// How the methods of a name differ.
pub(super) fn of_callables(
    bench: &Bench<'_>,
    name: &str,
    keys: &[Option<String>],
) -> Vec<Difference> {
    of(bench, keys, |at| members::callable(bench, at, name))
}

fn of<'a>(
    bench: &Bench<'_>,
    keys: &[Option<String>],
    callable: impl Fn(usize) -> Option<&'a Callable>,
) -> Vec<Difference> {
    let Some(base) = callable(bench.base) else { return Vec::new() };
    let others = bench.columns().filter(|at| *at != bench.base && keys[*at] != keys[bench.base]);
    others
        .filter_map(|other| {
            let sides = [&bench.specimens[bench.base], &bench.specimens[other]];
            let mut lines = lines(sides, base, callable(other)?);
            let more = lines.len().saturating_sub(MOST);
            lines.truncate(MOST);
            Some(Difference { base: bench.base, other, lines, more })
        })
        .filter(|difference| !difference.lines.is_empty())
        .collect()
}

fn lines(sides: [&Specimen; 2], base: &Callable, other: &Callable) -> Vec<DifferentLine> {
    let line = |side: Change, at: u32, text: String| {
        let specimen = sides[usize::from(side == Change::OnlyOther)];
        DifferentLine { side, place: specimen.place(at), text }
    };
    let mut found = Vec::new();
    for (side, one, two) in [(Change::OnlyBase, base, other), (Change::OnlyOther, other, base)] {
        let heads = one.decorators.iter().filter(|it| !two.decorators.contains(it));
        found.extend(heads.map(|it| line(side, one.line, it.clone())));
        if one.asynchronous && !two.asynchronous {
            found.push(line(side, one.line, "async".to_owned()));
        }
        let parameters = one.parameters.iter().filter(|it| !has(two, it));
        found.extend(parameters.map(|it| line(side, it.line, written(it))));
        if one.returns != two.returns && !one.returns.is_empty() {
            found.push(line(side, one.line, format!("-> {}", one.returns)));
        }
    }
    let key = |callable: &Callable| -> Vec<(u32, u64)> {
        callable.statements.iter().map(|it| (it.depth, it.hash)).collect()
    };
    let (left, right) = (key(base), key(other));
    for change in capture_diff_slices(Algorithm::Myers, &left, &right) {
        if change.tag() == DiffTag::Equal {
            continue;
        }
        let only_base = &base.statements[change.old_range()];
        let only_other = &other.statements[change.new_range()];
        found.extend(only_base.iter().map(|it| line(Change::OnlyBase, it.line, it.text.clone())));
        found.extend(only_other.iter().map(|it| line(Change::OnlyOther, it.line, it.text.clone())));
    }
    found
}

fn has(callable: &Callable, parameter: &Parameter) -> bool {
    let same = |it: &Parameter| {
        (&it.name, it.kind, &it.annotation, &it.default)
            == (&parameter.name, parameter.kind, &parameter.annotation, &parameter.default)
    };
    callable.parameters.iter().any(same)
}

fn written(parameter: &Parameter) -> String {
    let annotation = match parameter.annotation.as_str() {
        "" => String::new(),
        annotation => format!(": {annotation}"),
    };
    let default = parameter.default.as_ref().map_or_else(String::new, |it| format!(" = {it}"));
    format!("parameter {}{annotation}{default}", parameter.name)
}
