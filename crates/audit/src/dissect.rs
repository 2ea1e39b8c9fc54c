//! Definitions with their source text.

use std::sync::Arc;

use ssot_facts::python::{self, Anatomy, anatomy::Part};
use ssot_facts::{Binding, DefinitionId, Index};
use ssot_model::RepoPath;
use ssot_model::audit::AtomKind;

/// The text of a file; none when it cannot be read.
pub type Sources<'a> = dyn Fn(&RepoPath) -> Option<Arc<str>> + 'a;

/// A definition taken apart.
#[derive(Debug, Clone)]
pub(crate) struct Specimen {
    pub(crate) id: DefinitionId,
    pub(crate) dotted: String,
    pub(crate) path: RepoPath,
    pub(crate) line: u32,
    pub(crate) anatomy: Anatomy,
    /// Whether the source could not be taken apart.
    pub(crate) unread: bool,
}

impl Specimen {
    /// `path:line`.
    pub(crate) fn place(&self, line: u32) -> String {
        format!("{}:{line}", self.path)
    }

    /// The parts of some kinds, in order.
    pub(crate) fn parts(&self, kinds: &[AtomKind]) -> impl Iterator<Item = &Part> {
        self.anatomy.atoms.iter().filter(move |part| kinds.contains(&part.kind))
    }
}

/// Takes a definition apart. What cannot be read, or is in a language without
/// anatomy, has none of its parts.
pub(crate) fn dissect(index: &Index, sources: &Sources<'_>, id: DefinitionId) -> Specimen {
    let module = index.module(id.module);
    let span = index.definition(id).span;
    let anatomy = if is_python(&module.path) {
        sources(&module.path).and_then(|source| python::anatomy(&source, span))
    } else {
        None
    };
    let unread = anatomy.is_none();
    let mut anatomy = anatomy.unwrap_or_default();
    anatomy.atoms.retain(|part| is_state_of_the_module(index, id, part));
    Specimen {
        id,
        dotted: index.dotted(id),
        path: module.path.clone(),
        line: span.start,
        anatomy,
        unread,
    }
}

/// Whether a file is named as one of Python.
pub(crate) fn is_python(path: &RepoPath) -> bool {
    path.file_name().rsplit_once('.').is_some_and(|(_, end)| end == "py")
}

/// A name that is written inside counts as state when the module binds it to a value:
/// `os` in `os.remove(path)` is an import.
fn is_state_of_the_module(index: &Index, id: DefinitionId, part: &Part) -> bool {
    let is_name =
        part.kind == AtomKind::State && !part.head.contains('.') && part.text == part.head;
    let facts = &index.module(id.module).facts;
    !is_name
        || facts.bindings_of(&part.head).any(|it| matches!(it.binding, Binding::Value(..)))
        || facts.globals.iter().any(|it| it.name == part.head)
}
