//! The members side by side.

use ssot_engine::audit::{Aspect, Cell, Change, Constructor, Difference, Fit, Matrix, MatrixRow};

use crate::text::figures::{add, letter, some_of};
use crate::text::style;

/// Widest cell of the comparison.
const CELL: usize = 34;
/// Lines shown of one difference.
const LINES: usize = 12;
/// Names of equal rows that are told.
const EQUAL: usize = 16;

pub(super) fn matrix(matrix: &Matrix) -> String {
    let columns = matrix.columns.len();
    if columns == 0 {
        return String::new();
    }
    let there = matrix.rows.iter().filter(|row| !row.is_nothing());
    let (rows, equal): (Vec<&MatrixRow>, Vec<&MatrixRow>) = there.partition(|row| is_shown(row));
    let first = rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0).min(CELL);
    let width = |at: usize| {
        let cells = rows.iter().filter_map(|row| row.cells.get(at));
        cells.map(|cell| shown(cell).chars().count()).max().unwrap_or(1)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = format!("  {:<first$}", "");
    for (at, width) in widths.iter().enumerate() {
        add(&mut text, format!("  {:<width$}", letter(at)));
    }
    let mut text = format!("{}\n", text.trim_end());
    for row in rows {
        text.push_str(&matrix_row(row, first, &widths));
    }
    if !equal.is_empty() {
        let names: Vec<&str> = equal.iter().map(|row| row.name.as_str()).collect();
        add(&mut text, format!("  equal in all: {}\n", some_of(&names, EQUAL)));
    }
    text.push_str(&style::faint("  = equal   ≠ differs   ! only here   · not there"));
    text.push('\n');
    text
}

/// The eye looks for what differs; of the rest it is told that it is equal.
fn is_shown(row: &MatrixRow) -> bool {
    row.aspect == Aspect::Shape || !row.is_equal()
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

/// The statements and parameters that only one of two has.
pub(super) fn differences(matrix: &Matrix) -> String {
    let mut text = String::new();
    for row in &matrix.rows {
        for difference in &row.differences {
            let Difference { base, other, lines, more } = difference;
            let (base, other) = (letter(*base), letter(*other));
            let name = style::strong(&row.name);
            add(&mut text, format!("  {name}  - only {base}, + only {other}\n"));
            for line in lines.iter().take(LINES) {
                let sign = match line.side {
                    Change::OnlyBase => style::bad("-"),
                    Change::OnlyOther => style::good("+"),
                };
                let place = style::faint(&line.place);
                add(&mut text, format!("    {sign} {}  {place}\n", line.text));
            }
            let more = more + lines.len().saturating_sub(LINES);
            if more > 0 {
                add(&mut text, format!("    {}\n", style::faint(&format!("and {more} more"))));
            }
        }
    }
    text
}

/// Whether one class can be created where another is.
pub(super) fn constructors(constructors: &[Constructor]) -> String {
    let line = |it: &Constructor| {
        let word = format!("{:<13}", it.fit.as_str());
        let word = match it.fit {
            Fit::Compatible => style::good(&word),
            Fit::Incompatible => style::bad(&word),
            Fit::Altered | Fit::Unknown => style::open(&word),
        };
        let mut text = format!("  {word} {} -> {}\n", it.from, it.to);
        for reason in &it.reasons {
            add(&mut text, format!("                {reason}\n"));
        }
        text
    };
    constructors.iter().map(line).collect()
}
