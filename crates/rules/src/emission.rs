//! Which calls of a function tell others of which event, directly or through a
//! function of the same class or module.

use std::cell::RefCell;
use std::collections::BTreeMap;

use ssot_facts::{DefinitionId, FileFacts, Index, Resolution, Site};
use ssot_model::{DefinitionKind, EventContract};

use crate::flow::{self, Question, Ways};

/// Verbs with which the name of a function that tells of an event begins.
const VERBS: [&str; 9] =
    ["emit", "send", "notify", "publish", "dispatch", "broadcast", "fire", "trigger", "signal"];

/// Calls within calls that are followed.
const DEPTH: u32 = 4;

/// Bases that are climbed for an inherited method.
const BASES: u32 = 8;

/// Functions that nobody expects to raise; failing loggers are no broken contract.
const CALM: [&str; 26] = [
    "len",
    "str",
    "int",
    "isinstance",
    "getattr",
    "hasattr",
    "bool",
    "list",
    "dict",
    "set",
    "time",
    "perf_counter",
    "monotonic",
    "now",
    "utcnow",
    "isoformat",
    "get",
    "items",
    "values",
    "keys",
    "append",
    "join",
    "type",
    "repr",
    "round",
    "range",
];

/// Bits of a way: the event was emitted; another event of the contract was.
pub(crate) const EMITTED: u64 = 1;
pub(crate) const OPENED: u64 = 2;

/// Reads the emissions of one contract.
pub(crate) struct Emissions<'a> {
    index: &'a Index,
    contract: &'a EventContract,
    /// What is known of functions that were followed, by function and event.
    known: RefCell<BTreeMap<(DefinitionId, String), bool>>,
}

/// One call of a function under contract.
pub(crate) struct Call {
    /// The line.
    pub(crate) line: u32,
    /// Events that it emits.
    pub(crate) events: Vec<String>,
    /// Whether an exception may come out of it.
    pub(crate) may_raise: bool,
}

impl<'a> Emissions<'a> {
    pub(crate) fn new(index: &'a Index, contract: &'a EventContract) -> Self {
        Self { index, contract, known: RefCell::default() }
    }

    /// The calls of a function in the order of evaluation.
    pub(crate) fn calls(&self, id: DefinitionId) -> Vec<Call> {
        self.calls_within(id, DEPTH)
    }

    fn calls_within(&self, id: DefinitionId, depth: u32) -> Vec<Call> {
        let facts = &self.index.module(id.module).facts;
        let events = || self.contract.events.iter().chain(&self.contract.on_error);
        flow::calls(facts, id.index)
            .into_iter()
            .map(|(at, site)| {
                let mut emitted: Vec<String> =
                    events().filter(|event| self.tells(facts, at, site, event)).cloned().collect();
                if emitted.is_empty()
                    && depth > 0
                    && let Some(called) = self.called(id, facts.path_of(site))
                {
                    let through = |event: &&String| self.through(called, event, depth - 1);
                    emitted = events().filter(through).cloned().collect();
                }
                let may_raise = emitted.is_empty() && !is_calm(facts.path_of(site));
                Call { line: site.line, events: emitted, may_raise }
            })
            .collect()
    }

    /// Whether a call itself emits an event.
    fn tells(&self, facts: &FileFacts, at: u32, site: &Site, event: &str) -> bool {
        let last = last_name(facts.path_of(site));
        if is_named_for(last, event) {
            return true;
        }
        let emitters = &self.contract.emitters;
        let emits = if emitters.is_empty() {
            sounds_like_telling(last)
        } else {
            emitters.iter().any(|it| it == last)
        };
        if !emits {
            return false;
        }
        let given = facts.emissions.binary_search_by_key(&at, |emission| emission.site);
        let is_given = given.is_ok_and(|given| {
            let given = &facts.emissions[given];
            given.texts.iter().any(|text| facts.texts[*text as usize] == event)
                || given.names.iter().any(|it| is_constant_of(&facts.paths[*it as usize], event))
        });
        is_given || facts.text_of(site) == Some(event)
    }

    /// Whether a function emits an event whenever it ends normally. One that is
    /// named like an emitter may have its reasons not to.
    fn through(&self, id: DefinitionId, event: &str, depth: u32) -> bool {
        let key = (id, event.to_owned());
        if let Some(known) = self.known.borrow().get(&key) {
            return *known;
        }
        // A function that calls itself emits nothing by that.
        self.known.borrow_mut().insert(key.clone(), false);
        let calls = self.calls_within(id, depth);
        let emits = |call: &Call| call.events.iter().any(|it| it == event);
        let certain = calls.iter().any(emits)
            && (sounds_like_telling(&self.index.definition(id).name)
                || self.is_certain(id, &calls, event));
        self.known.borrow_mut().insert(key, certain);
        certain
    }

    fn is_certain(&self, id: DefinitionId, calls: &[Call], event: &str) -> bool {
        let facts = &self.index.module(id.module).facts;
        let mut after = |done: u64, call: usize| {
            let emits = calls[call].events.iter().any(|it| it == event);
            if emits { done | EMITTED } else { done }
        };
        let may_raise = |call: usize| calls[call].may_raise.then_some(calls[call].line);
        let question = Question { after: &mut after, may_raise: &may_raise, rounds: true };
        let Some(leaving) = flow::follow(facts, id.index, calls.len(), question) else {
            return false;
        };
        let all = |ways: &Ways| ways.keys().all(|done| done & EMITTED != 0);
        all(&leaving.end) && leaving.returns.values().all(all)
    }

    /// The function of the same class, its bases or the same module that is called.
    pub(crate) fn called(&self, from: DefinitionId, path: &str) -> Option<DefinitionId> {
        let facts = &self.index.module(from.module).facts;
        let owner = facts.definitions[from.index as usize].owner;
        match path.rsplit_once('.') {
            Some(("self" | "cls", name)) => {
                let class = DefinitionId { module: from.module, index: owner? };
                self.method(class, name, BASES)
            }
            Some(("super()", name)) => {
                let class = DefinitionId { module: from.module, index: owner? };
                self.inherited(class, name, BASES)
            }
            Some(_) => None,
            None => facts
                .definitions
                .iter()
                .position(|it| it.kind == DefinitionKind::Function && it.name == path)
                .map(|index| DefinitionId { module: from.module, index: index as u32 }),
        }
    }

    fn method(&self, class: DefinitionId, name: &str, left: u32) -> Option<DefinitionId> {
        let facts = &self.index.module(class.module).facts;
        let own = facts
            .definitions
            .iter()
            .position(|it| it.owner == Some(class.index) && it.name == name);
        match own {
            Some(index) => Some(DefinitionId { module: class.module, index: index as u32 }),
            None => self.inherited(class, name, left),
        }
    }

    fn inherited(&self, class: DefinitionId, name: &str, left: u32) -> Option<DefinitionId> {
        let left = left.checked_sub(1)?;
        let bases = &self.index.definition(class).bases;
        bases.iter().find_map(|base| {
            let found = self.index.resolve(class.module, base);
            found.into_iter().find_map(|resolution| match resolution {
                Resolution::Definition(base) if base != class => self.method(base, name, left),
                _ => None,
            })
        })
    }
}

/// The last name of a dotted path.
pub(crate) fn last_name(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

fn sounds_like_telling(name: &str) -> bool {
    name.split('_').any(|word| VERBS.contains(&word) || word == "event")
}

/// `emit_tool_started`, `_notify_user_tool_started`, `tool_started`.
pub(crate) fn is_named_for(name: &str, event: &str) -> bool {
    let name = name.trim_start_matches('_');
    let name = name.strip_suffix("_event").unwrap_or(name);
    let event = plain(event);
    if name == event {
        return true;
    }
    let verb = name.split('_').next().unwrap_or(name);
    VERBS.contains(&verb) && name.strip_suffix(&*event).is_some_and(|front| front.ends_with('_'))
}

/// `Events.TOOL_STARTED` for `tool_started`.
fn is_constant_of(path: &str, event: &str) -> bool {
    let path = path.strip_suffix(".value").unwrap_or(path);
    last_name(path).to_ascii_lowercase() == plain(event)
}

/// An event as it would stand in a name.
fn plain(event: &str) -> String {
    event.to_ascii_lowercase().replace(['-', '.', ':', ' ', '/'], "_")
}

fn is_calm(path: &str) -> bool {
    let first = path.trim_start_matches("self.").split('.').next().unwrap_or(path);
    CALM.contains(&last_name(path)) || first.contains("log") || first == "print"
}
