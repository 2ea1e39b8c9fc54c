//! What two definitions of one name are to each other when their bodies differ.

use ssot_facts::{Definition, DefinitionId, Index, Resolution, Role};
use ssot_model::{DefinitionKind, Evidence, Verdict};

use crate::Scene;

/// Overlap of the bodies from which two definitions are one concept that diverged.
const VARIANT_OVERLAP: f64 = 0.5;
/// Overlaps of bodies, of the smaller body with the larger, and of members that
/// together say the same.
const VARIANT_TOGETHER: (f64, f64, f64) = (0.33, 0.5, 0.5);
/// Fewest statements of a body whose overlap says something.
const TELLING_BODY: usize = 4;
/// Overlap of the bodies of functions below which they share nothing.
const STRANGER_FUNCTIONS: f64 = 0.08;
/// Overlaps of bodies and members of classes below which they share nothing.
const STRANGER_CLASSES: (f64, f64) = (0.12, 0.2);
/// Longest chain of bases that is followed.
const LONGEST_LINEAGE: u32 = 12;

/// A relation between two definitions, with the fact it rests on.
pub(crate) struct Relation {
    pub(crate) verdict: Verdict,
    pub(crate) evidence: Vec<Evidence>,
}

impl Relation {
    fn new(verdict: Verdict, signal: &str, text: String) -> Self {
        Self { verdict, evidence: vec![Evidence::supporting(signal, text)] }
    }
}

/// Compares two definitions of one name and kind.
pub(crate) fn relate(scene: &Scene<'_>, a: DefinitionId, b: DefinitionId) -> Relation {
    structural(scene, a, b).or_else(|| by_role(scene, a, b)).unwrap_or_else(|| match by_similarity(
        scene, a, b,
    ) {
        stranger if stranger.verdict == Verdict::Homonym => stranger,
        similar => by_boundary(scene, a, b).unwrap_or(similar),
    })
}

/// One builds on the other.
fn structural(scene: &Scene<'_>, a: DefinitionId, b: DefinitionId) -> Option<Relation> {
    let index = scene.index;
    for (this, other) in [(a, b), (b, a)] {
        let (here, there) = (index.dotted(this), index.dotted(other));
        if inherits(index, this, other, LONGEST_LINEAGE) {
            let text = format!("{here} is a subclass of {there}");
            return Some(Relation::new(Verdict::Specialisation, "subclass", text));
        }
        if let Some(base) = outer_namesake(index, this) {
            let text = format!("{here} is a subclass of {base}");
            return Some(Relation::new(Verdict::Specialisation, "subclass", text));
        }
        if is_protocol(index.definition(this)) && !is_protocol(index.definition(other)) {
            let text = format!("{here} is a protocol or abstract base that {there} implements");
            return Some(Relation::new(Verdict::Specialisation, "protocol", text));
        }
        if uses(index, this, other) {
            let text = format!("{here} calls or wraps {there}");
            return Some(Relation::new(Verdict::Layer, "uses", text));
        }
    }
    None
}

fn inherits(index: &Index, this: DefinitionId, other: DefinitionId, left: u32) -> bool {
    let definition = index.definition(this);
    if definition.kind != DefinitionKind::Class || left == 0 {
        return false;
    }
    definition.bases.iter().any(|base| {
        referred(index, this, base).is_some_and(|base| {
            base == other || base != this && inherits(index, base, other, left - 1)
        })
    })
}

/// The definition that a dotted text in the body of another refers to.
fn referred(index: &Index, from: DefinitionId, text: &str) -> Option<DefinitionId> {
    let (root, rest) = text.split_once('.').map_or((text, None), |(root, rest)| (root, Some(rest)));
    index.resolve(from.module, root).into_iter().find_map(|meaning| match (meaning, rest) {
        (Resolution::Definition(id), None) => Some(id),
        (Resolution::Module(module), Some(rest)) if !rest.contains('.') => {
            index.resolve(module, rest).into_iter().find_map(|meaning| match meaning {
                Resolution::Definition(id) => Some(id),
                _ => None,
            })
        }
        _ => None,
    })
}

/// A base of the same name that comes from outside the repository.
fn outer_namesake(index: &Index, this: DefinitionId) -> Option<&str> {
    let definition = index.definition(this);
    let is_namesake = |base: &&compact_str::CompactString| {
        base.rsplit('.').next() == Some(definition.name.as_str()) && !base.contains('=')
    };
    definition.bases.iter().find(is_namesake).map(compact_str::CompactString::as_str)
}

fn is_protocol(definition: &Definition) -> bool {
    definition.bases.iter().any(|base| {
        let last = base.rsplit(['.', '=']).next().unwrap_or(base);
        matches!(last, "Protocol" | "ABC" | "ABCMeta" | "Interface")
    })
}

/// Whether the body of one names the other, under whatever alias.
fn uses(index: &Index, this: DefinitionId, other: DefinitionId) -> bool {
    let facts = &index.module(this.module).facts;
    let target = &index.definition(other).name;
    index.definition(this).free.iter().any(|name| {
        let imported = facts.imports.iter().filter(|import| import.bound == *name);
        let direct = imported.clone().any(|import| import.name.as_ref() == Some(target));
        if direct {
            return index.resolve(this.module, name).contains(&Resolution::Definition(other));
        }
        let chain = compact_str::format_compact!("{name}.{target}");
        imported.count() > 0
            && facts.uses.iter().any(|used| used.starts_with(chain.as_str()))
            && index.resolve(this.module, name).contains(&Resolution::Module(other.module))
    })
}

/// One of them is code of another kind.
fn by_role(scene: &Scene<'_>, a: DefinitionId, b: DefinitionId) -> Option<Relation> {
    let (left, right) = (scene.index.module(a.module), scene.index.module(b.module));
    for module in [left, right] {
        if module.role != Role::Production {
            let text = format!("{} is {} code", module.path, module.role.as_str());
            return Some(Relation::new(Verdict::Convention, "role", text));
        }
    }
    None
}

/// They belong to parts that may each own a copy.
fn by_boundary(scene: &Scene<'_>, a: DefinitionId, b: DefinitionId) -> Option<Relation> {
    let (left, right) = (scene.index.module(a.module), scene.index.module(b.module));
    let boundaries =
        (scene.territories.boundary(&left.path), scene.territories.boundary(&right.path));
    if let (Some(one), Some(two)) = boundaries
        && one != two
    {
        let text = format!("{} belongs to {one}, {} to {two}", left.path, right.path);
        return Some(Relation::new(Verdict::Boundary, "boundary", text));
    }
    None
}

fn by_similarity(scene: &Scene<'_>, a: DefinitionId, b: DefinitionId) -> Relation {
    let (left, right) = (scene.index.definition(a), scene.index.definition(b));
    let bodies = overlap(&left.leaves, &right.leaves);
    let members = overlap(&left.members, &right.members);
    let text = format!(
        "{} and {} share {:.0} % of their statements and {:.0} % of their {}",
        scene.index.dotted(a),
        scene.index.dotted(b),
        bodies * 100.0,
        members * 100.0,
        if left.kind == DefinitionKind::Class { "members" } else { "parameters" },
    );
    let is_class = left.kind == DefinitionKind::Class;
    let stranger = if is_class {
        bodies < STRANGER_CLASSES.0 && members < STRANGER_CLASSES.1
    } else {
        bodies < STRANGER_FUNCTIONS
    };
    let smaller = left.leaves.len().min(right.leaves.len());
    let contained = contained(bodies, left.leaves.len(), right.leaves.len());
    let together = smaller >= TELLING_BODY
        && bodies >= VARIANT_TOGETHER.0
        && contained >= VARIANT_TOGETHER.1
        && members >= VARIANT_TOGETHER.2;
    if bodies >= VARIANT_OVERLAP || together {
        Relation::new(Verdict::Variant, "overlap", text)
    } else if stranger {
        Relation::new(Verdict::Homonym, "overlap", text)
    } else {
        Relation { verdict: Verdict::Unsure, evidence: vec![Evidence::opposing("overlap", text)] }
    }
}

/// Share of the smaller list that the larger one has, from their overlap.
fn contained(overlap: f64, left: usize, right: usize) -> f64 {
    let common = overlap * (left + right) as f64 / (1.0 + overlap);
    common / left.min(right).max(1) as f64
}

/// Share of common elements among all, counted with repetition, of two sorted lists.
fn overlap<T: Ord>(left: &[T], right: &[T]) -> f64 {
    let (mut i, mut j, mut common) = (0, 0, 0);
    while i < left.len() && j < right.len() {
        match left[i].cmp(&right[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                common += 1;
                i += 1;
                j += 1;
            }
        }
    }
    let all = left.len() + right.len() - common;
    if all == 0 { 0.0 } else { f64::from(common as u32) / all as f64 }
}
