//! Classes and the classes they are made of.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use compact_str::CompactString;
use rustc_hash::{FxHashMap, FxHashSet};
use ssot_model::DefinitionKind;

use crate::file::Definition;
use crate::index::{DefinitionId, Index, ModuleId};
use crate::resolve::Resolution;

mod external;
mod merge;

/// A class as a base.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClassRef {
    /// A class of this repository.
    Internal(DefinitionId),
    /// A class from elsewhere by its dotted name; builtins without `builtins.`.
    External(CompactString),
}

/// Why a class has no linearisation: no order keeps all of these promises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The class that cannot be created: the asked one or one above it.
    pub class: DefinitionId,
    /// The classes whose order is contradictory.
    pub between: Vec<ClassRef>,
    /// Whether a base stands twice in the list, or the class is above itself.
    pub repeated: bool,
}

/// The order in which attributes of a class are looked up, the class first.
pub type Linearisation = Result<Arc<[ClassRef]>, Conflict>;

/// One class.
#[derive(Debug, Clone, Default)]
struct Class {
    bases: Vec<ClassRef>,
    /// Something about the bases cannot be told: an unknown name, a call, two meanings.
    unclear: bool,
    subclasses: Vec<DefinitionId>,
}

/// All classes of the repository with what they inherit from.
pub struct Hierarchy {
    classes: FxHashMap<DefinitionId, Class>,
    orders: FxHashMap<DefinitionId, Linearisation>,
}

impl Hierarchy {
    /// Resolves every base once.
    pub fn new(index: &Index) -> Self {
        let mut classes: FxHashMap<DefinitionId, Class> = FxHashMap::default();
        let mut known: FxHashMap<(ModuleId, &str), Vec<Base>> = FxHashMap::default();
        let is_class = |definition: &Definition| definition.kind == DefinitionKind::Class;
        for (id, _, definition) in index.definitions().filter(|(_, _, it)| is_class(it)) {
            let mut class = Class::default();
            for base in definition.bases.iter().filter(|base| !base.contains('=')) {
                let meanings =
                    known.entry((id.module, base)).or_insert_with(|| meanings(index, id, base));
                // `class A(A)` names the class that was called so before.
                let mut others = meanings.iter().filter(|it| **it != Base::class(id));
                match (others.next(), others.next()) {
                    (Some(Base::Class(only)), None) => class.bases.push(only.clone()),
                    (Some(Base::Erased), None) => {}
                    _ => class.unclear = true,
                }
            }
            class.unclear |= definition.bases.iter().any(|base| base.starts_with("**"));
            classes.insert(id, class);
        }
        let mut ids: Vec<DefinitionId> = classes.keys().copied().collect();
        ids.sort_unstable();
        for id in &ids {
            for base in classes[id].bases.clone() {
                if let ClassRef::Internal(base) = base
                    && let Some(base) = classes.get_mut(&base)
                    && base.subclasses.last() != Some(id)
                {
                    base.subclasses.push(*id);
                }
            }
        }
        let orders = merge::orders(&classes, &ids);
        Self { classes, orders }
    }

    /// The direct bases, as far as they are known.
    pub fn bases(&self, class: DefinitionId) -> &[ClassRef] {
        self.classes.get(&class).map_or(&[], |class| &class.bases)
    }

    /// Direct subclasses in this repository, in order.
    pub fn subclasses(&self, class: DefinitionId) -> &[DefinitionId] {
        self.classes.get(&class).map_or(&[], |class| &class.subclasses)
    }

    /// Every class below, in order.
    pub fn descendants(&self, class: DefinitionId) -> Vec<DefinitionId> {
        let mut seen = FxHashSet::default();
        let mut open = self.subclasses(class).to_vec();
        while let Some(next) = open.pop() {
            if seen.insert(next) {
                open.extend_from_slice(self.subclasses(next));
            }
        }
        let mut found: Vec<DefinitionId> = seen.into_iter().collect();
        found.sort_unstable();
        found
    }

    /// The method resolution order by C3, as Python computes it: the class first,
    /// `object` last. Bases that cannot be told are left out; see [`Self::is_closed`].
    /// `Generic` and `Protocol` are left out: whether they stay depends on parameters.
    pub fn linearisation(&self, class: DefinitionId) -> Linearisation {
        match self.orders.get(&class) {
            Some(order) => order.clone(),
            None => Ok(Arc::from([ClassRef::Internal(class)])),
        }
    }

    /// The orders of the classes below those that would go, if another class stood in
    /// the place of each: class by class, in order.
    pub fn replaced(
        &self,
        gone: &BTreeMap<DefinitionId, DefinitionId>,
    ) -> BTreeMap<DefinitionId, Linearisation> {
        let below: BTreeSet<DefinitionId> =
            gone.keys().flat_map(|class| self.descendants(*class)).collect();
        let below = below.into_iter().filter(|class| !gone.contains_key(class)).collect();
        self.reordered(below, &|_, bases| {
            for base in bases {
                if let ClassRef::Internal(id) = base {
                    *id = gone.get(id).copied().unwrap_or(*id);
                }
            }
        })
    }

    /// The orders of some classes and of those below, if each of them had one more base
    /// before all others: class by class, in order.
    pub fn with_first_base(
        &self,
        heirs: &BTreeSet<DefinitionId>,
        base: &ClassRef,
    ) -> BTreeMap<DefinitionId, Linearisation> {
        let below = heirs.iter().flat_map(|class| self.descendants(*class));
        let all: BTreeSet<DefinitionId> = below.chain(heirs.iter().copied()).collect();
        self.reordered(all.into_iter().collect(), &|class, bases| {
            if heirs.contains(&class) {
                bases.insert(0, base.clone());
            }
        })
    }

    /// The orders of classes whose bases, and those of the classes above, were others.
    fn reordered(
        &self,
        asked: Vec<DefinitionId>,
        change: &dyn Fn(DefinitionId, &mut Vec<ClassRef>),
    ) -> BTreeMap<DefinitionId, Linearisation> {
        let mut classes: FxHashMap<DefinitionId, Class> = FxHashMap::default();
        let mut open = asked.clone();
        while let Some(class) = open.pop() {
            let Some(facts) = self.classes.get(&class).filter(|_| !classes.contains_key(&class))
            else {
                continue;
            };
            let mut facts = facts.clone();
            change(class, &mut facts.bases);
            open.extend(facts.bases.iter().filter_map(ClassRef::internal));
            classes.insert(class, facts);
        }
        let mut orders = merge::orders(&classes, &asked);
        asked.into_iter().filter_map(|class| Some((class, orders.remove(&class)?))).collect()
    }

    /// Whether every class above is known: those of this repository and `object`,
    /// `ABC`, `Generic` and `Protocol`.
    pub fn is_closed(&self, class: DefinitionId) -> bool {
        self.linearisation(class).is_ok_and(|order| order.iter().all(|base| self.is_known(base)))
    }

    /// Whether all that a class itself brings is known, its bases by name included.
    pub fn is_known(&self, class: &ClassRef) -> bool {
        match class {
            ClassRef::Internal(id) => self.classes.get(id).is_some_and(|it| !it.unclear),
            ClassRef::External(name) => external::adds_nothing(name),
        }
    }

    /// Classes of this repository on the longest way up, the class not counted.
    pub fn depth(&self, class: DefinitionId) -> u32 {
        let Ok(order) = self.linearisation(class) else { return 0 };
        let mut depths: FxHashMap<DefinitionId, u32> = FxHashMap::default();
        // Bases come after the class: from the end, each finds its own done.
        for id in order.iter().rev().filter_map(ClassRef::internal) {
            let above = self.bases(id).iter().filter_map(ClassRef::internal);
            let depth = above.filter_map(|base| depths.get(&base)).max().map_or(0, |it| it + 1);
            depths.insert(id, depth);
        }
        depths.get(&class).copied().unwrap_or(0)
    }

    /// Which classes of the order set each member, nearest first.
    pub fn providers<'a>(
        &self,
        index: &'a Index,
        class: DefinitionId,
    ) -> BTreeMap<&'a str, Vec<DefinitionId>> {
        let mut providers: BTreeMap<&str, Vec<DefinitionId>> = BTreeMap::new();
        let Ok(order) = self.linearisation(class) else { return providers };
        for id in order.iter().filter_map(ClassRef::internal) {
            for member in &index.definition(id).members {
                providers.entry(member).or_default().push(id);
            }
        }
        providers
    }

    /// Classes of this repository that the class reaches over two of its bases.
    pub fn diamonds(&self, class: DefinitionId) -> Vec<DefinitionId> {
        let mut seen: FxHashMap<DefinitionId, u32> = FxHashMap::default();
        for base in self.bases(class).iter().filter_map(ClassRef::internal) {
            let Ok(order) = self.linearisation(base) else { continue };
            for id in order.iter().filter_map(ClassRef::internal) {
                *seen.entry(id).or_default() += 1;
            }
        }
        let mut shared: Vec<DefinitionId> =
            seen.into_iter().filter(|(_, times)| *times > 1).map(|(id, _)| id).collect();
        shared.sort_unstable();
        shared
    }
}

impl ClassRef {
    /// The class, when it is one of this repository.
    pub fn internal(&self) -> Option<DefinitionId> {
        match self {
            Self::Internal(id) => Some(*id),
            Self::External(_) => None,
        }
    }

    /// The dotted name.
    pub fn dotted(&self, index: &Index) -> String {
        match self {
            Self::Internal(id) => index.dotted(*id),
            Self::External(name) => name.to_string(),
        }
    }
}

/// What the text of a base means.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Base {
    Class(ClassRef),
    /// Takes no place among the bases.
    Erased,
    Unclear,
}

impl Base {
    fn class(id: DefinitionId) -> Self {
        Self::Class(ClassRef::Internal(id))
    }

    fn of(index: &Index, meaning: Resolution) -> Self {
        match meaning {
            Resolution::Definition(id) if index.definition(id).kind == DefinitionKind::Class => {
                Self::class(id)
            }
            Resolution::Builtin(name) => Self::Class(ClassRef::External(name)),
            Resolution::External(name) => external::base(&name),
            _ => Self::Unclear,
        }
    }
}

/// The different meanings of a base, as it is written in a module.
fn meanings(index: &Index, class: DefinitionId, base: &str) -> Vec<Base> {
    let mut parts = base.split('.');
    let first = parts.next().unwrap_or_default();
    let mut found = index.resolve(class.module, first);
    for part in parts {
        found = found.into_iter().flat_map(|outer| inside(index, outer, part)).collect();
    }
    let mut meanings: Vec<Base> = found.into_iter().map(|it| Base::of(index, it)).collect();
    meanings.sort_unstable();
    meanings.dedup();
    meanings
}

/// `outer.name`.
fn inside(index: &Index, outer: Resolution, name: &str) -> Vec<Resolution> {
    match outer {
        Resolution::Module(module) => index.resolve(module, name),
        Resolution::External(dotted) => {
            let deeper = compact_str::format_compact!("{dotted}.{name}");
            // `import package.module` binds `package`; the way down leads inside again.
            vec![match index.module_named(&deeper) {
                Some(module) => Resolution::Module(module),
                None => Resolution::External(deeper),
            }]
        }
        _ => vec![Resolution::Unknown(name.into())],
    }
}
