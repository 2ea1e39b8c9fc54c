//! How attributes of the classes of a group are found.

use ssot_engine::audit::{CallChange, ClassOrder, MethodCall, MroReport};

use crate::text::figures::letter;
use crate::text::figures::{add, count};
use crate::text::style;

pub(super) fn mro(report: &MroReport) -> String {
    let mut text = String::new();
    for (at, class) in report.classes.iter().enumerate() {
        text.push_str(&order(&letter(at), class));
    }
    for row in &report.overrides {
        let providers = row.providers.iter().enumerate().filter(|(_, found)| !found.is_empty());
        let shown: Vec<String> = providers
            .map(|(at, found)| format!("{}: {}", letter(at), found.join(" over ")))
            .collect();
        add(&mut text, format!("  {}  {}\n", style::strong(&row.member), shown.join("; ")));
    }
    if report.canonical.is_empty() || report.calls.is_empty() && report.after.is_empty() {
        return text;
    }
    let held = if report.chosen { "" } else { ", the best candidate" };
    add(&mut text, format!("  With {}{held}, in the place of the others:\n", report.canonical));
    report.after.iter().for_each(|class| text.push_str(&order(" ", class)));
    let same = report.calls.iter().filter(|it| it.change == CallChange::Same).count();
    for call in report.calls.iter().filter(|it| it.change != CallChange::Same) {
        text.push_str(&told(call));
    }
    if same > 0 {
        let same = format!("{} lead where they lead today", count(same, "call"));
        add(&mut text, format!("    {}\n", style::faint(&same)));
    }
    text
}

fn order(name: &str, class: &ClassOrder) -> String {
    let open = if class.open { style::open("  and what is not known") } else { String::new() };
    match &class.conflict {
        None => format!("  {name}  {}{open}\n", class.order.join(" > ")),
        Some(conflict) => {
            let conflict = style::bad(&format!("no order: {conflict}"));
            format!("  {name}  {}  {conflict}\n", class.class)
        }
    }
}

fn told(call: &MethodCall) -> String {
    let word = format!("{:<8}", call.change.as_str());
    let word = match call.change {
        CallChange::Broken | CallChange::Changed => style::bad(&word),
        CallChange::Unknown => style::open(&word),
        CallChange::Moved | CallChange::Same => style::good(&word),
    };
    let name = |name: &Option<String>| name.clone().unwrap_or_else(|| "nothing known".to_owned());
    let place = style::faint(&call.place);
    let (today, after) = (name(&call.today), name(&call.after));
    format!("    {word} {}  {place}\n             {today} -> {after}\n", call.call)
}
