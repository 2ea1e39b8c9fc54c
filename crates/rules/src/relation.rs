//! What two definitions of one name are to each other when their bodies differ.

use ssot_facts::{Definition, DefinitionId, Index, Resolution, Role};
use ssot_model::{DefinitionKind, Evidence, Verdict};

use crate::Scene;

/// Overlap of the bodies from which two definitions are one concept that diverged.
const VARIANT_OVERLAP: f64 = 0.5;
/// Overlap of the bodies below which they share nothing.
const STRANGER_OVERLAP: f64 = 0.08;
/// Overlap of the members below which they share nothing.
const STRANGER_MEMBERS: f64 = 0.15;
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
    structural(scene, a, b)
        .or_else(|| territorial(scene, a, b))
        .unwrap_or_else(|| by_similarity(scene, a, b))
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
        referred(index, this, base)
            .is_some_and(|base| base == other || base != this && inherits(index, base, other, left - 1))
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

/// They stand in places that keep their own.
fn territorial(scene: &Scene<'_>, a: DefinitionId, b: DefinitionId) -> Option<Relation> {
    let (left, right) = (scene.index.module(a.module), scene.index.module(b.module));
    for module in [left, right] {
        if module.role != Role::Production {
            let text = format!("{} is {} code", module.path, module.role.as_str());
            return Some(Relation::new(Verdict::Convention, "role", text));
        }
    }
    let boundaries = (scene.territories.boundary(&left.path), scene.territories.boundary(&right.path));
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
    let stranger =
        bodies < STRANGER_OVERLAP && (!is_class || members < STRANGER_MEMBERS);
    if bodies >= VARIANT_OVERLAP {
        Relation::new(Verdict::Variant, "overlap", text)
    } else if stranger {
        Relation::new(Verdict::Homonym, "overlap", text)
    } else {
        Relation { verdict: Verdict::Unsure, evidence: vec![Evidence::opposing("overlap", text)] }
    }
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
