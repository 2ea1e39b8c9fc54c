//! Copies that were renamed or edited since.

use std::collections::BTreeSet;

use ssot_facts::{Definition, DefinitionId, Role};
use ssot_model::{DefinitionKind, Evidence, Finding, Level, Verdict};

use crate::evidence::{self, Judgement};
use crate::families::{self, Family};
use crate::judge::TELLING_BODY;
use crate::near_copies::{Form, Kinship, NearCopies};
use crate::{Rule, Scene, relation};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    name: "near-clone",
    summary: "A function was copied to another file and renamed or edited there.",
    page: include_str!("near_clone.md"),
    level: Level::Warning,
    check,
};

/// Smallest share of statements in common that is worth a word: fewer make two
/// functions related, but leave more to decide than to merge.
const LEAST_SHARE: f64 = 0.6;
/// Share of equal statements from which a long body speaks for itself.
const TELLING_SHARE: f64 = 0.75;
/// Bodies of one family above which it is how the project writes such functions.
const MOST_BODIES: usize = 24;
/// Pieces of evidence shown for one finding.
const MOST_EVIDENCE: usize = 6;
/// How sure the verdicts are, in percent.
const CONFIDENCE: (u8, u8) = (95, 80);

fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let ids: Vec<DefinitionId> = families::candidates(scene)
        .filter(|(_, module, definition)| {
            module.role == Role::Production && is_comparable(definition)
        })
        .map(|(id, ..)| id)
        .filter(|id| evidence::reason_to_stay(scene, *id).is_none())
        .collect();
    let forms: Vec<Form<'_>> =
        ids.iter().map(|id| Form::from(scene.index.definition(*id))).collect();
    let mut findings = Vec::new();
    for family in NearCopies::find(&forms).families() {
        let representative = ids[family.representative];
        let mut renamed = Relatives::new(scene, representative);
        let mut edited = Relatives::new(scene, representative);
        for (member, kinship) in family.members {
            match kinship {
                Kinship::Renamed => renamed.add(ids[member], 1.0),
                Kinship::Edited(share) if share >= LEAST_SHARE => edited.add(ids[member], share),
                Kinship::Edited(_) => {}
            }
        }
        findings.extend(renamed.finding(Verdict::Clone));
        findings.extend(edited.finding(Verdict::Variant));
    }
    findings
}

fn is_comparable(definition: &Definition) -> bool {
    let name = definition.name.as_str();
    // What a special method looks like is mostly its protocol.
    let is_special = name.starts_with("__") && name.ends_with("__");
    matches!(definition.kind, DefinitionKind::Function | DefinitionKind::Method)
        && !definition.flags.stub
        && !is_special
}

/// A representative and those near to it that no other rule reports with it.
struct Relatives<'a> {
    scene: &'a Scene<'a>,
    members: Family,
    shares: Vec<f64>,
    bodies: BTreeSet<u128>,
}

impl<'a> Relatives<'a> {
    fn new(scene: &'a Scene<'a>, representative: DefinitionId) -> Self {
        let bodies = BTreeSet::from([scene.index.definition(representative).hash]);
        Self { scene, members: vec![representative], shares: Vec::new(), bodies }
    }

    fn add(&mut self, id: DefinitionId, share: f64) {
        let (index, first) = (self.scene.index, self.members[0]);
        let (definition, representative) = (index.definition(id), index.definition(first));
        // Functions of one name are compared where the name is.
        let is_namesake = representative.name == definition.name
            && definition.owner.is_none()
            && representative.owner.is_none();
        if id.module != first.module
            && !is_namesake
            && self.are_one_concept(id, share)
            && self.bodies.insert(definition.hash)
        {
            self.members.push(id);
            self.shares.push(share);
        }
    }

    /// Whether more than the text speaks for one concept: two accessors of different
    /// things may be written alike.
    fn are_one_concept(&self, id: DefinitionId, share: f64) -> bool {
        let first = self.members[0];
        let statements = self.scene.index.definition(id).statements;
        let long = share >= TELLING_SHARE && statements >= 2 * TELLING_BODY;
        match relation::relate(self.scene, first, id).verdict {
            Verdict::Variant => {
                share >= 1.0 || long || relation::have_close_owners(self.scene, first, id)
            }
            Verdict::Unsure | Verdict::Homonym if share >= 1.0 => statements >= TELLING_BODY,
            Verdict::Unsure if relation::are_both_offered(self.scene, first, id) => false,
            Verdict::Unsure => {
                let close = self.scene.likeness(first, id).apart == 0.0;
                long || close
                    && relation::have_close_owners(self.scene, first, id)
                    && statements >= TELLING_BODY
            }
            _ => false,
        }
    }

    fn finding(self, verdict: Verdict) -> Option<Finding> {
        let Self { scene, mut members, shares, bodies } = self;
        let [first, others @ ..] = &*members else { return None };
        let name = |id: &DefinitionId| scene.index.dotted(*id);
        if others.is_empty() {
            return None;
        }
        let told = |(other, share): (&DefinitionId, f64)| {
            let (one, other) = (name(first), name(other));
            match verdict {
                Verdict::Clone => format!("{one} and {other} differ in names and literals alone"),
                _ => format!(
                    "{one} and {other} have {:.0} % of the longer one's statements in common, \
                     in the same order",
                    share * 100.0
                ),
            }
        };
        let mut evidence: Vec<Evidence> = others
            .iter()
            .zip(shares)
            .take(MOST_EVIDENCE)
            .map(|pair| Evidence::supporting("likeness", told(pair)))
            .collect();
        let mut verdict = verdict;
        if bodies.len() > MOST_BODIES {
            let text = format!("{} functions of the project look like this", bodies.len());
            evidence.insert(0, Evidence::supporting("convention", text));
            verdict = Verdict::Convention;
        }
        members.sort();
        let count = members.len();
        let mut finding =
            evidence::finding(scene, RULE.name, Judgement { verdict, evidence, members });
        if verdict != Verdict::Convention {
            let is_clone = verdict == Verdict::Clone;
            finding.severity = RULE.severity();
            finding.confidence = if is_clone { CONFIDENCE.0 } else { CONFIDENCE.1 };
            let difference = if is_clone { "renamed" } else { "edited" };
            finding.summary = format!(
                "{count} copies of {} `{}`, {difference}",
                finding.kind.as_str(),
                finding.name
            );
        }
        Some(finding)
    }
}
