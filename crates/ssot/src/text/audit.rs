//! What `ssot audit` says.

use ssot_engine::audit::{Audit, Candidate, Cell, Matrix, MatrixRow, MemberConsumers};
use ssot_model::{Evidence, Leaning};

use super::figures::{add, some_of};
use super::{style, verdicts};

/// Widest cell of the comparison.
const CELL: usize = 34;
/// Consumers shown of each kind.
const CONSUMERS: usize = 6;

/// The whole text, one group after the other.
pub(crate) fn audits(audits: &[Audit]) -> String {
    audits.iter().map(audit).collect::<Vec<_>>().join("\n")
}

fn audit(audit: &Audit) -> String {
    let finding = &audit.finding;
    let (verdict, kind) = (verdicts::cell(audit.verdict), finding.kind.as_str());
    let (name, id) = (style::strong(&finding.name), style::faint(finding.id.as_str()));
    let mut text = format!("{verdict} {kind} {name}  {id}\n  {}\n", finding.summary);
    text.push_str(&decision(audit));
    let members = finding.members.iter().enumerate().map(|(at, member)| {
        let (place, dotted) = (format!("{}:{}", member.path, member.span.start), member.dotted());
        format!("  {}  {place}  {}\n", letter(at), style::faint(&dotted))
    });
    text.push_str(&section("Implementations", &members.collect::<String>()));
    text.push_str(&section("Evidence", &evidence(&finding.evidence)));
    text.push_str(&section("Comparison", &matrix(&audit.matrix)));
    text.push_str(&section("Consumers", &consumers(&audit.consumers)));
    let candidates: String = audit.candidates.iter().map(candidate).collect();
    text.push_str(&section("Candidates, the best first", &candidates));
    text
}

/// What is to be done, why, and what stays all the same.
fn decision(audit: &Audit) -> String {
    let (verb, what) = verdicts::choice(audit);
    let mut text = format!("  {} {what}\n  {}\n", style::strong(verb), audit.reason);
    for refusal in &audit.refusals {
        let stays = style::open(&format!("{} stays", refusal.place));
        add(&mut text, format!("  {stays}: {}\n", refusal.reason));
    }
    section("Decision", &text)
}

/// The name of an implementation in the comparison.
pub(crate) fn letter(at: usize) -> String {
    // Beyond Z the letters start again with a number.
    let letter = char::from(b'A' + (at % 26) as u8);
    if at < 26 { letter.to_string() } else { format!("{letter}{}", at / 26) }
}

fn evidence(facts: &[Evidence]) -> String {
    let line = |fact: &Evidence| {
        let sign = match fact.leaning {
            Leaning::For => style::good("+"),
            Leaning::Against => style::open("-"),
        };
        format!("  {sign} {}  {}\n", fact.text, style::faint(&fact.signal))
    };
    facts.iter().map(line).collect()
}

fn matrix(matrix: &Matrix) -> String {
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

fn consumers(members: &[MemberConsumers]) -> String {
    let mut text = String::new();
    for (at, member) in members.iter().enumerate() {
        let kinds = [
            ("production", &member.production),
            ("tests", &member.tests),
            ("strings", &member.strings),
        ];
        let used: Vec<String> = kinds
            .into_iter()
            .filter(|(_, places)| !places.is_empty())
            .map(|(kind, places)| {
                let places: Vec<&str> = places.iter().map(String::as_str).collect();
                let kind = style::faint(&format!("{kind:<10}"));
                format!("{kind} {}", some_of(&places, CONSUMERS))
            })
            .collect();
        let used = if used.is_empty() { vec![style::faint("nobody")] } else { used };
        for (number, line) in used.iter().enumerate() {
            let name = if number == 0 { letter(at) } else { String::new() };
            add(&mut text, format!("  {name:<3}{line}\n"));
        }
    }
    text
}

fn candidate(candidate: &Candidate) -> String {
    let points = style::strong(&format!("{:>6}", candidate.points()));
    let mut text = format!("  {points}  {}\n", candidate.dotted);
    for criterion in &candidate.criteria {
        let line = format!("{:>14}  {:<14} {}", criterion.points, criterion.name, criterion.figure);
        add(&mut text, format!("{}\n", style::faint(&line)));
    }
    for (place, reason) in &candidate.obstacles {
        let line = format!("{place} cannot import it: {reason}");
        add(&mut text, format!("          {}\n", style::open(&line)));
    }
    text
}

fn section(title: &str, body: &str) -> String {
    if body.is_empty() {
        return String::new();
    }
    format!("\n{}\n{body}", style::strong(title))
}
