//! The table of `docs/gates.md`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::Result;
use ssot_model::GateName;

use super::{Fate, Outcome};
use crate::machine;

/// The gates in the order in which a run asks them.
const GATES: [GateName; 7] = [
    GateName::Parse,
    GateName::Imports,
    GateName::Findings,
    GateName::Proof,
    GateName::Load,
    GateName::Behaviour,
    GateName::Tests,
];

pub(super) fn table(outcomes: &[Outcome], seed: u64) -> Result<String> {
    let mut page = format!(
        "`cargo xtask mutants`, seed {seed}, {}, {}.\n\n",
        machine::today()?,
        machine::description()
    );
    for outcome in outcomes {
        let all: Vec<&Fate> = outcome.fates.iter().collect();
        let (stopped, tests) = counts(&all);
        let _ = writeln!(
            page,
            "{}: {} packages pass every gate as they are planned; of {} wrong ones {stopped} are \
             stopped ({}), {tests} by the repository's tests alone ({}).",
            outcome.name,
            outcome.packages,
            all.len(),
            percent(stopped, all.len()),
            percent(tests, all.len()),
        );
    }
    page.push('\n');
    let heads: Vec<&str> = GATES.iter().map(|gate| gate.as_str()).collect();
    let _ = writeln!(
        page,
        "| what is wrong | mutants | {} | stopped | tests alone |",
        heads.join(" | ")
    );
    let _ = writeln!(page, "|---{}|", "|---".repeat(GATES.len() + 3));
    let fates: Vec<&Fate> = outcomes.iter().flat_map(|outcome| &outcome.fates).collect();
    let mut kinds: BTreeMap<String, Vec<&Fate>> = BTreeMap::new();
    for fate in &fates {
        let declared = if fate.declared { ", declared" } else { "" };
        kinds.entry(format!("{}{declared}", fate.kind)).or_default().push(fate);
    }
    for (kind, fates) in &kinds {
        let _ = writeln!(page, "{}", row(kind, fates));
    }
    let _ = writeln!(page, "{}", row("**all**", &fates));
    Ok(page)
}

fn row(name: &str, fates: &[&Fate]) -> String {
    let by = |gate: GateName| match fates.iter().filter(|it| it.stopped == Some(gate)).count() {
        0 => String::new(),
        count => count.to_string(),
    };
    let (stopped, tests) = counts(fates);
    let gates: Vec<String> = GATES.into_iter().map(by).collect();
    format!(
        "| {name} | {} | {} | {stopped} ({}) | {tests} ({}) |",
        fates.len(),
        gates.join(" | "),
        percent(stopped, fates.len()),
        percent(tests, fates.len())
    )
}

fn counts(fates: &[&Fate]) -> (usize, usize) {
    let stopped = fates.iter().filter(|it| it.stopped.is_some()).count();
    (stopped, fates.iter().filter(|it| it.by_tests).count())
}

fn percent(part: usize, whole: usize) -> String {
    format!("{:.1} %", 100.0 * part as f64 / whole.max(1) as f64)
}
