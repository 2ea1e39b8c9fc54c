//! A waiver is written into `ssot.toml` without disturbing what stands there.

use std::path::PathBuf;

use ssot_audit::Audit;
use ssot_model::Waiver;
use ssot_model::audit::{Atom, AtomState, LedgerEntry};

use crate::survey::{self, ScanOptions};
use crate::{CONFIG_FILE, EngineError, amend};

/// Open atoms that a refusal names.
const NAMED: usize = 12;

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waived {
    /// The file.
    pub file: PathBuf,
    /// The entry.
    pub waiver: Waiver,
    /// The atoms that it answers for, `kind text  path:line`.
    pub atoms: Vec<String>,
}

/// Appends a waiver about the open atoms of a group that a pattern names. The entry names
/// the one definition that has them, or the one that would stay when several do.
pub fn waive(
    options: &ScanOptions,
    group: &str,
    atom: &str,
    (by, reason): (&str, &str),
) -> Result<Waived, EngineError> {
    for (flag, text) in [("--by", by), ("--reason", reason)] {
        if text.trim().is_empty() {
            return Err(EngineError::user(format!("a waiver needs {flag}: it must not be empty")));
        }
    }
    let audits = survey::examine(options, &survey::Asked::Called(group), &[])?;
    let [audit] = audits.as_slice() else {
        let ids: Vec<&str> = audits.iter().map(|it| it.finding.id.as_str()).collect();
        return Err(EngineError::user(format!(
            "`{group}` names {} groups; name one of {}",
            audits.len(),
            ids.join(", ")
        )));
    };
    let found: Vec<(&LedgerEntry, &Atom)> =
        open(audit).filter(|it| ssot_audit::names_atom(atom, it.1)).collect();
    if found.is_empty() {
        return Err(refused(audit, group, atom));
    }
    let (first, _) = found[0];
    let is_one = found.iter().all(|(entry, _)| entry.definition == first.definition);
    let about = if is_one { &first.definition } else { &first.canonical };
    let waiver = Waiver {
        group: about.clone(),
        atom: atom.to_owned(),
        by: by.to_owned(),
        reason: reason.to_owned(),
        expires: None,
    };
    let file = options.config.clone().unwrap_or_else(|| options.root.join(CONFIG_FILE));
    amend::append(&file, "waiver", &entries(&waiver))?;
    let told =
        |(_, atom): &(&LedgerEntry, &Atom)| format!("{}  {}", atom.named_within(), atom.place);
    Ok(Waived { file, waiver, atoms: found.iter().map(told).collect() })
}

/// The lines of a waiver's table.
fn entries(waiver: &Waiver) -> [(&'static str, &str); 4] {
    [
        ("group", &waiver.group),
        ("atom", &waiver.atom),
        ("by", &waiver.by),
        ("reason", &waiver.reason),
    ]
}

fn open(audit: &Audit) -> impl Iterator<Item = (&LedgerEntry, &Atom)> {
    let entries = audit.ledger.entries.iter();
    entries
        .flat_map(|entry| entry.atoms.iter().map(move |atom| (entry, atom)))
        .filter(|(_, atom)| atom.state == AtomState::Open)
}

fn refused(audit: &Audit, group: &str, atom: &str) -> EngineError {
    let all: Vec<String> = open(audit).map(|(_, atom)| atom.named_within()).collect();
    if all.is_empty() {
        return EngineError::user(format!(
            "nothing of `{group}` is open: there is nothing to waive; `ssot audit {group}` shows \
             the ledger"
        ));
    }
    let shown: Vec<String> = all.iter().take(NAMED).map(|it| format!("\n  {it}")).collect();
    let more = all.len() - shown.len();
    let more = if more == 0 { String::new() } else { format!("\n  and {more} more") };
    EngineError::user(format!(
        "nothing that is open is `{atom}`; there are{}{more}",
        shown.concat()
    ))
}

#[cfg(test)]
mod tests {
    use ssot_model::Waiver;

    use super::entries;
    use crate::amend::appended;
    use crate::read_config;

    #[test]
    fn what_stands_in_the_file_stays() {
        let waiver = Waiver {
            group: "a.B".to_owned(),
            atom: "raise raise ValueError(\"it's\\n\")".to_owned(),
            by: "Ines".to_owned(),
            reason: "nobody sends `\u{1b}`".to_owned(),
            expires: None,
        };
        for before in [
            "",
            "[scan]\nmin-lines = 3 # ours",
            "# only this\n",
            "[scan]\r\nmin-lines = 3\r\n",
            "[[waiver]]\ngroup = \"x\"\natom = \"log *\"\nby = \"Ada\"\nreason = \"r\"\n\n",
        ] {
            let after = appended(before, "waiver", &entries(&waiver));
            assert!(after.starts_with(before), "{after}");
            let config = read_config("ssot.toml", &after).expect("it is valid");
            assert_eq!(config.waiver.last(), Some(&waiver), "{after}");
            assert_eq!(after.contains("\r\n"), before.contains("\r\n"));
            assert_eq!(
                after.matches('\n').count() - after.matches("\r\n").count() > 0,
                !before.contains("\r\n")
            );
        }
    }
}
