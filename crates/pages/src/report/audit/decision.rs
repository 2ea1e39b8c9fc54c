//! What is to be done, why, in which steps and at which risk.

use ssot_engine::audit::{Advice, Audit, Hands, choice};

use super::{code, prose, sentences};
use crate::words::{add, count, each};

fn body(audit: &Audit) -> String {
    let (verb, what) = choice(audit);
    let mut body =
        format!("<p><b>{verb}</b> {}: {}</p>\n", super::escaped(&what), prose(&audit.reason));
    let stays = each(&audit.refusals, |it| {
        format!("<li>{} stays: {}</li>\n", code(&it.place), prose(&it.reason))
    });
    if !stays.is_empty() {
        add(&mut body, format!("<ul class=\"stays\">\n{stays}</ul>\n"));
    }
    body.extend(audit.advice.as_ref().map(advice));
    body
}

pub(super) fn part(audit: &Audit) -> String {
    let note = audit.advice.as_ref().map_or_else(String::new, |it| match it.hands {
        Hands::Nobody => it.way.as_str().to_owned(),
        hands => format!("{} by {}", it.way.as_str(), hands.as_str()),
    });
    super::part("Decision", &note, true, &body(audit))
}

fn advice(advice: &Advice) -> String {
    let mut body = String::new();
    if advice.hands != Hands::Nobody {
        let (way, who) = (advice.way.as_str(), advice.hands.as_str());
        add(
            &mut body,
            format!("<p><span class=\"way\">{way}</span> by {who}: {}</p>\n", prose(&advice.why)),
        );
    }
    if !advice.steps.is_empty() {
        let steps = each(&advice.steps, |it| format!("<li>{}</li>\n", prose(it)));
        add(&mut body, format!("<ol class=\"steps\" aria-label=\"Steps\">\n{steps}</ol>\n"));
    }
    body.push_str(&sentences("risks", &advice.risks));
    body.push_str(&sentences("breaks", &advice.breaking));
    let effort = advice.effort;
    if effort.definitions + effort.uses + effort.open > 0 {
        let effort = [
            count(effort.definitions, "definition"),
            count(effort.uses, "use"),
            count(effort.open, "open piece"),
        ];
        add(&mut body, format!("<p class=\"facts\">effort: {}</p>\n", effort.join(", ")));
    }
    body
}
