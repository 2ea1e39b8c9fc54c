//! What people decided about groups by reading, compared with what ssot decided and did.

use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::outcome::{Judged, Wrong};
use super::ssot::{Finding, Member, Package, Report, Scan, is_violation};

/// The judgements, relative to the workspace.
const JUDGED: &str = "xtask/beds/judged.toml";

/// How far below a definition's first line its `def` or `class` may stand.
const DECORATOR_LINES: u32 = 10;

#[derive(Deserialize)]
struct File {
    group: Vec<Group>,
}

/// One judged group.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Group {
    bed: String,
    name: String,
    kind: String,
    places: Vec<String>,
    verdict: String,
    consolidatable: bool,
    #[serde(default)]
    strategy: String,
    why: String,
}

impl Group {
    /// The row in which a group that has to land without a human counts.
    fn class(&self) -> String {
        let kind = if self.kind == "method" { "methods" } else { "definitions" };
        format!("{} {kind}", self.verdict)
    }
}

/// The judgements about one bed.
pub(crate) fn of_bed(root: &Path, bed: &str) -> Result<Vec<Group>> {
    let text =
        std::fs::read_to_string(root.join(JUDGED)).with_context(|| format!("reading {JUDGED}"))?;
    let file: File = toml::from_str(&text).with_context(|| format!("in {JUDGED}"))?;
    Ok(file.group.into_iter().filter(|group| group.bed == bed).collect())
}

/// Compares every judgement with what was found and done.
pub(crate) fn compare(groups: &[Group], scan: &Scan, report: &Report) -> Judged {
    let mut judged = Judged { groups: count(groups.len()), ..Judged::default() };
    for group in groups {
        let findings = matching(group, scan);
        let joined = |counts: fn(&Package) -> bool| {
            findings.iter().any(|finding| are_joined(group, finding, report, counts))
        };
        let landed = joined(Package::has_landed);
        let planned = joined(|_| true);
        note_verdict(group, findings.first().copied(), &mut judged);
        if group.consolidatable {
            let tally = judged.classes.entry(group.class()).or_default();
            tally.judged += 1;
            tally.landed += u32::from(landed);
            tally.planned += u32::from(planned);
            if !landed {
                let why = why_not(&findings, report);
                judged.not_landed.push(wrong(group, format!("by {}: {why}", group.strategy)));
            }
        } else {
            judged.must_stay += 1;
            judged.kept += u32::from(!landed);
            if landed {
                judged.lost.push(wrong(group, format!("landed, although: {}", group.why)));
            } else if planned {
                let why = format!("is in a package, although: {}", group.why);
                judged.planned_lost.push(wrong(group, why));
            }
        }
    }
    judged
}

fn note_verdict(group: &Group, finding: Option<&Finding>, judged: &mut Judged) {
    match finding.map(|finding| finding.verdict.as_str()) {
        None => {
            judged.missing += 1;
            if is_violation(&group.verdict) {
                judged.missed.push(wrong(group, group.verdict.clone()));
            }
        }
        Some("unsure") => judged.unsure += 1,
        Some(verdict) if verdict == group.verdict => judged.right += 1,
        Some(verdict) => {
            judged.wrong += 1;
            let said = format!("{verdict} instead of {}: {}", group.verdict, group.why);
            judged.wrong_verdicts.push(wrong(group, said));
        }
    }
}

fn wrong(group: &Group, text: String) -> Wrong {
    Wrong { name: group.name.clone(), place: group.places.join(", "), text }
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// The findings that hold at least two of the judged places, the best match first.
fn matching<'a>(group: &Group, scan: &'a Scan) -> Vec<&'a Finding> {
    let mut found: Vec<(usize, bool, &Finding)> = scan
        .findings
        .iter()
        .map(|finding| {
            let same_kind = finding.kind == group.kind;
            let held =
                group.places.iter().filter(|place| member_at(finding, place, same_kind).is_some());
            (held.count(), same_kind, finding)
        })
        .filter(|(held, _, _)| *held >= 2)
        .collect();
    found.sort_by_key(|(held, same_kind, _)| std::cmp::Reverse((*held, *same_kind)));
    found.into_iter().map(|(_, _, finding)| finding).collect()
}

/// The finding's member whose definition begins at the place.
fn member_at<'a>(finding: &'a Finding, place: &str, same_kind: bool) -> Option<&'a Member> {
    let (path, line) = place.rsplit_once(':')?;
    let line = line.parse::<u32>().ok()?;
    // A group of another kind counts when it is about this very name.
    let reach = if same_kind { DECORATOR_LINES } else { 1 };
    finding.members.iter().find(|member| {
        member.path == path && (member.start..=member.end.min(member.start + reach)).contains(&line)
    })
}

/// Whether packages that count make at least two of the judged definitions one: they may consolidate
/// other members of the same finding and leave these alone.
fn are_joined(
    group: &Group,
    finding: &Finding,
    report: &Report,
    counts: fn(&Package) -> bool,
) -> bool {
    let same_kind = finding.kind == group.kind;
    let judged: Vec<String> = group
        .places
        .iter()
        .filter_map(|place| member_at(finding, place, same_kind))
        .map(Member::dotted)
        .collect();
    let packages = report.packages.iter().filter(|package| counts(package));
    packages.flat_map(|package| &package.groups).filter(|done| done.id == finding.id).any(|done| {
        let joined =
            judged.iter().filter(|name| **name == done.canonical || done.copies.contains(name));
        joined.count() >= 2
    })
}

/// Why a group did not land, in ssot's words.
fn why_not(findings: &[&Finding], report: &Report) -> String {
    let Some(finding) = findings.first() else {
        return "not found".to_owned();
    };
    let package =
        report.packages.iter().find(|p| p.groups.iter().any(|group| group.id == finding.id));
    if let Some(package) = package {
        return format!("{}: {}", package.state, package.reason.as_deref().unwrap_or("no reason"));
    }
    let left = report.left_alone.iter().find(|left| left.group == finding.id);
    left.map_or_else(
        || format!("{}: in no package and no list", finding.verdict),
        |left| format!("left alone as {}: {}", finding.verdict, left.reason),
    )
}

#[cfg(test)]
mod tests {
    use super::{Group, compare, of_bed};
    use crate::beds::list;
    use crate::beds::ssot::{Report, Scan};
    use crate::workspace;

    fn group(
        name: &str,
        kind: &str,
        lines: [u32; 2],
        verdict: &str,
        consolidatable: bool,
    ) -> Group {
        Group {
            bed: "x".to_owned(),
            name: name.to_owned(),
            kind: kind.to_owned(),
            places: vec![format!("a.py:{}", lines[0]), format!("b.py:{}", lines[1])],
            verdict: verdict.to_owned(),
            consolidatable,
            strategy: "redirect".to_owned(),
            why: "read".to_owned(),
        }
    }

    fn finding(id: &str, kind: &str, starts: [u32; 2], verdict: &str) -> serde_json::Value {
        let member = |path: &str, start: u32| {
            let (module, _) = path.split_once('.').expect("it has an extension");
            serde_json::json!({
                "path": path, "start": start, "end": start + 20,
                "module": module, "qualified_name": id,
            })
        };
        serde_json::json!({
            "id": id, "verdict": verdict, "name": id, "kind": kind,
            "members": [member("a.py", starts[0]), member("b.py", starts[1]), member("c.py", 1)],
        })
    }

    #[test]
    fn each_judgement_is_answered_once() {
        let groups = [
            group("right", "function", [12, 10], "identical", true),
            group("wrong", "class", [100, 100], "convention", false),
            group("missing", "function", [200, 200], "identical", true),
            group("unsure", "function", [300, 300], "homonym", false),
            group("untouched", "class", [500, 500], "identical", false),
            group("method", "method", [402, 402], "clone", true),
        ];
        let scan: Scan = serde_json::from_value(serde_json::json!({
            "files": 2, "lines": 500,
            "findings": [
                finding("g-1", "function", [10, 10], "identical"),
                finding("g-2", "class", [100, 100], "identical"),
                finding("g-3", "function", [300, 300], "unsure"),
                finding("g-5", "class", [500, 500], "identical"),
                finding("g-4", "class", [400, 400], "identical"),
            ],
        }))
        .expect("it is a scan");
        let report: Report = serde_json::from_value(serde_json::json!({
            "tests_before": null, "tests_after": null, "left_alone": [], "seconds": 1,
            "packages": [
                {"title": "a", "state": "done", "reason": null, "groups": [
                    {"strategy": "redirect", "group": "g-1", "canonical": "a.g-1", "copies": ["b.g-1", "c.g-1"]},
                    {"strategy": "redirect", "group": "g-2", "canonical": "common.g-2", "copies": ["a.g-2", "b.g-2"]},
                    {"strategy": "redirect", "group": "g-5", "canonical": "a.g-5", "copies": ["c.g-5"]},
                ]},
                {"title": "b", "state": "rejected", "reason": "tests", "groups": [
                    {"strategy": "redirect", "group": "g-3", "canonical": "a.g-3", "copies": ["b.g-3"]},
                ]},
            ],
        }))
        .expect("it is a report");
        let judged = compare(&groups, &scan, &report);
        assert_eq!((judged.right, judged.wrong, judged.unsure, judged.missing), (2, 1, 1, 2));
        assert_eq!(judged.missed.len(), 2);
        let tallies: Vec<(&str, u32, u32)> = judged
            .classes
            .iter()
            .map(|(class, tally)| (class.as_str(), tally.landed, tally.judged))
            .collect();
        assert_eq!(tallies, [("clone methods", 0, 1), ("identical definitions", 1, 2)]);
        assert_eq!(judged.planned_lost.len(), 1, "a rejected package holds `unsure`");
        assert_eq!((judged.must_stay, judged.kept), (3, 2));
        assert_eq!(judged.lost.len(), 1);
        assert_eq!(judged.lost[0].name, "wrong");
        assert_eq!(judged.not_landed[0].text, "by redirect: not found");
    }

    #[test]
    fn every_judgement_names_a_bed_and_two_places() {
        let root = workspace::root();
        let mut groups = 0;
        for bed in list::all(&root).expect("the list is well formed") {
            for group in of_bed(&root, &bed.name).expect("the judgements are well formed") {
                assert!(group.places.len() >= 2, "{}", group.name);
                assert!(group.places.iter().all(|place| place.contains(".py:")), "{}", group.name);
                assert_eq!(group.consolidatable, !group.strategy.is_empty(), "{}", group.name);
                groups += 1;
            }
        }
        let text = std::fs::read_to_string(root.join(super::JUDGED)).expect("it is there");
        let every: super::File = toml::from_str(&text).expect("it is well formed");
        assert_eq!(groups, every.group.len(), "a judgement is about no bed of the list");
        let to_land = every.group.iter().filter(|group| group.consolidatable).count();
        assert!(to_land >= 120, "{to_land}");
    }
}
