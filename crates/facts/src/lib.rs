//! Source text to neutral facts, one folder per language, and the index that joins them.
//!
//! [`python::extract`] turns one file into [`FileFacts`] without looking at any
//! other; that is what the cache stores. [`Index::build`] joins the files and
//! answers what only the whole can tell: which module a name means, who imports
//! it, what it resolves to. Nothing here touches a disk or knows a rule.

mod absolute;
mod archive;
mod broken_imports;
mod file;
mod flow;
mod hierarchy;
mod import_graph;
mod imports;
mod index;
pub mod java;
mod loading;
mod modules;
mod mutation;
mod packed;
pub mod python;
mod resolve;
mod role;
mod settle;
mod unresolved;
mod usage;

pub use broken_imports::{BrokenImport, Missing, NameSearch};
pub use file::{
    Accept, AttributeWrite, Binding, Definition, DefinitionFlags, DottedString, Field, FileFacts,
    FileFlags, Import, ImportScope, Instance, Item, Literal, NameBinding, NamedText, OwnUse,
    Sequence, Site, SiteKind, ValueKind,
};
pub use flow::{Emission, Flow, FlowKind, FlowMark};
pub use hierarchy::{ClassRef, Conflict, Hierarchy, Linearisation};
pub use import_graph::{ImportGraph, leads_to};
pub use imports::Imported;
pub use index::{Consumer, ConsumerKind, DefinitionId, Index, Module, ModuleId, Source};
pub use loading::{LoadEdge, LoadFailure, Loading, cycles as import_cycles};
pub use modules::module_names;
pub use mutation::{Change, change_of};
pub use resolve::Resolution;
pub use role::Role;
pub use usage::{Fallback, GlobalWrite, LocalAlias, Make, Mint, Minted, Shim};

/// Whether a top-level module belongs to Python itself.
pub fn is_standard_library(name: &str) -> bool {
    name == "__future__" || ruff_python_stdlib::sys::is_known_standard_library(13, name)
}

/// Another one for every change to the code that makes facts, so that a cache never serves
/// what another version made. The build script takes it from the sources: a number that
/// somebody has to remember to raise is forgotten once.
pub const SCHEMA_VERSION: u32 = match u32::from_str_radix(env!("SSOT_FACTS_DIGEST"), 16) {
    Ok(digest) => digest,
    Err(_) => panic!("the build script writes eight hexadecimal digits"),
};
