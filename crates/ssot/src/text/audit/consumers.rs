//! Who uses which member, and what of it.

use ssot_engine::audit::{MemberConsumers, Usage, Use};

use crate::formats::visible;
use crate::text::figures::letter;
use crate::text::figures::{add, some_of};
use crate::text::style;

/// Consumers shown of each kind.
const CONSUMERS: usize = 6;
/// Modules whose uses are shown.
const MODULES: usize = 8;
/// Lines shown of one use.
const LINES: usize = 4;

pub(super) fn consumers(members: &[MemberConsumers]) -> String {
    let mut text = String::new();
    for (at, member) in members.iter().enumerate() {
        let kinds = [
            ("production", &member.production),
            ("tests", &member.tests),
            ("strings", &member.strings),
            ("computed", &member.computed),
        ];
        let used: Vec<String> = kinds
            .into_iter()
            .filter(|(_, places)| !places.is_empty())
            .map(|(kind, places)| {
                let places: Vec<&str> = places.iter().map(String::as_str).collect();
                let kind = style::faint(&format!("{kind:<10}"));
                format!("{kind} {}", some_of(&places, CONSUMERS))
            })
            .collect();
        let used = if used.is_empty() { vec![style::faint("nobody")] } else { used };
        for (number, line) in used.iter().enumerate() {
            let name = if number == 0 { letter(at) } else { String::new() };
            add(&mut text, format!("  {name:<3}{line}\n"));
        }
        text.push_str(&uses(&member.usage));
    }
    text
}

/// What the modules use of one member.
fn uses(usage: &[Usage]) -> String {
    let mut text = String::new();
    for it in usage.iter().take(MODULES) {
        let uses: Vec<String> = it.uses.iter().map(told).collect();
        let line = format!("{}  {}", it.path, visible(&uses.join(", ")));
        add(&mut text, format!("       {}\n", style::faint(&line)));
    }
    if let Some(more) = usage.len().checked_sub(MODULES).filter(|more| *more > 0) {
        add(&mut text, format!("       {}\n", style::faint(&format!("and {more} modules more"))));
    }
    text
}

/// `.send() :4 :9`.
fn told(it: &Use) -> String {
    let lines: Vec<String> = it.lines.iter().take(LINES).map(|line| format!(":{line}")).collect();
    let more = if it.lines.len() > LINES { " …" } else { "" };
    format!("{} {}{more}", it.what, lines.join(" "))
}
