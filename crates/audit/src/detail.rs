//! The sections of an audit that look at source text: matrix, ledger, orders of classes.

use std::collections::BTreeSet;

use ssot_facts::{DefinitionId, Hierarchy, ModuleId};
use ssot_model::audit::{Ledger, MroReport};
use ssot_model::{DefinitionKind, Finding, Member, Verdict};

use crate::breaks::Users;
use crate::dissect::{Sources, Specimen, dissect};
use crate::ledger::Keeper;
use crate::matrix::Bench;
use crate::mro::Prospect;
use crate::readings::Library;
use crate::{
    Audit, Choice, Examiner, UnusedAnswer, advice, choice, consumers, contest, ledger, matrix, mro,
};

impl Examiner<'_> {
    /// Fills the sections of an audit that need the sources of its members.
    pub fn look_into(&self, audit: &mut Audit, sources: &Sources<'_>) {
        let ids = self.members(&audit.finding);
        if let Some((hidden, taker)) = self.hidden(audit) {
            let chosen = matches!(audit.choice, Choice::Delete { .. });
            let hierarchy = self.hierarchy.get_or_init(|| Hierarchy::new(self.index));
            let modules = (hidden, taker);
            let entries = ledger::hidden(self.index, hierarchy, sources, modules, chosen);
            audit.ledger = Ledger { entries };
            self.answers.apply(&audit.finding.id, &mut audit.ledger);
            audit.advice = Some(advice::advise(audit));
            return;
        }
        if ids.is_empty() {
            audit.advice = Some(advice::advise(audit));
            return;
        }
        let prospect = self.prospect(audit, &ids);
        let index = self.index;
        let hierarchy = self.hierarchy();
        let specimens: Vec<Specimen> = ids.iter().map(|id| dissect(index, sources, *id)).collect();
        let base = ids.iter().position(|id| Some(*id) == prospect.canonical).unwrap_or(0);
        let bench = Bench {
            index,
            hierarchy,
            sources,
            specimens: &specimens,
            base,
            closely: prospect.canonical.is_some(),
        };
        audit.matrix = matrix::compare(&bench);
        let is_class = audit.finding.kind == DefinitionKind::Class;
        let library = Library { index, sources, readings: &self.readings };
        audit.mro = is_class.then(|| mro::report(library, hierarchy, &ids, &prospect));
        self.tell_consumers(audit, &ids, &bench, library);
        audit.ledger =
            accounts(self, hierarchy, sources, &specimens, &prospect, audit.mro.as_ref());
        ledger::keep_heads(&audit.choice, &mut audit.ledger);
        ledger::add_fixes(audit);
        self.answers.apply(&audit.finding.id, &mut audit.ledger);
        audit.advice = Some(advice::advise(audit));
    }

    /// What others use of the members, and what that says about each candidate.
    fn tell_consumers(
        &self,
        audit: &mut Audit,
        ids: &[DefinitionId],
        bench: &Bench<'_>,
        library: Library<'_>,
    ) {
        let computed = self.computed.get_or_init(|| consumers::ComputedNames::new(self.index));
        let usage = consumers::usage(library, ids);
        if bench.closely {
            if audit.candidates.is_empty() {
                audit.candidates = choice::rank(self, ids);
            }
            let users = Users { bench, library, usage: &usage };
            for candidate in &mut audit.candidates {
                let column = ids.iter().position(|id| *id == candidate.definition);
                candidate.breaks = column.map(|at| users.breaks(at)).unwrap_or_default();
            }
            audit.contest = contest::contest(&audit.candidates);
        }
        for ((consumers, usage), id) in audit.consumers.iter_mut().zip(usage).zip(ids) {
            consumers.usage = usage;
            consumers.computed = computed.of(self.index, *id);
        }
    }

    /// The module that cannot be imported, and the one that is imported in its place.
    fn hidden(&self, audit: &Audit) -> Option<(ModuleId, ModuleId)> {
        let is_hidden = audit.verdict == Verdict::Shadowed;
        let [hidden, taker] = &*audit.finding.members else { return None };
        let of = |member: &Member| self.index.module_at(&member.path);
        is_hidden.then_some(of(hidden)?).zip(of(taker))
    }

    /// The answers that are about nothing in the groups that they name.
    pub fn unused_answers(
        &mut self,
        findings: &[Finding],
        sources: &Sources<'_>,
    ) -> Vec<UnusedAnswer> {
        if self.answers.is_empty() {
            return Vec::new();
        }
        let names: BTreeSet<&str> = self.answers.names().collect();
        let is_named = |finding: &&Finding| {
            let members = finding.members.iter();
            names.contains(finding.id.as_str())
                || members.map(Member::dotted).any(|name| names.contains(name.as_str()))
                // What a hidden module contains is no member of its own.
                || finding.verdict == Some(Verdict::Shadowed)
        };
        let named = findings.iter().filter(is_named);
        let mut audits: Vec<Audit> =
            named.filter_map(|it| it.verdict.map(|verdict| self.examine(it, verdict))).collect();
        for audit in &mut audits {
            self.look_into(audit, sources);
        }
        let ledgers: Vec<_> = audits.iter().map(|it| (&it.finding.id, &it.ledger)).collect();
        self.answers.unused(&ledgers)
    }

    /// What would stay and what would go. Groups that are no second source of truth
    /// lose nothing.
    fn prospect(&self, audit: &Audit, ids: &[DefinitionId]) -> Prospect {
        match &audit.choice {
            Choice::Redirect { canonical, copies } => {
                return Prospect {
                    canonical: Some(*canonical),
                    chosen: true,
                    gone: copies.clone(),
                };
            }
            Choice::Extract { source, members, .. } => {
                let gone = members.iter().filter(|id| *id != source).copied().collect();
                return Prospect { canonical: Some(*source), chosen: true, gone };
            }
            Choice::PullUp { source, members, .. } | Choice::NewBase { source, members, .. } => {
                let gone = members.iter().filter(|id| *id != source).copied().collect();
                return Prospect { canonical: Some(*source), chosen: true, gone };
            }
            Choice::Parameterise { canonical, copies }
            | Choice::Delegate { method: canonical, copies } => {
                let gone = copies.iter().map(|(copy, _)| *copy).collect();
                return Prospect { canonical: Some(*canonical), chosen: true, gone };
            }
            Choice::Branch { canonical, copy, .. } => {
                let gone = vec![*copy];
                return Prospect { canonical: Some(*canonical), chosen: true, gone };
            }
            Choice::Merge { canonical, copies, .. } => {
                let gone = copies.iter().map(|(copy, _)| *copy).collect();
                return Prospect { canonical: Some(*canonical), chosen: true, gone };
            }
            Choice::Delete { .. } | Choice::Accept => {}
        }
        let is_open = audit.verdict.is_violation() || audit.verdict == Verdict::Unsure;
        let best = match audit.candidates.first() {
            Some(best) => Some(best.definition),
            None => choice::rank(self, ids).first().map(|best| best.definition),
        };
        let canonical = best.filter(|_| is_open);
        let gone = match canonical {
            Some(kept) => ids.iter().filter(|id| **id != kept).copied().collect(),
            None => Vec::new(),
        };
        Prospect { canonical, chosen: false, gone }
    }
}

fn accounts(
    examiner: &Examiner<'_>,
    hierarchy: &Hierarchy,
    sources: &Sources<'_>,
    specimens: &[Specimen],
    prospect: &Prospect,
    mro: Option<&MroReport>,
) -> Ledger {
    let index = examiner.index;
    let kept = specimens.iter().find(|it| Some(it.id) == prospect.canonical);
    let Some(kept) = kept else { return Ledger::default() };
    let keeper = Keeper::new(index, mro.map(|_| hierarchy), sources, kept.clone());
    let gone = specimens.iter().filter(|it| prospect.gone.contains(&it.id));
    let entries = gone.map(|it| ledger::entry(index, it, &keeper, prospect.chosen, mro)).collect();
    Ledger { entries }
}
