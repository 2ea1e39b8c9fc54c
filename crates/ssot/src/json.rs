//! The audit for programs. The other results are printed as the model has them;
//! an audit holds positions in the index, which mean nothing outside.

use serde::Serialize;
use ssot_engine::audit::{Audit, Cell};
use ssot_model::Finding;

use crate::text;

const SCHEMA: &str = "ssot.audit/1";

/// What `ssot audit --format json` prints.
#[derive(Debug, Serialize)]
pub(crate) struct AuditDocument<'a> {
    schema: &'static str,
    audits: Vec<AuditView<'a>>,
}

#[derive(Debug, Serialize)]
struct AuditView<'a> {
    finding: &'a Finding,
    choice: &'static str,
    target: String,
    reason: &'a str,
    refusals: Vec<PlaceView<'a>>,
    matrix: MatrixView<'a>,
    consumers: Vec<ConsumersView<'a>>,
    candidates: Vec<CandidateView<'a>>,
}

#[derive(Debug, Serialize)]
struct PlaceView<'a> {
    place: &'a str,
    reason: &'a str,
}

#[derive(Debug, Serialize)]
struct MatrixView<'a> {
    columns: &'a [String],
    rows: Vec<RowView<'a>>,
}

#[derive(Debug, Serialize)]
struct RowView<'a> {
    name: &'a str,
    cells: Vec<CellView<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(tag = "state", content = "text", rename_all = "kebab-case")]
enum CellView<'a> {
    Absent,
    Equal(&'a str),
    Differs(&'a str),
    Unique(&'a str),
}

#[derive(Debug, Serialize)]
struct ConsumersView<'a> {
    definition: String,
    production: &'a [String],
    tests: &'a [String],
    strings: &'a [String],
}

#[derive(Debug, Serialize)]
struct CandidateView<'a> {
    definition: &'a str,
    points: i64,
    criteria: Vec<CriterionView<'a>>,
    obstacles: Vec<PlaceView<'a>>,
}

#[derive(Debug, Serialize)]
struct CriterionView<'a> {
    name: &'a str,
    figure: &'a str,
    points: i64,
}

/// The audits as a document.
pub(crate) fn audits(audits: &[Audit]) -> AuditDocument<'_> {
    AuditDocument { schema: SCHEMA, audits: audits.iter().map(view).collect() }
}

fn view(audit: &Audit) -> AuditView<'_> {
    let (choice, target) = text::choice(audit);
    let refusals = audit.refusals.iter();
    AuditView {
        finding: &audit.finding,
        choice,
        target,
        reason: &audit.reason,
        refusals: refusals.map(|it| PlaceView { place: &it.place, reason: &it.reason }).collect(),
        matrix: matrix(audit),
        consumers: consumers(audit),
        candidates: candidates(audit),
    }
}

fn matrix(audit: &Audit) -> MatrixView<'_> {
    let cell = |cell| match cell {
        &Cell::Absent => CellView::Absent,
        Cell::Equal(text) => CellView::Equal(text),
        Cell::Differs(text) => CellView::Differs(text),
        Cell::Unique(text) => CellView::Unique(text),
    };
    let rows = audit.matrix.rows.iter();
    MatrixView {
        columns: &audit.matrix.columns,
        rows: rows
            .map(|row| RowView { name: &row.name, cells: row.cells.iter().map(cell).collect() })
            .collect(),
    }
}

fn consumers(audit: &Audit) -> Vec<ConsumersView<'_>> {
    let members = audit.finding.members.iter().zip(&audit.consumers);
    members
        .map(|(member, used)| ConsumersView {
            definition: member.dotted(),
            production: &used.production,
            tests: &used.tests,
            strings: &used.strings,
        })
        .collect()
}

fn candidates(audit: &Audit) -> Vec<CandidateView<'_>> {
    audit
        .candidates
        .iter()
        .map(|candidate| CandidateView {
            definition: &candidate.dotted,
            points: candidate.points(),
            criteria: candidate
                .criteria
                .iter()
                .map(|it| CriterionView { name: it.name, figure: &it.figure, points: it.points })
                .collect(),
            obstacles: candidate
                .obstacles
                .iter()
                .map(|(place, reason)| PlaceView { place, reason })
                .collect(),
        })
        .collect()
}
