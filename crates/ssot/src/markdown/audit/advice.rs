//! Which way leads to one source of truth.

use ssot_engine::audit::{Advice, Hands};

use crate::markdown::cell;
use crate::text::add;

pub(super) fn advice(advice: &Advice) -> String {
    let mut page = format!("\n## Strategy\n\n**{}**", advice.way.as_str());
    if advice.hands != Hands::Nobody {
        add(&mut page, format!(" by {}", advice.hands.as_str()));
    }
    add(&mut page, format!(": {}\n", cell(&advice.why)));
    let lists = [("Steps", &advice.steps), ("Risks", &advice.risks), ("Breaks", &advice.breaking)];
    for (title, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
        add(&mut page, format!("\n{title}:\n\n"));
        for line in list {
            add(&mut page, format!("- {}\n", cell(line)));
        }
    }
    page
}
