//! The members of a group side by side.

use std::collections::BTreeSet;

use compact_str::CompactString;
use ssot_facts::{Definition, DefinitionId, Index};
use ssot_model::DefinitionKind;

/// One row per aspect or member, one cell per implementation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Matrix {
    /// Dotted names of the implementations, in the order of the cells.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<MatrixRow>,
}

/// One aspect or member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatrixRow {
    /// What is compared.
    pub name: String,
    /// One cell per implementation.
    pub cells: Vec<Cell>,
}

/// What one implementation has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// It is not there.
    Absent,
    /// It is there and equal to every other that has it.
    Equal(String),
    /// It is there and differs from another.
    Differs(String),
    /// Nobody else has it.
    Unique(String),
}

pub(crate) fn compare(index: &Index, ids: &[DefinitionId]) -> Matrix {
    let definitions: Vec<&Definition> = ids.iter().map(|id| index.definition(*id)).collect();
    let columns = ids.iter().map(|id| index.dotted(*id)).collect();
    let Some(first) = definitions.first() else { return Matrix::default() };
    let mut rows = vec![
        text_row("body", &definitions, |it| {
            format!("{} statements, {:08x}", it.statements, it.hash as u32)
        }),
        text_row("decorators", &definitions, |it| it.decorators.join(", ")),
        text_row("reads", &definitions, |it| it.free.join(", ")),
    ];
    if first.kind == DefinitionKind::Class {
        rows.push(text_row("bases", &definitions, |it| it.bases.join(", ")));
        rows.extend(member_rows(index, ids));
    } else if first.kind != DefinitionKind::Constant {
        rows.push(text_row("parameters", &definitions, |it| it.signature.to_string()));
        rows.push(text_row("async", &definitions, |it| it.flags.asynchronous.to_string()));
    }
    Matrix { columns, rows }
}

fn text_row(
    name: &str,
    definitions: &[&Definition],
    text: impl Fn(&Definition) -> String,
) -> MatrixRow {
    let texts: Vec<Option<String>> =
        definitions.iter().map(|it| Some(text(it)).filter(|text| !text.is_empty())).collect();
    row(name.to_owned(), &texts, &texts)
}

/// One row per method or attribute that any of the classes has.
fn member_rows(index: &Index, ids: &[DefinitionId]) -> Vec<MatrixRow> {
    let names: BTreeSet<&CompactString> =
        ids.iter().flat_map(|id| &index.definition(*id).members).collect();
    let method = |id: &DefinitionId, name: &CompactString| {
        let definitions = &index.module(id.module).facts.definitions;
        definitions.iter().find(|it| it.owner == Some(id.index) && it.name == *name)
    };
    names
        .into_iter()
        .map(|name| {
            let shown = |id: &DefinitionId| match method(id, name) {
                Some(method) => Some(format!("({})", method.signature)),
                None => {
                    index.definition(*id).members.contains(name).then(|| "attribute".to_owned())
                }
            };
            let key = |id: &DefinitionId| match method(id, name) {
                Some(method) => Some(format!("{:x}", method.hash)),
                None => shown(id),
            };
            let texts: Vec<_> = ids.iter().map(shown).collect();
            let keys: Vec<_> = ids.iter().map(key).collect();
            row(name.to_string(), &texts, &keys)
        })
        .collect()
}

fn row(name: String, texts: &[Option<String>], keys: &[Option<String>]) -> MatrixRow {
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
    MatrixRow { name, cells }
}
