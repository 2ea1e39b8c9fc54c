//! A project at a glance.

use std::collections::BTreeMap;

use askama::Template;
use ssot_model::{Finding, ScanReport, Timestamp, TrendPoint};

use super::runs::RunCard;
use super::shell::{Shell, segment};
use super::{Health, rendered, since};
use crate::report::{figures, map, trend};
use crate::summary::{headline, ranked, saving};
use crate::words::{count, thousands};

/// Concepts that are named.
const WORST: usize = 8;
/// Rules and verdicts of which the change is told.
const CHANGES: usize = 6;
/// A week in milliseconds.
const WEEK: i64 = 7 * 24 * 60 * 60 * 1000;

/// The overview of a project.
pub struct OverviewView<'a> {
    /// What stands around it.
    pub shell: Shell,
    /// The last scan; none before the first.
    pub report: Option<&'a ScanReport>,
    /// The figures of the commits scanned so far, the oldest first.
    pub trend: &'a [TrendPoint],
    /// Runs that go on or wait.
    pub running: Vec<RunCard>,
    /// When it was scanned.
    pub scanned: Option<Timestamp>,
    /// Whether a scan goes on.
    pub scanning: bool,
    /// The time of the page.
    pub now: Timestamp,
}

/// How one figure has changed.
struct Change {
    what: String,
    now: String,
    by: i64,
}

impl Change {
    fn said(&self) -> String {
        match self.by {
            0 => "no change".to_owned(),
            by if by > 0 => format!("+{}", thousands(by.unsigned_abs())),
            by => format!("\u{2212}{}", thousands(by.unsigned_abs())),
        }
    }

    fn class(&self) -> &'static str {
        match self.by {
            0 => "rest",
            by if by > 0 => "bad",
            _ => "good",
        }
    }
}

/// A concept in the list of the worst.
struct Worst {
    href: String,
    verdict: &'static str,
    kind: &'static str,
    name: String,
    places: String,
    saving: String,
}

#[derive(Template)]
#[template(path = "overview.html")]
struct Page<'a> {
    shell: &'a Shell,
    view: &'a OverviewView<'a>,
    headline: String,
    read: String,
    scanned: String,
    health: Option<Health>,
    figures: String,
    worst: Vec<Worst>,
    since: String,
    changes: Vec<Change>,
    trend: String,
    map: String,
}

impl Page<'_> {
    /// The part of the project in which it lies.
    const SECTION: &'static str = "overview";
}

/// The page.
pub fn overview(view: &OverviewView<'_>) -> String {
    let shell = &view.shell;
    let base = format!("{}/findings", shell.base());
    let report = view.report;
    let worst = |finding: &Finding| Worst {
        href: format!("{}/concepts/{}", shell.base(), segment(finding.id.as_str())),
        verdict: finding.verdict_word(),
        kind: finding.kind.as_str(),
        name: finding.name.clone(),
        places: count(finding.members.len(), "place"),
        saving: saving(finding).unwrap_or_default(),
    };
    let (since, changes) = changes(view.trend);
    let read = |report: &ScanReport| {
        format!(
            "{}, {}, {} read",
            count(report.files as usize, "file"),
            count(report.lines as usize, "line"),
            count(report.definitions as usize, "definition")
        )
    };
    rendered(&Page {
        shell,
        view,
        headline: report.map(headline).unwrap_or_default(),
        read: report.map(read).unwrap_or_default(),
        scanned: view.scanned.map_or_else(String::new, |at| since::ago(at, view.now)),
        health: report.map(Health::of),
        figures: report.map(|it| figures(it, &base)).unwrap_or_default(),
        worst: report.map_or_else(Vec::new, |report| {
            ranked(report, false).into_iter().take(WORST).map(worst).collect()
        }),
        since,
        changes,
        trend: trend(view.trend),
        map: report.map(|it| map(it, &format!("{base}?text="))).unwrap_or_default(),
    })
}

/// What has changed since a week before the last point, and since when exactly.
fn changes(trend: &[TrendPoint]) -> (String, Vec<Change>) {
    let Some(last) = trend.last() else { return (String::new(), Vec::new()) };
    let mut earlier = trend[..trend.len() - 1].iter().filter(|it| it.config == last.config);
    let before = earlier.clone().rev().find(|it| it.at.0 <= last.at.0 - WEEK);
    let Some(before) = before.or_else(|| earlier.next()) else {
        return (String::new(), Vec::new());
    };
    let change = |what: &str, now: u64, then: u64| Change {
        what: what.to_owned(),
        now: thousands(now),
        by: now as i64 - then as i64,
    };
    let mut all = vec![
        change("lines that would go", last.removable, before.removable),
        change("lines of code", last.lines, before.lines),
    ];
    // More code is no news, good or bad.
    all.retain(|it| it.what != "lines of code" || it.by != 0);
    let mut kinds: Vec<Change> = differences(&last.verdicts, &before.verdicts);
    let rules = |point: &TrendPoint| -> BTreeMap<String, u32> { point.rules.clone() };
    if last.places() != before.places() {
        kinds.extend(differences(&rules(last), &rules(before)));
    }
    kinds.sort_by_key(|it| std::cmp::Reverse(it.by.abs()));
    kinds.truncate(CHANGES);
    all.extend(kinds);
    all.retain(|it| it.what != "lines of code");
    (crate::words::date(before.at), all)
}

fn differences(now: &BTreeMap<String, u32>, then: &BTreeMap<String, u32>) -> Vec<Change> {
    let of = |map: &BTreeMap<String, u32>, key: &str| map.get(key).copied().unwrap_or(0);
    let mut keys: Vec<&String> = now.keys().chain(then.keys()).collect();
    keys.sort();
    keys.dedup();
    let change = |key: &String| Change {
        what: key.clone(),
        now: thousands(u64::from(of(now, key))),
        by: i64::from(of(now, key)) - i64::from(of(then, key)),
    };
    keys.into_iter().map(change).filter(|it| it.by != 0).collect()
}
