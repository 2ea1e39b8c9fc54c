//! How much of a definition was executed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ssot_facts::python::{self, anatomy::Callable};
use ssot_facts::{DefinitionId, Index};
use ssot_model::DefinitionKind;
use ssot_model::audit::{Coverage, Measured, MemberCoverage};

use super::{CoverageData, FileReading};
use crate::consumers;
use crate::dissect::Sources;

/// Statements that have a line and no code of their own.
const SILENT: [&str; 3] = ["else", "finally", "try"];

/// What was measured of the definitions that are audited.
pub(crate) struct Measurements<'a> {
    data: &'a CoverageData,
    of: BTreeMap<DefinitionId, (Option<Measured>, Vec<String>)>,
}

impl<'a> Measurements<'a> {
    /// Measures definitions, reading the source of those in files that were measured.
    pub(crate) fn new(
        index: &Index,
        sources: &Sources<'_>,
        data: &'a CoverageData,
        definitions: impl Iterator<Item = DefinitionId>,
    ) -> Self {
        let of = definitions.collect::<BTreeSet<_>>().into_iter();
        Self { data, of: of.map(|id| (id, measured(index, sources, data, id))).collect() }
    }

    /// How much of a definition was executed; none when nothing says it.
    pub(crate) fn of(&self, id: DefinitionId) -> Option<Measured> {
        self.of.get(&id)?.0
    }

    /// The section of an audit.
    pub(crate) fn report(&self, index: &Index, ids: &[DefinitionId]) -> Coverage {
        let member = |id: &DefinitionId| MemberCoverage {
            definition: index.dotted(*id),
            measured: self.of(*id),
            tests: self.of.get(id).map(|it| it.1.clone()).unwrap_or_default(),
            references: consumers::of_member(index, *id).tests,
        };
        Coverage {
            read: self.data.read.clone(),
            notes: self.data.notes.clone(),
            members: ids.iter().map(member).collect(),
        }
    }
}

fn measured(
    index: &Index,
    sources: &Sources<'_>,
    data: &CoverageData,
    id: DefinitionId,
) -> (Option<Measured>, Vec<String>) {
    let module = index.module(id.module);
    let Some(reading) = data.files.get(&module.path) else { return (None, Vec::new()) };
    let definition = index.definition(id);
    let source = sources(&module.path);
    let anatomy = source.and_then(|source| python::anatomy(&source, definition.span));
    let spans = match anatomy {
        Some(anatomy) if !anatomy.callables.is_empty() => {
            let definitions = &module.facts.definitions;
            let end = |line: u32| {
                let around = definitions.iter().map(|it| it.span);
                let around = around.filter(|span| (span.start..=span.end).contains(&line));
                around.map(|span| span.end).min()
            };
            anatomy.callables.iter().flat_map(|it| body(it, end(it.line))).collect()
        }
        // Without a body of its own nothing of it can be told from the import.
        _ if matches!(definition.kind, DefinitionKind::Function | DefinitionKind::Method) => {
            Vec::new()
        }
        // What is no function runs when the module is imported, line by line.
        _ => (definition.span.start..=definition.span.end).map(|line| (line, line)).collect(),
    };
    count(reading, &spans)
}

/// The lines of the statements of a function that ends on a line, each up to the next
/// one. One on the line of the name cannot be told from the definition itself.
fn body(callable: &Callable, end: Option<u32>) -> Vec<(u32, u32)> {
    let statements = &callable.statements;
    let next = statements.iter().skip(1).map(|it| it.line.saturating_sub(1));
    let told = statements.iter().zip(next.chain(end)).filter(|(it, _)| {
        it.line > callable.line && !SILENT.contains(&it.text.trim_end_matches(':'))
    });
    told.map(|(it, end)| (it.line, end.max(it.line))).collect()
}

fn count(reading: &FileReading, spans: &[(u32, u32)]) -> (Option<Measured>, Vec<String>) {
    let mut measured = Measured::default();
    let mut tests: BTreeSet<&Arc<str>> = BTreeSet::new();
    for (start, end) in spans {
        let executed = reading.executed.range(start..=end).next().is_some();
        let counts = match &reading.missed {
            Some(missed) => executed || missed.range(start..=end).next().is_some(),
            None => true,
        };
        measured.lines += u32::from(counts);
        measured.covered += u32::from(executed);
        tests.extend(reading.tests.range(start..=end).flat_map(|(_, tests)| tests));
    }
    let tests = tests.into_iter().map(ToString::to_string).collect();
    ((measured.lines > 0).then_some(measured), tests)
}
