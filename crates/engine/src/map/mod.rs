//! The maps of a codebase, from its facts and findings.

mod concepts;
mod imports;
mod texts;

use ssot_audit::Audit;
use ssot_model::{CodeMap, MapView};
use ssot_rules::Scene;

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

/// Draws a map.
pub(crate) fn draw(survey: &Survey, audits: &[Audit], kind: MapKind) -> CodeMap {
    let view = match kind {
        MapKind::Concepts => MapView::Concepts(concepts::concepts(survey, audits)),
        MapKind::Literals => MapView::Literals(texts::literals(&survey.index)),
        MapKind::NamedValues => {
            MapView::NamedValues(texts::named_values(&survey.index, &survey.config))
        }
        MapKind::Imports(depth) => MapView::Imports(imports::imports(&survey.index, depth)),
        MapKind::Capabilities => {
            let scene = Scene::new(&survey.index, &survey.config, &survey.circumstances);
            MapView::Capabilities(ssot_rules::capability_map(&scene))
        }
    };
    CodeMap { schema: CodeMap::SCHEMA, view }
}
