//! Functions that answer for names which have moved: they come with a package, and they go
//! when their last day has passed.

use ssot_facts::{Index, Module, Shim};
use ssot_model::RepoPath;

use super::{Piece, Prover};

impl Prover<'_> {
    /// Whether a new function does nothing but answer for names that have moved. What they
    /// lead to is compared where they are gone.
    pub(super) fn is_new_shim(&self, piece: &Piece) -> bool {
        is_answer(piece) && has_own(self.after.index, &piece.path)
    }

    /// Whether what is gone answered for names that the package gives up on purpose.
    pub(super) fn is_ended_shim(&self, piece: &Piece) -> bool {
        is_answer(piece)
            && has_own(self.before.index, &piece.path)
            && shims(self.before.index, &piece.path).all(|shim| self.is_ended(&piece.path, shim))
    }

    /// Whether a function that answers for moved names still answers for all of them, but for
    /// those that the package gives up on purpose.
    pub(super) fn answers_still(&mut self, piece: &Piece) -> bool {
        let (before, after) = (self.before.index, self.after.index);
        let path = &piece.path;
        if !is_answer(piece) || !has_own(before, path) || !has_own(after, path) {
            return false;
        }
        let (Some(old), Some(new)) = (before.module_at(path), after.module_at(path)) else {
            return false;
        };
        let stay = shims(before, path).filter(|shim| !self.is_ended(path, shim));
        let names: Vec<String> = stay.map(|shim| shim.name.to_string()).collect();
        names.iter().all(|name| self.same_name((old, name), (new, name)))
    }

    fn is_ended(&self, path: &RepoPath, shim: &Shim) -> bool {
        self.claim.places.contains(&(path.clone(), shim.line))
    }
}

fn is_answer(piece: &Piece) -> bool {
    piece.class.is_none() && piece.name == "__getattr__"
}

fn module<'a>(index: &'a Index, path: &RepoPath) -> Option<&'a Module> {
    index.module_at(path).map(|id| index.module(id))
}

fn has_own(index: &Index, path: &RepoPath) -> bool {
    module(index, path).is_some_and(|it| it.facts.definitions.iter().any(|it| it.flags.shim))
}

fn shims<'a>(index: &'a Index, path: &RepoPath) -> impl Iterator<Item = &'a Shim> + use<'a> {
    module(index, path).into_iter().flat_map(|module| &module.facts.shims)
}
