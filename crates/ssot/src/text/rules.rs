//! The list of rules.

use ssot_engine::rules::Rule;

use super::style;

/// Every rule with one sentence.
pub(crate) fn rules(rules: &[Rule]) -> String {
    let width = rules.iter().map(|rule| rule.name.len()).max().unwrap_or(0);
    let line = |rule: &Rule| {
        let name = style::strong(&format!("{:<width$}", rule.name));
        format!("{name}  {}\n", rule.summary)
    };
    let list: String = rules.iter().map(line).collect();
    format!("{list}\n{} prints the page of one.\n", style::command("ssot explain RULE"))
}
