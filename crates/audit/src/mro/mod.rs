//! In which order attributes of the classes of a group are found, who provides them,
//! and where calls would lead after a consolidation.

mod calls;

use std::collections::{BTreeMap, BTreeSet};

use ssot_facts::{ClassRef, Conflict, DefinitionId, Hierarchy, Index, Linearisation};
use ssot_model::audit::{ClassOrder, MroReport, OverrideRow};

use crate::readings::Library;

pub(crate) use calls::{Call, of_module as calls_of};

/// What would happen to the classes of a group.
pub(crate) struct Prospect {
    /// What would stay; none when nothing would go.
    pub(crate) canonical: Option<DefinitionId>,
    /// Whether that was chosen.
    pub(crate) chosen: bool,
    /// What would go.
    pub(crate) gone: Vec<DefinitionId>,
}

/// The report about the classes of a group.
pub(crate) fn report(
    library: Library<'_>,
    hierarchy: &Hierarchy,
    ids: &[DefinitionId],
    prospect: &Prospect,
) -> MroReport {
    let index = library.index;
    let replaced: BTreeMap<DefinitionId, DefinitionId> = prospect
        .canonical
        .iter()
        .flat_map(|kept| prospect.gone.iter().map(|gone| (*gone, *kept)))
        .filter(|(gone, kept)| gone != kept)
        .collect();
    let after = hierarchy.replaced(&replaced);
    let orders = Orders { index, library, hierarchy, replaced: &replaced, after: &after };
    MroReport {
        classes: ids.iter().map(|id| orders.shown(*id, &hierarchy.linearisation(*id))).collect(),
        canonical: prospect.canonical.map(|id| index.dotted(id)).unwrap_or_default(),
        chosen: prospect.chosen,
        after: after.iter().map(|(id, order)| orders.shown(*id, order)).collect(),
        overrides: overrides(index, hierarchy, ids),
        calls: calls::calls(&orders),
    }
}

/// Orders of classes, today and afterwards.
struct Orders<'a> {
    index: &'a Index,
    library: Library<'a>,
    hierarchy: &'a Hierarchy,
    replaced: &'a BTreeMap<DefinitionId, DefinitionId>,
    after: &'a BTreeMap<DefinitionId, Linearisation>,
}

impl Orders<'_> {
    fn shown(&self, class: DefinitionId, order: &Linearisation) -> ClassOrder {
        let member = self.index.member(class);
        let (order, conflict) = match order {
            Ok(order) => (order.iter().map(|class| class.dotted(self.index)).collect(), None),
            Err(conflict) => (Vec::new(), Some(self.told(conflict))),
        };
        ClassOrder {
            class: member.dotted(),
            place: format!("{}:{}", member.path, member.span.start),
            order,
            conflict,
            open: !self.hierarchy.is_closed(class),
        }
    }

    fn told(&self, conflict: &Conflict) -> String {
        let names: Vec<String> = conflict.between.iter().map(|it| it.dotted(self.index)).collect();
        let class = self.index.dotted(conflict.class);
        if conflict.repeated {
            format!("{class} would inherit from {} twice or from itself", names.join(" and "))
        } else {
            format!("no order of {} suits {class}", names.join(" and "))
        }
    }
}

/// Members that some class of the group inherits or takes over from another.
fn overrides(index: &Index, hierarchy: &Hierarchy, ids: &[DefinitionId]) -> Vec<OverrideRow> {
    let providers: Vec<BTreeMap<&str, Vec<DefinitionId>>> =
        ids.iter().map(|id| hierarchy.providers(index, *id)).collect();
    let names: BTreeSet<&str> = providers.iter().flat_map(BTreeMap::keys).copied().collect();
    let tells = |name: &&str| {
        providers.iter().zip(ids).any(|(of, id)| {
            of.get(name).is_some_and(|found| found.len() > 1 || found.first() != Some(id))
        })
    };
    names
        .into_iter()
        .filter(tells)
        .map(|name| OverrideRow {
            member: name.to_owned(),
            providers: providers
                .iter()
                .map(|of| {
                    let found = of.get(name).map_or(&[][..], Vec::as_slice);
                    found.iter().map(|id| index.dotted(*id)).collect()
                })
                .collect(),
        })
        .collect()
}

/// Where a name is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Lookup {
    /// In this class.
    At(DefinitionId),
    /// Nowhere.
    Nowhere,
    /// Perhaps in this class, which is not known, or above it.
    Unknown(ClassRef),
}

/// Looks a name up along an order.
pub(crate) fn look_up(
    index: &Index,
    hierarchy: &Hierarchy,
    order: &[ClassRef],
    name: &str,
) -> Lookup {
    for class in order {
        if let Some(id) = class.internal()
            && index.definition(id).members.iter().any(|member| member == name)
        {
            return Lookup::At(id);
        }
        if !hierarchy.is_known(class) {
            return Lookup::Unknown(class.clone());
        }
    }
    Lookup::Nowhere
}
