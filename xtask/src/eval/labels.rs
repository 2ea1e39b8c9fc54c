//! How often the judge agrees with people who read the code.
//!
//! `eval/labels*.jsonl` name definitions by project, version, path and name; the
//! sources are not in this repository. Two thirds of the groups are for fitting, the
//! `test` part is for measuring.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use clap::Args;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::workspace;

/// Where the labels are, relative to the workspace: the second ones are of projects that
/// nothing had been tuned on.
const LABELS: [&str; 2] = ["eval/labels.jsonl", "eval/labels-fresh.jsonl"];
/// The row for all categories together, last in the order of the alphabet.
const WHOLE: &str = "together";
/// Parts of the labels: for fitting and for measuring.
const PARTS: [&str; 2] = ["test", "train"];
/// Verdicts that say a concept has more than one source of truth.
const VIOLATIONS: [&str; 5] = ["identical", "clone", "variant", "twin", "shadowed"];

/// Where sources are.
#[derive(Debug, Args)]
pub(super) struct Trees {
    /// Where the sources of a project are, as `PROJECT=DIR`; a project without is left
    /// out. Beds that were prepared here are found by themselves.
    #[arg(long = "tree", value_name = "PROJECT=DIR")]
    trees: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    trees: Trees,
    /// Looks at one part alone, so that the other stays unseen.
    #[arg(long, value_parser = PARTS, conflicts_with = "record")]
    part: Option<String>,
    /// Writes the table to docs/eval.md.
    #[arg(long)]
    pub(super) record: bool,
}

/// One judged group, with the line that says so.
#[derive(Debug, Deserialize)]
pub(super) struct Label {
    pub(super) part: String,
    pub(super) project: String,
    pub(super) category: String,
    pub(super) verdict: String,
    members: Vec<Member>,
    #[serde(skip)]
    pub(super) line: String,
}

/// A definition by its place.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Member {
    path: String,
    #[serde(alias = "qualified_name")]
    definition: String,
}

#[derive(Debug, Deserialize)]
struct Answer {
    verdict: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Scan {
    findings: Vec<Finding>,
}

#[derive(Debug, Deserialize)]
struct Finding {
    severity: String,
    verdict: Option<String>,
    members: Vec<Member>,
}

impl Finding {
    /// Whether it says of some of the label's definitions that they are one concept, and
    /// fails a build.
    fn blames(&self, label: &Label) -> bool {
        let named = label.members.iter().filter(|member| self.members.contains(member));
        self.severity == "error" && self.verdict.is_some() && named.count() >= 2
    }
}

/// Labelled groups that a finding of severity error names, and how many of them are
/// second sources of truth.
#[derive(Debug, Default)]
struct Blame {
    groups: u32,
    right: u32,
}

/// What was counted for one category of one part.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Count {
    pub(super) groups: u32,
    pub(super) unsure: u32,
    pub(super) exact: u32,
    pub(super) same_side: u32,
    equal: u32,
    equal_found: u32,
}

/// Whether a verdict says that a concept has more than one source of truth.
pub(super) fn violates(verdict: &str) -> bool {
    VIOLATIONS.contains(&verdict)
}

impl Count {
    pub(super) fn add(&mut self, label: &str, found: &str) {
        let is_equal = matches!(label, "identical" | "clone");
        self.groups += 1;
        self.equal += u32::from(is_equal);
        self.equal_found += u32::from(is_equal && matches!(found, "identical" | "clone"));
        if found == "unsure" {
            self.unsure += 1;
        } else {
            self.exact += u32::from(label == found);
            self.same_side += u32::from(violates(label) == violates(found));
        }
    }
}

/// The labels of the wanted part, or all, by project.
pub(super) fn read(root: &Path, part: Option<&str>) -> Result<BTreeMap<String, Vec<Label>>> {
    let read = |path: &str| {
        let path = root.join(path);
        std::fs::read_to_string(&path).with_context(|| path.display().to_string())
    };
    let texts = LABELS.into_iter().map(read).collect::<Result<Vec<_>>>()?;
    let mut by_project: BTreeMap<String, Vec<Label>> = BTreeMap::new();
    for line in texts.iter().flat_map(|text| text.lines()) {
        let label = Label { line: line.to_owned(), ..serde_json::from_str(line)? };
        if part.is_none_or(|part| label.part == part) {
            by_project.entry(label.project.clone()).or_default().push(label);
        }
    }
    Ok(by_project)
}

/// Asks the judge about every labelled group whose sources are at hand.
pub(super) fn measure(root: &Path, options: &Options) -> Result<String> {
    let by_project = read(root, options.part.as_deref())?;
    let mut counts: BTreeMap<(String, String), Count> = BTreeMap::new();
    let mut blames: BTreeMap<String, Blame> = BTreeMap::new();
    for (project, labels) in &by_project {
        let Some(tree) = options.trees.of(project) else {
            eprintln!("{project}: no sources, {} groups left out", labels.len());
            continue;
        };
        let lines: Vec<&str> = labels.iter().map(|label| label.line.as_str()).collect();
        for (label, answer) in labels.iter().zip(ask::<Answer>(&tree, &lines)?) {
            if let Some(found) = answer.verdict {
                for category in [label.category.as_str(), WHOLE] {
                    let key = (label.part.clone(), category.to_owned());
                    counts.entry(key).or_default().add(&label.verdict, &found);
                }
            }
        }
        let findings = scan(&tree)?;
        for label in labels {
            if findings.iter().any(|finding| finding.blames(label)) {
                let blame = blames.entry(label.part.clone()).or_default();
                blame.groups += 1;
                blame.right += u32::from(violates(&label.verdict));
            }
        }
    }
    Ok(table(&counts) + &blamed(&blames))
}

impl Trees {
    /// The sources of a project.
    pub(super) fn of(&self, project: &str) -> Option<PathBuf> {
        let named = self.trees.iter().find_map(|text| {
            text.split_once('=').filter(|(name, _)| *name == project).map(|(_, path)| path.into())
        });
        let bed = workspace::working("SSOT_BEDS_DIR", ".beds").join(project).join("repo");
        named.or_else(|| bed.is_dir().then_some(bed))
    }
}

/// The answers of `ssot compare` about groups, one JSON object a line.
pub(super) fn ask<T: DeserializeOwned>(tree: &Path, lines: &[&str]) -> Result<Vec<T>> {
    let mut child = Command::new(workspace::ssot())
        .args(["compare", "--stdin", "--quiet", "--format", "json"])
        .arg(tree)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut input = child.stdin.take().context("the input was asked for")?;
    input.write_all(lines.join("\n").as_bytes())?;
    drop(input);
    let output = child.wait_with_output()?;
    if !matches!(output.status.code(), Some(0 | 1)) {
        bail!("`ssot compare` failed on {}", tree.display());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// What `ssot scan` finds in a tree.
fn scan(tree: &Path) -> Result<Vec<Finding>> {
    let output = Command::new(workspace::ssot())
        .args(["scan", "--quiet", "--format", "json"])
        .arg(tree)
        .stderr(Stdio::inherit())
        .output()?;
    if !matches!(output.status.code(), Some(0 | 1)) {
        bail!("`ssot scan` failed on {}", tree.display());
    }
    let scan: Scan = serde_json::from_slice(&output.stdout)?;
    Ok(scan.findings)
}

pub(super) fn share(of: u32, all: u32) -> String {
    match all {
        0 => "-".to_owned(),
        _ => format!("{:.1} %", 100.0 * f64::from(of) / f64::from(all)),
    }
}

/// Nothing was named.
const NONE: Blame = Blame { groups: 0, right: 0 };

/// One sentence per part about what fails a build.
fn blamed(blames: &BTreeMap<String, Blame>) -> String {
    let mut text = String::new();
    for part in PARTS {
        let Blame { groups, right } = blames.get(part).unwrap_or(&NONE);
        let _ = write!(
            text,
            "\nAt severity error, {part}: {right} of {groups} labelled groups that `ssot scan` \
             names are second sources of truth ({}).\n",
            share(*right, *groups)
        );
    }
    text
}

fn table(counts: &BTreeMap<(String, String), Count>) -> String {
    let mut text = String::from(
        "| part | category | groups | unsure | exact verdict of the answered | duplicate or not, of \
         the answered | identical and clone found |\n|---|---|--:|--:|--:|--:|--:|\n",
    );
    for ((part, category), count) in counts {
        let answered = count.groups - count.unsure;
        let _ = writeln!(
            text,
            "| {part} | {category} | {} | {} | {} | {} | {} of {} |",
            count.groups,
            share(count.unsure, count.groups),
            share(count.exact, answered),
            share(count.same_side, answered),
            count.equal_found,
            count.equal,
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::Count;

    #[test]
    fn an_answer_counts_for_its_side_and_for_its_verdict() {
        let mut count = Count::default();
        for (label, found) in [
            ("identical", "identical"),
            ("clone", "variant"),
            ("homonym", "layer"),
            ("homonym", "unsure"),
            ("layer", "twin"),
        ] {
            count.add(label, found);
        }
        assert_eq!((count.groups, count.unsure, count.exact, count.same_side), (5, 1, 1, 3));
        assert_eq!((count.equal, count.equal_found), (2, 1));
    }
}
