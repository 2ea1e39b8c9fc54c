//! Who uses which member and what of it, and what tests do to it.

use ssot_engine::audit::{Audit, MemberConsumers, Usage, Use};

use super::{code, heads, part as folded, places, prose, table, who};
use crate::words::{add, count};

/// Modules of one member on the page.
const MODULES: usize = 120;
/// Lines of one use.
const LINES: usize = 12;

pub(super) fn part(audit: &Audit) -> String {
    let mut body = String::new();
    let mut uses = 0;
    for (at, (member, used)) in audit.finding.members.iter().zip(&audit.consumers).enumerate() {
        uses += used.production.len() + used.tests.len();
        add(&mut body, format!("<h4>{} {}</h4>\n", who(at), code(&member.dotted())));
        body.push_str(&of_member(used));
    }
    folded("Consumers", &count(uses, "place"), false, &body)
}

fn of_member(used: &MemberConsumers) -> String {
    let kinds = [
        ("production", &used.production),
        ("tests", &used.tests),
        ("strings that name it", &used.strings),
        ("asked for by name at run time", &used.computed),
    ];
    let mut body = String::new();
    for (kind, list) in kinds.into_iter().filter(|(_, list)| !list.is_empty()) {
        add(
            &mut body,
            format!(
                "<div class=\"named\">{} <small>{kind}</small> {}</div>\n",
                list.len(),
                places(list)
            ),
        );
    }
    if body.is_empty() {
        let nobody = if used.usage.is_empty() {
            "nobody names it"
        } else {
            "no import and no string names it"
        };
        add(&mut body, format!("<p class=\"facts\">{nobody}</p>\n"));
    }
    if used.usage.is_empty() {
        return body;
    }
    let mut rows: String = used.usage.iter().take(MODULES).map(module).collect();
    if let Some(more) = used.usage.len().checked_sub(MODULES).filter(|more| *more > 0) {
        add(
            &mut rows,
            format!("<tr><td colspan=\"2\">and {} more</td></tr>\n", count(more, "module")),
        );
    }
    let grid = table("What each module uses", &heads(&["module", "uses, with the lines"]), &rows);
    let many = count(used.usage.len(), "module");
    add(
        &mut body,
        format!(
            "<details class=\"more\"><summary>what {many} use of it</summary>{grid}</details>\n"
        ),
    );
    body
}

fn module(usage: &Usage) -> String {
    let uses: Vec<String> = usage.uses.iter().map(told).collect();
    let test = if usage.test { " <small>test</small>" } else { "" };
    format!(
        "<tr><th scope=\"row\">{}{test}</th><td>{}</td></tr>\n",
        code(usage.path.as_str()),
        uses.join("<br>")
    )
}

fn told(it: &Use) -> String {
    let lines: Vec<String> = it.lines.iter().take(LINES).map(ToString::to_string).collect();
    let more = if it.lines.len() > LINES { ", …" } else { "" };
    format!("{} <small>{}{more}</small>", code(&it.what), lines.join(", "))
}

/// Which tests name each member, and what they execute where somebody measured it.
pub(super) fn tests(audit: &Audit) -> String {
    let mut rows = String::new();
    let mut named = 0;
    for (at, used) in audit.consumers.iter().enumerate() {
        let measured = audit.coverage.as_ref().and_then(|it| it.members.get(at));
        let executed = match measured.and_then(|it| it.measured) {
            Some(it) => format!("{} of {} statements, {} %", it.covered, it.lines, it.percent()),
            None => "not measured".to_owned(),
        };
        let reached = measured.map_or(String::new(), |it| {
            if it.tests.is_empty() { String::new() } else { places(&it.tests) }
        });
        named += used.tests.len();
        let tests = if used.tests.is_empty() { "no test".to_owned() } else { places(&used.tests) };
        add(
            &mut rows,
            format!(
                "<tr><th scope=\"row\">{}</th><td>{executed}</td><td>{reached}</td><td>{tests}</td></tr>\n",
                who(at)
            ),
        );
    }
    if rows.is_empty() {
        return rows;
    }
    let mut body = table("Tests", &heads(&["", "executed", "reached by", "named in"]), &rows);
    if let Some(coverage) = &audit.coverage {
        let read: Vec<String> = coverage.read.iter().map(|file| code(file)).collect();
        add(&mut body, format!("<p class=\"facts\">measured: {}</p>\n", read.join(", ")));
        let question = |note: &String| format!("<p class=\"question\">{}</p>\n", prose(note));
        body.extend(coverage.notes.iter().map(question));
    }
    folded("Tests and coverage", &count(named, "reference"), false, &body)
}
