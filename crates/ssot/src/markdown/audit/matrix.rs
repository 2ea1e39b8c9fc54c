//! The members side by side.

use ssot_engine::audit::{Aspect, Cell, Change, Constructor, Matrix, MatrixRow};

use crate::markdown::{cell, code};
use crate::text::add;

pub(super) fn matrix(matrix: &Matrix) -> String {
    if matrix.columns.is_empty() {
        return String::new();
    }
    let columns: String = matrix.columns.iter().map(|name| column(&code(name))).collect();
    let rule = "---|".repeat(matrix.columns.len());
    let mut page = format!("\n## Comparison\n\n| |{columns}\n|---|{rule}\n");
    let there = matrix.rows.iter().filter(|row| !row.is_nothing());
    let (rows, equal): (Vec<&MatrixRow>, Vec<&MatrixRow>) =
        there.partition(|row| row.aspect == Aspect::Shape || !row.is_equal());
    for row in rows {
        let cells: String = row.cells.iter().map(|it| column(&shown(it))).collect();
        add(&mut page, format!("| {} |{cells}\n", cell(&row.name)));
    }
    if !equal.is_empty() {
        let names: Vec<String> = equal.iter().map(|row| code(&row.name)).collect();
        add(&mut page, format!("\nEqual in all: {}\n", names.join(", ")));
    }
    for row in &matrix.rows {
        for difference in &row.differences {
            let name = |at: usize| matrix.columns.get(at).map_or("", String::as_str);
            let (base, other) = (name(difference.base), name(difference.other));
            let (base, other) = (code(base), code(other));
            add(&mut page, format!("\n{} in {base} (-) and {other} (+):\n\n", code(&row.name)));
            for line in &difference.lines {
                let sign = if line.side == Change::OnlyBase { "-" } else { "+" };
                let (text, place) = (code(&format!("{sign} {}", line.text)), code(&line.place));
                add(&mut page, format!("- {text} {place}\n"));
            }
            if difference.more > 0 {
                add(&mut page, format!("- and {} more\n", difference.more));
            }
        }
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

pub(super) fn constructors(constructors: &[Constructor]) -> String {
    if constructors.is_empty() {
        return String::new();
    }
    let mut page =
        "\n## Constructors\n\n| created today | created instead | | why |\n|---|---|---|---|\n"
            .to_owned();
    for it in constructors {
        let reasons: Vec<String> = it.reasons.iter().map(|reason| cell(reason)).collect();
        let (from, to, fit) = (code(&it.from), code(&it.to), it.fit.as_str());
        add(&mut page, format!("| {from} | {to} | {fit} | {} |\n", reasons.join("<br>")));
    }
    page
}
