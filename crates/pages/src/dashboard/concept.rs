//! One group with everything that is known about it.

use askama::Template;
use ssot_engine::audit::{Audit, choice};
use ssot_model::{Finding, PackageId};

use super::rendered;
use super::shell::{Shell, segment};
use crate::markup::prose;
use crate::report::{self, Sources};
use crate::summary::{acceptor, saving};
use crate::words::count;

/// One group.
pub struct ConceptView<'a> {
    /// What stands around it.
    pub shell: Shell,
    /// The finding.
    pub finding: &'a Finding,
    /// Where lines can be opened.
    pub hosted: super::Hosted<'a>,
    /// What is known about it; none for a place, and while it is examined.
    pub audit: Option<&'a Audit>,
    /// The texts of its files.
    pub sources: &'a Sources,
    /// The package of the plan that consolidates it.
    pub package: Option<PackageId>,
}

#[derive(Template)]
#[template(path = "concept.html")]
struct Page<'a> {
    shell: &'a Shell,
    view: &'a ConceptView<'a>,
    verdict: &'static str,
    summary: String,
    question: String,
    figures: Vec<(String, String)>,
    choice: Option<(String, String)>,
    accepted: String,
    missed: String,
    places: Vec<(String, String)>,
    /// Members that could stay instead of the one that was chosen, the best first.
    others: Vec<String>,
    body: String,
    ask: String,
}

impl Page<'_> {
    /// The part of the project in which it lies.
    const SECTION: &'static str = "findings";
}

/// The page.
pub fn concept(view: &ConceptView<'_>) -> String {
    let finding = view.finding;
    let mut figures = Vec::new();
    if let Some(saving) = saving(finding) {
        figures.push((saving, "would go".to_owned()));
    }
    figures.push((finding.members.len().to_string(), "implementations".to_owned()));
    figures.push((format!("{} %", finding.confidence), "sure of the verdict".to_owned()));
    let mut missed = String::new();
    if let Some(audit) = view.audit {
        let used: usize = audit.consumers.iter().map(|it| it.production.len()).sum();
        figures.push((used.to_string(), "modules use it".to_owned()));
        let open = audit.ledger.open().count();
        if open > 0 {
            figures.push((open.to_string(), "pieces nobody has answered for".to_owned()));
        }
        let fixes = audit.history.as_ref().map_or(0, |it| it.missed_fixes.len());
        if fixes > 0 {
            missed = format!("{} never reached every copy", count(fixes, "fix"));
        }
    }
    let accepted = finding.accepted.as_ref();
    rendered(&Page {
        shell: &view.shell,
        view,
        verdict: finding.verdict.map_or("place", ssot_model::Verdict::as_str),
        summary: prose(&finding.summary),
        question: finding.question.as_deref().map(prose).unwrap_or_default(),
        figures,
        choice: view.audit.map(|it| {
            let (verb, what) = choice(it);
            (verb.to_owned(), what)
        }),
        accepted: accepted
            .map(|it| format!("Accepted by {}: {}", acceptor(it.by), it.reason))
            .unwrap_or_default(),
        missed,
        places: super::places(finding, view.hosted),
        others: view.audit.map(others).unwrap_or_default(),
        body: report::concept(finding, view.audit, view.sources),
        ask: format!("Tell me about {} ({})", finding.name, finding.id),
    })
}

/// The candidates after the first: it leads already.
fn others(audit: &Audit) -> Vec<String> {
    audit.candidates.iter().skip(1).map(|it| it.dotted.clone()).collect()
}

impl Page<'_> {
    fn href(&self) -> String {
        format!("{}/concepts/{}", self.shell.base(), segment(self.view.finding.id.as_str()))
    }

    fn api(&self) -> String {
        format!("{}/findings/{}", self.shell.api(), segment(self.view.finding.id.as_str()))
    }
}
