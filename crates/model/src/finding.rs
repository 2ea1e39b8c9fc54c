//! What a scan reports.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Fingerprint, GroupId, RepoPath, Span};

/// What kind of definition a group is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DefinitionKind {
    /// A class.
    Class,
    /// A function outside every class.
    Function,
    /// A function inside a class.
    Method,
    /// A name bound once to a literal.
    Constant,
    /// A whole module.
    Module,
    /// A place inside a file that is no definition: an import, a call, a write.
    Place,
}

impl DefinitionKind {
    /// The word used in output and in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Class => "class",
            Self::Function => "function",
            Self::Method => "method",
            Self::Constant => "constant",
            Self::Module => "module",
            Self::Place => "place",
        }
    }
}

/// What a group of definitions turned out to be.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Equal bodies under one name.
    Identical,
    /// Equal bodies under different names.
    Clone,
    /// One concept whose implementations have diverged.
    Variant,
    /// A synchronous and an asynchronous face of one concept.
    Twin,
    /// Unreachable because another module takes its place.
    Shadowed,
    /// One name for different concepts.
    Homonym,
    /// One calls or wraps the other.
    Layer,
    /// A subclass, or a protocol and its implementation.
    Specialisation,
    /// Each boundary owns its copy.
    Boundary,
    /// Plug-ins, templates, generated, vendored or frozen code.
    Convention,
    /// The evidence does not decide.
    Unsure,
}

impl Verdict {
    /// The word used in output and in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Identical => "identical",
            Self::Clone => "clone",
            Self::Variant => "variant",
            Self::Twin => "twin",
            Self::Shadowed => "shadowed",
            Self::Homonym => "homonym",
            Self::Layer => "layer",
            Self::Specialisation => "specialisation",
            Self::Boundary => "boundary",
            Self::Convention => "convention",
            Self::Unsure => "unsure",
        }
    }

    /// Whether the group has more than one source of truth for one concept.
    pub fn is_violation(self) -> bool {
        matches!(self, Self::Identical | Self::Clone | Self::Variant | Self::Twin | Self::Shadowed)
    }
}

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Proven: a second source of truth.
    Error,
    /// Likely, or proven with little at stake.
    Warning,
    /// Not a violation; reported so that the verdict can be checked.
    Note,
}

/// Which way a piece of evidence points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Leaning {
    /// Speaks for the verdict.
    For,
    /// Speaks against the verdict.
    Against,
}

/// One measured fact behind a verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The name of the signal, for example `same-body` or `boundary`.
    pub signal: String,
    /// Which way it points.
    pub leaning: Leaning,
    /// The fact in words, with its figures and places.
    pub text: String,
}

impl Evidence {
    /// Evidence for the verdict.
    pub fn supporting(signal: &str, text: impl Into<String>) -> Self {
        Self { signal: signal.to_owned(), leaning: Leaning::For, text: text.into() }
    }

    /// Evidence against the verdict.
    pub fn opposing(signal: &str, text: impl Into<String>) -> Self {
        Self { signal: signal.to_owned(), leaning: Leaning::Against, text: text.into() }
    }
}

/// One definition of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The file.
    pub path: RepoPath,
    /// The lines of the definition, decorators included.
    #[serde(flatten)]
    pub span: Span,
    /// The dotted module name under which the file is imported.
    pub module: String,
    /// The name inside the module, `Class.method` for a method; for a place the
    /// definition around it, empty at module level.
    pub qualified_name: String,
    /// Hash of the content in hexadecimal, independent of name, place and layout.
    /// It recognises a definition that was moved or renamed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub digest: String,
}

impl Member {
    /// The dotted name under which the definition is imported.
    pub fn dotted(&self) -> String {
        if self.qualified_name.is_empty() {
            self.module.clone()
        } else {
            format!("{}.{}", self.module, self.qualified_name)
        }
    }
}

/// What says that a finding may stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AcceptedBy {
    /// An entry in `ssot.toml`.
    Decision,
    /// A comment at the place.
    Comment,
    /// The baseline: it was there before the ratchet began.
    Baseline,
}

/// Why a finding may stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acceptance {
    /// Where it is written.
    pub by: AcceptedBy,
    /// The reason given there.
    pub reason: String,
}

/// One rule's report about one group of definitions, or about one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The short identity of the group.
    pub id: GroupId,
    /// The stable identity, independent of line numbers and order.
    pub fingerprint: Fingerprint,
    /// The rule that reports it.
    pub rule: String,
    /// How much it matters.
    pub severity: Severity,
    /// What the group turned out to be; none where a rule judges a place, not a group.
    pub verdict: Option<Verdict>,
    /// How sure the verdict is, in percent.
    pub confidence: u8,
    /// The name the members share, or the first member's name.
    pub name: String,
    /// What kind of definitions they are.
    pub kind: DefinitionKind,
    /// One sentence.
    pub summary: String,
    /// What the verdict rests on.
    pub evidence: Vec<Evidence>,
    /// The definitions or places, in order of path and line.
    pub members: Vec<Member>,
    /// The rank's figure: lines that would go, weighed by reach. Larger is worse.
    pub cost: u32,
    /// The one question whose answer would settle an unsure verdict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// Why it may stay, when somebody said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Acceptance>,
}

impl Finding {
    /// Whether something has to change: a second source of truth or a broken rule
    /// that nobody accepted.
    pub fn is_violation(&self) -> bool {
        let counts = match self.verdict {
            Some(verdict) => verdict.is_violation(),
            None => true,
        };
        counts && self.severity != Severity::Note && self.accepted.is_none()
    }

    /// Whether the finding is about a concept: its name, or the dotted name of a member,
    /// contains `text`, whatever the case.
    pub fn is_about(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        let contains = |name: &str| name.to_lowercase().contains(&text);
        contains(&self.name) || self.members.iter().any(|member| contains(&member.dotted()))
    }

    /// The members that a consolidation would remove: all but the longest of equal ones,
    /// the unreachable one of shadowed ones. What has diverged must be decided first, so
    /// nothing of it is promised.
    pub fn removable(&self) -> Vec<&Member> {
        let longest = || self.members.iter().rev().max_by_key(|member| member.span.lines());
        let is_kept = |member: &Member| match self.verdict {
            Some(Verdict::Identical | Verdict::Clone) => {
                longest().is_some_and(|longest| std::ptr::eq(longest, member))
            }
            Some(Verdict::Shadowed) => member.path.file_name() == "__init__.py",
            _ => true,
        };
        self.members.iter().filter(|member| !is_kept(member)).collect()
    }

    /// The verdict's word; empty for a finding about a place.
    pub fn verdict_word(&self) -> &'static str {
        self.verdict.map_or("", Verdict::as_str)
    }
}

/// A file that could not be read as a whole.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ParseIssue {
    /// The file.
    pub path: RepoPath,
    /// The line, counted from one; zero when the whole file is meant.
    pub line: u32,
    /// What is wrong.
    pub message: String,
}

/// The result of `ssot scan`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanReport {
    /// `ssot.scan/1`; the number changes when a reader would break.
    pub schema: String,
    /// Files read.
    pub files: u64,
    /// Lines in them.
    pub lines: u64,
    /// Definitions found in them.
    pub definitions: u64,
    /// Files that were skipped or only partly understood, with the reason.
    pub issues: Vec<ParseIssue>,
    /// The findings, the worst first.
    pub findings: Vec<Finding>,
    /// Lines of each file that was read. It is what a map of the repository is drawn
    /// from and no part of the JSON form; empty in a report that was read from JSON.
    #[serde(skip)]
    pub file_lines: BTreeMap<RepoPath, u32>,
}

impl ScanReport {
    /// The version of the JSON form.
    pub const SCHEMA: &'static str = "ssot.scan/1";

    /// The findings that something has to be done about.
    pub fn violations(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.is_violation())
    }

    /// Lines that consolidating every violation would remove. Families overlap, a class
    /// and its method for example, so every line counts once.
    pub fn removable_lines(&self) -> u64 {
        let members = self.violations().flat_map(Finding::removable);
        covered(members).into_values().map(u64::from).sum()
    }
}

/// The lines of each file that the members cover, every line once.
pub fn covered<'a>(members: impl IntoIterator<Item = &'a Member>) -> BTreeMap<&'a RepoPath, u32> {
    let mut spans: BTreeMap<&RepoPath, Vec<Span>> = BTreeMap::new();
    for member in members {
        spans.entry(&member.path).or_default().push(member.span);
    }
    spans.into_iter().map(|(path, spans)| (path, union(spans))).collect()
}

/// How many lines the spans cover together.
fn union(mut spans: Vec<Span>) -> u32 {
    spans.sort_by_key(|span| (span.start, span.end));
    let (mut lines, mut past) = (0, 0);
    for span in spans {
        let from = span.start.max(past);
        let to = span.end.saturating_add(1);
        lines += to.saturating_sub(from);
        past = past.max(to);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{
        DefinitionKind, Finding, Fingerprint, Member, RepoPath, Severity, Span, Verdict, covered,
    };

    fn member(path: &str, start: u32, end: u32) -> Member {
        Member {
            path: RepoPath::new(path).expect("a plain path"),
            span: Span { start, end },
            module: "shop.Orders".to_owned(),
            qualified_name: "key".to_owned(),
            digest: String::new(),
        }
    }

    fn finding(verdict: Verdict, members: Vec<Member>) -> Finding {
        let fingerprint = Fingerprint::new("0123456789abcdef0123456789abcdef");
        Finding {
            id: fingerprint.group_id(),
            fingerprint,
            rule: "exact-clone".to_owned(),
            severity: Severity::Error,
            verdict: Some(verdict),
            confidence: 99,
            name: "order_key".to_owned(),
            kind: DefinitionKind::Function,
            summary: String::new(),
            evidence: Vec::new(),
            members,
            cost: 0,
            question: None,
            accepted: None,
        }
    }

    #[test]
    fn every_line_counts_once() {
        for (spans, lines) in [
            (vec![(1, 1)], 1),
            (vec![(1, 10), (3, 5), (10, 12)], 12),
            (vec![(20, 21), (1, 2)], 4),
            (vec![(5, 9), (5, 9)], 5),
        ] {
            let members: Vec<Member> =
                spans.iter().map(|(start, end)| member("a.py", *start, *end)).collect();
            let found: Vec<u32> = covered(&members).into_values().collect();
            assert_eq!(found, [lines], "{spans:?}");
        }
    }

    #[test]
    fn what_goes_depends_on_the_verdict() {
        let equal = || vec![member("a.py", 1, 4), member("b.py", 1, 9), member("c.py", 1, 9)];
        let hidden = || vec![member("x.py", 1, 4), member("x/__init__.py", 1, 9)];
        for (verdict, members, expected) in [
            (Verdict::Identical, equal(), vec!["a.py", "c.py"]),
            (Verdict::Shadowed, hidden(), vec!["x.py"]),
            (Verdict::Variant, equal(), vec![]),
        ] {
            let finding = finding(verdict, members);
            let paths: Vec<&str> = finding.removable().iter().map(|it| it.path.as_str()).collect();
            assert_eq!(paths, expected, "{verdict:?}");
        }
    }

    #[test]
    fn a_concept_is_found_by_a_part_of_its_name() {
        let finding = finding(Verdict::Identical, vec![member("a.py", 1, 4)]);
        for (text, found) in
            [("order", true), ("ORDER_", true), ("shop.orders.k", true), ("x", false)]
        {
            assert_eq!(finding.is_about(text), found, "{text}");
        }
    }
}
