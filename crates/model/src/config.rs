//! `ssot.toml`, the one configuration file.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    AgentConfig, ApiConfig, ApprovalConfig, BudgetConfig, CanaryConfig, Capability, Constant,
    Cover, DeclaredCodemod, GateCommand, GuardedWrite, LandingConfig, Rename, RunConfig, Service,
    ShimConfig, TestCategory, Verdict, Waiver,
};

/// The whole file. Every key is optional; an unknown key is an error.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// What is scanned.
    pub scan: ScanConfig,
    /// How much each rule matters, by its name.
    pub severity: BTreeMap<String, Level>,
    /// Parts of the codebase that may own their copy.
    pub boundary: Vec<Boundary>,
    /// What users outside of the repository rely on.
    pub api: ApiConfig,
    /// What stays where a name has moved away from.
    pub shim: ShimConfig,
    /// How a run goes about it.
    pub run: RunConfig,
    /// What somebody has to approve.
    pub approval: ApprovalConfig,
    /// How much a run may use up.
    pub budget: BudgetConfig,
    /// Landing in steps.
    pub canary: CanaryConfig,
    /// How what has landed is handed over.
    pub landing: LandingConfig,
    /// The coding agent that does what no codemod can; none when there is none.
    pub agent: Option<AgentConfig>,
    /// How the repository's own tests are run; none when there are none.
    pub test: Option<TestConfig>,
    /// What the tests need beside them, by name.
    pub services: BTreeMap<String, Service>,
    /// What else is checked before a package lands, in this order.
    pub gate: Vec<GateCommand>,
    /// How two versions of a function are compared by calling them.
    pub behaviour: BehaviourConfig,
    /// Groups and findings that were decided.
    #[serde(alias = "keep")]
    pub decision: Vec<Decision>,
    /// Definitions that were decided to get another name.
    pub rename: Vec<Rename>,
    /// Constants that repeated texts are to get.
    pub constant: Vec<Constant>,
    /// Pieces of behaviour that may be lost.
    pub waiver: Vec<Waiver>,
    /// Pieces of behaviour that something else takes care of.
    pub covered: Vec<Cover>,
    /// Definitions that were decided to be canonical.
    pub canonical: Vec<Preference>,
    /// What counts how much in the choice of the canonical definition.
    pub canonical_weights: CanonicalWeights,
    /// Concepts and who may implement them.
    pub concept: Vec<Concept>,
    /// What only one owner may do.
    pub capability: Vec<Capability>,
    /// State that is written through its methods alone.
    pub guarded_write: Vec<GuardedWrite>,
    /// Codemods of this repository.
    pub codemod: Vec<DeclaredCodemod>,
    /// Events that must be emitted on every path.
    pub event_contract: Vec<EventContract>,
    /// Stages that must run in one order.
    pub stage_order: Vec<StageOrder>,
    /// How many classes may share a word.
    pub name_budget: Vec<NameBudget>,
    /// How large things may become.
    pub limits: Limits,
    /// Classes that may exceed the limits.
    pub mega_class: Vec<MegaClass>,
    /// Strings that must be spelt one way.
    pub named_value: Vec<NamedValue>,
    /// What tests may replace.
    pub mocks: MockPolicy,
    /// Who works on what.
    pub team: Vec<Team>,
    /// How much is to be done by when.
    pub checkpoint: Vec<Checkpoint>,
}

/// Who works on what. A package belongs to the team whose paths hold most of its files;
/// one of a team's concepts decides before paths do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Team {
    /// Its name.
    #[schemars(length(min = 1))]
    pub name: String,
    /// Directories and files that it looks after.
    #[serde(default)]
    pub paths: Vec<String>,
    /// Names of definitions that it looks after, wherever they are; `*` stands for any
    /// letters.
    #[serde(default)]
    pub concepts: Vec<String>,
    /// How many packages it works on at the same time.
    #[serde(default = "workers")]
    pub workers: u32,
}

fn workers() -> u32 {
    1
}

/// How much is to be done by when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Checkpoint {
    /// The packages of this priority, `P0`, `P1` or `P2`; all when missing.
    #[serde(default)]
    pub priority: Option<crate::Priority>,
    /// The share of them that has landed by then, in percent.
    #[schemars(range(max = 100))]
    pub percent: u32,
    /// Minutes after the run began.
    pub after_minutes: u32,
}

/// What is scanned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct ScanConfig {
    /// Globs of paths that are looked at, written like lines of `.gitignore`;
    /// everything when empty.
    #[schemars(extend("items" = {"type": "string", "format": "glob"}))]
    pub include: Vec<String>,
    /// Globs of paths that are left out, written like lines of `.gitignore`.
    #[schemars(extend("items" = {"type": "string", "format": "glob"}))]
    pub exclude: Vec<String>,
    /// Fewest statements of a definition that counts, docstring not included.
    pub min_statements: u32,
    /// Fewest lines of a definition that counts; either measure is enough.
    pub min_lines: u32,
    /// Largest file that is read, in bytes.
    pub max_file_bytes: u64,
}

impl Default for ScanConfig {
    fn default() -> Self {
        Self {
            include: Vec::new(),
            exclude: Vec::new(),
            min_statements: 4,
            min_lines: 6,
            max_file_bytes: 4 * 1024 * 1024,
        }
    }
}

/// A part of the codebase that may own its copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Boundary {
    /// The name shown in evidence.
    pub name: String,
    /// Directories that belong to it.
    #[schemars(length(min = 1))]
    pub paths: Vec<String>,
}

/// What becomes of a package with a pair about which calls can say nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum UntestablePolicy {
    /// It does not land.
    Refuse,
    /// It goes on to the tests; the evidence says what could not be compared.
    Allow,
}

/// How the repository's own tests are run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TestConfig {
    /// The command, split as a shell would, run without a shell.
    pub command: String,
    /// Directory in the repository in which it runs; empty for the root.
    #[serde(default)]
    pub directory: String,
    /// Directories put in front of `PATH`, for example a virtual environment's `bin`.
    #[serde(default)]
    pub path: Vec<String>,
    /// Directories that the tests may read besides the tree, the system and `path`.
    #[serde(default)]
    pub readable: Vec<String>,
    /// Variables set besides the fixed environment.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Longest time of one execution, in seconds.
    #[serde(default = "timeout_seconds")]
    pub timeout_seconds: u64,
    /// Largest address space of one process, in MiB.
    #[serde(default = "memory_mib")]
    pub memory_mib: u64,
    /// How often the untouched tree is tested before the first package and the
    /// target branch after the last, to tell flaky tests from broken ones.
    #[serde(default = "repeat")]
    pub repeat: u32,
    /// Files that say which lines the tests execute, relative to the root: JSON or data of
    /// coverage.py, `lcov.info`, Cobertura XML.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coverage: Vec<String>,
    /// Parts of the tests that are run, repeated and counted by themselves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub category: Vec<TestCategory>,
}

/// How two versions of a function are compared by calling them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct BehaviourConfig {
    /// What becomes of a package with a pair about which calls can say nothing.
    pub untestable: UntestablePolicy,
    /// Smallest share of the lines of both bodies that the inputs must reach, in percent.
    #[schemars(range(max = 100))]
    pub reach: u32,
    /// Most inputs of one pair.
    #[schemars(range(min = 1, max = 2000))]
    pub inputs: u32,
    /// Longest time of one call, in seconds.
    #[schemars(range(min = 1, max = 60))]
    pub call_seconds: u32,
}

impl Default for BehaviourConfig {
    fn default() -> Self {
        Self { untestable: UntestablePolicy::Refuse, reach: 80, inputs: 120, call_seconds: 2 }
    }
}

fn timeout_seconds() -> u64 {
    900
}

fn memory_mib() -> u64 {
    16 * 1024
}

fn repeat() -> u32 {
    2
}

/// How much a rule matters in this repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Its findings fail a check.
    Error,
    /// Its findings fail a check and rank below errors.
    Warning,
    /// Its findings are shown on request.
    Note,
    /// It does not run.
    Off,
}

/// What was decided about a group or a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// Dotted name of one of its members, or the id of the group.
    #[schemars(length(min = 1))]
    pub group: String,
    /// Why it stays.
    #[schemars(length(min = 1))]
    pub reason: String,
    /// Only findings of this rule; of every rule when missing.
    #[serde(default)]
    #[schemars(extend("format" = "rule"))]
    pub rule: Option<String>,
    /// The answer to an unsure group's question: a verdict's word.
    #[serde(default)]
    pub verdict: Option<Verdict>,
    /// Who decided.
    #[serde(default)]
    pub owner: Option<String>,
    /// The last day on which it holds, `YYYY-MM-DD`.
    #[serde(default)]
    #[schemars(extend("format" = "date"))]
    pub expires: Option<String>,
}

/// A definition that was decided to be canonical.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Preference {
    /// Dotted name of the definition.
    pub definition: String,
    /// Why it was chosen.
    #[schemars(length(min = 1))]
    pub reason: String,
}

/// What counts how much in the choice of the canonical definition, in points. Counts
/// count by doublings: none is worth nothing, one the weight, three twice the weight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct CanonicalWeights {
    /// Each doubling of the modules that import it.
    pub reach: i32,
    /// Each doubling of its statements, against the fullest member.
    pub completeness: i32,
    /// Each doubling of the test modules that import it.
    pub tests: i32,
    /// When tests execute all of it, less in proportion; only where coverage was given.
    pub coverage: i32,
    /// Against it: each doubling of the modules that the others would newly execute.
    pub load: i32,
    /// Against it: when the others would come to need another distribution.
    pub requirements: i32,
    /// Against it: each doubling of the modules that its own imports.
    pub independence: i32,
    /// Against it: when its module is deprecated or broken; a tenth for each doubling of
    /// its module's lines.
    pub health: i32,
    /// When it lies outside every boundary; half for a module meant to be shared.
    pub place: i32,
    /// Against it: each word of its name that tells its edition, and a private name.
    pub name: i32,
}

impl Default for CanonicalWeights {
    fn default() -> Self {
        Self {
            reach: 60,
            completeness: 360,
            tests: 5,
            coverage: 60,
            load: 110,
            requirements: 260,
            independence: 45,
            health: 300,
            place: 60,
            name: 60,
        }
    }
}

/// A concept and its one implementation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Concept {
    /// What it is called.
    pub name: String,
    /// Dotted name of the definition that is its source of truth.
    pub canonical: String,
    /// Names of definitions that implement it; `*` stands for any letters.
    pub names: Vec<String>,
    /// Why.
    #[serde(default)]
    pub reason: String,
}

/// Events that must be emitted on every path through some functions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct EventContract {
    /// Its name.
    pub name: String,
    /// Dotted names of the functions or methods it binds; `*` stands for any letters.
    pub applies_to: Vec<String>,
    /// The events, in the order in which they must come when `ordered`.
    pub events: Vec<String>,
    /// Last names of the calls that emit: `emit` with the event as its first string,
    /// or a method named for the event.
    #[serde(default)]
    pub emitters: Vec<String>,
    /// Whether the order counts.
    #[serde(default)]
    pub ordered: bool,
    /// Events that must also come when an exception leaves the function after another
    /// of them was emitted. The last of several events when missing; `[]` for none.
    #[serde(default)]
    pub closing: Option<Vec<String>>,
    /// Events that stand for all that is still missing once something failed, for
    /// example `agent_error`.
    #[serde(default)]
    pub on_error: Vec<String>,
}

/// Stages that must run in one order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct StageOrder {
    /// Its name.
    pub name: String,
    /// Names of the functions or classes that are called, first to last; `*` stands
    /// for any letters.
    pub stages: Vec<String>,
    /// Where it is looked for: dotted names; everywhere when empty.
    #[serde(default)]
    pub applies_to: Vec<String>,
}

/// How many classes may share a word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct NameBudget {
    /// The pattern, for example `*Manager`.
    pub pattern: String,
    /// Most classes of such a name in one boundary.
    pub at_most: u32,
    /// Only in this boundary; in each of them when missing.
    #[serde(default)]
    pub boundary: Option<String>,
}

/// How large things may become. Zero stands for no limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Limits {
    /// Lines of a file.
    pub file_lines: u32,
    /// Lines of a class.
    pub class_lines: u32,
    /// Lines of a function or method.
    pub function_lines: u32,
    /// Methods of a class.
    pub class_methods: u32,
    /// Classes above a class, `object` not counted.
    pub inheritance_depth: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_lines: 2000,
            class_lines: 1500,
            function_lines: 300,
            class_methods: 80,
            inheritance_depth: 8,
        }
    }
}

/// A class that may exceed the limits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MegaClass {
    /// Its dotted name.
    pub definition: String,
    /// Most lines it may have.
    pub lines: u32,
    /// Why.
    #[schemars(length(min = 1))]
    pub reason: String,
}

/// A critical string and how it is spelt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NamedValue {
    /// What kind of values they are, for example `environment-variables`.
    pub name: String,
    /// The values.
    pub values: Vec<String>,
    /// Dotted name of the constant or enum that should be used instead of the text.
    #[serde(default)]
    pub owner: Option<String>,
}

/// What tests may replace.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MockPolicy {
    /// Tests in these paths use the real thing.
    pub forbidden: Vec<String>,
    /// Dotted names that may be replaced there all the same.
    pub allowed: Vec<String>,
}
