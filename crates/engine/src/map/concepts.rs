//! Concept, canonical definition, other implementations.

use ssot_audit::{Audit, Choice};
use ssot_facts::DefinitionId;
use ssot_model::{ConceptEntry, DefinitionKind, Finding, MapPlace, Member};
use ssot_rules::Territories;

use crate::triage::Survey;

/// The declared concepts, then every group that the rules judged.
pub(super) fn concepts(survey: &Survey, audits: &[Audit]) -> Vec<ConceptEntry> {
    let territories = Territories::new(&survey.index, &survey.config);
    let place = |member: &Member| MapPlace {
        name: member.dotted(),
        place: format!("{}:{}", member.path, member.span.start),
        boundary: territories.boundary(&member.path).map(str::to_owned),
    };
    let mut entries = declared(survey, &place);
    for audit in audits {
        let canonical = match &audit.choice {
            Choice::Redirect { canonical, .. } => Some(survey.index.dotted(*canonical)),
            Choice::Extract { source, .. }
            | Choice::PullUp { source, .. }
            | Choice::NewBase { source, .. } => Some(survey.index.dotted(*source)),
            _ => preferred(survey, &audit.finding),
        };
        let members = audit.finding.members.iter().map(&place);
        let (canonical, others): (Vec<MapPlace>, Vec<MapPlace>) =
            members.partition(|it| Some(&it.name) == canonical.as_ref());
        entries.push(ConceptEntry {
            name: audit.finding.name.clone(),
            kind: audit.finding.kind,
            verdict: Some(audit.verdict),
            canonical: canonical.into_iter().next(),
            others,
        });
    }
    entries
}

/// The member that somebody declared to be canonical.
fn preferred(survey: &Survey, finding: &Finding) -> Option<String> {
    let names = || finding.members.iter().map(Member::dotted);
    let preferred = survey.config.canonical.iter().map(|it| &it.definition);
    let declared = survey.config.concept.iter().map(|it| &it.canonical);
    preferred.chain(declared).find(|it| names().any(|name| name == **it)).cloned()
}

/// What the configuration says, with the definitions of the names it lists.
fn declared(survey: &Survey, place: &dyn Fn(&Member) -> MapPlace) -> Vec<ConceptEntry> {
    let index = &survey.index;
    let concepts = survey.config.concept.iter();
    concepts
        .map(|concept| {
            let implements = |id: DefinitionId| {
                let definition = index.definition(id);
                definition.owner.is_none()
                    && concept.names.iter().any(|it| ssot_rules::fits(it, &definition.name))
            };
            let found: Vec<DefinitionId> =
                index.definitions().map(|(id, ..)| id).filter(|id| implements(*id)).collect();
            let canonical = index.definition_named(&concept.canonical);
            let others = found.iter().filter(|id| Some(**id) != canonical);
            ConceptEntry {
                name: concept.name.clone(),
                kind: canonical.map_or(DefinitionKind::Class, |id| index.definition(id).kind),
                verdict: None,
                canonical: canonical.map(|id| place(&index.member(id))),
                others: others.map(|id| place(&index.member(*id))).collect(),
            }
        })
        .collect()
}
