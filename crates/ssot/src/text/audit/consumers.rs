//! Who uses which member, and what of it.

use std::collections::BTreeSet;

use ssot_engine::audit::{Audit, MemberConsumers, Usage, Use};
use ssot_model::Member;

use crate::formats::visible;
use crate::text::figures::{add, letter};
use crate::text::style;

/// Modules shown of each kind.
const MODULES: usize = 8;
/// Lines shown of one use.
const LINES: usize = 4;

pub(super) fn consumers(audit: &Audit) -> String {
    let members = audit.finding.members.iter().zip(&audit.consumers);
    members.enumerate().map(|(at, (member, used))| of_member(at, member, used)).collect()
}

fn of_member(at: usize, member: &Member, used: &MemberConsumers) -> String {
    let own = |it: &&Usage| it.path == member.path;
    let production = modules(&used.production, used.usage.iter().filter(|it| !own(it) && !it.test));
    let tests = modules(&used.tests, used.usage.iter().filter(|it| !own(it) && it.test));
    let kinds = [
        ("production", production),
        ("tests", tests),
        ("its module", used.usage.iter().filter(own).map(module).collect()),
        ("strings", used.strings.clone()),
        ("computed", used.computed.clone()),
    ];
    let mut text = String::new();
    let mut name = letter(at);
    for (kind, lines) in kinds.iter().filter(|(_, lines)| !lines.is_empty()) {
        let mut kind = *kind;
        let more = lines.len().saturating_sub(MODULES);
        let more = (more > 0).then(|| format!("and {more} more"));
        for line in lines.iter().take(MODULES).chain(&more) {
            let kind = style::faint(&format!("{:<11}", std::mem::take(&mut kind)));
            let line = visible(line);
            add(&mut text, format!("  {:<3}{kind}{line}\n", std::mem::take(&mut name)));
        }
    }
    if text.is_empty() {
        add(&mut text, format!("  {name:<3}{}\n", style::faint("nobody")));
    }
    text
}

/// What is used in each module, and the places of which no more is known.
fn modules<'a>(places: &[String], usage: impl Iterator<Item = &'a Usage>) -> Vec<String> {
    let usage: Vec<&Usage> = usage.collect();
    let known: BTreeSet<&str> = usage.iter().map(|it| it.path.as_str()).collect();
    let path = |place: &str| place.rsplit_once(':').map_or(place, |(path, _)| path).to_owned();
    let others = places.iter().filter(|place| !known.contains(path(place).as_str()));
    usage.into_iter().map(module).chain(others.cloned()).collect()
}

/// `shop/mail.py  imports :4, .send() :9 :12`.
fn module(usage: &Usage) -> String {
    let uses: Vec<String> = usage.uses.iter().map(told).collect();
    format!("{}  {}", usage.path, uses.join(", "))
}

/// `.send() :4 :9`.
fn told(it: &Use) -> String {
    let lines: Vec<String> = it.lines.iter().take(LINES).map(|line| format!(":{line}")).collect();
    let more = if it.lines.len() > LINES { " …" } else { "" };
    format!("{} {}{more}", it.what, lines.join(" "))
}
