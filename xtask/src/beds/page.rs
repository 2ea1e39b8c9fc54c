//! The tables of `docs/beds.md`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::outcome::{Judged, Outcome, Tally, Wrong};
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

/// Shares of the judged groups that have to land, by verdict, in percent.
const BARS: &[(&str, &[&str], u32)] =
    &[("identical and clone", &["identical", "clone"], 80), ("variant", &["variant"], 40)];

/// Renders every kept outcome.
pub(crate) fn render(outcomes: &[Outcome]) -> String {
    let mut page = String::new();
    trees(&mut page, outcomes);
    runs(&mut page, outcomes);
    bars(&mut page, outcomes);
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
    page.push_str("### Measured\n\n");
    head(&mut page, &["bed", "date", "machine", "ssot"]);
    for outcome in outcomes {
        let cells = [&outcome.bed, &outcome.date, &outcome.machine, &outcome.ssot];
        row(&mut page, &cells.map(Clone::clone));
    }
    page
}

/// What was read and tested.
fn trees(page: &mut String, outcomes: &[Outcome]) {
    let titles = [
        "bed",
        "files / lines",
        "groups by verdict",
        "tests before",
        "tests after",
        "scan s",
        "run s",
    ];
    head(page, &titles);
    for outcome in outcomes {
        let verdicts = in_order(&outcome.verdicts, VERDICTS);
        row(
            page,
            &[
                format!("{} {}", outcome.bed, outcome.version),
                format!("{} / {}", outcome.files, outcome.lines),
                verdicts,
                counts(outcome.tests_before),
                counts(outcome.tests_after),
                format!("{:.2}", outcome.scan_seconds),
                outcome.run_seconds.to_string(),
            ],
        );
    }
    page.push_str("\nTests: passed / failed / skipped.\n\n");
}

/// What the packages came to.
fn runs(page: &mut String, outcomes: &[Outcome]) {
    let titles = [
        "bed",
        "packages landed",
        "groups landed by strategy",
        "packages refused by what stopped them",
        "versions compared by calls",
    ];
    head(page, &titles);
    for outcome in outcomes {
        row(
            page,
            &[
                outcome.bed.clone(),
                match outcome.planned {
                    0 => outcome.landed.to_string(),
                    planned => format!("plan alone: {planned} packages"),
                },
                in_order(&outcome.strategies, &[]),
                in_order(&outcome.stopped, &[]),
                in_order(&outcome.behaviours, &["equal", "different"]),
            ],
        );
    }
    page.push('\n');
}

/// How much of what was judged to be consolidatable came into a package, and landed.
fn bars(page: &mut String, outcomes: &[Outcome]) {
    let mut sum: BTreeMap<String, Tally> = BTreeMap::new();
    for (class, tally) in outcomes.iter().flat_map(|outcome| &outcome.judged.classes) {
        *sum.entry(class.clone()).or_default() += *tally;
    }
    let mut titles = vec!["consolidatable: landed, in a package, judged"];
    titles.extend(sum.keys().map(String::as_str));
    titles.push("all");
    head(page, &titles);
    let cells = |name: &str, classes: &BTreeMap<String, Tally>, all: Tally| {
        let mut cells = vec![name.to_owned()];
        let told = |class| classes.get(class).map_or_else(|| "-".to_owned(), Tally::to_string);
        cells.extend(sum.keys().map(told));
        cells.push(all.to_string());
        cells
    };
    let mut all = Tally::default();
    for outcome in outcomes.iter().filter(|outcome| outcome.judged.groups > 0) {
        let own = outcome.judged.consolidatable();
        all += own;
        row(page, &cells(&outcome.bed, &outcome.judged.classes, own));
    }
    row(page, &cells("**all**", &sum, all));
    page.push('\n');
    for (name, verdicts, bar) in BARS {
        let of = |class: &str| verdicts.iter().any(|v| class.split(' ').next() == Some(*v));
        let mut tally = Tally::default();
        for (_, found) in sum.iter().filter(|(class, _)| of(class)) {
            tally += *found;
        }
        let share = |count: u32| (100 * count).checked_div(tally.judged).unwrap_or_default();
        let (landed, planned) = (share(tally.landed), share(tally.planned));
        let held = if landed >= *bar { "held" } else { "**not held**" };
        writeln!(
            page,
            "- {name}: {landed} % landed and {planned} % came into a package, of {}; the bar is \
             {bar} % landed: {held}",
            tally.judged
        )
        .expect("a string takes everything");
    }
    page.push('\n');
}

fn judged_table(page: &mut String, outcomes: &[Outcome]) {
    let titles = ["bed", "judged", "right", "wrong", "unsure", "not reported", "must stay, kept"];
    head(page, &titles);
    let mut sum = Judged::default();
    for outcome in outcomes.iter().filter(|outcome| outcome.judged.groups > 0) {
        row(page, &judged_cells(&outcome.bed, &outcome.judged));
        add(&mut sum, &outcome.judged);
    }
    row(page, &judged_cells("**all**", &sum));
    page.push('\n');
}

fn judged_cells(name: &str, judged: &Judged) -> [String; 7] {
    [
        name.to_owned(),
        judged.groups.to_string(),
        judged.right.to_string(),
        judged.wrong.to_string(),
        judged.unsure.to_string(),
        judged.missing.to_string(),
        format!("{} of {}", judged.kept, judged.must_stay),
    ]
}

fn add(sum: &mut Judged, judged: &Judged) {
    sum.groups += judged.groups;
    sum.right += judged.right;
    sum.wrong += judged.wrong;
    sum.unsure += judged.unsure;
    sum.missing += judged.missing;
    sum.must_stay += judged.must_stay;
    sum.kept += judged.kept;
}

fn head(page: &mut String, titles: &[&str]) {
    let titles: Vec<String> = titles.iter().map(|title| (*title).to_owned()).collect();
    row(page, &titles);
    writeln!(page, "|{}", "---|".repeat(titles.len())).expect("a string takes everything");
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

/// Words with their counts, those of `order` first.
fn in_order(tally: &BTreeMap<String, u32>, order: &[&str]) -> String {
    let place = |word: &str| order.iter().position(|it| *it == word).unwrap_or(order.len());
    let mut words: Vec<(&String, &u32)> = tally.iter().collect();
    words.sort_by_key(|(word, _)| place(word));
    let told: Vec<String> = words.iter().map(|(word, count)| format!("{count} {word}")).collect();
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
strategies = { redirect = 3, pull-up = 1 }
stopped = { tests = 1 }
behaviours = { equal = 2, "untestable: refused" = 1 }
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
must_stay = 2
kept = 2
wrong_verdicts = []
missed = []
not_landed = []
lost = []
planned_lost = []
[judged.classes]
"identical methods" = { judged = 4, planned = 4, landed = 3 }
"variant definitions" = { judged = 2, planned = 1, landed = 1 }
"#;

    #[test]
    fn a_page_tells_what_was_kept() {
        let outcome: Outcome = toml::from_str(KEPT).expect("it is an outcome");
        let page = render(&[outcome]);
        for line in [
            "| a 1 | 3 / 40 | 2 identical, 1 homonym | 5 / 0 / 1 | 5 / 0 / 1 | 0.50 | 9 |",
            "| a | 2 | 1 pull-up, 3 redirect | 1 tests | 2 equal, 1 untestable: refused |",
            "| a | 3, 4 of 4 | 1, 1 of 2 | 4, 5 of 6 |",
            "- identical and clone: 75 % landed and 100 % came into a package, of 4; the bar is \
             80 % landed: **not held**",
            "- variant: 50 % landed and 50 % came into a package, of 2; the bar is 40 % landed: held",
            "| a | 4 | 3 | 1 | 0 | 0 | 2 of 2 |",
            "- a: `x` (rejected) a \\| b c",
            "| a | 2026-01-01 | 2 cores | 0.1.0 |",
        ] {
            assert!(page.lines().any(|found| found == line), "{line}\nnot in\n{page}");
        }
        assert!(!page.contains("Breaches"));
    }
}
