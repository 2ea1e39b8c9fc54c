//! Follows the paths through one function, from its marks and calls.

use std::collections::BTreeMap;

use ssot_facts::{FileFacts, FlowKind, FlowMark, Site, SiteKind};

/// Steps that are followed through one function; one that needs more stays unknown.
const STEPS: u32 = 20_000;

/// What was done on the way to a point, as the bits of a question, and the line at
/// which the way last parted from the others.
pub(crate) type Ways = BTreeMap<u64, u32>;

/// How control leaves a body.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Leaving {
    /// By its end.
    pub(crate) end: Ways,
    /// By `return`, with the line.
    pub(crate) returns: BTreeMap<u32, Ways>,
    /// By an exception; the line is where it was raised.
    pub(crate) raises: Ways,
    breaks: Ways,
    continues: Ways,
}

/// What is asked about a function.
pub(crate) struct Question<'q> {
    /// What is done after a call, given what was done before: the bits and the
    /// position of the call.
    pub(crate) after: &'q mut dyn FnMut(u64, usize) -> u64,
    /// The line of a call that may raise.
    pub(crate) may_raise: &'q dyn Fn(usize) -> Option<u32>,
    /// Whether the second round of a loop counts.
    pub(crate) rounds: bool,
}

/// The calls of a function in the order of evaluation, each with its position among
/// the file's sites.
pub(crate) fn calls(facts: &FileFacts, definition: u32) -> Vec<(u32, &Site)> {
    let first = facts.sites.partition_point(|site| site.line < span(facts, definition).start);
    (first as u32..)
        .zip(&facts.sites[first..])
        .take_while(|(_, site)| site.line <= span(facts, definition).end)
        .filter(|(_, site)| site.inside == definition + 1 && site.kind == SiteKind::Call)
        .collect()
}

fn span(facts: &FileFacts, definition: u32) -> ssot_model::Span {
    facts.definitions[definition as usize].span
}

/// Follows every path through a function with so many calls; none when it is too
/// large to be followed.
pub(crate) fn follow(
    facts: &FileFacts,
    definition: u32,
    calls: usize,
    question: Question<'_>,
) -> Option<Leaving> {
    let flow = facts.flows.binary_search_by_key(&definition, |flow| flow.definition).ok();
    let marks = flow.map_or(&[][..], |at| &facts.flows[at].marks);
    let (body, _) = Body::read(marks, 0, 0, calls as u32);
    let mut walk = Walk { question, steps: STEPS };
    walk.body(&body, Ways::from([(0, span(facts, definition).start)]))
}

/// The marks as a tree.
#[derive(Debug)]
enum Step {
    Call(usize),
    Jump(FlowKind, u32),
    Block(Block),
}

#[derive(Debug)]
struct Block {
    kind: FlowKind,
    parts: Vec<Part>,
}

#[derive(Debug)]
struct Part {
    kind: FlowKind,
    line: u32,
    body: Body,
}

#[derive(Debug, Default)]
struct Body(Vec<Step>);

impl Body {
    /// Reads steps from a mark on, up to one that ends the part or all calls.
    fn read(marks: &[FlowMark], mut at: usize, mut call: u32, calls: u32) -> (Self, usize) {
        let mut steps = Vec::new();
        while let Some(mark) = marks.get(at) {
            steps.extend((call..mark.calls).map(|call| Step::Call(call as usize)));
            call = mark.calls;
            match mark.kind {
                FlowKind::Return | FlowKind::Raise | FlowKind::Break | FlowKind::Continue => {
                    steps.push(Step::Jump(mark.kind, mark.line));
                    at += 1;
                }
                kind if ends_part(kind) => return (Self(steps), at),
                kind => {
                    let (parts, end) = Self::parts(marks, at);
                    steps.push(Step::Block(Block { kind, parts }));
                    call = marks.get(end - 1).map_or(call, |mark| mark.calls);
                    at = end;
                }
            }
        }
        steps.extend((call..calls).map(|call| Step::Call(call as usize)));
        (Self(steps), at)
    }

    /// The parts of a block that opens at a mark, and the mark behind it.
    fn parts(marks: &[FlowMark], mut at: usize) -> (Vec<Part>, usize) {
        let mut parts = Vec::new();
        while let Some(mark) = marks.get(at) {
            if mark.kind == FlowKind::End {
                return (parts, at + 1);
            }
            let (body, end) = Self::read(marks, at + 1, mark.calls, mark.calls);
            parts.push(Part { kind: mark.kind, line: mark.line, body });
            at = end;
        }
        (parts, at)
    }
}

fn ends_part(kind: FlowKind) -> bool {
    matches!(
        kind,
        FlowKind::Arm
            | FlowKind::Except
            | FlowKind::ExceptAll
            | FlowKind::Else
            | FlowKind::Finally
            | FlowKind::End
    )
}

struct Walk<'q> {
    question: Question<'q>,
    steps: u32,
}

impl Walk<'_> {
    fn body(&mut self, body: &Body, ways: Ways) -> Option<Leaving> {
        let mut leaving = Leaving { end: ways, ..Leaving::default() };
        for step in &body.0 {
            let ways = std::mem::take(&mut leaving.end);
            // Nothing comes here any more.
            if ways.is_empty() {
                break;
            }
            self.steps = self.steps.checked_sub(ways.len() as u32)?;
            match step {
                Step::Call(call) => self.call(*call, ways, &mut leaving),
                Step::Jump(kind, line) => leaving.jump(*kind, *line, ways),
                Step::Block(block) => {
                    let inner = self.block(block, ways)?;
                    leaving.absorb(inner);
                }
            }
        }
        Some(leaving)
    }

    fn call(&mut self, call: usize, ways: Ways, leaving: &mut Leaving) {
        if let Some(line) = (self.question.may_raise)(call) {
            join(&mut leaving.raises, &ways.keys().map(|done| (*done, line)).collect());
        }
        for (done, line) in ways {
            let done = (self.question.after)(done, call);
            leaving.end.entry(done).or_insert(line);
        }
    }

    fn block(&mut self, block: &Block, ways: Ways) -> Option<Leaving> {
        match block.kind {
            FlowKind::Branch => self.branch(block, &ways),
            FlowKind::Guard => self.guard(block, &ways),
            FlowKind::Loop | FlowKind::Repeat | FlowKind::Forever => self.repeated(block, ways),
            FlowKind::Try => self.guarded(block, ways),
            FlowKind::Suppress => {
                let mut leaving = self.body(&block.parts.first()?.body, ways)?;
                let raised = std::mem::take(&mut leaving.raises);
                join(&mut leaving.end, &raised);
                Some(leaving)
            }
            _ => Some(Leaving { end: ways, ..Leaving::default() }),
        }
    }

    /// What is sent to nobody is not missing: where the body does something that is
    /// asked about, the path around it does not count.
    fn guard(&mut self, block: &Block, ways: &Ways) -> Option<Leaving> {
        let inner = self.body(&block.parts.first()?.body, ways.clone())?;
        let does = !inner.end.is_empty() && inner.end.keys().ne(ways.keys());
        if does { Some(inner) } else { self.branch(block, ways) }
    }

    fn branch(&mut self, block: &Block, ways: &Ways) -> Option<Leaving> {
        let mut leaving = Leaving::default();
        for part in &block.parts {
            let parted = ways.keys().map(|done| (*done, part.line)).collect();
            leaving.absorb(self.body(&part.body, parted)?);
        }
        Some(leaving)
    }

    fn repeated(&mut self, block: &Block, ways: Ways) -> Option<Leaving> {
        let body = &block.parts.first()?.body;
        let mut entered = ways.clone();
        let mut leaving = self.body(body, ways.clone())?;
        let mut round = leaving.round();
        while self.question.rounds && !round.keys().all(|done| entered.contains_key(done)) {
            join(&mut entered, &round);
            let next = self.body(body, entered.clone())?;
            round = next.round();
            leaving = next;
        }
        let mut done = match block.kind {
            FlowKind::Forever => Ways::new(),
            FlowKind::Repeat => round,
            _ => {
                let mut done = ways;
                join(&mut done, &round);
                done
            }
        };
        let breaks = std::mem::take(&mut leaving.breaks);
        (leaving.end, leaving.continues) = (Ways::new(), Ways::new());
        if let Some(otherwise) = block.parts.get(1) {
            let inner = self.body(&otherwise.body, std::mem::take(&mut done))?;
            leaving.absorb(inner);
        }
        join(&mut leaving.end, &done);
        join(&mut leaving.end, &breaks);
        Some(leaving)
    }

    fn guarded(&mut self, block: &Block, ways: Ways) -> Option<Leaving> {
        let part = |kind| block.parts.iter().find(|part| part.kind == kind);
        let mut leaving = self.body(&block.parts.first()?.body, ways)?;
        let handlers = || {
            let is_handler = |kind| matches!(kind, FlowKind::Except | FlowKind::ExceptAll);
            block.parts.iter().filter(move |part| is_handler(part.kind))
        };
        let raised = leaving.raises.clone();
        if handlers().any(|part| part.kind == FlowKind::ExceptAll) {
            leaving.raises.clear();
        }
        if let Some(otherwise) = part(FlowKind::Else) {
            let ways = std::mem::take(&mut leaving.end);
            let inner = self.body(&otherwise.body, ways)?;
            leaving.absorb(inner);
        }
        for handler in handlers() {
            let caught = raised.keys().map(|done| (*done, handler.line)).collect();
            let inner = self.body(&handler.body, caught)?;
            leaving.absorb(inner);
        }
        match part(FlowKind::Finally) {
            Some(last) => self.finally(&last.body, leaving),
            None => Some(leaving),
        }
    }

    /// Whatever leaves goes through the last part.
    fn finally(&mut self, body: &Body, leaving: Leaving) -> Option<Leaving> {
        let mut last = self.body(body, leaving.end)?;
        for (line, ways) in leaving.returns {
            // Where the way parted before it returned says more than what came last.
            let parted = ways.values().copied().next().unwrap_or(line);
            let mut inner = self.body(body, ways)?;
            let end = std::mem::take(&mut inner.end).into_keys().map(|it| (it, parted)).collect();
            join(last.returns.entry(line).or_default(), &end);
            last.absorb(inner);
        }
        let mut through = |ways: Ways, to: fn(&mut Leaving) -> &mut Ways| {
            let mut inner = self.body(body, ways)?;
            let end = std::mem::take(&mut inner.end);
            join(to(&mut last), &end);
            last.absorb(inner);
            Some(())
        };
        through(leaving.raises, |it| &mut it.raises)?;
        through(leaving.breaks, |it| &mut it.breaks)?;
        through(leaving.continues, |it| &mut it.continues)?;
        Some(last)
    }
}

impl Leaving {
    fn jump(&mut self, kind: FlowKind, line: u32, ways: Ways) {
        match kind {
            FlowKind::Return => join(self.returns.entry(line).or_default(), &ways),
            FlowKind::Raise => {
                let raised = ways.into_keys().map(|done| (done, line)).collect();
                join(&mut self.raises, &raised);
            }
            FlowKind::Break => join(&mut self.breaks, &ways),
            _ => join(&mut self.continues, &ways),
        }
    }

    fn absorb(&mut self, other: Self) {
        join(&mut self.end, &other.end);
        join(&mut self.raises, &other.raises);
        join(&mut self.breaks, &other.breaks);
        join(&mut self.continues, &other.continues);
        for (line, ways) in other.returns {
            join(self.returns.entry(line).or_default(), &ways);
        }
    }

    /// What begins the next round of a loop.
    fn round(&self) -> Ways {
        let mut round = self.end.clone();
        join(&mut round, &self.continues);
        round
    }
}

fn join(ways: &mut Ways, others: &Ways) {
    for (done, line) in others {
        ways.entry(*done).or_insert(*line);
    }
}
