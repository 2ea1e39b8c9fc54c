//! One rule, one file, and one page beside it.

pub(crate) mod duplicate_definition;
pub(crate) mod exact_clone;
pub(crate) mod shadowed_module;
