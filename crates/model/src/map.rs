//! What `ssot map` draws: concepts, texts, imports and capabilities.

use serde::Serialize;

use crate::{DefinitionKind, Verdict};

/// The result of `ssot map`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CodeMap {
    /// `ssot.map/1`; the number changes when a reader would break.
    pub schema: &'static str,
    /// What was asked for.
    #[serde(flatten)]
    pub view: MapView,
}

impl CodeMap {
    /// The version of the JSON form.
    pub const SCHEMA: &'static str = "ssot.map/1";
}

/// One of the maps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "what", content = "entries", rename_all = "kebab-case")]
pub enum MapView {
    /// Who is the source of truth for what.
    Concepts(Vec<ConceptEntry>),
    /// Texts and where they stand, the most spread first.
    Literals(Vec<TextEntry>),
    /// The values that `ssot.toml` names.
    NamedValues(Vec<TextEntry>),
    /// Who imports whom.
    Imports(ImportMap),
    /// Who may do what, and who does it besides.
    Capabilities(Vec<CapabilityEntry>),
}

/// A definition on a map.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct MapPlace {
    /// Its dotted name.
    pub name: String,
    /// `path:line`.
    pub place: String,
    /// The boundary that it lies in; none for code that everybody shares.
    pub boundary: Option<String>,
}

/// One concept: its source of truth and the other implementations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConceptEntry {
    /// What it is called.
    pub name: String,
    /// What kind of definitions implement it.
    pub kind: DefinitionKind,
    /// What the implementations are to each other; none for a declared concept.
    pub verdict: Option<Verdict>,
    /// The definition that stays; none while nobody chose.
    pub canonical: Option<MapPlace>,
    /// The other implementations.
    pub others: Vec<MapPlace>,
}

/// One text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TextEntry {
    /// The text.
    pub text: String,
    /// The kind of values it belongs to, when `ssot.toml` names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// How often it is written out.
    pub count: u32,
    /// Dotted names of the modules in which it is.
    pub modules: Vec<String>,
    /// Dotted name of the constant that holds it.
    pub constant: Option<String>,
    /// Texts that are nearly it.
    pub near: Vec<String>,
}

/// Packages and the imports between them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportMap {
    /// Parts of a dotted name that make a package here.
    pub depth: u32,
    /// The packages, with the number of their modules.
    pub packages: Vec<(String, u32)>,
    /// The imports between them.
    pub edges: Vec<ImportEdge>,
    /// Packages that import each other, directly or around.
    pub cycles: Vec<Vec<String>>,
}

/// Imports of one package from another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportEdge {
    /// The package that imports.
    pub from: String,
    /// The package that is imported.
    pub to: String,
    /// How many modules do.
    pub modules: u32,
    /// Whether the edge is part of a cycle.
    pub in_cycle: bool,
}

/// One capability.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CapabilityEntry {
    /// Its name.
    pub name: String,
    /// Who may do it.
    pub owner: Vec<String>,
    /// `path:line` of those who do it besides.
    pub besides: Vec<String>,
}
