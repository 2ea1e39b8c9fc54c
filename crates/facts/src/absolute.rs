//! What a dotted name means, as it would be written with absolute imports alone.

use compact_str::{CompactString, format_compact};

use crate::file::{Binding, ImportScope, ValueKind};
use crate::index::{Index, ModuleId};
use crate::resolve::Resolution;

/// Longest chain of modules and aliases that is followed.
const LONGEST_CHAIN: u32 = 8;

impl Index {
    /// The absolute form of a dotted name of a module: `e.get` is `os.environ.get`
    /// after `from os import environ as e`, also through re-exports and aliases of this
    /// repository. None for what is bound nowhere, or in a way that cannot be followed.
    pub fn absolute(&self, module: ModuleId, path: &str) -> Option<CompactString> {
        self.absolute_of(module, path, LONGEST_CHAIN)
    }

    /// A dotted name as the module that defines it would say it; names from outside stay.
    pub fn canonical(&self, dotted: &str) -> CompactString {
        if !self.is_internal(dotted) || self.module_named(dotted).is_some() {
            return dotted.into();
        }
        let cuts = dotted.rmatch_indices('.').map(|(at, _)| (&dotted[..at], &dotted[at + 1..]));
        let mut homes = cuts.filter_map(|(front, rest)| Some((self.module_named(front)?, rest)));
        let found = homes.next().and_then(|(module, rest)| self.absolute(module, rest));
        found.unwrap_or_else(|| dotted.into())
    }

    /// Whether a definition sees its module's name, or imports it itself: nothing else
    /// inside binds it. Without a definition, the module itself sees it.
    pub fn sees(&self, module: ModuleId, inside: Option<u32>, name: &str) -> bool {
        let facts = &self.module(module).facts;
        let Some(definition) = inside.map(|index| &facts.definitions[index as usize]) else {
            return true;
        };
        let span = definition.span;
        definition.free.binary_search_by(|free| free.as_str().cmp(name)).is_ok()
            || facts.imports.iter().any(|import| {
                import.bound == name && (span.start..=span.end).contains(&import.line)
            })
    }

    fn absolute_of(&self, module: ModuleId, path: &str, left: u32) -> Option<CompactString> {
        let root = path.split(['.', '(', '[']).next().unwrap_or(path);
        let rest = &path[root.len()..];
        let left = left.checked_sub(1)?;
        let rank = |meaning: &Resolution| match meaning {
            Resolution::Unknown(_) | Resolution::Builtin(_) => 2,
            Resolution::Value { .. } => 1,
            _ => 0,
        };
        match self.resolve(module, root).into_iter().min_by_key(rank)? {
            Resolution::External(name) => Some(format_compact!("{name}{rest}")),
            Resolution::Definition(id) => Some(format_compact!("{}{rest}", self.dotted(id))),
            Resolution::Module(inner) => match rest.strip_prefix('.') {
                Some(rest) => self.absolute_of(inner, rest, left),
                None => Some(self.module(inner).name.clone()),
            },
            Resolution::Value { module, name } => match self.alias_of(module, &name) {
                Some(target) => self.absolute_of(module, &format!("{target}{rest}"), left),
                None => Some(format_compact!("{}.{name}{rest}", self.module(module).name)),
            },
            Resolution::Unknown(_) => self.imported_inside(module, root, rest, left),
            Resolution::Builtin(_) => None,
        }
    }

    /// The other name that a value of a module is.
    fn alias_of<'a>(&'a self, module: ModuleId, name: &'a str) -> Option<&'a CompactString> {
        self.module(module).facts.bindings_of(name).find_map(move |bound| match &bound.binding {
            Binding::Value(_, ValueKind::Alias(target), _) if target != name => Some(target),
            _ => None,
        })
    }

    /// A name that only functions import.
    fn imported_inside(
        &self,
        id: ModuleId,
        root: &str,
        rest: &str,
        left: u32,
    ) -> Option<CompactString> {
        let module = self.module(id);
        let import = module
            .facts
            .imports
            .iter()
            .find(|import| import.bound == root && import.scope == ImportScope::Function)?;
        let target = self.import_target(module, import)?;
        match &import.name {
            Some(name) => match self.module_named(&target) {
                Some(inner) if inner != id => {
                    self.absolute_of(inner, &format!("{name}{rest}"), left)
                }
                _ => Some(format_compact!("{target}.{name}{rest}")),
            },
            None if import.aliased => Some(format_compact!("{target}{rest}")),
            None => Some(format_compact!("{root}{rest}")),
        }
    }
}
