//! Whether the names that two equal bodies read mean the same in both modules.

use std::collections::BTreeSet;

use compact_str::CompactString;
use ssot_facts::{Binding, DefinitionId, Index, ModuleId, Resolution, ValueKind};
use ssot_model::DefinitionKind;

use super::Patches;

/// Callables that give equal, immutable results for equal arguments.
const PURE_CALLS: [&str; 8] = [
    "re.compile",
    "frozenset",
    "tuple",
    "typing.TypeVar",
    "typing_extensions.TypeVar",
    "decimal.Decimal",
    "datetime.timedelta",
    "pathlib.PurePosixPath",
];

/// Pairs of functions that one comparison follows from body to body, which bounds its
/// time and its depth.
const FOLLOWED: usize = 500;

/// A name that does not mean the same in both modules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The difference in words.
    pub text: String,
    /// Whether the name stands for two different classes, functions, modules or
    /// constants of different value, so that the equal texts say different things. A
    /// module's own logger or an equal switch is no such difference.
    pub other_concept: bool,
    /// What the name stands for on both sides; none when it is a value or no one thing.
    pub kind: Option<DefinitionKind>,
}

/// Compares what names mean in two modules.
pub struct Comparison<'a> {
    index: &'a Index,
    patches: &'a Patches,
    /// Whether the names are read once, when the module is executed.
    read_once: bool,
    /// Pairs that are being compared further up; equal until shown otherwise.
    assumed: BTreeSet<(DefinitionId, DefinitionId)>,
    /// Values that are being compared further up, since a value may name itself.
    open_values: Vec<(ModuleId, ModuleId, &'a str)>,
}

impl<'a> Comparison<'a> {
    /// Prepares a comparison of definitions of one kind.
    pub fn new(index: &'a Index, patches: &'a Patches, kind: DefinitionKind) -> Self {
        let read_once = kind == DefinitionKind::Constant;
        Self { index, patches, read_once, assumed: BTreeSet::new(), open_values: Vec::new() }
    }

    /// The first difference between two definitions of equal structure, in words.
    pub fn difference(&mut self, a: DefinitionId, b: DefinitionId) -> Option<Difference> {
        if !self.assumed.insert((a, b)) {
            return None;
        }
        let (left, right) = (self.index.definition(a), self.index.definition(b));
        if self.assumed.len() > FOLLOWED {
            let text = format!("`{}` is further away than is followed", left.name);
            return Some(Difference { text, other_concept: false, kind: None });
        }
        for name in &left.free {
            let own = *name == left.name && left.owner.is_none();
            if own && *name == right.name {
                continue;
            }
            if let Some(mut found) = self.name_difference(a.module, b.module, name) {
                let is_base = left.bases.iter().any(|base| base == name);
                found.other_concept |= is_base && self.are_values(a.module, b.module, name);
                return Some(found);
            }
        }
        None
    }

    /// What one name means in two modules, when it does not mean the same.
    pub fn name_difference(&mut self, a: ModuleId, b: ModuleId, name: &str) -> Option<Difference> {
        for module in [a, b] {
            if let Some(place) = self.patches.of_name(module, name) {
                let module = &self.index.module(module).name;
                let text = format!("{place} replaces `{name}` in {module}, which the body reads");
                return Some(Difference { text, other_concept: false, kind: None });
            }
        }
        if self.index.origin(a, name) == self.index.origin(b, name) {
            return None;
        }
        let (left, right) = (self.index.resolve(a, name), self.index.resolve(b, name));
        if left.len() == right.len()
            && left.iter().zip(&right).all(|(left, right)| self.same(left, right))
        {
            return None;
        }
        if self.same_imported((a, &left), (b, &right)) {
            return None;
        }
        let (here, there) = (&self.index.module(a).name, &self.index.module(b).name);
        let text = format!(
            "`{name}` is {} in {here}, but {} in {there}",
            self.describe(&left),
            self.describe(&right)
        );
        let known = |meanings: &[Resolution]| {
            let concept = |it: &Resolution| {
                matches!(
                    it,
                    Resolution::Definition(_) | Resolution::External(_) | Resolution::Module(_)
                )
            };
            meanings.iter().all(concept)
        };
        let other_thing = known(&left)
            && known(&right)
            && !perhaps_same(&left, &right)
            && !self.are_copies(&left, &right);
        let other_concept = other_thing || self.values_differ(&left, &right);
        let kind = match (&*left, &*right) {
            ([Resolution::Definition(left)], [Resolution::Definition(right)]) => {
                let kind = self.index.definition(*left).kind;
                Some(kind).filter(|kind| *kind == self.index.definition(*right).kind)
            }
            _ => None,
        };
        Some(Difference { text, other_concept, kind })
    }

    /// Whether a name stands for a value of its own in both modules, such as the base
    /// that a call made for the classes of one module.
    fn are_values(&self, a: ModuleId, b: ModuleId, name: &str) -> bool {
        let is_value =
            |module| matches!(*self.index.resolve(module, name), [Resolution::Value { .. }]);
        is_value(a) && is_value(b)
    }

    /// Two definitions of one name and text: copies themselves, not two concepts.
    fn are_copies(&self, left: &[Resolution], right: &[Resolution]) -> bool {
        match (left, right) {
            ([Resolution::Definition(left)], [Resolution::Definition(right)]) => {
                let (one, two) = (self.index.definition(*left), self.index.definition(*right));
                // Two empty classes are told apart by nothing but who they are.
                one.statements > 1
                    && one.name == two.name
                    && one.hash == two.hash
                    && one.statements == two.statements
            }
            _ => false,
        }
    }

    /// Two values that are written differently, or of parts that are: the texts compute
    /// different things. A logger or another object made by a call says nothing about
    /// that.
    fn values_differ(&self, left: &[Resolution], right: &[Resolution]) -> bool {
        let (
            [Resolution::Value { module: a, name: one }],
            [Resolution::Value { module: b, name: two }],
        ) = (left, right)
        else {
            return false;
        };
        let (Some(mine), Some(theirs)) = (self.only_value(*a, one), self.only_value(*b, two))
        else {
            return false;
        };
        let says_nothing =
            |kind: &ValueKind| matches!(kind, ValueKind::Call(_) | ValueKind::Alias(_));
        if says_nothing(mine.1) || says_nothing(theirs.1) {
            return false;
        }
        let part_differs = |name: &CompactString| {
            let value = |module, this: &str| match self.only_value(module, this) {
                Some((hash, ValueKind::Immutable | ValueKind::Collection, _)) => Some(hash),
                _ => None,
            };
            value(*a, name).zip(value(*b, name)).is_some_and(|(left, right)| left != right)
        };
        mine.0 != theirs.0 || mine.2.iter().any(part_differs)
    }

    fn same(&mut self, left: &Resolution, right: &Resolution) -> bool {
        match (left, right) {
            (Resolution::Unknown(_), _) | (_, Resolution::Unknown(_)) => false,
            (Resolution::Definition(left), Resolution::Definition(right)) => {
                left == right || self.same_definition(*left, *right)
            }
            (
                Resolution::Value { module: left, name: left_name },
                Resolution::Value { module: right, name: right_name },
            ) => {
                (left, left_name) == (right, right_name)
                    || self.same_value(*left, left_name, *right, right_name)
            }
            (Resolution::External(left), Resolution::External(right)) => {
                abstract_type(left) == abstract_type(right)
            }
            _ => left == right,
        }
    }

    /// Two functions that do the same are as good as one. Two classes are not:
    /// `isinstance` and `except` tell them apart.
    fn same_definition(&mut self, left: DefinitionId, right: DefinitionId) -> bool {
        let (one, two) = (self.index.definition(left), self.index.definition(right));
        one.kind == DefinitionKind::Function
            && two.kind == DefinitionKind::Function
            && one.name == two.name
            && one.hash == two.hash
            && one.statements == two.statements
            && super::obstacle(self.index, self.patches, left).is_none()
            && super::obstacle(self.index, self.patches, right).is_none()
            && self.difference(left, right).is_none()
    }

    /// Two values are the same when nothing can tell them apart: immutable, or
    /// never written to by anybody. A public switch that a body reads at every call
    /// may be set in one module alone, so it is not the same as another's.
    fn same_value(&mut self, a: ModuleId, a_name: &str, b: ModuleId, b_name: &str) -> bool {
        let (Some(left), Some(right)) = (self.only_value(a, a_name), self.only_value(b, b_name))
        else {
            return false;
        };
        let (hash, kind, free) = left;
        if hash != right.0 {
            return false;
        }
        self.same_names(a, b, free)
            && match kind {
                ValueKind::TypeExpression => true,
                ValueKind::Immutable => self.read_once || a_name.starts_with('_'),
                ValueKind::Collection => {
                    (self.read_once || a_name.starts_with('_'))
                        && !is_mutated(self.index, a, a_name)
                        && !is_mutated(self.index, b, b_name)
                }
                ValueKind::Call(callee) => self.is_pure(a, callee),
                ValueKind::Alias(_) => !free.is_empty(),
                ValueKind::Opaque => false,
            }
    }

    /// Constants of equal, immutable value that both modules import: who imports a name has
    /// its value from then on, whatever is written to the module that it came from.
    fn same_imported(
        &mut self,
        (a, left): (ModuleId, &[Resolution]),
        (b, right): (ModuleId, &[Resolution]),
    ) -> bool {
        let (
            [Resolution::Value { module: one, name: mine }],
            [Resolution::Value { module: other, name: theirs }],
        ) = (left, right)
        else {
            return false;
        };
        if *one == a || *other == b || mine != theirs {
            return false;
        }
        let is_patched = |module| self.patches.of_name(module, mine).is_some();
        if is_patched(*one) || is_patched(*other) {
            return false;
        }
        match (self.only_value(*one, mine), self.only_value(*other, theirs)) {
            (Some((hash, ValueKind::Immutable, free)), Some((same, _, _))) => {
                hash == same && self.same_names(*one, *other, free)
            }
            _ => false,
        }
    }

    /// Whether the names in a value mean the same in both modules, which read them once.
    fn same_names(&mut self, a: ModuleId, b: ModuleId, names: &'a [CompactString]) -> bool {
        let read_once = std::mem::replace(&mut self.read_once, true);
        let same = names.iter().all(|name| {
            let value = (a, b, name.as_str());
            if self.open_values.contains(&value) {
                return true;
            }
            self.open_values.push(value);
            let same = self.name_difference(a, b, name).is_none();
            self.open_values.pop();
            same
        });
        self.read_once = read_once;
        same
    }

    fn is_pure(&self, module: ModuleId, callee: &str) -> bool {
        let (root, rest) = callee.split_once('.').unwrap_or((callee, ""));
        self.index.resolve(module, root).iter().all(|meaning| {
            let full = match meaning {
                Resolution::External(name) if rest.is_empty() => name.to_string(),
                Resolution::External(name) => format!("{name}.{rest}"),
                Resolution::Builtin(name) => name.to_string(),
                _ => return false,
            };
            PURE_CALLS.contains(&full.as_str())
        })
    }

    /// The value of a name that is bound exactly once, on every path.
    fn only_value(
        &self,
        module: ModuleId,
        name: &str,
    ) -> Option<(u128, &'a ValueKind, &'a [CompactString])> {
        let facts = &self.index.module(module).facts;
        let mut bindings = facts.bindings_of(name);
        let only = bindings.next().filter(|bound| !bound.conditional)?;
        if bindings.next().is_some() {
            return None;
        }
        match &only.binding {
            Binding::Value(hash, kind, free) => Some((*hash, kind, free)),
            _ => None,
        }
    }

    fn describe(&self, meanings: &[Resolution]) -> String {
        let mut words: Vec<String> =
            meanings.iter().map(|meaning| self.describe_one(meaning)).collect();
        words.dedup();
        if words.is_empty() { "bound nowhere".to_owned() } else { words.join(" or ") }
    }

    fn describe_one(&self, meaning: &Resolution) -> String {
        match meaning {
            Resolution::Definition(id) => self.index.dotted(*id),
            Resolution::Module(id) => format!("module {}", self.index.module(*id).name),
            Resolution::External(name) => name.to_string(),
            Resolution::Value { module, name } => {
                format!("a value of {}.{name}", self.index.module(*module).name)
            }
            Resolution::Builtin(name) => format!("the builtin {name}"),
            Resolution::Unknown(name) => format!("something that cannot be followed ({name})"),
        }
    }
}

/// Two paths in one distribution that end in the same name may lead to one thing.
fn perhaps_same(left: &[Resolution], right: &[Resolution]) -> bool {
    let ends = |name: &str| {
        let first = name.split('.').next().unwrap_or_default().to_owned();
        (first, name.rsplit('.').next().unwrap_or_default().to_owned())
    };
    match (left, right) {
        ([Resolution::External(left)], [Resolution::External(right)]) => ends(left) == ends(right),
        _ => false,
    }
}

/// The same abstract type goes by several names.
fn abstract_type(name: &str) -> &str {
    ["typing.", "typing_extensions.", "collections.abc."]
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix))
        .unwrap_or(name)
}

/// Whether anybody writes into the value of a module-level name.
pub(super) fn is_mutated(index: &Index, module: ModuleId, name: &str) -> bool {
    let writes = |id: ModuleId, bound: &str| {
        index.module(id).facts.mutated.iter().any(|mutated| mutated == bound)
    };
    writes(module, name)
        || index.consumers(module, name).iter().any(|consumer| {
            let imports = &index.module(consumer.module).facts.imports;
            imports
                .iter()
                .filter(|import| import.name.as_deref() == Some(name))
                .any(|import| writes(consumer.module, &import.bound))
        })
}
