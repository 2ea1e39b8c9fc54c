//! In which order attributes are found, and where calls would lead.

use ssot_engine::audit::{CallChange, ClassOrder, MethodCall, MroReport};

use super::{code, escaped, heads, table, who};
use crate::words::{add, count};

/// Calls on the page.
const CALLS: usize = 200;
/// Members on the page.
const MEMBERS: usize = 120;

pub(super) fn part(report: &MroReport) -> String {
    let mut body = "<ul class=\"orders\">\n".to_owned();
    body.extend(report.classes.iter().enumerate().map(|(at, it)| order(&who(at), it)));
    body.push_str("</ul>\n");
    body.push_str(&overrides(report));
    let told: Vec<&MethodCall> =
        report.calls.iter().filter(|it| it.change != CallChange::Same).collect();
    let is_known = !report.calls.is_empty() || !report.after.is_empty();
    if is_known && !report.canonical.is_empty() {
        let held = if report.chosen { "" } else { ", the best candidate" };
        let kept = code(&report.canonical);
        add(&mut body, format!("<p>With {kept}{held} in the place of the others:</p>\n"));
        if !report.after.is_empty() {
            let after: String = report.after.iter().map(|it| order("", it)).collect();
            add(&mut body, format!("<ul class=\"orders\">\n{after}</ul>\n"));
        }
        body.push_str(&calls(&told, report.calls.len()));
    }
    let harmful = |it: &&&MethodCall| matches!(it.change, CallChange::Broken | CallChange::Changed);
    let harm = told.iter().filter(harmful).count();
    let note = match harm {
        0 => count(report.classes.len(), "class"),
        harm => format!("{} would lead elsewhere", count(harm, "call")),
    };
    super::part("Order of classes", &note, harm > 0, &body)
}

fn order(name: &str, class: &ClassOrder) -> String {
    let open = if class.open { " <small>and what is not known</small>" } else { "" };
    if let Some(conflict) = &class.conflict {
        return format!(
            "<li>{name} {} <span class=\"state bad\">no order</span> {}</li>\n",
            code(&class.class),
            escaped(conflict)
        );
    }
    let order: Vec<String> = class.order.iter().map(|it| code(it)).collect();
    let order = order.join(" <span class=\"then\" aria-label=\"then\">\u{203a}</span> ");
    format!("<li>{name} {order}{open}</li>\n")
}

fn overrides(report: &MroReport) -> String {
    let mut rows = String::new();
    for row in report.overrides.iter().take(MEMBERS) {
        let mut found = String::new();
        for (at, classes) in row.providers.iter().enumerate().filter(|(_, it)| !it.is_empty()) {
            let classes: Vec<String> = classes.iter().map(|it| code(it)).collect();
            add(&mut found, format!("<li>{} {}</li>", who(at), classes.join(" over ")));
        }
        let name = code(&row.member);
        add(
            &mut rows,
            format!(
                "<tr><th scope=\"row\">{name}</th><td><ul class=\"list\">{found}</ul></td></tr>\n"
            ),
        );
    }
    if rows.is_empty() {
        return rows;
    }
    let grid =
        table("Who provides what", &heads(&["member", "provided by, the first one first"]), &rows);
    let many = count(report.overrides.len(), "member");
    format!(
        "<details class=\"more\"><summary>{many} inherited or overridden</summary>{grid}</details>\n"
    )
}

fn calls(told: &[&MethodCall], all: usize) -> String {
    let same = all - told.len();
    let mut rows = String::new();
    for call in told.iter().take(CALLS) {
        let class = match call.change {
            CallChange::Broken | CallChange::Changed => "bad",
            CallChange::Unknown => "open",
            CallChange::Moved | CallChange::Same => "good",
        };
        let name = |it: &Option<String>| {
            it.as_ref().map_or_else(|| "nothing known".to_owned(), |it| code(it))
        };
        add(
            &mut rows,
            format!(
                "<tr><td><span class=\"state {class}\">{}</span></td><td>{}</td><td>{}</td><td>{}</td>\
                 <td>{}</td></tr>\n",
                call.change.as_str(),
                code(&call.call),
                code(&call.place),
                name(&call.today),
                name(&call.after),
            ),
        );
    }
    let same =
        format!("<p class=\"facts\">{} lead where they lead today</p>\n", count(same, "call"));
    if rows.is_empty() {
        return same;
    }
    table("Calls", &heads(&["", "call", "place", "today", "then"]), &rows) + &same
}
