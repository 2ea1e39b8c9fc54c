//! A decision about a group, written down where the scan, the codemods and the ratchet read it.

use ssot_model::{Decision, Finding};

use crate::{CONFIG_FILE, EngineError, ScanOptions, amend};

/// Writes to `ssot.toml` that a finding may stay. The entry names the group by its id, so
/// that a further copy of the same thing is a new finding.
pub fn decide(
    options: &ScanOptions,
    finding: &Finding,
    reason: &str,
    (owner, expires): (&str, Option<&str>),
) -> Result<Decision, EngineError> {
    for (what, text) in [("a reason", reason), ("an owner", owner)] {
        if text.trim().is_empty() {
            return Err(EngineError::user(format!("a decision needs {what}")));
        }
    }
    let decision = Decision {
        group: finding.id.to_string(),
        reason: reason.trim().to_owned(),
        rule: Some(finding.rule.clone()),
        verdict: None,
        owner: Some(owner.trim().to_owned()),
        expires: expires.map(str::to_owned),
    };
    let mut entries = vec![
        ("group", decision.group.as_str()),
        ("rule", finding.rule.as_str()),
        ("reason", decision.reason.as_str()),
        ("owner", owner.trim()),
    ];
    entries.extend(expires.map(|day| ("expires", day)));
    let file = options.config.clone().unwrap_or_else(|| options.root.join(CONFIG_FILE));
    amend::append(&file, "decision", &entries)?;
    Ok(decision)
}
