//! The names that the members read, and what they mean where each stands.

use ssot_model::audit::{Aspect, Change, Difference, DifferentLine, MatrixRow};

use super::Bench;
use crate::ledger::other_meanings;

/// The row that tells which names of other places the members read.
pub(crate) const NAME: &str = "reads";

/// One row: equal names that mean something else are no equal cells.
pub(super) fn row(bench: &Bench<'_>) -> MatrixRow {
    let names = |at: usize| bench.definition(at).free.join(", ");
    let texts: Vec<Option<String>> =
        bench.columns().map(|at| Some(names(at)).filter(|text| !text.is_empty())).collect();
    let differences: Vec<Difference> = if bench.closely {
        bench.columns().filter_map(|at| difference(bench, at)).collect()
    } else {
        Vec::new()
    };
    let is_other = |at: usize| differences.iter().any(|it| it.other == at);
    let keys: Vec<Option<String>> = texts
        .iter()
        .enumerate()
        .map(|(at, text)| text.as_ref().map(|text| format!("{text} {}", is_other(at))))
        .collect();
    MatrixRow { differences, ..super::row(Aspect::Shape, NAME.to_owned(), &texts, &keys) }
}

/// The names that mean something else to a member than to the one that is the measure.
fn difference(bench: &Bench<'_>, other: usize) -> Option<Difference> {
    let (specimen, measure) = (&bench.specimens[other], &bench.specimens[bench.base]);
    let meanings = other_meanings(bench.index, specimen.id, measure.id);
    let line = |text: String| DifferentLine {
        side: Change::OnlyOther,
        place: specimen.place(specimen.line),
        text,
    };
    let lines: Vec<DifferentLine> = meanings.into_values().map(line).collect();
    let is_told = other != bench.base && !lines.is_empty();
    is_told.then_some(Difference { base: bench.base, other, lines, more: 0 })
}
