//! What is kept of one definition.

use compact_str::{CompactString, format_compact};
use ssot_facts::{Definition, FileFacts};
use ssot_model::{DefinitionKind, Span};
use xxhash_rust::xxh3::xxh3_64;

use crate::words;

/// One definition, as far as it can be recognised by it.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What it is.
    pub kind: DefinitionKind,
    /// The name in its module, `Class.method` for a method.
    pub name: CompactString,
    /// Its lines.
    pub span: Span,
    /// The parameters as they would be written; empty for what is no function.
    pub signature: CompactString,
    /// The return annotation; empty when there is none.
    pub returns: CompactString,
    /// First line of the docstring.
    pub summary: CompactString,
    /// Statements in it.
    pub statements: u32,
    /// Hash of the structure without the own name.
    pub(super) hash: u128,
    /// The same without the names of variables and the contents of literals.
    pub(super) blind: u64,
    /// Words of its own name, in order.
    pub(super) words: Box<[u32]>,
    /// The words without qualifiers, as one; zero when there are none.
    pub(super) core: u32,
    /// Words of the docstring's first line, sorted.
    pub(super) told: Box<[u32]>,
    /// Parameters of a function, methods and attributes of a class, sorted.
    pub(super) members: Box<[u32]>,
    /// Hashes of its statements, sorted.
    pub(super) leaves: Box<[u32]>,
    /// The same without names and literals, sorted.
    pub(super) shape: Box<[u32]>,
}

impl Entry {
    /// Every definition of a file.
    pub(super) fn all(facts: &FileFacts) -> Vec<Self> {
        facts.definitions.iter().map(|definition| Self::of(facts, definition)).collect()
    }

    fn of(facts: &FileFacts, definition: &Definition) -> Self {
        let owner = definition.owner.map(|owner| &facts.definitions[owner as usize].name);
        let name = match owner {
            Some(owner) => format_compact!("{owner}.{}", definition.name),
            None => definition.name.clone(),
        };
        let members = definition.members.iter().filter(|it| !matches!(it.as_str(), "self" | "cls"));
        Self {
            kind: definition.kind,
            name,
            span: definition.span,
            signature: definition.signature.clone(),
            returns: definition.returns.clone(),
            summary: definition.summary.clone(),
            statements: definition.statements,
            hash: definition.hash,
            blind: definition.blind,
            words: words_of(&definition.name),
            core: core_of(&definition.name),
            told: sorted(
                words::of_text(&definition.summary).iter().map(|word| key(singular(word))),
            ),
            members: sorted(members.map(|member| key(member))),
            leaves: sorted(definition.leaves.iter().copied()),
            shape: sorted(definition.shape.iter().copied()),
        }
    }

    /// Without the statements of another.
    pub(super) fn without(mut self, other: &Self) -> Self {
        let rest = |all: &[u32], other: &[u32]| {
            all.iter().copied().filter(|it| !other.contains(it)).collect()
        };
        self.leaves = rest(&self.leaves, &other.leaves);
        self.shape = rest(&self.shape, &other.shape);
        self.statements = self.statements.saturating_sub(other.statements);
        self
    }

    /// The name without the class around it.
    pub(super) fn own_name(&self) -> &str {
        self.name.rsplit('.').next().unwrap_or(&self.name)
    }
}

/// The words of a name, each in the singular.
pub(super) fn words_of(name: &str) -> Box<[u32]> {
    words::of_name(name).iter().map(|word| key(singular(word))).collect()
}

/// The words of a name that are no qualifiers, as one; zero when there are none.
pub(super) fn core_of(name: &str) -> u32 {
    let core = words::core(name);
    let singular: Vec<&str> = core.iter().map(|word| singular(word)).collect();
    if singular.is_empty() { 0 } else { key(&singular.join(" ")).max(1) }
}

/// `users` as `user`: names of one concept differ in it often.
pub(super) fn singular(word: &str) -> &str {
    const SHORTEST: usize = 4;
    let stem = word.strip_suffix('s').filter(|stem| !stem.ends_with('s'));
    stem.filter(|_| word.len() >= SHORTEST).unwrap_or(word)
}

pub(super) fn key(text: &str) -> u32 {
    xxh3_64(text.as_bytes()) as u32
}

pub(super) fn sorted(values: impl Iterator<Item = u32>) -> Box<[u32]> {
    let mut values: Vec<u32> = values.collect();
    values.sort_unstable();
    values.into_boxed_slice()
}
