//! The tables of `docs/beds.md`.

use std::fmt::Write as _;

use super::outcome::{Judged, Outcome, Wrong};
use super::ssot::Counts;

/// The order in which verdicts are told.
const VERDICTS: &[&str] = &[
    "identical",
    "clone",
    "variant",
    "twin",
    "shadowed",
    "homonym",
    "layer",
    "specialisation",
    "boundary",
    "convention",
    "unsure",
];

/// Renders every kept outcome.
pub(crate) fn render(outcomes: &[Outcome]) -> String {
    let mut page = String::new();
    page.push_str("| bed | files / lines | groups by verdict | landed | refused | tests before | tests after | scan s | run s |\n");
    page.push_str("|---|---|---|---|---|---|---|---|---|\n");
    for outcome in outcomes {
        row(
            &mut page,
            &[
                format!("{} {}", outcome.bed, outcome.version),
                format!("{} / {}", outcome.files, outcome.lines),
                verdicts(outcome),
                outcome.landed.to_string(),
                outcome.refused.len().to_string(),
                counts(outcome.tests_before),
                counts(outcome.tests_after),
                format!("{:.2}", outcome.scan_seconds),
                outcome.run_seconds.to_string(),
            ],
        );
    }
    page.push_str("\nTests: passed / failed / skipped.\n\n");
    judged_table(&mut page, outcomes);
    list(&mut page, "Breaches", outcomes, |outcome| {
        outcome.breaches.iter().map(|text| format!("{}: {text}", outcome.bed)).collect()
    });
    list(&mut page, "Notes", outcomes, |outcome| {
        outcome.notes.iter().map(|text| format!("{}: {text}", outcome.bed)).collect()
    });
    list(&mut page, "Packages that were refused", outcomes, |outcome| {
        lines(&outcome.bed, &outcome.refused)
    });
    list(&mut page, "Consolidatable, not landed", outcomes, |outcome| {
        lines(&outcome.bed, &outcome.judged.not_landed)
    });
    list(&mut page, "Judged to be violations, not reported", outcomes, |outcome| {
        lines(&outcome.bed, &outcome.judged.missed)
    });
    list(&mut page, "Verdicts that differ from the judgement", outcomes, |outcome| {
        lines(&outcome.bed, &outcome.judged.wrong_verdicts)
    });
    page.push_str("### Measured\n\n| bed | date | machine | ssot |\n|---|---|---|---|\n");
    for outcome in outcomes {
        let cells = [&outcome.bed, &outcome.date, &outcome.machine, &outcome.ssot];
        row(&mut page, &cells.map(Clone::clone));
    }
    page
}

fn judged_table(page: &mut String, outcomes: &[Outcome]) {
    page.push_str("| bed | judged | right | wrong | unsure | not reported | consolidatable, landed | must stay, kept |\n");
    page.push_str("|---|---|---|---|---|---|---|---|\n");
    let mut sum = Judged::default();
    for outcome in outcomes {
        row(page, &judged_cells(&outcome.bed, &outcome.judged));
        add(&mut sum, &outcome.judged);
    }
    row(page, &judged_cells("**all**", &sum));
    page.push('\n');
}

fn judged_cells(name: &str, judged: &Judged) -> [String; 8] {
    [
        name.to_owned(),
        judged.groups.to_string(),
        judged.right.to_string(),
        judged.wrong.to_string(),
        judged.unsure.to_string(),
        judged.missing.to_string(),
        format!("{} of {}", judged.landed, judged.consolidatable),
        format!("{} of {}", judged.kept, judged.must_stay),
    ]
}

fn add(sum: &mut Judged, judged: &Judged) {
    sum.groups += judged.groups;
    sum.right += judged.right;
    sum.wrong += judged.wrong;
    sum.unsure += judged.unsure;
    sum.missing += judged.missing;
    sum.consolidatable += judged.consolidatable;
    sum.landed += judged.landed;
    sum.must_stay += judged.must_stay;
    sum.kept += judged.kept;
}

fn row(page: &mut String, cells: &[String]) {
    let cells: Vec<String> = cells.iter().map(|cell| one_line(cell)).collect();
    writeln!(page, "| {} |", cells.join(" | ")).expect("a string takes everything");
}

fn list(
    page: &mut String,
    title: &str,
    outcomes: &[Outcome],
    of: impl Fn(&Outcome) -> Vec<String>,
) {
    let items: Vec<String> = outcomes.iter().flat_map(of).collect();
    if items.is_empty() {
        return;
    }
    writeln!(page, "### {title}\n").expect("a string takes everything");
    for item in items {
        writeln!(page, "- {}", one_line(&item)).expect("a string takes everything");
    }
    page.push('\n');
}

fn lines(bed: &str, items: &[Wrong]) -> Vec<String> {
    items
        .iter()
        .map(|item| format!("{bed}: `{}` ({}) {}", item.name, item.place, item.text))
        .collect()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

fn verdicts(outcome: &Outcome) -> String {
    let told: Vec<String> = VERDICTS
        .iter()
        .filter_map(|verdict| {
            outcome.verdicts.get(*verdict).map(|count| format!("{count} {verdict}"))
        })
        .collect();
    if told.is_empty() { "none".to_owned() } else { told.join(", ") }
}

fn counts(counts: Option<Counts>) -> String {
    counts.map_or_else(|| "not run".to_owned(), |counts| counts.to_string())
}

#[cfg(test)]
mod tests {
    use super::super::outcome::Outcome;
    use super::render;

    const KEPT: &str = r#"
bed = "a"
version = "1"
date = "2026-01-01"
machine = "2 cores"
ssot = "0.1.0"
files = 3
lines = 40
scan_seconds = 0.5
run_seconds = 9
landed = 2
breaches = []
notes = []
tests_before = { passed = 5, failed = 0, skipped = 1 }
tests_after = { passed = 5, failed = 0, skipped = 1 }
verdicts = { identical = 2, homonym = 1 }
refused = [{ name = "x", place = "rejected", text = "a | b\nc" }]
[judged]
groups = 4
right = 3
wrong = 1
unsure = 0
missing = 0
consolidatable = 2
landed = 2
must_stay = 2
kept = 2
wrong_verdicts = []
missed = []
not_landed = []
lost = []
"#;

    #[test]
    fn a_page_tells_what_was_kept() {
        let outcome: Outcome = toml::from_str(KEPT).expect("it is an outcome");
        let page = render(&[outcome]);
        for line in [
            "| a 1 | 3 / 40 | 2 identical, 1 homonym | 2 | 1 | 5 / 0 / 1 | 5 / 0 / 1 | 0.50 | 9 |",
            "| a | 4 | 3 | 1 | 0 | 0 | 2 of 2 | 2 of 2 |",
            "- a: `x` (rejected) a \\| b c",
            "| a | 2026-01-01 | 2 cores | 0.1.0 |",
        ] {
            assert!(page.lines().any(|found| found == line), "{line}\nnot in\n{page}");
        }
        assert!(!page.contains("Breaches"));
    }
}
