//! Calls of methods on objects whose class can be told.

use std::collections::BTreeSet;
use std::sync::Arc;

use compact_str::CompactString;
use ssot_facts::{
    Binding, ClassRef, Definition, DefinitionId, FileFacts, Index, ModuleId, Resolution, Site,
    SiteKind, ValueKind,
};
use ssot_model::audit::{CallChange, MethodCall};

use super::{Lookup, Orders, look_up};
use crate::consumers;
use crate::readings::Library;

/// The calls that may lead elsewhere: on objects of the classes that would go and of
/// those below them.
pub(super) fn calls(orders: &Orders<'_>) -> Vec<MethodCall> {
    let affected: BTreeSet<DefinitionId> =
        orders.replaced.keys().chain(orders.after.keys()).copied().collect();
    let modules: BTreeSet<ModuleId> = affected
        .iter()
        .flat_map(|class| {
            consumers::modules_of(orders.index, *class).into_iter().chain([class.module])
        })
        .collect();
    let mut found: BTreeSet<(CallChange, MethodCallKey)> = BTreeSet::new();
    for module in modules {
        let facts = &orders.index.module(module).facts;
        for call in orders.library.calls(module).iter() {
            let site = &facts.sites[call.site];
            // What stands in a class that goes, goes with it.
            let around = call.around;
            if affected.contains(&call.class)
                && !around.is_some_and(|class| orders.replaced.contains_key(&class))
            {
                found.extend(resolve(orders, module, site, call));
            }
        }
    }
    found.into_iter().map(|(change, key)| key.into_call(change)).collect()
}

/// A call in an order: by place.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct MethodCallKey {
    path: String,
    line: u32,
    call: String,
    class: String,
    today: Option<String>,
    after: Option<String>,
}

impl MethodCallKey {
    fn into_call(self, change: CallChange) -> MethodCall {
        MethodCall {
            place: format!("{}:{}", self.path, self.line),
            call: self.call,
            class: self.class,
            today: self.today,
            after: self.after,
            change,
        }
    }
}

/// A call with the class of its object.
pub(crate) struct Call {
    /// Its position among the sites of the module.
    pub(crate) site: usize,
    pub(crate) class: DefinitionId,
    pub(crate) method: CompactString,
    /// Classes of the order that come before the search begins: one for `super()`.
    pub(crate) skipped: bool,
    /// The class in whose body it stands.
    pub(crate) around: Option<DefinitionId>,
}

/// Every call of a module on an object whose class can be told.
pub(crate) fn of_module(library: Library<'_>, module: ModuleId) -> Vec<Call> {
    let facts = &library.index.module(module).facts;
    let calls = facts.sites.iter().enumerate().filter(|(_, site)| site.kind == SiteKind::Call);
    calls.filter_map(|(at, _)| receiver(library, module, facts, at)).collect()
}

/// The class of the object on which a method is called, when that can be told. What the
/// code states of parameters and attributes is believed.
fn receiver(library: Library<'_>, module: ModuleId, facts: &FileFacts, at: usize) -> Option<Call> {
    let site = &facts.sites[at];
    let index = library.index;
    let path = facts.path_of(site);
    let around = class_around(facts, site).map(|index| DefinitionId { module, index });
    let class = |class, method: &str, skipped| {
        Some(Call { site: at, class, method: method.into(), skipped, around })
    };
    let (front, method) = path.rsplit_once('.').unwrap_or(("", path));
    match front {
        "self" | "cls" => return class(around?, method, false),
        "super()" => return class(around?, method, true),
        _ => {}
    }
    // `Class(..)` calls the constructor.
    if let Some(id) = class_named(index, module, path) {
        return class(id, "__init__", false);
    }
    let inner = front.strip_suffix("()").unwrap_or(front);
    if let Some(id) = class_named(index, module, inner) {
        return class(id, method, false);
    }
    if let Some(attribute) = front.strip_prefix("self.") {
        return class(of_attribute(library, around?, attribute)?, method, false);
    }
    if front.is_empty() || front.contains(['.', '(']) {
        return None;
    }
    let local = facts
        .instances
        .iter()
        .find(|it| Some(it.inside) == site.definition() && it.name == front)
        .and_then(|it| class_named(index, module, &it.class));
    let of_module = || {
        let bound = facts.bindings_of(front).filter(|_| !site.local);
        let mut created = bound.map(|it| match &it.binding {
            Binding::Value(_, ValueKind::Call(callee), _) => class_named(index, module, callee),
            _ => None,
        });
        created.next().flatten().filter(|_| created.next().is_none())
    };
    let of_parameter = || of_parameter(library, module, facts, site, front);
    class(local.or_else(of_parameter).or_else(of_module)?, method, false)
}

/// The class that a parameter of the function around a site is annotated with.
fn of_parameter(
    library: Library<'_>,
    module: ModuleId,
    facts: &FileFacts,
    site: &Site,
    name: &str,
) -> Option<DefinitionId> {
    let function = facts.definitions.get(site.definition()? as usize)?;
    let is_parameter = function.members.iter().any(|it| it == name);
    let reading = is_parameter.then(|| library.of(module))?;
    class_named(library.index, module, reading.parameter(function.span.start, name)?)
}

/// The class that an attribute is annotated with or made of, in the class itself.
fn of_attribute(
    library: Library<'_>,
    class: DefinitionId,
    attribute: &str,
) -> Option<DefinitionId> {
    if attribute.contains(['.', '(', '[']) {
        return None;
    }
    let begins = library.index.definition(class).span.start;
    let reading = library.of(class.module);
    class_named(library.index, class.module, reading.attribute(begins, attribute)?)
}

/// The class in whose body a site stands.
fn class_around(facts: &FileFacts, site: &Site) -> Option<u32> {
    facts.definitions.get(site.definition()? as usize)?.owner
}

fn class_named(index: &Index, module: ModuleId, path: &str) -> Option<DefinitionId> {
    let last = path.rsplit('.').next()?;
    if !last.trim_start_matches('_').starts_with(char::is_uppercase) || path.contains('(') {
        return None;
    }
    match index.follow(module, path).as_slice() {
        [Resolution::Definition(id)] => {
            let kind = index.definition(*id).kind;
            (kind == ssot_model::DefinitionKind::Class).then_some(*id)
        }
        _ => None,
    }
}

fn resolve(
    orders: &Orders<'_>,
    module: ModuleId,
    site: &Site,
    call: &Call,
) -> Option<(CallChange, MethodCallKey)> {
    let Orders { index, hierarchy, replaced, after, .. } = orders;
    let order = hierarchy.linearisation(call.class).ok()?;
    let later = match (replaced.get(&call.class), after.get(&call.class)) {
        (Some(kept), _) => {
            after.get(kept).cloned().unwrap_or_else(|| hierarchy.linearisation(*kept))
        }
        (None, Some(order)) => order.clone(),
        (None, None) => Ok(Arc::clone(&order)),
    };
    let search = |order: &[ClassRef]| {
        look_up(index, hierarchy, &order[usize::from(call.skipped)..], &call.method)
    };
    let today = search(&order);
    let later = later.map(|order| search(&order));
    let creates = call.method == "__init__";
    let change = match (&today, &later) {
        // What nobody provides today is none of our business.
        (Lookup::Nowhere, _) if !creates => return None,
        // Fields make the constructor: the comparison of constructors tells.
        (Lookup::Nowhere, Ok(Lookup::Nowhere)) => return None,
        (_, Err(_)) => CallChange::Broken,
        // One and the same method of a class that is not known.
        (Lookup::Unknown(one), Ok(Lookup::Unknown(other)))
            if one == other && one.internal().is_none() && !creates =>
        {
            CallChange::Same
        }
        (Lookup::Unknown(_), _) | (_, Ok(Lookup::Unknown(_))) => CallChange::Unknown,
        (today, Ok(later)) if *today == *later => CallChange::Same,
        (Lookup::At(one), Ok(Lookup::At(other))) => between(index, *one, *other, &call.method),
        (_, Ok(Lookup::Nowhere)) if !creates => CallChange::Broken,
        _ => CallChange::Changed,
    };
    let name = |lookup: Lookup| match lookup {
        Lookup::At(class) => Some(format!("{}.{}", index.dotted(class), call.method)),
        Lookup::Nowhere | Lookup::Unknown(_) => None,
    };
    let facts = &index.module(module).facts;
    let key = MethodCallKey {
        path: index.module(module).path.to_string(),
        line: site.line,
        call: facts.path_of(site).to_owned(),
        class: index.dotted(call.class),
        today: name(today),
        after: later.ok().and_then(name),
    };
    Some((change, key))
}

/// Two methods of one name: equal code, or not.
fn between(index: &Index, one: DefinitionId, other: DefinitionId, method: &str) -> CallChange {
    let of = |class: DefinitionId| -> Option<&Definition> {
        let definitions = &index.module(class.module).facts.definitions;
        definitions.iter().find(|it| it.owner == Some(class.index) && it.name == method)
    };
    match (of(one), of(other)) {
        (Some(one), Some(other)) if one.hash == other.hash => CallChange::Moved,
        // Attributes that are called: nothing is known of what they hold.
        (None, None) => CallChange::Unknown,
        _ => CallChange::Changed,
    }
}
