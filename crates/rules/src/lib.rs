//! Facts to findings: one rule is one source file and one page of documentation.
//!
//! A rule reads facts and nothing else. Its page is what `ssot explain` prints and
//! at the same time its test: the examples carry the expected verdicts.

mod api;
mod capability;
mod capability_map;
pub mod catalogue;
mod circumstances;
mod concepts;
mod doubles;
mod emission;
mod evidence;
mod families;
mod flow;
mod identity;
mod judge;
mod meaning;
pub mod near_copies;
mod ownership;
mod peers;
mod place;
mod policy;
pub mod ratchet;
mod reach;
mod relation;
mod renamed;
mod rules;
mod similarity;
mod spelling;
mod suggestion;
mod territory;
mod texts;
mod uses;
mod wildcard;
mod words;

use std::sync::{Arc, OnceLock};

use compact_str::CompactString;
use rustc_hash::FxHashMap;
use similarity::Similarity;
use ssot_facts::{ClassRef, DefinitionId, Hierarchy, Index};
use ssot_model::{Config, DefinitionKind, Finding, Level, Severity, Verdict};

pub use api::{is_public, wants_shim};
pub use capability_map::capability_map;
pub use circumstances::{Circumstances, PolicyLines};
pub use identity::{contents, member_keys};
pub use judge::{Opinion, judge};
pub use meaning::{Comparison, Difference, Patches, obstacle, visible_difference};
pub use relation::score::{SCALES, Scale};
pub use rules::declared_codemod::{codemod_anchor, is_exact_codemod};
pub use rules::scattered_id_generation::kind as id_kind;
pub use rules::stale_decision::names_something;
pub use similarity::Likeness;
pub use spelling::{Nearness, folded, nearness};
pub use territory::Territories;
pub use texts::{Constants, is_telling};
pub use wildcard::fits;
pub use words::editions;

/// What a rule may look at.
pub struct Scene<'a> {
    /// The joined facts.
    pub index: &'a Index,
    /// The configuration.
    pub config: &'a Config,
    /// The day, and what was removed before.
    pub circumstances: &'a Circumstances,
    /// Which boundary a file belongs to.
    pub territories: Territories<'a>,
    /// Who replaces which name from outside.
    pub patches: Patches,
    hierarchy: OnceLock<Hierarchy>,
    /// Classes of this repository below each class from outside.
    foreign_children: OnceLock<FxHashMap<CompactString, usize>>,
    plug_ins: OnceLock<relation::plug_ins::PlugIns>,
    sayings: relation::subject::Sayings,
    similarity: Similarity<'a>,
}

impl<'a> Scene<'a> {
    /// Prepares what the rules share.
    pub fn new(index: &'a Index, config: &'a Config, circumstances: &'a Circumstances) -> Self {
        Self {
            index,
            config,
            circumstances,
            territories: Territories::new(index, config),
            patches: Patches::new(index),
            hierarchy: OnceLock::new(),
            foreign_children: OnceLock::new(),
            plug_ins: OnceLock::new(),
            sayings: relation::subject::Sayings::default(),
            similarity: Similarity::new(index),
        }
    }

    /// How alike two definitions are.
    pub fn likeness(&self, a: DefinitionId, b: DefinitionId) -> Likeness {
        self.similarity.likeness(a, b)
    }

    /// The classes and what they inherit from; resolved when a rule first asks.
    pub(crate) fn hierarchy(&self) -> &Hierarchy {
        self.hierarchy.get_or_init(|| Hierarchy::new(self.index))
    }

    /// How many classes of this repository are below a class from outside.
    pub(crate) fn children_of_foreign(&self, base: &str) -> usize {
        let children = self.foreign_children.get_or_init(|| {
            let mut children: FxHashMap<CompactString, usize> = FxHashMap::default();
            let classes =
                self.index.definitions().filter(|(_, _, it)| it.kind == DefinitionKind::Class);
            for (id, ..) in classes {
                let order = self.hierarchy().linearisation(id).unwrap_or_else(|_| Arc::from([]));
                for base in order.iter() {
                    if let ClassRef::External(name) = base {
                        *children.entry(name.clone()).or_default() += 1;
                    }
                }
            }
            children
        });
        children.get(base).copied().unwrap_or_default()
    }

    /// Which names the modules of each package have in common.
    pub(crate) fn plug_ins(&self) -> &relation::plug_ins::PlugIns {
        self.plug_ins.get_or_init(|| relation::plug_ins::PlugIns::new(self.index))
    }
}

/// One rule.
#[derive(Clone, Copy)]
pub struct Rule {
    /// The name used on the command line, in findings and in the documentation.
    pub name: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// The page that `ssot explain` prints.
    pub page: &'static str,
    /// How much its violations matter unless `ssot.toml` says otherwise. A rule that
    /// is off runs only when it is asked for by name or given a level.
    pub level: Level,
    /// Finds.
    pub check: fn(&Scene<'_>) -> Vec<Finding>,
}

/// Every rule, in order of name.
pub const RULES: &[Rule] = &[
    rules::backup_file::RULE,
    rules::capability_owner::RULE,
    rules::concept_variant::RULE,
    rules::declared_codemod::RULE,
    rules::declared_rename::RULE,
    rules::duplicate_config_class::RULE,
    rules::duplicate_definition::RULE,
    rules::duplicate_enum_or_constant::RULE,
    rules::duplicate_factory::RULE,
    rules::duplicate_interface::RULE,
    rules::duplicate_mock::RULE,
    rules::duplicate_type_alias::RULE,
    rules::event_contract::RULE,
    rules::exact_clone::RULE,
    rules::expired_shim::RULE,
    rules::guarded_write::RULE,
    rules::import_cycle::RULE,
    rules::missing_attribute::RULE,
    rules::mixed_config_loading::RULE,
    rules::mock_policy::RULE,
    rules::mro_conflict::RULE,
    rules::name_budget::RULE,
    rules::named_value::RULE,
    rules::near_clone::RULE,
    rules::pass_through_layer::RULE,
    rules::relative_import::RULE,
    rules::repeated_literal::RULE,
    rules::scattered_id_generation::RULE,
    rules::shadowed_module::RULE,
    rules::shared_singleton::RULE,
    rules::size_limit::RULE,
    rules::stage_order::RULE,
    rules::stale_decision::RULE,
    rules::sync_async_twin::RULE,
    rules::tombstone_returned::RULE,
    rules::unreferenced_duplicate::RULE,
    rules::unresolved_import::RULE,
];

/// The rule of a name.
pub fn rule(name: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.name == name)
}

impl Rule {
    /// The severity of its violations unless `ssot.toml` says otherwise.
    pub(crate) fn severity(&self) -> Severity {
        place::severity_of(self.level)
    }

    /// Its level in this repository.
    fn level(&self, config: &Config) -> Level {
        config.severity.get(self.name).copied().unwrap_or(self.level)
    }

    fn findings(&self, scene: &Scene<'_>) -> Vec<Finding> {
        if self.level(scene.config) == Level::Off {
            return Vec::new();
        }
        self.weighed(scene, (self.check)(scene))
    }

    /// The findings with the severity that the configuration gives them.
    fn weighed(&self, scene: &Scene<'_>, mut findings: Vec<Finding>) -> Vec<Finding> {
        if let Some(level) = scene.config.severity.get(self.name) {
            // A verdict that is no violation stays a note whatever the level, and so
            // does what the rule itself holds for less than its level.
            let own = self.severity();
            let violations = findings
                .iter_mut()
                .filter(|it| it.verdict.map_or(it.severity <= own, Verdict::is_violation));
            violations.for_each(|finding| finding.severity = place::severity_of(*level));
        }
        findings
    }
}

/// Runs the rules, applies what was decided and ranks what is found, the worst first.
pub fn detect(
    rules: &[Rule],
    index: &Index,
    config: &Config,
    circumstances: &Circumstances,
) -> Vec<Finding> {
    let scene = Scene::new(index, config, circumstances);
    let mut findings: Vec<Finding> = rules.iter().flat_map(|rule| rule.findings(&scene)).collect();
    let used = policy::apply(&scene, &mut findings);
    findings.extend(unused(rules, &scene, &used));
    sort(&mut findings);
    findings
}

/// The finding about an entry of `ssot.toml`, by its table and its position there, that
/// answers for an atom of a group and is about nothing; none when the rule is off.
pub fn unused_answer(
    index: &Index,
    config: &Config,
    circumstances: &Circumstances,
    entry: (&str, usize),
    (group, atom): (&str, &str),
) -> Option<Finding> {
    let scene = Scene::new(index, config, circumstances);
    let rule = rules::stale_decision::RULE;
    let found = rules::stale_decision::unused_answer(&scene, entry, group, atom);
    let runs = rule.level(config) != Level::Off;
    runs.then(|| rule.weighed(&scene, vec![found])).and_then(|mut found| found.pop())
}

/// The worst first.
pub fn sort(findings: &mut [Finding]) {
    findings.sort_by(|a, b| {
        let rank = |finding: &Finding| {
            (!finding.is_violation(), finding.severity, std::cmp::Reverse(finding.cost))
        };
        rank(a)
            .cmp(&rank(b))
            .then_with(|| {
                a.members.first().map(|m| &m.path).cmp(&b.members.first().map(|m| &m.path))
            })
            .then_with(|| a.fingerprint.cmp(&b.fingerprint))
    });
}

/// Decisions that decided nothing. Only the rules that ran can tell.
fn unused(rules: &[Rule], scene: &Scene<'_>, used: &policy::Used) -> Vec<Finding> {
    let runs = |rule: &&Rule| rule.level(scene.config) != Level::Off;
    let ran: Vec<&str> = rules.iter().filter(runs).map(|rule| rule.name).collect();
    let all_ran = RULES.iter().filter(runs).all(|rule| ran.contains(&rule.name));
    let stale =
        rules.iter().filter(runs).find(|rule| rule.name == rules::stale_decision::RULE.name);
    let found = |rule: &Rule| {
        let found = rules::stale_decision::unused(scene, used, &ran, all_ran);
        rule.weighed(scene, found)
    };
    stale.map(found).unwrap_or_default()
}
