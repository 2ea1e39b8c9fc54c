//! Everything known about one group: matrix, consumers, canonical choice, strategy.
//!
//! An audit is computed from findings and facts alone; it runs nothing. Its heart
//! is `choice`: two equal bodies become one definition only if every name they
//! read means the same in both modules and nothing ties them to their places.

mod advice;
mod answers;
mod branch;
mod breaks;
mod candidate;
mod choice;
mod consumers;
mod contest;
pub mod coverage;
mod delegate;
mod detail;
mod direction;
mod dissect;
mod doubles;
mod extract;
pub mod history;
mod ledger;
mod matrix;
mod merge;
mod mro;
mod naming;
mod parameterise;
mod pull_up;
mod readings;

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use compact_str::CompactString;
use ssot_facts::python::template::{Cover, Template};
use ssot_facts::{DefinitionId, Hierarchy, ImportGraph, Index, ModuleId};
use ssot_model::audit::{Advice, Contest, Coverage, History, Ledger, Matrix, MroReport};
use ssot_model::{Config, Finding, RepoPath, Verdict};
use ssot_rules::{Patches, Territories};

pub use answers::{Answers, UnusedAnswer, answered, names_atom};
pub use candidate::{Candidate, Criterion};
pub use consumers::MemberConsumers;
pub use coverage::CoverageData;
pub use dissect::Sources;
pub use ledger::{Loss, Side, loss, lost_across};

use coverage::Measurements;

/// What is to be done with a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// Delete the copies and import the canonical definition where they stood.
    Redirect {
        /// Stays.
        canonical: DefinitionId,
        /// Go.
        copies: Vec<DefinitionId>,
    },
    /// Move the definition to a new module that every member can import.
    Extract {
        /// The definition whose text moves.
        source: DefinitionId,
        /// Every member, the source included.
        members: Vec<DefinitionId>,
        /// Dotted name of the new module.
        module: String,
        /// File of the new module.
        path: RepoPath,
    },
    /// Move equal methods into a class above theirs as one.
    PullUp {
        /// The method whose text stays or moves.
        source: DefinitionId,
        /// The methods that go; the source among them unless the base has it already.
        members: Vec<DefinitionId>,
        /// The class that has the method afterwards.
        base: DefinitionId,
    },
    /// Move equal methods as one into a new class, the first base of theirs.
    NewBase {
        /// The method whose text moves.
        source: DefinitionId,
        /// The methods that go, the source among them.
        members: Vec<DefinitionId>,
        /// The class that has the method afterwards.
        base: NewBase,
    },
    /// Give a function parameters for the values that its copies have instead, and let
    /// each copy call it with its own.
    Parameterise {
        /// Stays, and gets the parameters.
        canonical: DefinitionId,
        /// Become faces of it, each with what tells it apart.
        copies: Vec<(DefinitionId, Template)>,
    },
    /// Give a function a parameter for the one place in which its copy does something else,
    /// and let the copy call it.
    Branch {
        /// Stays, and gets the parameter.
        canonical: DefinitionId,
        /// Becomes a face of it.
        copy: DefinitionId,
        /// The parameter.
        flag: String,
    },
    /// Let functions call the method of their first argument that does the same.
    Delegate {
        /// The method, which stays.
        method: DefinitionId,
        /// Become faces of it, each as it is laid beside the method.
        copies: Vec<(DefinitionId, Template)>,
    },
    /// Let a class take in what only its copies have, and import it where they stood.
    Merge {
        /// Stays.
        canonical: DefinitionId,
        /// Go, each with what the one that stays has of it.
        copies: Vec<(DefinitionId, Cover)>,
        /// Whether nobody may use one of the classes as a whole who would then see more
        /// members than today.
        counted: bool,
    },
    /// Delete a module that cannot be reached.
    Delete {
        /// The module.
        module: ModuleId,
        /// The module that is imported in its place.
        taker: ModuleId,
    },
    /// Leave the group as it is.
    Accept,
}

/// A class that is not there yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBase {
    /// Its name.
    pub name: String,
    /// Dotted name of its module: the one of all its heirs, or a new one.
    pub module: String,
    /// File of its module.
    pub path: RepoPath,
}

impl NewBase {
    /// The dotted name.
    pub fn dotted(&self) -> String {
        format!("{}.{}", self.module, self.name)
    }
}

/// A member that stays although others of its group are consolidated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// `path:line` of the member.
    pub place: String,
    /// Why, in words a maintainer can check.
    pub reason: String,
}

/// Everything known about one group.
#[derive(Debug, Clone)]
pub struct Audit {
    /// The finding it explains.
    pub finding: Finding,
    /// Its verdict: only groups are audited.
    pub verdict: Verdict,
    /// The members compared with each other; empty until the audit is looked into.
    pub matrix: Matrix,
    /// What the members that would go contain; empty until the audit is looked into.
    pub ledger: Ledger,
    /// How attributes of the classes of the group are found; only for classes, and
    /// only when the audit was looked into.
    pub mro: Option<MroReport>,
    /// Who uses which member.
    pub consumers: Vec<MemberConsumers>,
    /// What tests do to each member; none when nobody measured it.
    pub coverage: Option<Coverage>,
    /// Every member as a candidate for canonical, the best first.
    pub candidates: Vec<Candidate>,
    /// The first candidate against the second; none until the audit is looked into.
    pub contest: Option<Contest>,
    /// What is to be done.
    pub choice: Choice,
    /// Why that.
    pub reason: String,
    /// Members that stay.
    pub refusals: Vec<Refusal>,
    /// Which way leads to one source of truth; none until the audit is looked into.
    pub advice: Option<Advice>,
    /// Where the copies came from and what became of them; none when nobody asked.
    pub history: Option<History>,
}

/// What every audit of a repository needs, computed once.
pub struct Examiner<'a> {
    index: &'a Index,
    config: &'a Config,
    graph: ImportGraph,
    territories: Territories<'a>,
    patches: Patches,
    /// All classes, once somebody asks.
    hierarchy: OnceCell<Hierarchy>,
    /// Names that are asked for in strings, once somebody asks.
    computed: OnceCell<consumers::ComputedNames>,
    /// Files that were read for the objects in them.
    readings: readings::Readings,
    /// What people have answered about behaviour that would go.
    answers: Answers<'a>,
    /// What was measured of the definitions that are audited, when something was.
    coverage: Option<Measurements<'a>>,
    /// Definitions that an earlier choice removes.
    gone: BTreeSet<DefinitionId>,
    /// Definitions on which an earlier choice relies.
    kept: BTreeSet<DefinitionId>,
    /// Classes that an earlier choice takes a method from or gives one, and its name.
    reshaped: BTreeSet<(DefinitionId, CompactString)>,
    /// How many modules import each module, once somebody asks.
    importers: OnceCell<BTreeMap<ModuleId, usize>>,
    /// Classes that earlier choices make, by dotted name.
    new_bases: BTreeMap<String, Heirs>,
    /// The texts of the files, for choices that rest on more than facts.
    sources: Option<&'a Sources<'a>>,
}

/// The classes that inherit from a new class.
struct Heirs {
    classes: BTreeSet<DefinitionId>,
    /// The one whose methods move.
    source: DefinitionId,
    /// The new class.
    base: NewBase,
}

impl<'a> Examiner<'a> {
    /// Prepares the import graph and the record of who patches what.
    pub fn new(index: &'a Index, config: &'a Config) -> Self {
        Self {
            index,
            config,
            graph: ImportGraph::new(index),
            territories: Territories::new(index, config),
            patches: Patches::new(index),
            hierarchy: OnceCell::new(),
            computed: OnceCell::new(),
            readings: readings::Readings::default(),
            answers: Answers::new(index, config, None),
            coverage: None,
            gone: BTreeSet::new(),
            kept: BTreeSet::new(),
            reshaped: BTreeSet::new(),
            importers: OnceCell::new(),
            new_bases: BTreeMap::new(),
            sources: None,
        }
    }

    /// On a day, on which answers may have expired.
    #[must_use]
    pub fn on(self, today: Option<&str>) -> Self {
        let answers = Answers::new(self.index, self.config, today);
        Self { answers, ..self }
    }

    /// Takes into account what tests execute of the members of findings.
    #[must_use]
    pub fn with_coverage(
        self,
        data: &'a CoverageData,
        findings: &[Finding],
        sources: &Sources<'_>,
    ) -> Self {
        let groups = findings.iter().filter(|finding| finding.verdict.is_some());
        let members = groups.flat_map(|finding| self.members(finding));
        let coverage = Some(Measurements::new(self.index, sources, data, members));
        Self { coverage, ..self }
    }

    /// The same with the texts of the files. Without them nothing is chosen for
    /// definitions that differ.
    #[must_use]
    pub fn reading(self, sources: &'a Sources<'a>) -> Self {
        Self { sources: Some(sources), ..self }
    }

    /// Every member of a group as a candidate by its criteria alone, the best first.
    pub fn rank(&self, ids: &[DefinitionId]) -> Vec<Candidate> {
        choice::rank(self, ids)
    }

    /// Why a module must not come to import another one, if something speaks against it:
    /// a cycle, a boundary, a requirement that it does not have.
    pub fn obstacle(&self, importer: ModuleId, imported: ModuleId) -> Option<String> {
        direction::obstacle(self, imported, importer)
    }

    /// Audits one finding. Later audits know what was chosen: no import cycle
    /// arises from two choices together, and no definition goes twice.
    pub fn examine(&mut self, finding: &Finding, verdict: Verdict) -> Audit {
        let ids = self.members(finding);
        let decision = choice::choose(self, finding, verdict, &ids);
        self.remember(&decision.choice);
        Audit {
            finding: finding.clone(),
            verdict,
            matrix: Matrix::default(),
            ledger: Ledger::default(),
            mro: None,
            consumers: consumers::of_members(self.index, &ids),
            coverage: self.coverage.as_ref().map(|it| it.report(self.index, &ids)),
            candidates: decision.candidates,
            contest: None,
            choice: decision.choice,
            reason: decision.reason,
            refusals: decision.refusals,
            advice: None,
            history: None,
        }
    }

    /// Audits every group; a finding about a place is no group.
    pub fn examine_all(&mut self, findings: &[Finding]) -> Vec<Audit> {
        findings
            .iter()
            .filter_map(|finding| finding.verdict.map(|verdict| self.examine(finding, verdict)))
            .collect()
    }

    fn members(&self, finding: &Finding) -> Vec<DefinitionId> {
        let members = finding.members.iter();
        members.filter_map(|member| self.index.definition_at(&member.path, member.span)).collect()
    }

    fn remember(&mut self, choice: &Choice) {
        match choice {
            Choice::Redirect { canonical, copies } => {
                self.kept.insert(*canonical);
                self.gone.extend(copies);
                for copy in copies {
                    self.graph.add(copy.module, canonical.module);
                }
            }
            Choice::Extract { members, .. } => self.gone.extend(members),
            Choice::PullUp { source, members, base } => {
                self.gone.extend(members);
                let name = &self.index.definition(*source).name;
                let classes = members.iter().chain([source]).filter_map(|id| self.class_of(*id));
                let classes: Vec<DefinitionId> = classes.chain([*base]).collect();
                self.reshaped.extend(classes.into_iter().map(|class| (class, name.clone())));
            }
            Choice::NewBase { source, members, base } => {
                self.gone.extend(members);
                let name = &self.index.definition(*source).name;
                let classes: BTreeSet<DefinitionId> =
                    members.iter().filter_map(|id| self.class_of(*id)).collect();
                self.reshaped.extend(classes.iter().map(|class| (*class, name.clone())));
                if let Some(source) = self.class_of(*source) {
                    let heirs = Heirs { classes, source, base: base.clone() };
                    self.new_bases.entry(base.dotted()).or_insert(heirs);
                }
            }
            Choice::Merge { canonical, copies, .. } => {
                self.kept.insert(*canonical);
                self.gone.insert(*canonical);
                for (copy, _) in copies {
                    self.gone.insert(*copy);
                    self.graph.add(copy.module, canonical.module);
                }
            }
            Choice::Delegate { method, copies } => {
                self.kept.insert(*method);
                self.gone.extend(copies.iter().map(|(copy, _)| *copy));
            }
            Choice::Branch { canonical, copy, .. } => {
                self.kept.insert(*canonical);
                self.gone.extend([*canonical, *copy]);
                self.graph.add(copy.module, canonical.module);
            }
            Choice::Parameterise { canonical, copies } => {
                // What is given parameters is nobody's copy and nobody else's canonical.
                self.kept.insert(*canonical);
                self.gone.insert(*canonical);
                for (copy, _) in copies {
                    self.gone.insert(*copy);
                    self.graph.add(copy.module, canonical.module);
                }
            }
            Choice::Delete { .. } | Choice::Accept => {}
        }
    }

    /// All classes of the repository.
    fn hierarchy(&self) -> &Hierarchy {
        self.hierarchy.get_or_init(|| Hierarchy::new(self.index))
    }

    /// Whether an earlier choice moves methods of a class.
    fn is_reshaped(&self, class: DefinitionId) -> bool {
        self.reshaped.iter().any(|(it, _)| *it == class)
    }

    /// The class of a method.
    fn class_of(&self, id: DefinitionId) -> Option<DefinitionId> {
        let owner = self.index.definition(id).owner?;
        Some(DefinitionId { module: id.module, index: owner })
    }

    fn place(&self, id: DefinitionId) -> String {
        let member = self.index.member(id);
        format!("{}:{}", member.path, member.span.start)
    }
}

/// Audits every group; a finding about a place is no group.
pub fn examine(
    findings: &[Finding],
    index: &Index,
    config: &Config,
    sources: &Sources<'_>,
) -> Vec<Audit> {
    Examiner::new(index, config).reading(sources).examine_all(findings)
}
