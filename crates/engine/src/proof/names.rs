//! What a name means in both trees.

use ssot_facts::{Binding, DefinitionId, ImportScope, ModuleId, Resolution, ValueKind};

use super::{Piece, Prover};

impl Prover<'_> {
    /// Whether what a name means in a module before is what a name means in a module after.
    pub(super) fn same_name(
        &mut self,
        (left, name): (ModuleId, &str),
        (right, other): (ModuleId, &str),
    ) -> bool {
        let mine = self.before.index.resolve(left, name);
        let theirs = self.after.index.resolve(right, other);
        self.same_meanings(&mine, &theirs)
    }

    /// The same for dotted names, imports inside functions included.
    pub(super) fn same_path(
        &mut self,
        (left, path): (ModuleId, &str),
        (right, other): (ModuleId, &str),
    ) -> bool {
        let mine = known(self.before.index.follow(left, path));
        let theirs = known(self.after.index.follow(right, other));
        !mine.is_empty() && self.same_meanings(&mine, &theirs)
    }

    pub(super) fn same_meanings(&mut self, left: &[Resolution], right: &[Resolution]) -> bool {
        // Two bindings of one meaning are one.
        let has = |this: &mut Self, one: &Resolution| {
            right.iter().any(|other| this.same_meaning(one, other))
        };
        let covered = left.iter().all(|one| has(self, one));
        let back = |this: &mut Self, other: &Resolution| {
            left.iter().any(|one| this.same_meaning(one, other))
        };
        covered && right.iter().all(|other| back(self, other))
    }

    pub(super) fn same_meaning(&mut self, left: &Resolution, right: &Resolution) -> bool {
        match (left, right) {
            (Resolution::Definition(left), Resolution::Definition(right)) => {
                self.same_definition(*left, *right).is_ok()
            }
            (Resolution::Module(left), Resolution::Module(right)) => {
                self.before.index.module(*left).path == self.after.index.module(*right).path
            }
            (
                Resolution::Value { module: left, name },
                Resolution::Value { module: right, name: other },
            ) => self.same_value((*left, name), (*right, other)),
            (Resolution::External(left), Resolution::External(right)) => {
                abstract_type(left) == abstract_type(right)
            }
            (Resolution::Builtin(left), Resolution::Builtin(right))
            | (Resolution::Unknown(left), Resolution::Unknown(right)) => left == right,
            _ => false,
        }
    }

    /// Values of one place are compared with their file. Others are the same when they are
    /// written alike and nothing tells two of them apart.
    fn same_value(
        &mut self,
        (left, name): (ModuleId, &str),
        (right, other): (ModuleId, &str),
    ) -> bool {
        let (mine, theirs) = (self.before.index.module(left), self.after.index.module(right));
        if mine.path == theirs.path && name == other {
            return true;
        }
        let shareable = mine.facts.bindings_of(name).all(|bound| match &bound.binding {
            Binding::Value(_, ValueKind::Opaque, _) => false,
            Binding::Value(_, ValueKind::Call(_), free) => {
                !free.iter().any(|name| name.starts_with("__"))
            }
            _ => true,
        });
        let piece = |path: &ssot_model::RepoPath, name: &str| Piece {
            path: path.clone(),
            class: None,
            name: name.to_owned(),
        };
        let (one, two) = (piece(&mine.path, name), piece(&theirs.path, other));
        shareable && self.same_piece(&one, &two).is_ok()
    }

    /// Whether a name is bound by an import inside a function of the module.
    pub(super) fn is_local_import(index: &ssot_facts::Index, module: ModuleId, name: &str) -> bool {
        let imports = &index.module(module).facts.imports;
        imports.iter().any(|it| it.scope == ImportScope::Function && it.bound == name)
    }

    /// The definition or value after, as attributes of the class would find it.
    pub(super) fn inherited(&mut self, class: DefinitionId, name: &str) -> Option<Piece> {
        let index = self.after.index;
        let hierarchy = self.inheritance.get_or_insert_with(|| ssot_facts::Hierarchy::new(index));
        let order = hierarchy.linearisation(class).ok()?;
        for above in order.iter() {
            let id = above.internal()?;
            let module = index.module(id.module);
            let class = index.definition(id).name.to_string();
            let path = module.path.clone();
            if self.after.text(&path).find(Some(&class), name, None).is_some() {
                return Some(Piece { path, class: Some(class), name: name.to_owned() });
            }
        }
        None
    }
}

/// A name that an import inside a function binds is nothing at the top level.
fn known(mut meanings: Vec<Resolution>) -> Vec<Resolution> {
    let is_known = |it: &Resolution| !matches!(it, Resolution::Unknown(_));
    if meanings.iter().any(is_known) {
        meanings.retain(is_known);
    }
    meanings
}

/// The same abstract type goes by several names.
fn abstract_type(name: &str) -> &str {
    ["typing.", "typing_extensions.", "collections.abc."]
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix))
        .unwrap_or(name)
}
