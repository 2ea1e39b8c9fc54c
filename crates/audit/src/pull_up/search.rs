//! What classes find under a name before and after a method has moved.

use std::collections::BTreeSet;

use ssot_facts::{ClassRef, DefinitionId, Hierarchy, Index, SiteKind};

use crate::mro::{Lookup, look_up};

/// Functions that ask whether an object has something of a name.
const ASKING: [&str; 4] = ["hasattr", "getattr", "setattr", "delattr"];

/// Some classes lose a method, and one class above them has it.
pub(super) struct Change<'a> {
    pub(super) index: &'a Index,
    pub(super) hierarchy: &'a Hierarchy,
    pub(super) name: &'a str,
    pub(super) removed: BTreeSet<DefinitionId>,
    /// The class that has it afterwards.
    pub(super) keeper: DefinitionId,
}

impl Change<'_> {
    /// The classes that come to have the method, or which class would find other code.
    pub(super) fn gained(&self) -> Result<Vec<DefinitionId>, String> {
        let tops = self.removed.iter().chain([&self.keeper]);
        let affected: BTreeSet<DefinitionId> = tops
            .flat_map(|top| self.hierarchy.descendants(*top).into_iter().chain([*top]))
            .collect();
        let mut gained = Vec::new();
        for class in affected {
            let dotted = self.index.dotted(class);
            let order = self
                .hierarchy
                .linearisation(class)
                .map_err(|_| format!("the order of the bases of {dotted} is contradictory"))?;
            for start in self.starts(&order) {
                if self.is_gained(&dotted, &order[start..])? {
                    gained.push(class);
                }
            }
        }
        gained.dedup();
        Ok(gained)
    }

    /// Where searches for the name begin in an order: at its class, and behind each
    /// class that asks `super()` for it.
    fn starts(&self, order: &[ClassRef]) -> Vec<usize> {
        let asks = |class: &ClassRef| class.internal().is_some_and(|id| self.asks_above(id));
        let behind = (0..order.len()).filter(|at| asks(&order[*at])).map(|at| at + 1);
        [0].into_iter().chain(behind).collect()
    }

    fn asks_above(&self, class: DefinitionId) -> bool {
        asks_above(self.index, class, self.name, None)
    }

    fn is_gained(&self, class: &str, order: &[ClassRef]) -> Result<bool, String> {
        let name = self.name;
        let before = look_up(self.index, self.hierarchy, order, name);
        let after = self.after(order);
        let ours = |id: &DefinitionId| self.removed.contains(id) || *id == self.keeper;
        match (&before, &after) {
            (Lookup::At(one), Lookup::At(other)) if one == other || ours(one) && ours(other) => {
                Ok(false)
            }
            (Lookup::Nowhere, Lookup::Nowhere) => Ok(false),
            (Lookup::Unknown(one), Lookup::Unknown(other)) if one == other => Ok(false),
            (Lookup::Nowhere, Lookup::At(_)) => Ok(true),
            (Lookup::Unknown(base), _) | (_, Lookup::Unknown(base)) => {
                let base = base.dotted(self.index);
                Err(format!("{class} may find `{name}` in {base}, which is not known"))
            }
            (_, Lookup::At(other)) => {
                let other = self.index.dotted(*other);
                Err(format!("{class} would find the `{name}` of {other} instead"))
            }
            (_, Lookup::Nowhere) => Err(format!("{class} would have no `{name}` any more")),
        }
    }

    fn after(&self, order: &[ClassRef]) -> Lookup {
        for (at, class) in order.iter().enumerate() {
            let Some(id) = class.internal() else {
                return look_up_from(self, &order[at..]);
            };
            if id == self.keeper {
                return Lookup::At(id);
            }
            if !self.removed.contains(&id) {
                match look_up(self.index, self.hierarchy, &order[at..=at], self.name) {
                    Lookup::Nowhere => {}
                    found => return found,
                }
            } else if !self.hierarchy.is_known(class) {
                return Lookup::Unknown(class.clone());
            }
        }
        Lookup::Nowhere
    }
}

/// Whether a class asks `super()` for a name anywhere but in one of its methods.
pub(super) fn asks_above(
    index: &Index,
    class: DefinitionId,
    name: &str,
    but: Option<DefinitionId>,
) -> bool {
    let facts = &index.module(class.module).facts;
    let inside = |at: u32| {
        facts.definitions[at as usize].owner == Some(class.index)
            && but.is_none_or(|method| method.index != at)
    };
    facts.sites.iter().filter(|site| site.definition().is_some_and(inside)).any(|site| {
        let path = facts.path_of(site).strip_prefix("super().");
        path.is_some_and(|rest| rest.split('.').next() == Some(name))
    })
}

/// Past a class from elsewhere: it is known to add nothing, or nothing is known.
fn look_up_from(change: &Change<'_>, order: &[ClassRef]) -> Lookup {
    match order {
        [first, ..] if !change.hierarchy.is_known(first) => Lookup::Unknown(first.clone()),
        [_, rest @ ..] => change.after(rest),
        [] => Lookup::Nowhere,
    }
}

/// The class above in which a class would find the name, when that can be told.
pub(super) fn above(
    index: &Index,
    hierarchy: &Hierarchy,
    class: DefinitionId,
    name: &str,
) -> Option<DefinitionId> {
    let order = hierarchy.linearisation(class).ok()?;
    if !hierarchy.is_known(&ClassRef::Internal(class)) {
        return None;
    }
    match look_up(index, hierarchy, &order[1..], name) {
        Lookup::At(found) => Some(found),
        Lookup::Nowhere | Lookup::Unknown(_) => None,
    }
}

/// Whether one class stands truly above another.
pub(super) fn leads_to(hierarchy: &Hierarchy, class: DefinitionId, base: DefinitionId) -> bool {
    let is_base = |it: &ClassRef| it.internal() == Some(base);
    class != base && hierarchy.linearisation(class).is_ok_and(|order| order.iter().any(is_base))
}

/// The place where somebody asks for the name by a string.
pub(super) fn asked_for(index: &Index, name: &str) -> Option<String> {
    index.modules().find_map(|(_, module)| {
        let facts = &module.facts;
        let asks = facts.sites.iter().find(|site| {
            site.kind == SiteKind::Call
                && ASKING.contains(&facts.path_of(site))
                && facts.literals.iter().any(|literal| {
                    literal.line == site.line && facts.texts[literal.text as usize] == name
                })
        })?;
        Some(format!("{}:{}", module.path, asks.line))
    })
}
