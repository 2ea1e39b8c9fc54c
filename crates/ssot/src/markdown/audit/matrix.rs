//! The members side by side.

use ssot_engine::audit::{Cell, Matrix};

use crate::markdown::{cell, code};
use crate::text::add;

pub(super) fn matrix(matrix: &Matrix) -> String {
    if matrix.columns.is_empty() {
        return String::new();
    }
    let columns: String = matrix.columns.iter().map(|name| column(&code(name))).collect();
    let rule = "---|".repeat(matrix.columns.len());
    let mut page = format!("\n## Comparison\n\n| |{columns}\n|---|{rule}\n");
    for row in &matrix.rows {
        let cells: String = row.cells.iter().map(|it| column(&shown(it))).collect();
        add(&mut page, format!("| {} |{cells}\n", cell(&row.name)));
    }
    page
}

/// A text as the last column so far.
fn column(text: &str) -> String {
    format!(" {text} |")
}

fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Absent => "absent".to_owned(),
        Cell::Equal(text) => code(text),
        Cell::Differs(text) => format!("differs: {}", code(text)),
        Cell::Unique(text) => format!("only here: {}", code(text)),
    }
}
