//! What an audit says about one group, section by section.

mod ledger;
mod matrix;
mod mro;

pub use ledger::{
    Atom, AtomKind, AtomState, Counterpart, FixEntry, Ledger, LedgerEntry, NameUse, Nearest,
};
pub use matrix::{
    Aspect, Cell, Change, Constructor, Difference, DifferentLine, Fit, Matrix, MatrixRow,
};
pub use mro::{CallChange, ClassOrder, MethodCall, MroReport, OverrideRow};
