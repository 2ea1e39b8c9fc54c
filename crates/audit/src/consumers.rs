//! Who uses which member of a group.

use ssot_facts::{ConsumerKind, DefinitionId, Index, Role};

/// The consumers of one member.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MemberConsumers {
    /// `path:line` of production code that imports or names it.
    pub production: Vec<String>,
    /// `path:line` of tests that do.
    pub tests: Vec<String>,
    /// `path:line` of strings that name it.
    pub strings: Vec<String>,
}

pub(crate) fn of_members(index: &Index, ids: &[DefinitionId]) -> Vec<MemberConsumers> {
    ids.iter().map(|id| of_member(index, *id)).collect()
}

pub(crate) fn of_member(index: &Index, id: DefinitionId) -> MemberConsumers {
    let mut consumers = MemberConsumers::default();
    for consumer in index.consumers_of(id) {
        let module = index.module(consumer.module);
        let place = match consumer.line {
            0 => module.path.to_string(),
            line => format!("{}:{line}", module.path),
        };
        let list = match (consumer.kind, module.role) {
            (ConsumerKind::String, _) => &mut consumers.strings,
            (_, Role::Test) => &mut consumers.tests,
            _ => &mut consumers.production,
        };
        list.push(place);
    }
    consumers
}
