//! Which way leads to one source of truth, what it takes and what it risks.
//!
//! It is read off what the other sections found; nothing is measured here.

use ssot_model::audit::{
    Advice, AtomKind, CallChange, Effort, Fit, Hands, Ledger, LedgerEntry, MroReport, Way,
};
use ssot_model::{DefinitionKind, Verdict};

use crate::candidate::counted;
use crate::{Audit, Choice};

/// Most open pieces of a copy that still fit into the definition that stays.
const MERGEABLE: usize = 40;
/// Most open pieces of a function that one parameter may stand for.
const ONE_PARAMETER: usize = 2;
/// Breaking changes named one by one.
const NAMED: usize = 6;

/// The advice about a group whose other sections are known.
pub(crate) fn advise(audit: &Audit) -> Advice {
    let (way, hands, why) = way(audit);
    let does_something = hands != Hands::Nobody;
    let effort = effort(audit);
    Advice {
        way,
        why,
        hands,
        steps: if does_something { steps(audit, way) } else { Vec::new() },
        risks: if does_something { risks(audit, &effort) } else { Vec::new() },
        // Nobody can import what is hidden.
        breaking: if does_something && audit.verdict != Verdict::Shadowed {
            breaking(&audit.ledger)
        } else {
            Vec::new()
        },
        effort: if does_something { effort } else { Effort::default() },
    }
}

fn way(audit: &Audit) -> (Way, Hands, String) {
    let because = |way, hands, why: &str| (way, hands, why.to_owned());
    match &audit.choice {
        Choice::Redirect { .. } => {
            return because(Way::Redirect, Hands::Codemod, "equal text that means the same");
        }
        Choice::Extract { .. } => {
            return because(Way::Extract, Hands::Codemod, "no member can import another");
        }
        Choice::PullUp { .. } => {
            return because(Way::PullUp, Hands::Codemod, "a class above has or can have it");
        }
        Choice::NewBase { .. } => {
            return because(Way::PullUp, Hands::Codemod, "a new class above all of them has it");
        }
        Choice::Parameterise { .. } => {
            return (Way::Parameterise, Hands::Codemod, audit.reason.clone());
        }
        Choice::Delegate { .. } => {
            return (Way::Delegate, Hands::Codemod, audit.reason.clone());
        }
        Choice::Merge { copies, .. } => {
            let takes = copies.iter().any(|(_, cover)| !cover.missing.is_empty());
            let way = if takes { Way::Merge } else { Way::Superset };
            return (way, Hands::Codemod, audit.reason.clone());
        }
        Choice::Delete { .. } => return because(Way::Delete, Hands::Codemod, "nothing reaches it"),
        Choice::Accept => {}
    }
    if audit.finding.accepted.is_some() {
        return (Way::Accept, Hands::Nobody, audit.reason.clone());
    }
    let is_method = audit.finding.kind == DefinitionKind::Method;
    match audit.verdict {
        Verdict::Identical | Verdict::Clone if is_method => {
            (Way::PullUp, Hands::Agent, audit.reason.clone())
        }
        Verdict::Identical | Verdict::Clone => (Way::Redirect, Hands::Person, audit.reason.clone()),
        Verdict::Shadowed => (Way::Delete, Hands::Person, audit.reason.clone()),
        Verdict::Twin => because(Way::Twin, Hands::Agent, "one has to wait and the other not"),
        Verdict::Variant => of_variants(audit),
        Verdict::Homonym => because(
            Way::Rename,
            Hands::Person,
            "two concepts share one name; a rename tells them apart",
        ),
        Verdict::Unsure => {
            let question = audit.finding.question.clone();
            let why = question.unwrap_or_else(|| "the evidence does not decide".to_owned());
            (Way::Accept, Hands::Person, why)
        }
        _ => (Way::Accept, Hands::Nobody, audit.reason.clone()),
    }
}

/// Definitions that have diverged: by what the ones that would go have to themselves.
fn of_variants(audit: &Audit) -> (Way, Hands, String) {
    let entries = &audit.ledger.entries;
    let open = |entry: &LedgerEntry| entry.open().count();
    let most = entries.iter().map(open).max().unwrap_or(0);
    let what = |count| counted(count, "piece of behaviour", "pieces of behaviour");
    let is_function = audit.finding.kind != DefinitionKind::Class;
    if entries.is_empty() || entries.iter().any(|entry| entry.unread) {
        let why = "the definitions could not be taken apart".to_owned();
        return (Way::Merge, Hands::Person, why);
    }
    if most == 0 {
        let why = "the definition that stays has all of the others".to_owned();
        return (Way::Superset, Hands::Agent, why);
    }
    if is_function && most <= ONE_PARAMETER {
        let differing = counted(most, "piece of behaviour differs", "pieces of behaviour differ");
        let why = format!("{differing}; a parameter keeps both");
        return (Way::Parameterise, Hands::Agent, why);
    }
    if most <= MERGEABLE {
        let why = format!("up to {} only in a copy", what(most));
        return (Way::Merge, Hands::Agent, why);
    }
    let why = format!("no member covers the others: up to {} only in one", what(most));
    (Way::WriteNew, Hands::Person, why)
}

fn steps(audit: &Audit, way: Way) -> Vec<String> {
    let kept = audit.ledger.entries.first().map(|entry| entry.canonical.clone());
    let kept = kept
        .or_else(|| audit.candidates.first().map(|best| best.dotted.clone()))
        .unwrap_or_else(|| audit.finding.name.clone());
    let gone: Vec<&str> =
        audit.ledger.entries.iter().map(|entry| entry.definition.as_str()).collect();
    let gone = if gone.is_empty() { "the others".to_owned() } else { gone.join(", ") };
    let said: &[String] = &match way {
        Way::Redirect | Way::Superset => vec![
            format!("import {kept} where {gone} stood"),
            "run the tests that reach the places".to_owned(),
            format!("delete {gone}"),
        ],
        Way::PullUp => vec![
            "find or make a base that both classes can have".to_owned(),
            "move the method there and check what other subclasses inherit".to_owned(),
            format!("delete it from {gone}"),
        ],
        Way::Parameterise => vec![
            format!("give {kept} a parameter for what differs, with today's value as default"),
            format!("send each caller of {gone} to {kept} with its old value"),
            format!("let {gone} hand on to it, or delete it"),
        ],
        Way::Delegate => vec![
            format!("let {gone} call {kept}"),
            "run the tests that reach the places".to_owned(),
        ],
        Way::Merge => vec![
            format!(
                "answer for each open piece of the ledger: move it to {kept}, cover it or waive it"
            ),
            format!("move what only {gone} have, with what it needs"),
            format!("send their users to {kept}, then delete them"),
        ],
        Way::Twin => vec![
            "keep the asynchronous implementation".to_owned(),
            "make the synchronous one its face, without a body of its own".to_owned(),
        ],
        Way::Extract => vec![
            "move the definition to a module that all members can import".to_owned(),
            "import it where the members stood".to_owned(),
        ],
        Way::WriteNew => vec![
            "agree on the interface that covers every user, from the ledger".to_owned(),
            format!("write it beside {kept} and move the users one by one, behind shims"),
            "delete each implementation once nobody uses it".to_owned(),
        ],
        Way::Rename => {
            vec!["give one of them a name of its own, in code, strings and documents".to_owned()]
        }
        Way::Delete => {
            vec!["check what only the hidden one defines".to_owned(), "delete it".to_owned()]
        }
        Way::Accept => {
            vec!["answer the question and write it down: [[decision]] in ssot.toml".to_owned()]
        }
    };
    said.to_vec()
}

fn risks(audit: &Audit, effort: &Effort) -> Vec<String> {
    let mut risks = Vec::new();
    let errors = open_of(&audit.ledger, &[AtomKind::Raise, AtomKind::Handler, AtomKind::Guard]);
    if effort.open > 0 {
        let open = counted(effort.open, "piece of behaviour has", "pieces of behaviour have");
        risks.push(format!("{open} no counterpart, {errors} of them guards and error paths"));
    }
    let misfits = audit.matrix.constructors.iter().filter(|it| it.fit == Fit::Incompatible);
    risks.extend(misfits.map(|it| {
        format!(
            "callers that create {} cannot create {}: {}",
            it.from,
            it.to,
            it.reasons.join("; ")
        )
    }));
    let calls = |change: CallChange| {
        let of =
            |report: &MroReport| report.calls.iter().filter(|call| call.change == change).count();
        audit.mro.as_ref().map_or(0, of)
    };
    for (change, text) in [
        (CallChange::Broken, "would find no method"),
        (CallChange::Changed, "would lead to other code"),
    ] {
        if calls(change) > 0 {
            risks.push(format!("{} {text}", counted(calls(change), "call", "calls")));
        }
    }
    let computed: usize = audit.consumers.iter().map(|it| it.computed.len()).sum();
    if computed > 0 {
        let places = counted(computed, "place asks", "places ask");
        risks.push(format!("{places} for a member by a name in a string"));
    }
    let best = audit.candidates.first().map_or(0, |best| best.breaks.len());
    if best > 0 {
        let places = counted(best, "place", "places");
        risks.push(format!("{places} would break as they are; the candidates name them"));
    }
    let strings: usize = audit.consumers.iter().map(|it| it.strings.len()).sum();
    if strings > 0 {
        let said = counted(strings, "string names", "strings name");
        risks.push(format!("{said} a member; no parser sees whether they are meant"));
    }
    if audit.consumers.iter().all(|it| it.tests.is_empty()) {
        risks.push("no test names any of them".to_owned());
    }
    risks
}

fn open_of(ledger: &Ledger, kinds: &[AtomKind]) -> usize {
    ledger.open().filter(|(_, atom)| kinds.contains(&atom.kind)).count()
}

/// Public names that would be gone for those who import them from outside.
fn breaking(ledger: &Ledger) -> Vec<String> {
    let is_public = |entry: &&LedgerEntry| {
        !entry.definition.split('.').any(|part| part.starts_with('_') && !part.starts_with("__"))
    };
    let mut said: Vec<String> = ledger
        .entries
        .iter()
        .filter(is_public)
        .map(|entry| format!("{} stays importable only through a shim", entry.definition))
        .collect();
    for entry in &ledger.entries {
        let lost = entry.names_used.iter().filter(|name| !name.available);
        said.extend(lost.map(|name| format!("{} has no `{}`", entry.canonical, name.name)));
    }
    let more = said.len().saturating_sub(NAMED);
    said.truncate(NAMED);
    if more > 0 {
        said.push(format!("and {more} more"));
    }
    said
}

fn effort(audit: &Audit) -> Effort {
    let uses = audit.consumers.iter().map(|it| it.production.len() + it.tests.len()).sum();
    let definitions = audit.ledger.entries.len();
    Effort { definitions, uses, open: audit.ledger.open().count() }
}
