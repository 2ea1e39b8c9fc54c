//! What `ssot init` says.

use ssot_engine::{Fate, InitReport};

use super::figures::count;
use super::scan::{commands, line};
use super::style;

/// The whole text. `argument` is the repository as it was typed.
pub(crate) fn init(report: &InitReport, argument: &str) -> String {
    let mut text = format!("{}\n\n", style::strong("This repository has a ratchet now"));
    for file in &report.files {
        let fate = match file.fate {
            Fate::Written => style::good("written "),
            Fate::Added => style::good("added to"),
            Fate::Kept => style::faint("kept    "),
            Fate::Yours => style::open("yours   "),
        };
        line(&mut text, &format!("  {fate}  {}", file.path));
    }
    let known = count(report.accepted, "finding");
    let boundaries = match report.boundaries {
        0 => String::new(),
        1 => ", 1 boundary was detected".to_owned(),
        more => format!(", {more} boundaries were detected"),
    };
    line(&mut text, &style::faint(&format!("\n  {known} in the baseline{boundaries}")));
    for file in &report.files {
        if let Some(snippet) = &file.snippet {
            line(&mut text, &format!("\n{}", style::open(&format!("Add this to {}:", file.path))));
            line(&mut text, snippet.trim_end());
        }
    }
    let rows = [
        (format!("ssot check{argument}"), "nothing is new, so far; then commit the files"),
        ("pre-commit install".to_owned(), "the hook, once in each clone"),
        (format!("ssot scan{argument}"), "what the baseline lets stay, ranked"),
    ];
    format!("{text}\n{}\n{}", style::strong("Next"), commands(&rows))
}
