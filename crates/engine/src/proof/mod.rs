//! Whether every name means after a package what it meant before.
//!
//! The gate knows what a package wrote and nothing of how: no decision, no codemod. It
//! reads both trees word by word and follows every name that the written files bind. What
//! is gone must have something equal in its place; what is new must be something that is
//! gone elsewhere; everything else must read as before, in the same order, and every name
//! in it must lead to the same thing or to what took its place. Versions that are not the
//! same code are left to those who call them. Pure.

mod additions;
mod code;
mod folding;
mod items;
mod modules;
mod names;
mod parameters;
mod shims;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use ssot_facts::python::outline;
use ssot_facts::{DefinitionId, Hierarchy, Index};
use ssot_model::RepoPath;

use crate::behaviour::Pair;
use items::Text;

/// The text of a file of one tree, none when there is no such file.
pub(crate) type Texts<'a> = dyn Fn(&RepoPath) -> Option<String> + 'a;

/// One tree.
#[derive(Clone, Copy)]
pub(crate) struct Tree<'a> {
    /// Its facts.
    pub(crate) index: &'a Index,
    /// Its files.
    pub(crate) texts: &'a Texts<'a>,
}

/// What a package says of itself.
#[derive(Clone, Copy)]
pub(crate) struct Claim<'a> {
    /// The files that it writes or deletes.
    pub(crate) written: &'a [RepoPath],
    /// Lines of the tree before that it changes on purpose.
    pub(crate) places: &'a BTreeSet<(RepoPath, u32)>,
    /// Versions that take the place of others and are called beside them.
    pub(crate) pairs: &'a [Pair],
    /// Whether it may add what nobody had before: functions, and constants that are texts.
    pub(crate) adds: bool,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Proof {
    /// What does not mean the same, in words.
    pub(crate) breaks: Vec<String>,
    /// Definitions that something equal stands for now.
    pub(crate) replaced: BTreeSet<String>,
    /// Pairs of versions that differ and are left to the calls.
    pub(crate) called: BTreeSet<String>,
}

/// Holds the tree after a package against the one before it.
pub(crate) fn prove<'a>(before: Tree<'a>, after: Tree<'a>, claim: Claim<'a>) -> Proof {
    let mut prover = Prover {
        before: Reader::new(before),
        after: Reader::new(after),
        claim,
        inheritance: None,
        assumed: BTreeSet::new(),
        gone: Vec::new(),
        new: Vec::new(),
        proof: Proof::default(),
    };
    prover.shadows();
    for path in claim.written {
        prover.file(path);
    }
    prover.settle();
    prover.proof
}

/// Reads the files of one tree once.
struct Reader<'a> {
    index: &'a Index,
    texts: &'a Texts<'a>,
    read: BTreeMap<RepoPath, Rc<Text>>,
}

impl<'a> Reader<'a> {
    fn new(tree: Tree<'a>) -> Self {
        Self { index: tree.index, texts: tree.texts, read: BTreeMap::new() }
    }

    fn text(&mut self, path: &RepoPath) -> Rc<Text> {
        if let Some(known) = self.read.get(path) {
            return Rc::clone(known);
        }
        let source = (self.texts)(path).unwrap_or_default();
        let text = Rc::new(Text::new(outline(&source)));
        self.read.insert(path.clone(), Rc::clone(&text));
        text
    }
}

/// A definition or value that stands in one tree and not in the other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Piece {
    path: RepoPath,
    /// The class around it; none at the top level.
    class: Option<String>,
    name: String,
}

impl Piece {
    fn dotted(&self, index: &Index) -> String {
        let module = index.module_at(&self.path).map(|id| index.module(id).name.to_string());
        let module = module.unwrap_or_else(|| self.path.to_string());
        match &self.class {
            Some(class) => format!("{module}.{class}.{}", self.name),
            None => format!("{module}.{}", self.name),
        }
    }
}

struct Prover<'a> {
    before: Reader<'a>,
    after: Reader<'a>,
    claim: Claim<'a>,
    /// The classes of the tree after, once somebody asks.
    inheritance: Option<Hierarchy>,
    /// Definitions that are equal until shown otherwise: the one before, the one after.
    assumed: BTreeSet<(DefinitionId, DefinitionId)>,
    gone: Vec<Piece>,
    new: Vec<Piece>,
    proof: Proof,
}

impl Prover<'_> {
    fn breaks(&mut self, what: String) {
        if !self.proof.breaks.contains(&what) {
            self.proof.breaks.push(what);
        }
    }

    /// A new file must hide nothing.
    fn shadows(&mut self) {
        let hidden = |index: &Index| -> BTreeSet<RepoPath> {
            index.shadowed().iter().map(|(file, _)| index.module(*file).path.clone()).collect()
        };
        let (before, after) = (hidden(self.before.index), hidden(self.after.index));
        for path in after.difference(&before) {
            self.breaks(format!("`{path}` can no longer be imported, another file hides it"));
        }
    }
}
