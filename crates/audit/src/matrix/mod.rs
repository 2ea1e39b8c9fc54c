//! The members of a group side by side.

mod behaviour;
mod constructor;
mod difference;
mod members;
mod reads;

pub(crate) use constructor::parameters as constructor_parameters;
pub(crate) use reads::NAME as READS;
use ssot_facts::{Definition, Hierarchy, Index};
use ssot_model::DefinitionKind;
use ssot_model::audit::{Aspect, Cell, Matrix, MatrixRow};

use crate::dissect::{Sources, Specimen};

/// What a matrix is made of.
pub(crate) struct Bench<'a> {
    pub(crate) index: &'a Index,
    pub(crate) hierarchy: &'a Hierarchy,
    pub(crate) sources: &'a Sources<'a>,
    pub(crate) specimens: &'a [Specimen],
    /// The column with which the others are compared.
    pub(crate) base: usize,
    /// Whether it matters how they differ: what is no second source of truth may differ.
    pub(crate) closely: bool,
}

impl Bench<'_> {
    fn definition(&self, at: usize) -> &Definition {
        self.index.definition(self.specimens[at].id)
    }

    fn columns(&self) -> std::ops::Range<usize> {
        0..self.specimens.len()
    }

    /// A row of texts, of which the empty ones are not there.
    fn text_row(&self, name: &str, text: impl Fn(usize) -> String) -> MatrixRow {
        let texts: Vec<Option<String>> =
            self.columns().map(|at| Some(text(at)).filter(|text| !text.is_empty())).collect();
        row(Aspect::Shape, name.to_owned(), &texts, &texts)
    }
}

/// Compares the members of a group.
pub(crate) fn compare(bench: &Bench<'_>) -> Matrix {
    let columns = bench.specimens.iter().map(|it| it.dotted.clone()).collect();
    let Some(first) = bench.specimens.first() else { return Matrix::default() };
    let kind = bench.index.definition(first.id).kind;
    let mut rows = shape(bench, kind);
    match kind {
        DefinitionKind::Class => rows.extend(members::of_classes(bench)),
        DefinitionKind::Constant => rows.extend(behaviour::entries(bench)),
        _ => rows.extend(members::parameters(bench)),
    }
    rows.extend(behaviour::rows(bench));
    let constructors = match kind {
        DefinitionKind::Class if bench.closely => constructor::pairs(bench),
        _ => Vec::new(),
    };
    Matrix { columns, rows, constructors }
}

/// The definitions as wholes.
fn shape(bench: &Bench<'_>, kind: DefinitionKind) -> Vec<MatrixRow> {
    let decorators = |at: usize| {
        let specimen = &bench.specimens[at];
        let told = &bench.definition(at).decorators;
        if specimen.unread { told.join(", ") } else { specimen.anatomy.decorators.join(", ") }
    };
    let mut body = bench.text_row("body", |at| {
        let it = bench.definition(at);
        format!("{} statements, {:08x}", it.statements, it.hash as u32)
    });
    if kind != DefinitionKind::Class && bench.closely {
        body.differences = difference::of_functions(bench);
    }
    let mut rows = vec![body, bench.text_row("decorators", decorators), reads::row(bench)];
    if kind == DefinitionKind::Class {
        rows.push(bench.text_row("bases", |at| {
            let specimen = &bench.specimens[at];
            let told = &bench.definition(at).bases;
            if specimen.unread { told.join(", ") } else { specimen.anatomy.bases.join(", ") }
        }));
    } else if kind != DefinitionKind::Constant {
        rows.push(bench.text_row("parameters", |at| bench.definition(at).signature.to_string()));
        rows.push(bench.text_row("returns", |at| bench.definition(at).returns.to_string()));
        rows.push(
            bench.text_row("async", |at| bench.definition(at).flags.asynchronous.to_string()),
        );
    }
    rows
}

/// A row of texts whose equality is told by keys.
fn row(
    aspect: Aspect,
    name: String,
    texts: &[Option<String>],
    keys: &[Option<String>],
) -> MatrixRow {
    let present: Vec<&String> = keys.iter().flatten().collect();
    let all_equal = present.windows(2).all(|pair| pair[0] == pair[1]);
    let cells = texts
        .iter()
        .map(|text| match text {
            None => Cell::Absent,
            Some(text) if present.len() == 1 && keys.len() > 1 => Cell::Unique(text.clone()),
            Some(text) if all_equal => Cell::Equal(text.clone()),
            Some(text) => Cell::Differs(text.clone()),
        })
        .collect();
    MatrixRow { aspect, name, cells, differences: Vec::new() }
}
