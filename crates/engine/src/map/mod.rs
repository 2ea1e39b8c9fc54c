//! The maps of a codebase, from its facts and findings.

mod concepts;
mod imports;
mod texts;

use std::collections::BTreeMap;

use ssot_model::{CapabilityEntry, CodeMap, Finding, MapView};

use crate::triage::Survey;

/// Which map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MapKind {
    /// Concepts and their sources of truth.
    Concepts,
    /// Texts and where they stand.
    Literals,
    /// The values that the configuration names.
    NamedValues,
    /// Imports between packages, whose names have so many parts.
    Imports(u32),
    /// Capabilities and their owners.
    Capabilities,
}

/// The rule that finds uses of a capability beside its owner.
const CAPABILITIES: &str = "capability-owner";

/// Draws a map.
pub(crate) fn draw(survey: &Survey, findings: &[Finding], kind: MapKind) -> CodeMap {
    let view = match kind {
        MapKind::Concepts => MapView::Concepts(concepts::concepts(survey, findings)),
        MapKind::Literals => MapView::Literals(texts::literals(&survey.index)),
        MapKind::NamedValues => {
            MapView::NamedValues(texts::named_values(&survey.index, &survey.config))
        }
        MapKind::Imports(depth) => MapView::Imports(imports::imports(&survey.index, depth)),
        MapKind::Capabilities => MapView::Capabilities(capabilities(survey, findings)),
    };
    CodeMap { schema: CodeMap::SCHEMA, view }
}

fn capabilities(survey: &Survey, findings: &[Finding]) -> Vec<CapabilityEntry> {
    let mut entries: BTreeMap<&str, CapabilityEntry> = BTreeMap::new();
    let new = |name: &str| CapabilityEntry {
        name: name.to_owned(),
        owner: Vec::new(),
        besides: Vec::new(),
    };
    for capability in &survey.config.capability {
        let entry = entries.entry(&capability.name).or_insert_with(|| new(&capability.name));
        entry.owner.extend(capability.owner.iter().cloned());
    }
    for finding in findings.iter().filter(|finding| finding.rule == CAPABILITIES) {
        let entry = entries.entry(&finding.name).or_insert_with(|| new(&finding.name));
        let places = finding.members.iter().map(|it| format!("{}:{}", it.path, it.span.start));
        entry.besides.extend(places);
    }
    entries.into_values().collect()
}
