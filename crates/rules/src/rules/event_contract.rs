//! Events that are not emitted on every path, or not in order.

use std::collections::BTreeSet;

use ssot_facts::{DefinitionId, Role};
use ssot_model::{DefinitionKind, EventContract, Evidence, Finding, Level};

use crate::emission::{self, Call, EMITTED, Emissions, OPENED};
use crate::flow::{self, Leaving, Question, Ways};
use crate::place::{Place, Remark};
use crate::{Rule, Scene, wildcard};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    name: "event-contract",
    summary: "A function does not emit an event of its contract on every path.",
    page: include_str!("event_contract.md"),
    level: Level::Warning,
    check,
};

/// Paths told of one event.
const PATHS: usize = 6;

fn check(scene: &Scene<'_>) -> Vec<Finding> {
    scene.config.event_contract.iter().flat_map(|contract| judge(scene, contract)).collect()
}

fn judge(scene: &Scene<'_>, contract: &EventContract) -> Vec<Finding> {
    let emissions = Emissions::new(scene.index, contract);
    scene
        .index
        .definitions()
        .filter(|(_, module, definition)| {
            let is_function =
                matches!(definition.kind, DefinitionKind::Function | DefinitionKind::Method);
            is_function && module.role == Role::Production && !definition.flags.stub
        })
        // What emits one event has nothing to say about the others.
        .filter(|(.., definition)| {
            !contract.events.iter().any(|event| emission::is_named_for(&definition.name, event))
        })
        .filter(|(id, ..)| {
            let dotted = scene.index.dotted(*id);
            contract.applies_to.iter().any(|pattern| wildcard::fits(pattern, &dotted))
        })
        .flat_map(|(id, ..)| {
            let bound = Bound { scene, contract, id, calls: emissions.calls(id) };
            bound.findings()
        })
        .collect()
}

/// A function under a contract.
struct Bound<'a> {
    scene: &'a Scene<'a>,
    contract: &'a EventContract,
    id: DefinitionId,
    calls: Vec<Call>,
}

/// A way on which an event is missing.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Gap {
    line: u32,
    text: String,
}

impl Bound<'_> {
    fn findings(&self) -> Vec<Finding> {
        let events = &self.contract.events;
        let (told, silent): (Vec<&String>, Vec<&String>) =
            events.iter().partition(|event| self.emits_somewhere(event));
        // What is named here but not seen to be emitted may go out in another way.
        let silent: Vec<&String> =
            silent.into_iter().filter(|event| !self.mentions(event)).collect();
        let mut findings = Vec::new();
        if silent.len() == events.len() {
            findings.push(self.none_at_all());
        } else {
            findings.extend(silent.iter().map(|event| self.never(event)));
        }
        for event in &told {
            findings.extend(self.not_always(event));
        }
        if self.contract.ordered {
            for pair in events.windows(2) {
                findings.extend(self.out_of_order(&pair[0], &pair[1]));
            }
        }
        findings
    }

    fn emits_somewhere(&self, event: &str) -> bool {
        self.calls.iter().any(|call| call.tells(event))
    }

    fn mentions(&self, event: &str) -> bool {
        let facts = &self.scene.index.module(self.id.module).facts;
        facts.literals.iter().any(|literal| {
            literal.inside == self.id.index + 1 && facts.texts[literal.text as usize] == event
        })
    }

    fn none_at_all(&self) -> Finding {
        let events: Vec<String> = self.contract.events.iter().map(|it| format!("`{it}`")).collect();
        let text = format!("of {} no call emits any", events.join(", "));
        let gaps = BTreeSet::from([Gap { line: self.first_line(), text }]);
        self.finding("none", "emits none of the events", gaps)
    }

    fn never(&self, event: &str) -> Finding {
        let text = format!("no call emits `{event}`");
        let gaps = BTreeSet::from([Gap { line: self.first_line(), text }]);
        self.finding(event, &format!("never emits `{event}`"), gaps)
    }

    fn not_always(&self, event: &str) -> Option<Finding> {
        let leaving = self.follow(event)?;
        let mut gaps = BTreeSet::new();
        let mut gap = |line: u32, text: String| gaps.insert(Gap { line, text });
        for parted in without(&leaving.end) {
            let text = format!("the path through line {parted} ends without `{event}`");
            gap(parted, text);
        }
        for (line, ways) in &leaving.returns {
            if let Some(parted) = without(ways).next() {
                let by = if parted == *line || parted == self.first_line() {
                    String::new()
                } else {
                    format!(" through line {parted}")
                };
                gap(*line, format!("the path{by} returns at line {line} without `{event}`"));
            }
        }
        if self.is_closing(event) {
            let open = |(done, _): &(&u64, &u32)| **done & (EMITTED | OPENED) == OPENED;
            if let Some((_, line)) = leaving.raises.iter().find(open) {
                let text = format!("an exception from line {line} leaves without `{event}`");
                gap(*line, text);
            }
        }
        let summary = format!("does not emit `{event}` on every path");
        (!gaps.is_empty()).then(|| self.finding(event, &summary, gaps))
    }

    fn is_closing(&self, event: &str) -> bool {
        match &self.contract.closing {
            Some(closing) => closing.iter().any(|it| it == event),
            None => {
                self.contract.events.len() > 1
                    && self.contract.events.last().is_some_and(|last| last == event)
            }
        }
    }

    /// Follows one event; none when the function only defines what emits it.
    fn follow(&self, event: &str) -> Option<Leaving> {
        let mut told = false;
        let mut after = |done: u64, call: usize| {
            let call = &self.calls[call];
            told |= call.tells(event);
            let stands_in = self.contract.on_error.iter().any(|it| call.tells(it));
            if call.tells(event) || stands_in {
                done | EMITTED
            } else if call.events.is_empty() {
                done
            } else {
                done | OPENED
            }
        };
        let leaving = self.ask(&mut after)?;
        told.then_some(leaving)
    }

    fn ask(&self, after: &mut dyn FnMut(u64, usize) -> u64) -> Option<Leaving> {
        let may_raise = |call: usize| self.calls[call].may_raise.then_some(self.calls[call].line);
        let question = Question { after, may_raise: &may_raise, rounds: true };
        let facts = &self.scene.index.module(self.id.module).facts;
        flow::follow(facts, self.id.index, self.calls.len(), question)
    }

    /// The first of two events comes only after the second.
    fn out_of_order(&self, first: &str, second: &str) -> Option<Finding> {
        const FIRST: u64 = 1;
        const SECOND: u64 = 2;
        let mut gaps = BTreeSet::new();
        let mut after = |done: u64, call: usize| {
            let call = &self.calls[call];
            let (tells_first, tells_second) = (call.tells(first), call.tells(second));
            if tells_first && !tells_second && done == SECOND {
                let line = call.line;
                let text = format!("`{first}` comes at line {line}, after `{second}`");
                gaps.insert(Gap { line, text });
            }
            done | if tells_first { FIRST } else { 0 } | if tells_second { SECOND } else { 0 }
        };
        self.ask(&mut after)?;
        let summary = format!("emits `{second}` before `{first}`");
        let what = format!("{second} {first}");
        (!gaps.is_empty()).then(|| self.finding(&what, &summary, gaps))
    }

    fn first_line(&self) -> u32 {
        self.scene.index.definition(self.id).span.start
    }

    fn finding(&self, what: &str, does: &str, gaps: BTreeSet<Gap>) -> Finding {
        let name = self.scene.index.qualified_name(self.id);
        let place = |gap: &Gap| Place {
            module: self.id.module,
            line: gap.line,
            inside: Some(self.id.index),
            what: format!("{} {what}", self.contract.name),
        };
        let places: Vec<Place> = gaps.iter().take(PATHS).map(place).collect();
        let evidence = gaps.into_iter().take(PATHS);
        let remark = Remark {
            summary: format!("{name} {does} (contract `{}`)", self.contract.name),
            name,
            evidence: evidence.map(|gap| Evidence::supporting("path", gap.text)).collect(),
            cost: places.len() as u32,
            places,
        };
        remark.finding(self.scene, &RULE)
    }
}

impl Call {
    fn tells(&self, event: &str) -> bool {
        self.events.iter().any(|it| it == event)
    }
}

/// Where the ways parted on which nothing was emitted.
fn without(ways: &Ways) -> impl Iterator<Item = u32> {
    ways.iter().filter(|(done, _)| *done & EMITTED == 0).map(|(_, line)| *line)
}
