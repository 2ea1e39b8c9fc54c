//! The members side by side.

use ssot_engine::audit::{Cell, Matrix, MatrixRow};

use super::letter;
use crate::text::figures::add;
use crate::text::style;

/// Widest cell of the comparison.
const CELL: usize = 34;

pub(super) fn matrix(matrix: &Matrix) -> String {
    let columns = matrix.columns.len();
    if columns == 0 {
        return String::new();
    }
    let first = matrix.rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0).min(CELL);
    let width = |at: usize| {
        let cells = matrix.rows.iter().filter_map(|row| row.cells.get(at));
        cells.map(|cell| shown(cell).chars().count()).max().unwrap_or(1)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = format!("  {:<first$}", "");
    for (at, width) in widths.iter().enumerate() {
        add(&mut text, format!("  {:<width$}", letter(at)));
    }
    let mut text = format!("{}\n", text.trim_end());
    for row in &matrix.rows {
        text.push_str(&matrix_row(row, first, &widths));
    }
    text.push_str(&style::faint("  = equal   ≠ differs   ! only here   · not there"));
    text.push('\n');
    text
}

fn matrix_row(row: &MatrixRow, first: usize, widths: &[usize]) -> String {
    let mut text = format!("  {:<first$}", cut(&row.name));
    let last = row.cells.len().saturating_sub(1);
    for (at, (cell, width)) in row.cells.iter().zip(widths).enumerate() {
        // No blanks at the end of a line.
        let width = if at == last { 0 } else { *width };
        let padded = format!("{:<width$}", shown(cell));
        let painted = match cell {
            Cell::Absent => style::faint(&padded),
            Cell::Equal(_) => padded,
            Cell::Differs(_) | Cell::Unique(_) => style::open(&padded),
        };
        add(&mut text, format!("  {painted}"));
    }
    format!("{text}\n")
}

fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Absent => "·".to_owned(),
        Cell::Equal(text) => cut(&format!("= {text}")),
        Cell::Differs(text) => cut(&format!("≠ {text}")),
        Cell::Unique(text) => cut(&format!("! {text}")),
    }
}

fn cut(text: &str) -> String {
    if text.chars().count() <= CELL {
        return text.to_owned();
    }
    let head: String = text.chars().take(CELL - 1).collect();
    format!("{head}…")
}
