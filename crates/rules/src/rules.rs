//! One rule, one file, and one page beside it.

pub(crate) mod backup_file;
pub(crate) mod capability_owner;
pub(crate) mod duplicate_definition;
pub(crate) mod duplicate_mock;
pub(crate) mod event_contract;
pub(crate) mod exact_clone;
pub(crate) mod guarded_write;
pub(crate) mod import_cycle;
pub(crate) mod missing_attribute;
pub(crate) mod mixed_config_loading;
pub(crate) mod mock_policy;
pub(crate) mod mro_conflict;
pub(crate) mod name_budget;
pub(crate) mod named_value;
pub(crate) mod pass_through_layer;
pub(crate) mod relative_import;
pub(crate) mod repeated_literal;
pub(crate) mod scattered_id_generation;
pub(crate) mod shadowed_module;
pub(crate) mod shared_singleton;
pub(crate) mod size_limit;
pub(crate) mod stage_order;
pub(crate) mod stale_decision;
pub(crate) mod tombstone_returned;
pub(crate) mod unresolved_import;
