//! What `ssot fix` says.

use ssot_engine::{FixReport, FixedPlace, LearnReport};

use crate::formats::visible;
use crate::text::figures::{add, count, some_of};
use crate::text::{changes, style};

/// Files named of those with work that was not committed.
const FILES: usize = 5;

/// The differences of a dry run, what stays and why, and the figures.
pub(crate) fn fix(report: &FixReport, dry_run: bool) -> String {
    let mut text = String::new();
    if dry_run {
        text.push_str(&changes(&report.files));
        if !report.files.is_empty() {
            text.push('\n');
        }
    }
    for FixedPlace { path, line, reason } in &report.left {
        let place = match line {
            0 => path.to_string(),
            line => format!("{path}:{line}"),
        };
        let reason = visible(reason.as_deref().unwrap_or_default());
        add(&mut text, format!("{}  {reason}\n", style::faint(&visible(&place))));
    }
    if !report.left.is_empty() {
        text.push('\n');
    }
    if !report.uncommitted.is_empty() {
        let files: Vec<&str> =
            report.uncommitted.iter().map(ssot_model::RepoPath::as_str).collect();
        let said = format!(
            "{} had changes that were not committed: {}",
            count(files.len(), "file"),
            some_of(&files, FILES)
        );
        add(&mut text, format!("{}\n", visible(&said)));
    }
    let verb = if dry_run { "would change" } else { "changed" };
    let said = match (report.fixed.len(), report.left.len()) {
        (0, 0) => "nothing to fix".to_owned(),
        (fixed, left) => {
            let stay = match left {
                0 => String::new(),
                left => format!("; {} left as it is", count(left, "place")),
            };
            let files = count(report.files.len(), "file");
            format!("{} in {files} {verb}{stay}", count(fixed, "place"))
        }
    };
    add(&mut text, format!("{}\n", style::strong(&said)));
    text
}

/// What was learned: each codemod as it goes into `ssot.toml`, how it does where somebody was
/// before it, and what it would change elsewhere.
pub(crate) fn learn(report: &LearnReport) -> String {
    let mut text = String::new();
    for codemod in &report.codemods {
        for line in codemod.toml.lines() {
            add(&mut text, format!("{}\n", visible(line)));
        }
        text.push('\n');
        text.push_str(&changes(&codemod.files));
        let (sites, done) = (codemod.sites.len(), codemod.reproduced);
        let said = format!(
            "{done} of {} fixed by hand come out the same; {} elsewhere would change, {} would stay",
            count(sites, "site"),
            count(codemod.elsewhere.len(), "place"),
            codemod.left.len()
        );
        add(&mut text, format!("{}\n", style::strong(&said)));
        for FixedPlace { path, line, reason } in &codemod.left {
            let reason = visible(reason.as_deref().unwrap_or_default());
            let place = visible(&format!("{path}:{line}"));
            add(&mut text, format!("  {}  {reason}\n", style::faint(&place)));
        }
        text.push('\n');
    }
    for FixedPlace { path, line, reason } in &report.unlearned {
        let reason = visible(reason.as_deref().unwrap_or_default());
        let place = visible(&format!("{path}:{line}"));
        add(&mut text, format!("{}  no pattern: {reason}\n", style::faint(&place)));
    }
    if report.codemods.is_empty() {
        text.push_str(
            "no codemod was learned: fix one to three places by hand, or say in which commits that \
             was done, `--learn=A..B`\n",
        );
    }
    text
}
