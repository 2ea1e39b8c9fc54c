//! How attributes of the classes of a group are found.

use ssot_engine::audit::{CallChange, ClassOrder, MethodCall, MroReport, OverrideRow};

use crate::text::figures::{add, count, letter, some_of};
use crate::text::style;

/// Members named that all classes have from the same classes.
const ALIKE: usize = 12;
/// Places shown of calls that lead alike.
const PLACES: usize = 4;

pub(super) fn mro(report: &MroReport) -> String {
    let mut text = String::new();
    for (at, class) in report.classes.iter().enumerate() {
        text.push_str(&order(&letter(at), class));
    }
    let (told, alike): (Vec<&OverrideRow>, Vec<&OverrideRow>) =
        report.overrides.iter().partition(|row| !is_alike(row));
    for row in told {
        let providers = row.providers.iter().enumerate().filter(|(_, found)| !found.is_empty());
        let shown: Vec<String> = providers
            .map(|(at, found)| format!("{}: {}", letter(at), found.join(" over ")))
            .collect();
        add(&mut text, format!("  {}  {}\n", style::strong(&row.member), shown.join("; ")));
    }
    if !alike.is_empty() {
        let names: Vec<&str> = alike.iter().map(|row| row.member.as_str()).collect();
        let alike = format!("  from the same classes in all: {}\n", some_of(&names, ALIKE));
        add(&mut text, alike);
    }
    if report.canonical.is_empty() || report.calls.is_empty() && report.after.is_empty() {
        return text;
    }
    let held = if report.chosen { "" } else { ", the best candidate" };
    add(&mut text, format!("  With {}{held}, in the place of the others:\n", report.canonical));
    report.after.iter().for_each(|class| text.push_str(&order(" ", class)));
    let same = report.calls.iter().filter(|it| it.change == CallChange::Same).count();
    let moved = report.calls.iter().filter(|it| it.change != CallChange::Same);
    for calls in together(moved) {
        text.push_str(&lead(&calls));
    }
    if same > 0 {
        let same = format!("{} lead where they lead today", count(same, "call"));
        add(&mut text, format!("    {}\n", style::faint(&same)));
    }
    text
}

/// Whether all classes have a member from the same classes above them.
fn is_alike(row: &OverrideRow) -> bool {
    row.providers.windows(2).all(|pair| pair[0] == pair[1])
}

/// The calls that are written alike and lead alike, in the order of the first of each.
fn together<'a>(calls: impl Iterator<Item = &'a MethodCall>) -> Vec<Vec<&'a MethodCall>> {
    let mut found: Vec<Vec<&MethodCall>> = Vec::new();
    for call in calls {
        let key =
            |it: &MethodCall| (it.change, it.call.clone(), it.today.clone(), it.after.clone());
        match found.iter_mut().find(|calls| key(calls[0]) == key(call)) {
            Some(calls) => calls.push(call),
            None => found.push(vec![call]),
        }
    }
    found
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

fn lead(calls: &[&MethodCall]) -> String {
    let call = calls[0];
    let word = format!("{:<8}", call.change.as_str());
    let word = match call.change {
        CallChange::Broken | CallChange::Changed => style::bad(&word),
        CallChange::Unknown => style::open(&word),
        CallChange::Moved | CallChange::Same => style::good(&word),
    };
    let name = |name: &Option<String>| name.clone().unwrap_or_else(|| "nothing known".to_owned());
    let places: Vec<&str> = calls.iter().map(|call| call.place.as_str()).collect();
    let place = style::faint(&some_of(&places, PLACES));
    let (today, after) = (name(&call.today), name(&call.after));
    format!("    {word} {}  {place}\n             {today} -> {after}\n", call.call)
}
