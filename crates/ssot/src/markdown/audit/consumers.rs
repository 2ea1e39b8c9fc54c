//! Who uses which member.

use ssot_engine::audit::{Audit, MemberConsumers};

use crate::markdown::code;
use crate::text::add;

pub(super) fn consumers(audit: &Audit) -> String {
    let mut page =
        "\n## Consumers\n\n| definition | production | tests | strings |\n|---|---|---|---|\n"
            .to_owned();
    let list = |places: &[String]| {
        let places: Vec<String> = places.iter().map(|place| code(place)).collect();
        places.join("<br>")
    };
    for (member, used) in audit.finding.members.iter().zip(&audit.consumers) {
        let MemberConsumers { production, tests, strings } = used;
        add(
            &mut page,
            format!(
                "| {} | {} | {} | {} |\n",
                code(&member.dotted()),
                list(production),
                list(tests),
                list(strings),
            ),
        );
    }
    page
}
