//! The members side by side.

use ssot_engine::audit::{Cell, Change, Constructor, Difference, Fit, Matrix, MatrixRow};

use super::{code, escaped, heads, part, prose, table, who};
use crate::words::{add, count, each, letter};

/// Rows of a comparison on the page.
const ROWS: usize = 250;
/// Longest text of a cell, in letters.
const CELL: usize = 160;

pub(super) fn comparison(matrix: &Matrix) -> String {
    if matrix.columns.is_empty() {
        return String::new();
    }
    let rows: Vec<&MatrixRow> = matrix.rows.iter().filter(|row| !row.is_nothing()).collect();
    let (equal, telling): (Vec<&MatrixRow>, Vec<&MatrixRow>) =
        rows.iter().copied().partition(|row| row.is_equal());
    let mut body = columns(matrix);
    if !telling.is_empty() {
        body.push_str(&grid("What differs", matrix, &telling));
    }
    if !equal.is_empty() {
        let many = count(equal.len(), "row");
        add(
            &mut body,
            format!(
                "<details class=\"more\"><summary>{many} equal in all</summary>{}</details>\n",
                grid("What is equal", matrix, &equal)
            ),
        );
    }
    let differences =
        matrix.rows.iter().flat_map(|row| row.differences.iter().map(move |it| (row, it)));
    body.extend(differences.map(|(row, it)| difference(row, it)));
    let note = format!("{} of {} differ", telling.len(), count(rows.len(), "row"));
    part("Comparison", &note, !telling.is_empty(), &body)
}

/// Which letter stands for whom.
fn columns(matrix: &Matrix) -> String {
    let items = each(matrix.columns.iter().enumerate(), |(at, name)| {
        format!("<li>{} {}</li>\n", who(at), code(name))
    });
    format!("<ul class=\"key\" aria-label=\"Implementations\">\n{items}</ul>\n")
}

fn grid(label: &str, matrix: &Matrix, rows: &[&MatrixRow]) -> String {
    let mut head = vec!["<span class=\"hidden\">aspect</span>".to_owned()];
    head.extend((0..matrix.columns.len()).map(letter));
    let mut body = String::new();
    for row in rows.iter().take(ROWS) {
        let cells: String = row.cells.iter().map(cell).collect();
        let name = escaped(&row.name);
        add(&mut body, format!("<tr><th scope=\"row\">{name}</th>{cells}</tr>\n"));
    }
    if let Some(more) = rows.len().checked_sub(ROWS).filter(|more| *more > 0) {
        let (wide, more) = (matrix.columns.len() + 1, count(more, "row"));
        add(&mut body, format!("<tr><td colspan=\"{wide}\">and {more} more</td></tr>\n"));
    }
    table(label, &head, &body)
}

fn cell(cell: &Cell) -> String {
    let (class, word, text) = match cell {
        Cell::Absent => ("absent", "not there", ""),
        Cell::Equal(text) => ("equal", "equal", text.as_str()),
        Cell::Differs(text) => ("differs", "differs", text.as_str()),
        Cell::Unique(text) => ("unique", "only here", text.as_str()),
    };
    let text: String = if text.chars().count() > CELL {
        text.chars().take(CELL).chain(['…']).collect()
    } else {
        text.to_owned()
    };
    format!("<td class=\"{class}\"><small>{word}</small> {}</td>", code(&text))
        .replace(" <code></code>", "")
}

fn difference(row: &MatrixRow, difference: &Difference) -> String {
    let Difference { base, other, lines, more } = difference;
    let mut body = String::new();
    for line in lines {
        let (class, sign) = match line.side {
            Change::OnlyBase => ("out", '-'),
            Change::OnlyOther => ("in", '+'),
        };
        let (text, place) = (escaped(&line.text), escaped(&line.place));
        add(
            &mut body,
            format!(
                "<li class=\"{class}\"><code>{sign} {text}</code> <small>{place}</small></li>\n"
            ),
        );
    }
    if *more > 0 {
        add(&mut body, format!("<li>and {} more</li>\n", count(*more, "line")));
    }
    let (base, other) = (who(*base), who(*other));
    format!(
        "<details class=\"more\"><summary>{} differs: only {base} has -, only {other} has +</summary>\
         <ul class=\"lines\">\n{body}</ul></details>\n",
        code(&row.name)
    )
}

/// Whether one class can be created where another is.
pub(super) fn constructors(constructors: &[Constructor]) -> String {
    let mut rows = String::new();
    for it in constructors {
        let class = match it.fit {
            Fit::Compatible => "good",
            Fit::Incompatible => "bad",
            Fit::Altered | Fit::Unknown => "open",
        };
        let reasons: Vec<String> = it.reasons.iter().map(|reason| prose(reason)).collect();
        let (from, to, fit) = (code(&it.from), code(&it.to), it.fit.as_str());
        add(
            &mut rows,
            format!(
                "<tr><td><span class=\"state {class}\">{fit}</span></td><td>{from}</td><td>{to}</td>\
                 <td>{}</td></tr>\n",
                reasons.join("<br>")
            ),
        );
    }
    if rows.is_empty() {
        return rows;
    }
    let misfits = constructors.iter().filter(|it| it.fit == Fit::Incompatible).count();
    let note = format!("{misfits} of {} incompatible", constructors.len());
    let head = heads(&["fit", "created today", "created instead", "why"]);
    part("Constructors", &note, misfits > 0, &table("Constructors", &head, &rows))
}
