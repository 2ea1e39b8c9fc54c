//! What a scan reports.

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
}

impl ScanReport {
    /// The version of the JSON form.
    pub const SCHEMA: &'static str = "ssot.scan/1";

    /// The findings that something has to be done about.
    pub fn violations(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.is_violation())
    }
}
