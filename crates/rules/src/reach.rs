//! What request code reaches through calls that are certain.

use std::collections::VecDeque;

use compact_str::CompactString;
use rustc_hash::FxHashMap;
use ssot_facts::{
    Binding, Definition, DefinitionId, Index, Module, ModuleId, Role, SiteKind, ValueKind,
};
use ssot_model::DefinitionKind;

use crate::uses::{first_name, last_name};

/// Definitions that request code reaches, each with the one that calls it.
pub(crate) struct Reach {
    callers: FxHashMap<DefinitionId, Option<DefinitionId>>,
}

impl Reach {
    /// Follows the calls from every entry point; the shortest chain wins.
    pub(crate) fn new(index: &Index) -> Self {
        let mut callers: FxHashMap<DefinitionId, Option<DefinitionId>> = FxHashMap::default();
        let mut open: VecDeque<DefinitionId> = VecDeque::new();
        for (id, module, definition) in index.definitions() {
            if module.role == Role::Production && entry(index, id, definition).is_some() {
                callers.insert(id, None);
                open.push_back(id);
            }
        }
        let mut calls: FxHashMap<ModuleId, Calls<'_>> = FxHashMap::default();
        while let Some(caller) = open.pop_front() {
            let calls =
                calls.entry(caller.module).or_insert_with(|| Calls::new(index, caller.module));
            for callee in calls.of(caller.index) {
                callers.entry(callee).or_insert_with(|| {
                    open.push_back(callee);
                    Some(caller)
                });
            }
        }
        Self { callers }
    }

    /// The chain of calls from request code to a definition, both included; none when
    /// it is not known to be reached.
    pub(crate) fn chain(&self, to: DefinitionId) -> Option<Vec<DefinitionId>> {
        let mut chain = vec![to];
        let mut at = *self.callers.get(&to)?;
        while let Some(caller) = at {
            chain.push(caller);
            at = *self.callers.get(&caller)?;
        }
        chain.reverse();
        Some(chain)
    }
}

/// Methods of decorators that make a function answer requests or messages.
const ROUTES: [&str; 12] = [
    "get",
    "post",
    "put",
    "patch",
    "delete",
    "route",
    "api_route",
    "websocket",
    "websocket_route",
    "subscriber",
    "message_handler",
    "task",
];

/// Objects whose `get` and the like are no routes.
const NO_ROUTERS: [&str; 10] =
    ["mock", "responses", "respx", "requests", "httpx", "click", "typer", "pytest", "cache", "dag"];

/// Decorators that make a function a task by themselves.
const TASKS: [&str; 3] = ["shared_task", "api_view", "actor"];

/// Methods by which a class-based view answers.
const VIEW_METHODS: [&str; 12] = [
    "get",
    "post",
    "put",
    "patch",
    "delete",
    "dispatch",
    "list",
    "create",
    "retrieve",
    "update",
    "partial_update",
    "destroy",
];

/// Why a definition is called for a request, as evidence shows it.
pub(crate) fn entry(index: &Index, id: DefinitionId, definition: &Definition) -> Option<String> {
    match definition.kind {
        DefinitionKind::Function | DefinitionKind::Method => {}
        _ => return None,
    }
    let decorator = definition.decorators.iter().find(|decorator| is_route(decorator));
    if let Some(decorator) = decorator {
        return Some(format!("@{}", decorator.trim_end_matches("()")));
    }
    let owner = definition.owner.map(|owner| DefinitionId { module: id.module, index: owner });
    match owner.map(|owner| index.definition(owner)) {
        Some(class) if VIEW_METHODS.contains(&definition.name.as_str()) => {
            let is_view = |base: &&CompactString| {
                let base = last_name(base);
                base.ends_with("APIView") || base.ends_with("ViewSet") || base == "View"
            };
            class.bases.iter().find(is_view).map(|base| format!("a method of a {base}"))
        }
        None => takes_request(index, id, definition),
        Some(_) => None,
    }
}

fn is_route(decorator: &str) -> bool {
    let (path, called) = match decorator.strip_suffix("()") {
        Some(path) => (path, true),
        None => (decorator, false),
    };
    let Some((object, method)) = path.rsplit_once('.') else { return TASKS.contains(&path) };
    if TASKS.contains(&method) {
        return true;
    }
    let is_router = !NO_ROUTERS.iter().any(|other| object.contains(other));
    is_router && ROUTES.contains(&method) && (called || method == "task")
}

/// An asynchronous function of a web module that is handed the request.
fn takes_request(index: &Index, id: DefinitionId, definition: &Definition) -> Option<String> {
    const WEB: [&str; 8] =
        ["fastapi", "starlette", "aiohttp", "sanic", "quart", "django", "litestar", "websockets"];
    let asks = definition.flags.asynchronous
        && definition.members.iter().any(|name| matches!(name.as_str(), "request" | "websocket"));
    let imports = &index.module(id.module).facts.imports;
    let is_web = || imports.iter().any(|import| WEB.contains(&first_name(&import.module)));
    (asks && is_web()).then(|| "takes the request".to_owned())
}

/// The calls of one module that lead to known definitions, by the caller.
struct Calls<'a> {
    index: &'a Index,
    id: ModuleId,
    module: &'a Module,
    by_caller: FxHashMap<u32, Vec<u32>>,
    known: FxHashMap<u32, Vec<DefinitionId>>,
}

impl<'a> Calls<'a> {
    fn new(index: &'a Index, id: ModuleId) -> Self {
        let module = index.module(id);
        let mut by_caller: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
        for site in module.facts.sites.iter().filter(|site| site.kind == SiteKind::Call) {
            if let Some(caller) = site.definition() {
                by_caller.entry(caller).or_default().push(site.path);
            }
        }
        Self { index, id, module, by_caller, known: FxHashMap::default() }
    }

    fn of(&mut self, caller: u32) -> Vec<DefinitionId> {
        let Some(paths) = self.by_caller.get(&caller) else { return Vec::new() };
        let mut found = Vec::new();
        for path in paths {
            let text = self.module.facts.paths[*path as usize].as_str();
            let root = first_name(text);
            if matches!(root, "self" | "cls") {
                found.extend(self.own_method(caller, text));
            } else if self.index.sees(self.id, Some(caller), root) {
                let (index, id) = (self.index, self.id);
                let known = self.known.entry(*path).or_insert_with(|| callees(index, id, text));
                found.extend_from_slice(known);
            }
        }
        found
    }

    /// `self.method()`: the method of the class or of the next base that has it.
    fn own_method(&self, caller: u32, path: &str) -> Option<DefinitionId> {
        let (_, method) =
            path.split_once('.').filter(|(_, rest)| !rest.contains(['.', '(', '[']))?;
        let owner = self.module.facts.definitions[caller as usize].owner?;
        method_of(self.index, DefinitionId { module: self.id, index: owner }, method, LONGEST_LINE)
    }
}

/// Longest line of base classes that is followed.
const LONGEST_LINE: u32 = 8;

/// The method that an object of a class answers a call with.
fn method_of(index: &Index, class: DefinitionId, name: &str, left: u32) -> Option<DefinitionId> {
    let definitions = &index.module(class.module).facts.definitions;
    let own = definitions
        .iter()
        .position(|definition| definition.owner == Some(class.index) && definition.name == name);
    if let Some(own) = own {
        return Some(DefinitionId { module: class.module, index: own as u32 });
    }
    let bases = index.definition(class).bases.iter().filter(|_| left > 0);
    bases
        .filter_map(|base| index.absolute(class.module, base))
        .filter_map(|base| index.definition_named(&base))
        .filter(|base| *base != class)
        .find_map(|base| method_of(index, base, name, left - 1))
}

/// The definitions that a call of a dotted name runs.
fn callees(index: &Index, id: ModuleId, path: &str) -> Vec<DefinitionId> {
    let Some(absolute) = index.absolute(id, path) else { return Vec::new() };
    if let Some((front, method)) = absolute.rsplit_once("().") {
        let object = index.definition_named(front).and_then(|made| made_by(index, made));
        return object
            .and_then(|class| method_of(index, class, method, LONGEST_LINE))
            .into_iter()
            .collect();
    }
    if absolute.contains(['(', '[']) {
        return Vec::new();
    }
    if let Some(definition) = index.definition_named(&absolute) {
        return match index.definition(definition).kind {
            DefinitionKind::Class => ["__init__", "__new__", "__post_init__"]
                .iter()
                .filter_map(|name| method_of(index, definition, name, LONGEST_LINE))
                .collect(),
            _ => vec![definition],
        };
    }
    let Some((object, method)) = absolute.rsplit_once('.') else { return Vec::new() };
    let class = class_named(index, object).or_else(|| class_of_value(index, object));
    class.and_then(|class| method_of(index, class, method, LONGEST_LINE)).into_iter().collect()
}

fn class_named(index: &Index, dotted: &str) -> Option<DefinitionId> {
    index.definition_named(dotted).filter(|id| index.definition(*id).kind == DefinitionKind::Class)
}

/// The class of `name = Class(...)` at module level.
fn class_of_value(index: &Index, dotted: &str) -> Option<DefinitionId> {
    let (module, name) = dotted.rsplit_once('.')?;
    let module = index.module_named(module)?;
    let mut bindings = index.module(module).facts.bindings_of(name);
    let (Some(only), None) = (bindings.next(), bindings.next()) else { return None };
    match &only.binding {
        Binding::Value(_, ValueKind::Call(callee), _) => {
            let made = index.definition_named(&index.absolute(module, callee)?)?;
            made_by(index, made)
        }
        _ => None,
    }
}

/// The class of what a call gives: the class itself, or what a function says it returns.
fn made_by(index: &Index, called: DefinitionId) -> Option<DefinitionId> {
    let definition = index.definition(called);
    if definition.kind == DefinitionKind::Class {
        return Some(called);
    }
    let returns = definition.returns.trim_matches(['"', '\'']);
    let plain = !returns.is_empty() && !returns.contains(['[', '|', ' ']);
    let absolute = plain.then(|| index.absolute(called.module, returns)).flatten()?;
    class_named(index, &absolute)
}
