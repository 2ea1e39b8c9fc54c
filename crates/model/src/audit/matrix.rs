//! The members of a group side by side.

use serde::{Deserialize, Serialize};

/// One row per aspect or member, one cell per implementation.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Matrix {
    /// Dotted names of the implementations, in the order of the cells.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<MatrixRow>,
    /// Whether one class can be created where another is: every ordered pair with the
    /// canonical or best candidate.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub constructors: Vec<Constructor>,
}

/// What a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Aspect {
    /// The definition as a whole: its body, bases, decorators.
    Shape,
    /// A parameter.
    Parameter,
    /// A method, an attribute or an inner class.
    Member,
    /// One entry of a constant.
    Entry,
    /// Errors that are raised, caught or answered by trying again, and timeouts.
    Error,
    /// Events, log messages and metrics.
    Event,
    /// Keys of the configuration.
    Configuration,
    /// What is remembered.
    State,
    /// What happens when the module is imported.
    Import,
}

/// One aspect or member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatrixRow {
    /// What it is about.
    pub aspect: Aspect,
    /// What is compared.
    pub name: String,
    /// One cell per implementation.
    pub cells: Vec<Cell>,
    /// How those that differ do so, next to the canonical or best candidate.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<Difference>,
}

impl MatrixRow {
    /// Whether every implementation has the same.
    pub fn is_equal(&self) -> bool {
        self.differences.is_empty() && self.cells.iter().all(|it| matches!(it, Cell::Equal(_)))
    }

    /// Whether no implementation has anything.
    pub fn is_nothing(&self) -> bool {
        self.cells.iter().all(|it| *it == Cell::Absent)
    }
}

/// What one implementation has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", content = "text", rename_all = "kebab-case")]
pub enum Cell {
    /// It is not there.
    Absent,
    /// It is there and equal to every other that has it.
    Equal(String),
    /// It is there and differs from another.
    Differs(String),
    /// Nobody else has it.
    Unique(String),
}

/// How two implementations differ in one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Position of the column that is the measure.
    pub base: usize,
    /// Position of the column that differs from it.
    pub other: usize,
    /// The lines that only one of them has, in order.
    pub lines: Vec<DifferentLine>,
    /// Lines that are not shown.
    #[serde(default)]
    pub more: usize,
}

/// Which side has a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// Only the measure has it.
    OnlyBase,
    /// Only the other has it.
    OnlyOther,
}

/// A statement, a parameter or another part that only one side has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DifferentLine {
    /// Who has it.
    pub side: Change,
    /// `path:line` of it.
    pub place: String,
    /// It as written, on one line.
    pub text: String,
}

/// Whether callers of one constructor can call another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Constructor {
    /// Dotted name of the class that callers create today.
    pub from: String,
    /// Dotted name of the class that they would create.
    pub to: String,
    /// Whether they can.
    pub fit: Fit,
    /// Why, one reason a parameter.
    pub reasons: Vec<String>,
}

/// Whether callers can call another constructor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fit {
    /// Every call does the same.
    Compatible,
    /// Every call is accepted, but a default or an order gives it another meaning.
    Altered,
    /// Some calls are refused.
    Incompatible,
    /// The constructor is not in this repository.
    Unknown,
}

impl Fit {
    /// The word used in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Compatible => "compatible",
            Self::Altered => "altered",
            Self::Incompatible => "incompatible",
            Self::Unknown => "unknown",
        }
    }
}
