//! The five stages and the execution of a plan: worktrees, gates, landing, rollback.
//!
//! Everything left of [`execute`] is synchronous, pure on facts and deterministic;
//! `execute` is the only asynchronous part. Nothing here knows a terminal or HTTP.

mod agents;
mod amend;
mod api;
pub mod behaviour;
mod canonical;
pub mod chat;
mod codemod;
mod compare;
mod configuration;
mod coverage;
mod crew;
mod decide;
mod delivery;
mod desk;
mod document;
mod error;
pub mod execute;
mod existing;
mod experience;
mod fix;
mod fixes;
pub mod fold;
mod forecast;
mod forge;
mod hearing;
mod history;
mod holds;
mod init;
mod inspection;
mod known;
mod learn;
mod map;
mod patches;
mod pipeline;
mod plan_file;
mod preview;
mod proof;
mod ratchet;
mod reading;
mod recall;
mod records;
mod report;
mod request;
mod scope;
mod shims;
mod since;
mod site;
mod snapshot;
mod status;
mod suite;
mod survey;
mod timing;
mod tools;
mod trend;
mod triage;
mod trial;
mod type_checker;
mod waive;
mod wishes;
mod work;

pub use agents::brief;
pub use compare::{Answer, Named, Ranked, compare, compare_by_calls};
pub use configuration::{CONFIG_FILE, Origin, Setting, config_schema, read_config, settings};
pub use crew::Teams;
pub use decide::{decide, prefer};
pub use delivery::pull_request;
pub use error::{EngineError, ErrorKind};
pub use existing::{Alike, FEW_MATCHES, Finder, MOST_MATCHES, Sought, find};
pub use experience::experience;
pub use fix::{FixReport, FixedPlace, fix};
pub use forecast::forecast;
pub use forge::Forge;
pub use init::{Fate, InitFile, InitReport, init};
pub use inspection::Inspection;
pub use learn::{LearnReport, LearnedCodemod, learn};
pub use map::MapKind;
pub use pipeline::{
    Observer, RollbackScope, RunOptions, SANDBOX_SUBCOMMAND, approve, report, resume, rollback,
    run, status, steer, verify,
};
pub use preview::{FileDiff, PackageDiff, preview};
pub use ratchet::{Accepting, BASELINE_FILE, Strictness, accept, check};
pub use records::{Records, head, repository_root};
pub use snapshot::{Belonging, Snapshot};
pub use suite::{TestOptions, TestProgress, test};
pub use survey::{
    Asked, ScanOptions, examine, given_plan, map, plan, render_plan, scan, scan_at_last, scan_since,
};
pub use tools::{LARGEST_ANSWER, Workshop};
pub use trend::record_trend;
pub use trial::{Proposed, Trial, trial};
pub use waive::{Waived, waive};
pub use wishes::Wish;

/// What an audit says.
pub mod audit {
    pub use crate::document::{AuditDocument, audits as document, choice};
    pub use ssot_audit::{Audit, Candidate, Choice, Criterion, MemberConsumers, Refusal};
    pub use ssot_facts::{DefinitionId, ModuleId};
    pub use ssot_model::audit::*;
}

/// The rules and their pages.
pub mod rules {
    pub use ssot_rules::{RULES, Rule, rule};
}
