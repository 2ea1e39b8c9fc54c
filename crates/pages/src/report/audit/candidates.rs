//! Which member would serve best as the canonical definition, and what would change that.

use ssot_engine::audit::{Audit, Breakage, Candidate, Contest};

use super::{code, heads, part as folded, prose, sentences, table, who};
use crate::words::{add, count, each};

/// Places on the page that would break under one candidate.
const BREAKS: usize = 60;

pub(super) fn part(audit: &Audit) -> String {
    let candidates = &audit.candidates;
    let Some(best) = candidates.first() else { return String::new() };
    let name = |it: &Candidate| {
        let members = &audit.finding.members;
        members.iter().position(|member| member.dotted() == it.dotted).map_or_else(String::new, who)
    };
    let mut body = grid(candidates, name);
    body.extend(audit.contest.as_ref().map(|it| contest(it, best)));
    for it in candidates {
        body.push_str(&obstacles(it, &name(it)));
    }
    let note = format!("{} candidates", candidates.len());
    folded("Canonical choice", &note, false, &body)
}

/// Criteria in rows, candidates in columns, the best one first.
fn grid(candidates: &[Candidate], name: impl Fn(&Candidate) -> String) -> String {
    let mut head = heads(&["criterion", "weight"]);
    head.extend(candidates.iter().map(|it| format!("{} {}", name(it), code(&it.dotted))));
    let mut rows = String::new();
    let first = candidates.first().map_or(&[][..], |it| &it.criteria);
    for (at, criterion) in first.iter().enumerate() {
        let weight = criterion.weight.map_or_else(String::new, |it| it.to_string());
        let points = |it: &Candidate| it.criteria.get(at).map_or(0, |it| it.points);
        let most = candidates.iter().map(points).max().unwrap_or(0);
        let ties = candidates.iter().filter(|it| points(it) == most).count();
        let mut cells = String::new();
        for candidate in candidates {
            let Some(it) = candidate.criteria.get(at) else { continue };
            let ahead = it.points == most && ties < candidates.len();
            let class = if ahead { "ahead" } else { "" };
            let figure = prose(&it.figure);
            add(
                &mut cells,
                format!(
                    "<td class=\"{class}\">{figure} <small class=\"points\">{}</small></td>",
                    it.points
                ),
            );
        }
        let name = criterion.name;
        add(
            &mut rows,
            format!(
                "<tr><th scope=\"row\">{name}</th><td class=\"number\">{weight}</td>{cells}</tr>\n"
            ),
        );
    }
    let totals = each(candidates, |it| format!("<td><b class=\"points\">{}</b></td>", it.points()));
    add(
        &mut rows,
        format!("<tr class=\"total\"><th scope=\"row\">points</th><td></td>{totals}</tr>\n"),
    );
    table("Candidates by criterion", &head, &rows)
}

fn contest(contest: &Contest, best: &Candidate) -> String {
    let mut body = format!(
        "<p>{} leads {} by {} points. The choice would turn with any of:</p>\n",
        code(&best.dotted),
        code(&contest.runner_up),
        contest.behind
    );
    body.push_str(&sentences("turns", &contest.turns));
    body
}

/// What keeps others from importing a candidate, and what would break under it.
fn obstacles(candidate: &Candidate, name: &str) -> String {
    let mut items = String::new();
    for (place, reason) in &candidate.obstacles {
        add(&mut items, format!("<li>{} cannot import it: {}</li>\n", code(place), prose(reason)));
    }
    items.extend(candidate.breaks.iter().take(BREAKS).map(breakage));
    if items.is_empty() {
        return items;
    }
    if let Some(more) = candidate.breaks.len().checked_sub(BREAKS).filter(|more| *more > 0) {
        add(&mut items, format!("<li>and {} more</li>\n", count(more, "place")));
    }
    let broken = count(candidate.breaks.len(), "place");
    format!(
        "<details class=\"more\"><summary>under {name} {broken} would break</summary>\
         <ul class=\"breaks\">\n{items}</ul></details>\n"
    )
}

fn breakage(it: &Breakage) -> String {
    format!("<li>{} uses {}: {}</li>\n", code(&it.place), code(&it.uses), prose(&it.why))
}
