//! What an audit says about one group, section by section.

mod advice;
mod consumers;
mod coverage;
mod history;
mod ledger;
mod matrix;
mod mro;

pub use advice::{Advice, Effort, Hands, Way};
pub use consumers::{Breakage, Contest, Usage, Use};
pub use coverage::{Coverage, Measured, MemberCoverage};
pub use history::{
    AuthorShare, CauseStep, CommitRef, CopyHistory, CopySource, Cost, DivergencePoint, Fate, Fix,
    FixFate, History, Introduction, MissedFix, MissedHunk, Relocation, Repeated, SourceLine,
    Together,
};
pub use ledger::{Atom, AtomKind, AtomState, Counterpart, Ledger, LedgerEntry, NameUse, Nearest};
pub use matrix::{
    Aspect, Cell, Change, Constructor, Difference, DifferentLine, Fit, Matrix, MatrixRow,
};
pub use mro::{CallChange, ClassOrder, MethodCall, MroReport, OverrideRow};
