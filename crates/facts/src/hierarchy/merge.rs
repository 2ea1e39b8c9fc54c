//! C3: the merge of the orders of the bases.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Class, ClassRef, Conflict, Linearisation, external};
use crate::index::DefinitionId;

/// Linearises all classes, bases before subclasses.
pub(super) fn orders(
    classes: &FxHashMap<DefinitionId, Class>,
    ids: &[DefinitionId],
) -> FxHashMap<DefinitionId, Linearisation> {
    let mut orders: FxHashMap<DefinitionId, Linearisation> = FxHashMap::default();
    for id in ids {
        // A way down the bases without recursion: a chain may be as long as the input.
        let mut open = vec![(*id, false)];
        let mut under_way = FxHashSet::default();
        while let Some((class, ready)) = open.pop() {
            if orders.contains_key(&class) {
                continue;
            }
            if ready {
                orders.insert(class, linearise(class, &classes[&class], &orders));
                continue;
            }
            under_way.insert(class);
            open.push((class, true));
            let above = classes[&class].bases.iter().filter_map(ClassRef::internal);
            open.extend(above.filter(|base| !under_way.contains(base)).map(|base| (base, false)));
        }
    }
    orders
}

fn linearise(
    class: DefinitionId,
    facts: &Class,
    orders: &FxHashMap<DefinitionId, Linearisation>,
) -> Linearisation {
    let bases = &facts.bases;
    let repeated = (1..bases.len()).find(|at| bases[..*at].contains(&bases[*at]));
    if let Some(at) = repeated {
        return Err(Conflict { class, between: vec![bases[at].clone()], repeated: true });
    }
    let mut lists: Vec<Vec<ClassRef>> = Vec::with_capacity(bases.len() + 1);
    for base in bases {
        lists.push(order_of(class, base, orders)?);
    }
    lists.push(bases.clone());
    let object = ClassRef::External("object".into());
    if bases.is_empty() {
        lists.push(vec![object]);
    }
    let mut order = vec![ClassRef::Internal(class)];
    merge(&lists, &mut order).map_err(|between| Conflict { class, between, repeated: false })?;
    Ok(Arc::from(order))
}

fn order_of(
    class: DefinitionId,
    base: &ClassRef,
    orders: &FxHashMap<DefinitionId, Linearisation>,
) -> Result<Vec<ClassRef>, Conflict> {
    match base {
        ClassRef::Internal(id) => match orders.get(id) {
            Some(order) => Ok(order.clone()?.to_vec()),
            // Only a class that is above itself is not done before its subclasses.
            None => Err(Conflict { class, between: vec![base.clone()], repeated: true }),
        },
        ClassRef::External(name) => {
            let mut order = vec![base.clone()];
            order.extend(external::above(name).map(|it| ClassRef::External(it.into())));
            if name != "object" {
                order.push(ClassRef::External("object".into()));
            }
            Ok(order)
        }
    }
}

/// Takes the first head that stands in no tail, again and again. On failure, the heads
/// that block each other.
fn merge(lists: &[Vec<ClassRef>], order: &mut Vec<ClassRef>) -> Result<(), Vec<ClassRef>> {
    let mut heads = vec![0_usize; lists.len()];
    // How often each class stands behind the head of a list.
    let mut behind: FxHashMap<&ClassRef, u32> = FxHashMap::default();
    for list in lists {
        for class in list.iter().skip(1) {
            *behind.entry(class).or_default() += 1;
        }
    }
    loop {
        let open = || lists.iter().zip(&heads).filter_map(|(list, head)| list.get(*head));
        let free = open().find(|class| behind.get(class).is_none_or(|times| *times == 0));
        let Some(next) = free else {
            let mut blocked: Vec<ClassRef> = Vec::new();
            for class in open()
                .filter(|class| !matches!(class, ClassRef::External(name) if name == "object"))
            {
                if !blocked.contains(class) {
                    blocked.push(class.clone());
                }
            }
            return if open().next().is_none() { Ok(()) } else { Err(blocked) };
        };
        order.push(next.clone());
        for (list, head) in lists.iter().zip(&mut heads) {
            if list.get(*head) == Some(next) {
                *head += 1;
                if let Some(class) = list.get(*head)
                    && let Some(times) = behind.get_mut(class)
                {
                    *times -= 1;
                }
            }
        }
    }
}
