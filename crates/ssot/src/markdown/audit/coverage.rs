//! What tests do to each member.

use ssot_engine::audit::Coverage;

use crate::markdown::{cell, code};
use crate::text::add;

/// Tests listed of one member.
const TESTS: usize = 40;

pub(super) fn coverage(coverage: &Coverage) -> String {
    let mut page = "\n## Tests and coverage\n\n| definition | executed | reached by | named in |\n\
                    |---|---:|---|---|\n"
        .to_owned();
    let list = |places: &[String]| {
        let mut shown: Vec<String> = places.iter().take(TESTS).map(|place| code(place)).collect();
        if let Some(more) = places.len().checked_sub(TESTS).filter(|more| *more > 0) {
            shown.push(format!("and {more} more"));
        }
        shown.join("<br>")
    };
    for it in &coverage.members {
        let executed = it.measured.map_or_else(
            || "not measured".to_owned(),
            |it| format!("{} of {} ({} %)", it.covered, it.lines, it.percent()),
        );
        let (name, tests, references) =
            (code(&it.definition), list(&it.tests), list(&it.references));
        add(&mut page, format!("| {name} | {executed} | {tests} | {references} |\n"));
    }
    let read: Vec<String> = coverage.read.iter().map(|file| code(file)).collect();
    add(&mut page, format!("\nMeasured: {}.\n", read.join(", ")));
    for note in &coverage.notes {
        add(&mut page, format!("\n> {}\n", cell(note)));
    }
    page
}
