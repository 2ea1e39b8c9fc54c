//! Who uses which member.

use ssot_engine::audit::MemberConsumers;

use super::letter;
use crate::text::figures::{add, some_of};
use crate::text::style;

/// Consumers shown of each kind.
const CONSUMERS: usize = 6;

pub(super) fn consumers(members: &[MemberConsumers]) -> String {
    let mut text = String::new();
    for (at, member) in members.iter().enumerate() {
        let kinds = [
            ("production", &member.production),
            ("tests", &member.tests),
            ("strings", &member.strings),
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
    }
    text
}
