//! A decision about a group, written down where the scan, the codemods and the ratchet read it.

use std::path::PathBuf;

use ssot_model::{Decision, Finding, Preference};

use crate::{CONFIG_FILE, EngineError, ScanOptions, amend, configuration};

/// Writes to `ssot.toml` that a finding may stay. The entry names the group by its id, so
/// that a further copy of the same thing is a new finding.
pub fn decide(
    options: &ScanOptions,
    finding: &Finding,
    reason: &str,
    (owner, expires): (&str, Option<&str>),
) -> Result<Decision, EngineError> {
    let (reason, owner) = (said("a reason", reason)?, said("an owner", owner)?);
    let decision = Decision {
        group: finding.id.to_string(),
        reason: reason.to_owned(),
        rule: Some(finding.rule.clone()),
        verdict: None,
        owner: Some(owner.to_owned()),
        expires: expires.map(str::to_owned),
    };
    let mut entries = vec![
        ("group", decision.group.as_str()),
        ("rule", finding.rule.as_str()),
        ("reason", decision.reason.as_str()),
        ("owner", owner),
    ];
    entries.extend(expires.map(|day| ("expires", day)));
    amend::append(&file(options), "decision", &entries)?;
    Ok(decision)
}

/// What a decision has to say, without the space around it.
fn said<'t>(what: &str, text: &'t str) -> Result<&'t str, EngineError> {
    match text.trim() {
        "" => Err(EngineError::user(format!("a decision needs {what}"))),
        text => Ok(text),
    }
}

/// Writes to `ssot.toml` which member of a finding stays when the group is consolidated. Whoever
/// wants another one than was declared before changes the entry that is there: two of them
/// would say nothing.
pub fn prefer(
    options: &ScanOptions,
    finding: &Finding,
    definition: &str,
    reason: &str,
) -> Result<Preference, EngineError> {
    let names: Vec<String> = finding.members.iter().map(ssot_model::Member::dotted).collect();
    if !names.iter().any(|name| name == definition) {
        let known = names.join(", ");
        return Err(EngineError::user(format!(
            "`{definition}` is no member of {}; there are {known}",
            finding.id
        )));
    }
    let reason = said("a reason", reason)?;
    let config = configuration::load(&options.root, options.config.as_deref())?.config;
    if let Some(known) = config.canonical.iter().find(|it| names.contains(&it.definition)) {
        return Err(EngineError::user(format!(
            "ssot.toml says already that `{}` stays ({}); change that entry",
            known.definition, known.reason
        )));
    }
    let entries = [("definition", definition), ("reason", reason)];
    amend::append(&file(options), "canonical", &entries)?;
    Ok(Preference { definition: definition.to_owned(), reason: reason.to_owned() })
}

/// The file that decisions are written to.
fn file(options: &ScanOptions) -> PathBuf {
    options.config.clone().unwrap_or_else(|| options.root.join(CONFIG_FILE))
}
