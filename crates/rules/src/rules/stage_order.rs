//! Stages that run in another order than the declared one.

use std::collections::{BTreeMap, BTreeSet};

use ssot_facts::{DefinitionId, FileFacts, Item, ModuleId, Role, Sequence};
use ssot_model::{DefinitionKind, Evidence, Finding, Level, StageOrder};

use crate::flow::{self, Leaving, Question};
use crate::place::{Place, Remark};
use crate::{Rule, Scene, emission, wildcard};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    name: "stage-order",
    summary: "Stages run in another order than `ssot.toml` declares, or one is left out.",
    page: include_str!("stage_order.md"),
    level: Level::Warning,
    check,
};

/// Most stages of one order: the bits of a way.
const STAGES: usize = 64;

/// Fewest stages that make a list of names a list of stages.
const LISTED: usize = 3;

fn check(scene: &Scene<'_>) -> Vec<Finding> {
    scene
        .config
        .stage_order
        .iter()
        .filter(|order| order.stages.len() <= STAGES)
        .flat_map(|order| judge(scene, order))
        .collect()
}

fn judge(scene: &Scene<'_>, order: &StageOrder) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (id, module) in scene.index.modules().filter(|(_, it)| it.role == Role::Production) {
        for (index, definition) in (0..).zip(&module.facts.definitions) {
            let id = DefinitionId { module: id, index };
            if matches!(definition.kind, DefinitionKind::Function | DefinitionKind::Method)
                && applies(order, &scene.index.dotted(id))
            {
                findings.extend(Function::new(scene, order, id).findings());
            }
        }
        let lists = module.facts.sequences.iter();
        findings.extend(lists.filter_map(|list| listed(scene, order, id, list)));
    }
    findings
}

fn applies(order: &StageOrder, dotted: &str) -> bool {
    order.applies_to.is_empty()
        || order.applies_to.iter().any(|pattern| wildcard::fits(pattern, dotted))
}

/// Which stage a call runs. Making an object of a stage's class runs nothing yet, so
/// a class counts where something is called on the new object: `Plan().run()`.
fn stage_called(order: &StageOrder, path: &str) -> Option<usize> {
    order.stages.iter().position(|stage| {
        let is_class = emission::last_name(stage).starts_with(|it: char| it.is_ascii_uppercase());
        match path.rsplit_once("().") {
            Some((made, _)) if is_class => is_stage(stage, made),
            _ => !is_class && is_stage(stage, path),
        }
    })
}

fn is_stage(stage: &str, path: &str) -> bool {
    if stage.contains('.') {
        wildcard::fits(stage, path) || wildcard::fits(&format!("*.{stage}"), path)
    } else {
        wildcard::fits(stage, emission::last_name(path))
    }
}

/// A function that may run stages.
struct Function<'a> {
    scene: &'a Scene<'a>,
    order: &'a StageOrder,
    id: DefinitionId,
    /// The line of each call, and the stage that it runs.
    calls: Vec<(u32, Option<usize>)>,
}

impl<'a> Function<'a> {
    fn new(scene: &'a Scene<'a>, order: &'a StageOrder, id: DefinitionId) -> Self {
        let facts = &scene.index.module(id.module).facts;
        let calls = flow::calls(facts, id.index)
            .into_iter()
            .map(|(_, site)| (site.line, stage_called(order, facts.path_of(site))))
            .collect();
        Self { scene, order, id, calls }
    }

    fn findings(&self) -> Vec<Finding> {
        let run: BTreeSet<usize> = self.calls.iter().filter_map(|(_, stage)| *stage).collect();
        if run.len() < 2 {
            return Vec::new();
        }
        let mut late: BTreeMap<(u32, usize), usize> = BTreeMap::new();
        let Some(leaving) = self.follow(&mut late) else { return Vec::new() };
        let mut findings: Vec<Finding> = late
            .into_iter()
            .map(|((line, stage), after)| {
                let [stage, after] = [stage, after].map(|it| &self.order.stages[it]);
                let text = format!("`{stage}` runs at line {line}, after `{after}`");
                self.finding(line, &format!("runs `{stage}` after `{after}`"), text)
            })
            .collect();
        findings.extend(self.left_out(&run, &leaving));
        findings
    }

    /// Follows the paths; a stage that runs only after one declared behind it is late.
    fn follow(&self, late: &mut BTreeMap<(u32, usize), usize>) -> Option<Leaving> {
        let mut after = |done: u64, call: usize| {
            let (line, Some(stage)) = self.calls[call] else { return done };
            let behind = done.checked_shr(stage as u32 + 1).unwrap_or(0);
            if done & (1 << stage) == 0 && behind != 0 {
                let first = stage + 1 + behind.trailing_zeros() as usize;
                late.insert((line, stage), first);
            }
            done | 1 << stage
        };
        let may_raise = |call: usize| Some(self.calls[call].0);
        let question = Question { after: &mut after, may_raise: &may_raise, rounds: false };
        let facts = &self.scene.index.module(self.id.module).facts;
        flow::follow(facts, self.id.index, self.calls.len(), question)
    }

    /// A stage that the function runs nowhere although it runs one before and one
    /// behind it on one path.
    fn left_out(&self, run: &BTreeSet<usize>, leaving: &Leaving) -> Option<Finding> {
        let stages = self.order.stages.len();
        if self.order.applies_to.is_empty() && run.len() * 2 < stages {
            return None;
        }
        let ways = leaving.returns.values().chain([&leaving.end]).flat_map(|ways| ways.keys());
        let done: Vec<u64> = ways.copied().collect();
        let missing = (0..stages).find(|stage| {
            let around = |done: &u64| {
                let before = done & ((1 << stage) - 1);
                let behind = done.checked_shr(*stage as u32 + 1).unwrap_or(0);
                before != 0 && behind != 0
            };
            !run.contains(stage) && done.iter().any(around) && !self.is_run_elsewhere(*stage)
        })?;
        let line = self.calls.iter().find(|(_, stage)| stage.is_some_and(|it| it > missing))?.0;
        let name = &self.order.stages[missing];
        let text = format!("no call runs `{name}`, which stands between two that run");
        Some(self.finding(line, &format!("leaves out `{name}`"), text))
    }

    /// Whether a function of the same module runs the stage.
    fn is_run_elsewhere(&self, stage: usize) -> bool {
        let facts = &self.scene.index.module(self.id.module).facts;
        facts.paths.iter().any(|path| {
            stage_called(self.order, path) == Some(stage)
                || is_stage(&self.order.stages[stage], path)
        })
    }

    fn finding(&self, line: u32, does: &str, text: String) -> Finding {
        let name = self.scene.index.qualified_name(self.id);
        let summary = format!("{name} {does} (order `{}`)", self.order.name);
        let what = format!("{} {does}", self.order.name);
        let place = Place { module: self.id.module, line, inside: Some(self.id.index), what };
        let evidence = vec![Evidence::supporting("path", text), declared(self.order)];
        let places = vec![place];
        Remark { name, summary, evidence, places, cost: 1 }.finding(self.scene, &RULE)
    }
}

fn declared(order: &StageOrder) -> Evidence {
    Evidence::supporting("declared-order", format!("declared: {}", order.stages.join(", ")))
}

/// A list of stages in another order.
fn listed(scene: &Scene<'_>, order: &StageOrder, id: ModuleId, list: &Sequence) -> Option<Finding> {
    let facts: &FileFacts = &scene.index.module(id).facts;
    let name = |item: &Item| match item {
        Item::Text(text) => facts.texts[*text as usize].as_str(),
        Item::Path(path) => facts.paths[*path as usize].as_str(),
    };
    let stage = |item: &Item| order.stages.iter().position(|stage| is_stage(stage, name(item)));
    let found: Vec<usize> = list.items.iter().filter_map(stage).collect();
    let distinct: BTreeSet<usize> = found.iter().copied().collect();
    let inside = list.inside.checked_sub(1);
    let around = inside.map(|index| scene.index.dotted(DefinitionId { module: id, index }));
    let is_bound = around.is_none_or(|dotted| applies(order, &dotted));
    if distinct.len() < LISTED || distinct.len() < found.len() || !is_bound {
        return None;
    }
    let late = found.windows(2).find(|pair| pair[0] > pair[1]);
    let (first, last) = (*distinct.first()?, *distinct.last()?);
    // Some of the names, listed anywhere, are no order yet.
    let is_order = !order.applies_to.is_empty();
    let left_out = (first..last).find(|stage| is_order && !distinct.contains(stage));
    let does = match (late, left_out) {
        (Some(pair), _) => {
            format!("puts `{}` before `{}`", order.stages[pair[0]], order.stages[pair[1]])
        }
        (None, Some(stage)) => format!("leaves out `{}`", order.stages[stage]),
        (None, None) => return None,
    };
    let module = &scene.index.module(id).name;
    let remark = Remark {
        name: order.name.clone(),
        summary: format!("a list in {module} {does} (order `{}`)", order.name),
        evidence: vec![declared(order)],
        places: vec![Place {
            module: id,
            line: list.line,
            inside,
            what: format!("{} {does}", order.name),
        }],
        cost: 1,
    };
    Some(remark.finding(scene, &RULE))
}
