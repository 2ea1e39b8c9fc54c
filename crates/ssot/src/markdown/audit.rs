//! An audit as a page.

use ssot_engine::audit::{Audit, Candidate, Cell, Matrix, MemberConsumers};
use ssot_model::Leaning;

use super::{cell, code};
use crate::text::{self, add};

/// One page, a chapter a group.
pub(crate) fn audits(audits: &[Audit]) -> String {
    audits.iter().map(audit).collect::<Vec<_>>().join("\n")
}

fn audit(audit: &Audit) -> String {
    let finding = &audit.finding;
    let (verb, what) = text::choice(audit);
    let mut page = format!(
        "# {}: {} {} ({})\n\n{}\n\n**Decision:** {verb} {what}. {}\n",
        finding.verdict_word(),
        finding.kind.as_str(),
        code(&finding.name),
        finding.id,
        finding.summary,
        audit.reason,
    );
    for refusal in &audit.refusals {
        add(&mut page, format!("\n- {} stays: {}\n", code(&refusal.place), refusal.reason));
    }
    page.push_str("\n## Evidence\n\n");
    for fact in &finding.evidence {
        let sign = if fact.leaning == Leaning::For { "for" } else { "against" };
        add(&mut page, format!("- {sign}: {} ({})\n", fact.text, fact.signal));
    }
    page.push_str(&matrix(&audit.matrix));
    page.push_str(&consumers(audit));
    if !audit.candidates.is_empty() {
        page.push_str("\n## Candidates\n\n| points | definition | figures |\n|---:|---|---|\n");
        page.extend(audit.candidates.iter().map(candidate));
    }
    page
}

fn matrix(matrix: &Matrix) -> String {
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

fn consumers(audit: &Audit) -> String {
    let mut page =
        "\n## Consumers\n\n| definition | production | tests | strings |\n|---|---|---|---|\n"
            .to_owned();
    let list = |places: &[String]| {
        let places: Vec<String> = places.iter().map(|place| code(place)).collect();
        places.join("<br>")
    };
    for (member, used) in audit.finding.members.iter().zip(&audit.consumers) {
        let MemberConsumers { production, tests, strings } = used;
        add(
            &mut page,
            format!(
                "| {} | {} | {} | {} |\n",
                code(&member.dotted()),
                list(production),
                list(tests),
                list(strings),
            ),
        );
    }
    page
}

fn candidate(candidate: &Candidate) -> String {
    let figures: Vec<String> =
        candidate
            .criteria
            .iter()
            .map(|it| format!("{}: {} ({})", it.name, cell(&it.figure), it.points))
            .chain(candidate.obstacles.iter().map(|(place, reason)| {
                format!("{} cannot import it: {}", code(place), cell(reason))
            }))
            .collect();
    let (points, dotted) = (candidate.points(), code(&candidate.dotted));
    format!("| {points} | {dotted} | {} |\n", figures.join("<br>"))
}
