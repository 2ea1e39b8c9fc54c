//! Who uses which member, and what of it.

use ssot_engine::audit::{Audit, MemberConsumers, Use};

use crate::markdown::code;
use crate::text::add;

pub(super) fn consumers(audit: &Audit) -> String {
    let mut page = "\n## Consumers\n\n| definition | production | tests | strings | computed |\n\
                    |---|---|---|---|---|\n"
        .to_owned();
    let list = |places: &[String]| {
        let places: Vec<String> = places.iter().map(|place| code(place)).collect();
        places.join("<br>")
    };
    for (member, used) in audit.finding.members.iter().zip(&audit.consumers) {
        let MemberConsumers { production, tests, strings, computed, .. } = used;
        add(
            &mut page,
            format!(
                "| {} | {} | {} | {} | {} |\n",
                code(&member.dotted()),
                list(production),
                list(tests),
                list(strings),
                list(computed),
            ),
        );
    }
    page.push_str(&uses(audit));
    page
}

fn uses(audit: &Audit) -> String {
    if audit.consumers.iter().all(|it| it.usage.is_empty()) {
        return String::new();
    }
    let mut page = "\n| definition | module | uses |\n|---|---|---|\n".to_owned();
    for (member, used) in audit.finding.members.iter().zip(&audit.consumers) {
        for it in &used.usage {
            let uses: Vec<String> = it.uses.iter().map(told).collect();
            let (name, path) = (code(&member.dotted()), code(it.path.as_str()));
            add(&mut page, format!("| {name} | {path} | {} |\n", uses.join("<br>")));
        }
    }
    page
}

fn told(it: &Use) -> String {
    let lines: Vec<String> = it.lines.iter().map(ToString::to_string).collect();
    format!("{} in {}", code(&it.what), lines.join(", "))
}
