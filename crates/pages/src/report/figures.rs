//! The headline, the figures below it and the bar of verdicts.

use std::collections::BTreeMap;

use ssot_model::{Finding, ScanReport, Verdict, covered};

use crate::markup::{bar as bar_of, escaped};
use crate::summary::extent;
use crate::words::{add, count, thousands};

/// The first section of the page.
pub(super) fn section(report: &ScanReport, headline: &str) -> String {
    let read = [
        count(report.files as usize, "file"),
        count(report.lines as usize, "line"),
        count(report.definitions as usize, "definition"),
    ];
    format!(
        "<section class=\"hero\" aria-label=\"Figures\">\n<p class=\"headline\">{headline}</p>\n\
         <p class=\"read\">{} read</p>\n<dl class=\"tiles\">\n{}</dl>\n{}</section>\n",
        read.join(", "),
        tiles(report),
        bar(report, None),
    )
}

fn tiles(report: &ScanReport) -> String {
    let of = |verdict| move |it: &&Finding| it.verdict == Some(verdict) && it.accepted.is_none();
    let concepts = report.violations().filter(|finding| finding.verdict.is_some()).count();
    let places: Vec<&Finding> =
        report.violations().filter(|finding| finding.verdict.is_none()).collect();
    let unsure = report.findings.iter().filter(of(Verdict::Unsure)).count();
    let accepted = report.findings.iter().filter(|finding| finding.accepted.is_some()).count();
    let members = report.violations().filter(|it| it.verdict.is_some()).flat_map(|it| &it.members);
    let duplicated: u64 = covered(members).into_values().map(u64::from).sum();
    let share = duplicated as f64 * 100.0 / report.lines.max(1) as f64;
    let mut tiles = String::new();
    let mut tile = |figure: String, what: &str| {
        add(&mut tiles, format!("<div><dt>{what}</dt><dd>{figure}</dd></div>\n"));
    };
    tile(thousands(concepts as u64), "concepts with several sources of truth");
    tile(thousands(report.removable_lines()), "lines would go");
    tile(format!("{share:.1} %"), "of all lines are in such concepts");
    for (figure, what) in [
        (extent(&places).0, "places break a rule"),
        (unsure, "questions are open"),
        (accepted, "findings are accepted"),
    ] {
        if figure > 0 {
            tile(thousands(figure as u64), what);
        }
    }
    tiles
}

/// The figures and how they divide, whose parts lead to the findings at an address.
pub(super) fn linked(report: &ScanReport, base: &str) -> String {
    format!("<dl class=\"tiles\">\n{}</dl>\n{}", tiles(report), bar(report, Some(base)))
}

/// How the violations divide, as one bar whose parts filter the findings, or lead to them
/// at an address.
fn bar(report: &ScanReport, base: Option<&str>) -> String {
    // Verdicts in their order, then rules about places in that of their names.
    let mut parts: BTreeMap<(bool, Option<Verdict>, &str), usize> = BTreeMap::new();
    for finding in report.violations() {
        let word = finding.verdict.map_or(finding.rule.as_str(), |verdict| verdict.as_str());
        *parts.entry((finding.verdict.is_none(), finding.verdict, word)).or_default() += 1;
    }
    if parts.is_empty() {
        return String::new();
    }
    let (mut parts_of_bar, mut legend) = (Vec::new(), String::new());
    for ((is_place, _, word), number) in parts {
        let class = if is_place { "place" } else { word };
        let word = escaped(word);
        let figure = thousands(number as u64);
        let filter = if is_place { "rule" } else { "verdict" };
        parts_of_bar.push((class, number));
        let said = format!("{word} <b>{figure}</b>");
        let item = match base {
            Some(base) => {
                let base = escaped(base);
                format!("<a class=\"chip {class}\" href=\"{base}?{filter}={word}\">{said}</a>")
            }
            None => format!(
                "<button type=\"button\" class=\"chip {class}\" data-{filter}=\"{word}\">{said}</button>"
            ),
        };
        add(&mut legend, format!("<li>{item}</li>\n"));
    }
    format!(
        "{}\n\
         <ul class=\"legend\" aria-label=\"Findings by verdict and rule\">\n{legend}</ul>\n",
        bar_of("bar", &parts_of_bar)
    )
}
