//! Plain data that every other crate speaks: ids, places, findings, plans, events.
//!
//! Nothing here does I/O, is asynchronous or reads a clock. A type derives
//! `Serialize` only when it crosses the boundary of the process: in the event
//! log, in a plan file or in `--format json`.

mod agent;
mod answer;
mod api;
/// What an audit says about one group.
pub mod audit;
mod baseline;
mod behaviour;
mod check;
mod config;
mod control;
mod conversation;
mod date;
mod event;
mod existing;
mod finding;
mod gate;
mod ids;
mod landing;
mod llm;
mod map;
mod mode;
mod owned;
mod patch;
mod place;
mod plan;
mod report;
mod schedule;
mod status;
mod suite;
mod timing;
mod trend;

pub use agent::{Agent, AgentConfig, CompletionStatus, Dialect};
pub use answer::{Cover, Waiver};
pub use api::{ApiConfig, Constant, Rename, ShimConfig};
pub use baseline::{Baseline, BaselineEntry, BaselineMember, Tombstone};
pub use behaviour::{
    Aspect, Behaviour, BehaviourVerdict, InputCounts, Obstacle, Origin, Reach, Untestable, Witness,
};
pub use check::{CheckReport, Comparand, NewFinding};
pub use config::{
    BehaviourConfig, Boundary, CanonicalWeights, Checkpoint, Concept, Config, Decision,
    EventContract, Level, Limits, MegaClass, MockPolicy, NameBudget, NamedValue, Preference,
    ScanConfig, StageOrder, Team, TestConfig, UntestablePolicy,
};
pub use control::{
    AgentUsage, Approval, ApprovalConfig, ApprovalSubject, BudgetConfig, BudgetLimits,
    CanaryConfig, CanaryStep, CheckpointResult, PendingApproval, Resource, Usage,
};
pub use conversation::{Reference, Subject};
pub use date::{Utc, is_day};
pub use event::{Event, EventKind, RunOutcome, Timestamp};
pub use existing::{Existence, Existing, Match, OtherTree};
pub use finding::{
    Acceptance, AcceptedBy, DefinitionKind, Evidence, Finding, Leaning, Member, ParseIssue,
    ScanReport, Severity, Verdict, covered,
};
pub use gate::{GateCommand, GateComparison, GateName, GateOutcome, Phase};
pub use ids::{
    CommitId, Fingerprint, GroupId, PackageId, ProjectId, RequestId, RunId, ThreadId, TreeId,
    UserId,
};
pub use landing::{LandingConfig, LandingMode, PreparedBranch};
pub use llm::{LlmConfig, LlmProvider};
pub use map::{
    CapabilityEntry, CodeMap, ConceptEntry, ImportEdge, ImportMap, MapPlace, MapView, TextEntry,
};
pub use mode::{Mode, RunConfig};
pub use owned::{Capability, DeclaredCodemod, GuardForms, GuardedWrite};
pub use patch::{FileChange, Patch};
pub use place::{InvalidRepoPath, RepoPath, Span};
pub use plan::{
    AnsweredAtom, Doer, Hands, LeftAlone, Package, PackageGroup, PackagePlaces, Plan, Priority,
    Strategy, UnitState, Unplanned,
};
pub use report::{PackageReport, RunReport, SuiteCount, SuiteReport};
pub use schedule::{
    Basis, CheckpointForecast, Experience, Lane, Makespan, PastPackage, PlannedPackage, Schedule,
    StageTimes,
};
pub use status::{RunStatus, WorkingPackage};
pub use suite::{CategoryReport, Service, TestCategory, TestReport, TestTally, TestVerdict};
pub use timing::{CheckpointOutcome, Expected, PackageTiming, Timing};
pub use trend::TrendPoint;
