//! State of a module that every request shares.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use ssot_facts::{
    Binding, DefinitionId, FileFacts, Index, Module, ModuleId, Role, Site, SiteKind, ValueKind,
    change_of,
};
use ssot_model::{DefinitionKind, Evidence, Finding, Level, Severity};

use crate::place::{Place, Remark};
use crate::reach::{Reach, entry};
use crate::uses::{AbsolutePaths, first_name, is_shipped};
use crate::{Rule, Scene};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    name: "shared-singleton",
    summary: "Requests write into state that all of them share.",
    page: include_str!("shared_singleton.md"),
    level: Level::Warning,
    check,
};

/// Calls that build an empty collection that can be written.
const COLLECTIONS: [&str; 12] = [
    "dict",
    "list",
    "set",
    "defaultdict",
    "OrderedDict",
    "deque",
    "Counter",
    "collections.defaultdict",
    "collections.OrderedDict",
    "collections.deque",
    "collections.Counter",
    "bytearray",
];

/// Longest chain of calls that is shown whole.
const LONGEST_CHAIN: usize = 6;

/// One write into a shared value.
#[derive(Clone)]
struct Write {
    by: DefinitionId,
    line: u32,
    what: String,
}

/// What is shared: a name of a module, or of a class of it.
type Shared = (ModuleId, String);

fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let index = scene.index;
    let mut collections: BTreeMap<Shared, Vec<Write>> = BTreeMap::new();
    let mut singletons: BTreeMap<Shared, Vec<Write>> = BTreeMap::new();
    for (id, module) in index.modules().filter(|(_, module)| is_shipped(module)) {
        writes(index, id, module, &mut collections);
        rebindings(id, &module.facts, &mut singletons);
        class_instances(id, &module.facts, &mut singletons);
    }
    if collections.is_empty() && singletons.is_empty() {
        return Vec::new();
    }
    let reach = Reach::new(index);
    let of_request = |id: DefinitionId| {
        let definition = index.definition(id);
        definition.members.iter().any(|name| is_personal(name))
            || entry(index, id, definition).is_some()
    };
    let mut findings: Vec<Finding> = Vec::new();
    for (shared, writes) in &collections {
        let writer = writes.iter().map(|write| write.by).find(|by| of_request(*by));
        findings.extend(finding(scene, &reach, shared, writes, ("is written", writer)));
    }
    for (shared, writes) in &singletons {
        let keeper = writes.iter().find_map(|write| keeper(index, write));
        findings.extend(finding(scene, &reach, shared, writes, ("is created", keeper)));
    }
    findings
}

/// Whether a parameter is handed what belongs to one request, user or session.
fn is_personal(name: &str) -> bool {
    const OWNERS: [&str; 8] =
        ["user", "session", "tenant", "thread", "account", "customer", "websocket", "connection"];
    let name = name.strip_suffix("_id").unwrap_or(name);
    OWNERS.contains(&name)
}

/// Writes into collections that stand at module level, of this module and of others.
fn writes(index: &Index, id: ModuleId, module: &Module, found: &mut BTreeMap<Shared, Vec<Write>>) {
    let facts = &module.facts;
    let mut paths = AbsolutePaths::new(index, id);
    let mut targets: FxHashMap<u32, Option<Shared>> = FxHashMap::default();
    for site in &facts.sites {
        let (Some(inside), false) = (site.definition(), site.at_import) else { continue };
        let Some(object) = written(facts, site) else { continue };
        let target =
            targets.entry(site.path).or_insert_with(|| target(index, id, &mut paths, object));
        let Some(target) = target else { continue };
        if index.sees(id, Some(inside), first_name(object)) {
            let by = DefinitionId { module: id, index: inside };
            let text = facts.text_of(site).unwrap_or_default();
            let what = format!("{} {:?} {text}", target.1, site.kind);
            found.entry(target.clone()).or_default().push(Write { by, line: site.line, what });
        }
    }
}

/// The object that a site writes into.
fn written<'a>(facts: &'a FileFacts, site: &Site) -> Option<&'a str> {
    let path = facts.path_of(site);
    let object = match site.kind {
        SiteKind::ItemWrite | SiteKind::Delete => path,
        SiteKind::Call => {
            let (object, method) = path.rsplit_once('.')?;
            change_of(method).map(|_| object)?
        }
        _ => return None,
    };
    let object = object.trim_end_matches("[]");
    (!object.contains(['(', '[', '?'])).then_some(object)
}

/// The module-level collection that a dotted name stands for.
fn target<'a>(
    index: &Index,
    id: ModuleId,
    paths: &mut AbsolutePaths<'a>,
    object: &'a str,
) -> Option<Shared> {
    let (module, name) = if object.contains('.') {
        let absolute = paths.of(object)?;
        let (module, name) = absolute.rsplit_once('.')?;
        (index.module_named(module)?, name.to_owned())
    } else {
        let (module, name) = index.origin(id, object);
        (module, name.to_string())
    };
    is_collection(index.module(module), &name).then_some((module, name))
}

fn is_collection(module: &Module, name: &str) -> bool {
    let mut bindings = module.facts.bindings_of(name);
    let (Some(only), None) = (bindings.next(), bindings.next()) else { return false };
    module.role == Role::Production
        && match &only.binding {
            Binding::Value(_, ValueKind::Collection, _) => true,
            Binding::Value(_, ValueKind::Call(callee), _) => COLLECTIONS.contains(&callee.as_str()),
            _ => false,
        }
}

/// `global name` in a function: what it binds is shared.
fn rebindings(id: ModuleId, facts: &FileFacts, found: &mut BTreeMap<Shared, Vec<Write>>) {
    for write in &facts.globals {
        let by = DefinitionId { module: id, index: write.inside };
        let line = facts.definitions[write.inside as usize].span.start;
        let what = format!("global {}", write.name);
        found.entry((id, write.name.to_string())).or_default().push(Write { by, line, what });
    }
}

/// Classes that keep their one instance in a field of their own.
fn class_instances(id: ModuleId, facts: &FileFacts, found: &mut BTreeMap<Shared, Vec<Write>>) {
    const FIELDS: [&str; 4] = ["_instance", "_instances", "__instance", "_singleton"];
    const METHODS: [&str; 5] = ["get_instance", "getInstance", "instance", "__new__", "shared"];
    for (position, class) in facts.definitions.iter().enumerate() {
        let is_class = class.kind == DefinitionKind::Class;
        let field = class.fields.iter().find(|field| FIELDS.contains(&field.name.as_str()));
        let (true, Some(field)) = (is_class, field) else { continue };
        for (at, method) in facts.definitions.iter().enumerate() {
            if method.owner == Some(position as u32) && METHODS.contains(&method.name.as_str()) {
                let by = DefinitionId { module: id, index: at as u32 };
                let name = format!("{}.{}", class.name, field.name);
                let what = format!("{name} in {}", method.name);
                let line = method.span.start;
                found.entry((id, name)).or_default().push(Write { by, line, what });
            }
        }
    }
}

/// The method by which the one instance keeps what belongs to one request: it is
/// handed that and writes into a collection of the instance.
fn keeper(index: &Index, write: &Write) -> Option<DefinitionId> {
    let module = write.by.module;
    let facts = &index.module(module).facts;
    let own = index.definition(write.by).owner.map(|index| DefinitionId { module, index });
    let calls = facts
        .sites
        .iter()
        .filter(|site| site.kind == SiteKind::Call && site.definition() == Some(write.by.index));
    let built = calls
        .filter_map(|site| index.absolute(module, facts.path_of(site)))
        .filter_map(|name| index.definition_named(&name))
        .filter(|id| index.definition(*id).kind == DefinitionKind::Class);
    own.into_iter().chain(built).find_map(|class| keeping_method(index, class))
}

fn keeping_method(index: &Index, class: DefinitionId) -> Option<DefinitionId> {
    let facts = &index.module(class.module).facts;
    let keeps = |site: &&Site| {
        let Some(method) = site.definition().map(|at| &facts.definitions[at as usize]) else {
            return false;
        };
        method.owner == Some(class.index)
            && method.members.iter().any(|name| is_personal(name))
            && !matches!(method.name.as_str(), "__init__" | "__new__" | "__post_init__")
            && stores(facts.path_of(site), site.kind)
            && facts.path_of(site).starts_with("self.")
            && written(facts, site).is_some_and(|object| object.matches('.').count() == 1)
    };
    let site = facts.sites.iter().find(keeps)?;
    Some(DefinitionId { module: class.module, index: site.definition()? })
}

/// Whether a write puts something in, rather than takes it out.
fn stores(path: &str, kind: SiteKind) -> bool {
    const STORING: [&str; 6] = ["append", "appendleft", "extend", "update", "setdefault", "add"];
    match kind {
        SiteKind::Call => path.rsplit('.').next().is_some_and(|last| STORING.contains(&last)),
        _ => kind == SiteKind::ItemWrite,
    }
}

/// A shared value that request code reaches; none when it reaches no write.
fn finding(
    scene: &Scene<'_>,
    reach: &Reach,
    (module, name): &Shared,
    writes: &[Write],
    (done, keeper): (&str, Option<DefinitionId>),
) -> Option<Finding> {
    let index = scene.index;
    let reached: Vec<(&Write, Vec<DefinitionId>)> =
        writes.iter().filter_map(|write| Some((write, reach.chain(write.by)?))).collect();
    let (first, chain) = reached.iter().min_by_key(|(_, chain)| chain.len())?;
    let dotted = format!("{}.{name}", index.module(*module).name);
    let why = entry(index, chain[0], index.definition(chain[0])).unwrap_or_default();
    let steps: Vec<String> = chain.iter().map(|id| format!("`{}`", index.dotted(*id))).collect();
    let steps = match steps.len().checked_sub(LONGEST_CHAIN) {
        Some(more) if more > 0 => {
            let (head, tail) = (&steps[..2], &steps[steps.len() - 2..]);
            format!("{} -> ... -> {}", head.join(" -> "), tail.join(" -> "))
        }
        _ => steps.join(" -> "),
    };
    let path = &index.module(first.by.module).path;
    let text = format!("{steps} at {path}:{}; the first is request code: {why}", first.line);
    let mut evidence = vec![Evidence::supporting("reachable", text)];
    evidence.extend(keeper.map(|by| {
        let text = format!("`{}` writes there for one request, user or session", index.dotted(by));
        Evidence::supporting("keeps", text)
    }));
    if writes.len() > reached.len() {
        let others = writes.len() - reached.len();
        let text = format!("{others} other writes are not known to be reached from requests");
        evidence.push(Evidence::opposing("other-writes", text));
    }
    let mut places: Vec<Place> = reached
        .iter()
        .map(|(write, _)| Place {
            module: write.by.module,
            line: write.line,
            inside: Some(write.by.index),
            what: write.what.clone(),
        })
        .collect();
    places.sort();
    let remark = Remark {
        summary: format!("`{dotted}` {done} by requests and shared by all of them"),
        name: dotted,
        evidence,
        cost: places.len() as u32,
        places,
    };
    let mut finding = remark.finding(scene, &RULE);
    // What belongs to nobody may well be meant for everybody: counters, pools, breakers.
    if keeper.is_none() {
        finding.severity = Severity::Note;
    }
    Some(finding)
}
