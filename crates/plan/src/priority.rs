//! What is done first.
//!
//! The score of a group is `severity x cost x reach`: severity is 2 for an error and 1
//! for a warning; cost is the scan's, lines that would go and uses; reach is 1 and one
//! more for each doubling of the production modules that use a member (1 module: 2, 3
//! modules: 3, 7 modules: 4). The score of a package is the sum over its groups.

use std::collections::BTreeSet;

use ssot_audit::Audit;
use ssot_facts::{Index, ModuleId, Role};
use ssot_model::{Priority, Severity};

/// Scores from which a package comes first, or at least not last.
const FIRST: u32 = 120;
const NORMAL: u32 = 36;

/// The priority that a score stands for.
pub(crate) fn priority(score: u32) -> Priority {
    match score {
        FIRST.. => Priority::P0,
        NORMAL.. => Priority::P1,
        _ => Priority::P2,
    }
}

/// The score of one group.
pub(crate) fn score(index: &Index, audit: &Audit) -> u32 {
    let severity = match audit.finding.severity {
        Severity::Error => 2,
        Severity::Warning | Severity::Note => 1,
    };
    severity_times(severity, audit.finding.cost, users(index, audit))
}

fn severity_times(severity: u32, cost: u32, users: usize) -> u32 {
    let reach = 1 + (users + 1).ilog2();
    severity.saturating_mul(cost).saturating_mul(reach)
}

/// Production modules that use a member.
fn users(index: &Index, audit: &Audit) -> usize {
    let members = audit.finding.members.iter();
    let ids = members.filter_map(|member| index.definition_at(&member.path, member.span));
    let consumers = ids.flat_map(|id| index.consumers_of(id));
    let modules: BTreeSet<ModuleId> = consumers
        .map(|consumer| consumer.module)
        .filter(|id| index.module(*id).role == Role::Production)
        .collect();
    modules.len()
}

#[cfg(test)]
mod tests {
    use ssot_model::Priority;

    use super::{priority, severity_times};

    #[test]
    fn severity_cost_and_reach_multiply() {
        for (severity, cost, users, score, expected) in [
            (1, 10, 0, 10, Priority::P2),
            (2, 10, 0, 20, Priority::P2),
            (2, 9, 1, 36, Priority::P1),
            (2, 12, 3, 72, Priority::P1),
            (2, 15, 7, 120, Priority::P0),
            (2, u32::MAX, 7, u32::MAX, Priority::P0),
        ] {
            assert_eq!(severity_times(severity, cost, users), score);
            assert_eq!(priority(score), expected);
        }
    }
}
