//! What tests do to each member. Names of tests and paths are of whoever measured: they
//! may hold anything.

use ssot_engine::audit::{Coverage, MemberCoverage};

use crate::formats::visible;
use crate::text::figures::letter;
use crate::text::figures::{add, count, some_of};
use crate::text::style;

/// Tests shown of one member.
const TESTS: usize = 6;

pub(super) fn coverage(coverage: &Coverage) -> String {
    let mut text = String::new();
    for (at, it) in coverage.members.iter().enumerate() {
        let name = letter(at);
        add(&mut text, format!("  {name:<3}{}\n", measured(it)));
        for (what, places) in [("reached by", &it.tests), ("named in", &it.references)] {
            let places: Vec<String> = places.iter().map(|place| visible(place)).collect();
            let places: Vec<&str> = places.iter().map(String::as_str).collect();
            if !places.is_empty() {
                let what = style::faint(&format!("{what:<10}"));
                add(&mut text, format!("     {what} {}\n", some_of(&places, TESTS)));
            }
        }
    }
    let read: Vec<String> = coverage.read.iter().map(|file| visible(file)).collect();
    add(&mut text, format!("  {}\n", style::faint(&format!("measured: {}", read.join(", ")))));
    for note in &coverage.notes {
        let note = style::open(&format!("note: {}", visible(note)));
        add(&mut text, format!("  {note}\n"));
    }
    text
}

/// How much of it was executed, and by how many tests.
fn measured(member: &MemberCoverage) -> String {
    let Some(measured) = member.measured else { return style::faint("not measured") };
    let tests = match member.tests.len() {
        0 => String::new(),
        tests => format!(", by {}", count(tests, "test")),
    };
    let share = format!(
        "{} of {} executed ({} %){tests}",
        measured.covered,
        count(measured.lines as usize, "statement"),
        measured.percent()
    );
    match measured.covered {
        0 => style::bad(&share),
        covered if covered < measured.lines => style::open(&share),
        _ => style::good(&share),
    }
}
