//! One definition extends the other, or both extend a third.

use std::collections::BTreeSet;

use ssot_facts::{DefinitionId, Index, Resolution};
use ssot_model::{DefinitionKind, Verdict};

use super::Relation;
use crate::Scene;

/// Longest chain of bases that is followed.
const LONGEST_LINEAGE: u32 = 12;
/// Likeness of statements from which two children of one base are copies rather
/// than two specialisations.
pub(super) const COPIED_SIBLING: f64 = 0.35;
/// Classes below a base from which it says what kind of thing they are, and no longer
/// that they belong together.
const MOST_SIBLINGS: usize = 12;
/// Share of stubs among the methods of a class that only declares.
const DECLARES: f64 = 0.5;
/// Bases that say what kind of thing a class is, not which concept it belongs to.
const GENERAL_BASES: [&str; 22] = [
    "object",
    "ABC",
    "Protocol",
    "Generic",
    "BaseModel",
    "Enum",
    "IntEnum",
    "StrEnum",
    "str",
    "int",
    "dict",
    "list",
    "tuple",
    "NamedTuple",
    "TypedDict",
    "Exception",
    "ValueError",
    "RuntimeError",
    "Base",
    "Model",
    "Serializable",
    "Thread",
];

pub(super) fn relation(scene: &Scene<'_>, a: DefinitionId, b: DefinitionId) -> Option<Relation> {
    let index = scene.index;
    let (left, right) = (class_of(index, a)?, class_of(index, b)?);
    // What a subclass adds under another name is no form of what is above.
    if (left, right) != (a, b) && index.definition(a).name != index.definition(b).name {
        return None;
    }
    for (this, other) in [(left, right), (right, left)] {
        if this != other && ancestors(index, this).contains(&Ancestor::Known(other)) {
            let text = format!("{} is a subclass of {}", index.dotted(this), index.dotted(other));
            return Some(Relation::stated(Verdict::Specialisation, "subclass", text));
        }
        if a == left && declares(index, this) && implements(index, other, this) {
            let (here, there) = (index.dotted(this), index.dotted(other));
            let text = format!("{here} declares what {there} implements");
            return Some(Relation::stated(Verdict::Specialisation, "protocol", text));
        }
    }
    None
}

/// Children of one base. A base from outside says less than one of the repository: it
/// holds only for what is not strange anyhow.
pub(super) fn siblings(
    scene: &Scene<'_>,
    a: DefinitionId,
    b: DefinitionId,
    are_strangers: bool,
) -> Option<Relation> {
    let index = scene.index;
    let (left, right) = (class_of(index, a)?, class_of(index, b)?);
    if left == right {
        return None;
    }
    let (mine, theirs) = (ancestors(index, left), ancestors(index, right));
    let base = mine.intersection(&theirs).find(|base| match base {
        _ if base.is_general(index) => false,
        Ancestor::Known(id) => scene.hierarchy().descendants(*id).len() <= MOST_SIBLINGS,
        Ancestor::Foreign(name) => {
            let top = name.split('.').next().unwrap_or(name);
            !are_strangers
                && !ssot_facts::is_standard_library(top)
                && scene.children_of_foreign(name) <= MOST_SIBLINGS
        }
    })?;
    let text = format!(
        "{} and {} each specialise {}",
        index.dotted(left),
        index.dotted(right),
        base.name(index)
    );
    Some(Relation::stated(Verdict::Specialisation, "siblings", text))
}

/// Two methods of one name in children of one base, in words.
pub(super) fn overridden(scene: &Scene<'_>, a: DefinitionId, b: DefinitionId) -> Option<String> {
    let index = scene.index;
    let (left, right) = (class_of(index, a)?, class_of(index, b)?);
    let are_methods = left != a && right != b && left != right;
    if !are_methods || index.definition(a).name != index.definition(b).name {
        return None;
    }
    let (mine, theirs) = (ancestors(index, left), ancestors(index, right));
    let base = mine.intersection(&theirs).find(|base| !base.is_general(index))?;
    Some(format!("each is what its class makes of {}", base.name(index)))
}

/// Whether a class is an exception, by the names of its bases.
pub(super) fn is_error(index: &Index, id: DefinitionId) -> bool {
    let is_error =
        |name: &str| ["Exception", "Error", "Warning"].iter().any(|it| name.ends_with(it));
    index.definition(id).bases.iter().any(|base| is_error(base))
}

/// The class itself, or the one that a method belongs to.
fn class_of(index: &Index, id: DefinitionId) -> Option<DefinitionId> {
    let definition = index.definition(id);
    match definition.kind {
        DefinitionKind::Class => Some(id),
        _ => definition.owner.map(|owner| DefinitionId { index: owner, ..id }),
    }
}

/// A class above another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Ancestor {
    /// In this repository.
    Known(DefinitionId),
    /// Outside, by its dotted name.
    Foreign(String),
}

/// Whether a class extends one that says what its methods are, not merely what kind
/// of thing it is.
pub(crate) fn extends_an_interface(index: &Index, class: DefinitionId) -> bool {
    ancestors(index, class).iter().any(|ancestor| !ancestor.is_general(index))
}

impl Ancestor {
    fn name(&self, index: &Index) -> String {
        match self {
            Self::Known(id) => index.dotted(*id),
            Self::Foreign(name) => name.clone(),
        }
    }

    fn is_general(&self, index: &Index) -> bool {
        let name = self.name(index);
        GENERAL_BASES.contains(&name.rsplit('.').next().unwrap_or(&name))
    }
}

fn ancestors(index: &Index, class: DefinitionId) -> BTreeSet<Ancestor> {
    let mut found = BTreeSet::new();
    let mut open = vec![(class, LONGEST_LINEAGE)];
    while let Some((at, left)) = open.pop() {
        let bases = index.definition(at).bases.iter().filter(|base| !base.contains('='));
        for base in bases {
            let known = index.follow(at.module, base).into_iter().find_map(|it| match it {
                Resolution::Definition(id) => Some(Ancestor::Known(id)),
                Resolution::External(name) => Some(Ancestor::Foreign(name.to_string())),
                _ => None,
            });
            let ancestor = known.unwrap_or_else(|| Ancestor::Foreign(base.to_string()));
            if let Ancestor::Known(id) = &ancestor
                && left > 0
                && !found.contains(&ancestor)
            {
                open.push((*id, left - 1));
            }
            found.insert(ancestor);
        }
    }
    found
}

/// Whether a class is a protocol or an abstract base most of whose methods are stubs.
fn declares(index: &Index, class: DefinitionId) -> bool {
    let is_abstract = index.definition(class).bases.iter().any(|base| {
        let last = base.rsplit(['.', '=']).next().unwrap_or(base);
        matches!(last, "Protocol" | "ABC" | "ABCMeta" | "Interface")
    });
    let methods: Vec<bool> = methods(index, class).map(|(_, stub)| stub).collect();
    let stubs = methods.iter().filter(|stub| **stub).count();
    is_abstract && stubs as f64 >= DECLARES * methods.len() as f64
}

/// Whether a class has most of the methods that another declares, its own or from above.
fn implements(index: &Index, class: DefinitionId, declaration: DefinitionId) -> bool {
    let above = ancestors(index, class).into_iter().filter_map(|it| match it {
        Ancestor::Known(id) => Some(id),
        Ancestor::Foreign(_) => None,
    });
    let own: BTreeSet<&str> = std::iter::once(class)
        .chain(above)
        .flat_map(|id| methods(index, id).map(|(name, _)| name))
        .collect();
    let declared: Vec<&str> = methods(index, declaration).map(|(name, _)| name).collect();
    let there = declared.iter().filter(|name| own.contains(*name)).count();
    !declared.is_empty() && there * 2 >= declared.len() && !declares(index, class)
}

fn methods(index: &Index, class: DefinitionId) -> impl Iterator<Item = (&str, bool)> {
    let definitions = index.module(class.module).facts.definitions.iter();
    definitions
        .filter(move |it| it.owner == Some(class.index))
        .map(|it| (it.name.as_str(), it.flags.stub))
}
