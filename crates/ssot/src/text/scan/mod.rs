//! What `ssot scan` says.

mod family;
mod places;
mod table;

pub(crate) use family::evidence;

use std::collections::BTreeMap;

use ssot_model::{ParseIssue, RepoPath, ScanReport};
use ssot_pages::summary::ranked;

use super::figures::{add, count, thousands};
use super::style;
use crate::formats::{Setting, visible};

/// Families shown unless all are asked for.
const FAMILIES: usize = 25;
/// Files with issues shown at the end.
const ISSUES: usize = 5;
/// Columns of a line that is wrapped.
const WIDTH: usize = 100;

/// The whole text: the figures, the families by what consolidating them would save, the
/// places by rule, and what can be typed next.
pub(crate) fn scan(report: &ScanReport, setting: &Setting<'_>) -> String {
    let mut text = format!("{}\n", style::strong(&setting.headline(report)));
    let read = [
        count(report.files as usize, "file"),
        count(report.lines as usize, "line"),
        count(report.definitions as usize, "definition"),
    ];
    line(&mut text, &style::faint(&format!("{} read", read.join(", "))));
    text.push_str(&table::table(report, setting.all));
    let families = ranked(report, setting.all);
    let whole = setting.all || setting.narrowed;
    let most = if whole { families.len() } else { FAMILIES };
    for (at, finding) in families.iter().take(most).enumerate() {
        text.push_str(&family::family(at + 1, finding, setting));
    }
    if families.len() > most {
        let hidden = thousands((families.len() - most) as u64);
        line(&mut text, &format!("\n      and {hidden} more of lesser rank; --all shows them"));
    }
    text.push_str(&places::places(report, setting));
    text.push_str(&next(report, setting.argument));
    text.push_str(&issues(&report.issues, whole));
    text
}

fn next(report: &ScanReport, argument: &str) -> String {
    let Some(first) = ranked(report, false).first().copied().or(report.violations().next()) else {
        return String::new();
    };
    let mut rows = Vec::new();
    if first.verdict.is_some() {
        rows = vec![
            (format!("ssot audit {}{argument}", first.id), "compare one group, see who uses what"),
            (format!("ssot plan{argument}"), "what would be done; changes nothing"),
            (format!("ssot run{argument}"), "do it, on a branch of its own"),
        ];
    }
    rows.push((
        format!("ssot explain {}", first.rule),
        "what the rule finds and when it is silent",
    ));
    format!("\n{}\n{}", style::strong("Next"), commands(&rows))
}

/// Commands to type and what they do, in two columns.
pub(super) fn commands(rows: &[(String, &str)]) -> String {
    let width = rows.iter().map(|(command, _)| command.chars().count()).max().unwrap_or(0);
    let row = |(command, does): &(String, &str)| {
        let command = style::command(&format!("{command:<width$}"));
        format!("  {command}  {}\n", style::faint(does))
    };
    rows.iter().map(row).collect()
}

/// The first issue of each file.
fn issues(issues: &[ParseIssue], all: bool) -> String {
    if issues.is_empty() {
        return String::new();
    }
    let mut files: BTreeMap<&RepoPath, Vec<&ParseIssue>> = BTreeMap::new();
    for issue in issues {
        files.entry(&issue.path).or_default().push(issue);
    }
    let said = format!("{} could not be read as a whole", count(files.len(), "file"));
    let mut text = format!("\n{}\n", style::open(&said));
    let most = if all { files.len() } else { ISSUES };
    for (path, issues) in files.iter().take(most) {
        let Some(first) = issues.first() else { continue };
        let at = if first.line == 0 { String::new() } else { format!(":{}", first.line) };
        let rest = match issues.len() - 1 {
            0 => String::new(),
            rest => style::faint(&format!("  and {} more", thousands(rest as u64))),
        };
        let (path, message) = (visible(path.as_str()), visible(&first.message));
        line(&mut text, &format!("  {path}{at}  {message}{rest}"));
    }
    if files.len() > most {
        let hidden = thousands((files.len() - most) as u64);
        line(&mut text, &style::faint(&format!("  and {hidden} more; --all names them")));
    }
    text
}

pub(super) fn line(text: &mut String, words: &str) {
    add(text, words);
    text.push('\n');
}

/// A text in lines of at most [`WIDTH`] columns; the first begins with `first`, the
/// others with as many spaces. A word longer than a line stays whole: it is a path or a
/// name that somebody copies.
fn wrapped(first: &str, text: &str) -> Vec<String> {
    let indent = " ".repeat(first.chars().count());
    let mut lines = vec![first.to_owned()];
    let mut width = indent.len();
    for word in text.split_whitespace() {
        let columns = word.chars().count();
        let is_begun = width > indent.len();
        if is_begun && width + 1 + columns > WIDTH {
            lines.push(indent.clone());
            width = indent.len();
        } else if is_begun {
            lines.last_mut().expect("there is a line").push(' ');
            width += 1;
        }
        lines.last_mut().expect("there is a line").push_str(word);
        width += columns;
    }
    lines
}

/// A text cut to a number of columns.
fn cut(text: &str, columns: usize) -> String {
    if text.chars().count() <= columns {
        return text.to_owned();
    }
    let kept: String = text.chars().take(columns.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// A place as a terminal can open it from the current folder.
pub(super) fn place(argument: &str, place: &str) -> String {
    let place = visible(place);
    match argument.trim_start() {
        "" => place,
        quoted if quoted.starts_with('\'') => place,
        folder => format!("{}/{place}", folder.trim_end_matches('/')),
    }
}

#[cfg(test)]
mod tests {
    use ssot_model::Verdict;

    use super::{WIDTH, cut, scan, wrapped};
    use crate::formats::sample::{finding, member, report, setting};

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn all_shows_what_is_open_and_what_was_accepted() {
        insta::assert_snapshot!(plain(&scan(&report(), &setting(true))));
    }

    #[test]
    fn a_wall_is_cut_where_nobody_reads_on() {
        let pair = vec![member("a.py", 1, 9, "slug"), member("b.py", 1, 9, "slug")];
        let mut report = report();
        report.findings = vec![finding(1, Verdict::Identical, pair); 28];
        let text = plain(&scan(&report, &setting(false)));
        assert!(text.contains("and 3 more of lesser rank; --all shows them"), "{text}");
        assert!(!plain(&scan(&report, &setting(true))).contains("lesser rank"));
    }

    #[test]
    fn lines_end_where_a_screen_does() {
        let words = "word ".repeat(50);
        let lines = wrapped("  + ", &words);
        assert_eq!(lines.len(), 3);
        assert!(lines.iter().all(|line| line.len() <= WIDTH && line.starts_with("  ")));
        assert_eq!(wrapped("", &"x".repeat(120)), ["x".repeat(120)]);
        assert_eq!((cut("abc", 3), cut("abcd", 3)), ("abc".to_owned(), "ab…".to_owned()));
    }
}
