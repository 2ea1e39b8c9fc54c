//! Which way leads to one source of truth, what it takes and what it risks.
//!
//! It is read off what the other sections found; nothing is measured here.

use std::collections::{BTreeMap, BTreeSet};

use ssot_model::audit::{
    Advice, Aspect, AtomKind, CallChange, Change, DifferentLine, Effort, Fit, Hands, Ledger,
    LedgerEntry, Matrix, MatrixRow, MroReport, NameUse, Way,
};
use ssot_model::{DefinitionKind, Verdict};

use crate::candidate::counted;
use crate::consumers::MemberConsumers;
use crate::matrix::READS;
use crate::{Audit, Choice};

/// Most open pieces of a copy that still fit into the definition that stays.
const MERGEABLE: usize = 40;
/// Most open pieces of a function that one parameter may stand for.
const ONE_PARAMETER: usize = 2;
/// Most lines of a function that one parameter may stand for.
const FEW_LINES: usize = 6;
/// Breaking changes and names with other meanings told one by one.
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
        risks: if does_something { risks(audit, way, &effort) } else { Vec::new() },
        // Nobody can import what is hidden.
        breaking: if does_something && audit.verdict != Verdict::Shadowed {
            breaking(audit, keeps_names(way, hands))
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
        Choice::Parameterise { .. } | Choice::Branch { .. } => {
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
    let (meanings, unfixed) = (other_meanings(&audit.matrix), unfixed(audit));
    let lines = only_in_copies(&audit.matrix, &unfixed);
    if let ([first, ..], true) = (&meanings[..], says_the_same(&audit.matrix)) {
        let why = format!("the words are the same, what they mean is not: {first}");
        return (Way::Superset, Hands::Agent, why);
    }
    if most == 0 && lines == 0 {
        let fix = if unfixed.is_empty() { "" } else { ", and a fix that they miss" };
        let why = format!("the definition that stays has all of the others{fix}");
        return (Way::Superset, Hands::Agent, why);
    }
    let pieces = match most {
        0 => "no piece of behaviour".to_owned(),
        most => format!("up to {}", what(most)),
    };
    let own = counted(lines, "line stands", "lines stand");
    let own = format!("{pieces} and {own} only in a copy");
    if is_function && most <= ONE_PARAMETER && lines <= FEW_LINES {
        return (Way::Parameterise, Hands::Agent, format!("{own}; a parameter keeps both"));
    }
    if most <= MERGEABLE {
        return (Way::Merge, Hands::Agent, own);
    }
    let why = format!("no member covers the others: up to {} only in one", what(most));
    (Way::WriteNew, Hands::Person, why)
}

/// What the names that both read mean to each, where it is not the same.
fn other_meanings(matrix: &Matrix) -> Vec<&str> {
    let rows = matrix.rows.iter().filter(|row| is_reads(row));
    let lines = rows.flat_map(|row| &row.differences).flat_map(|it| &it.lines);
    lines.map(|line| line.text.as_str()).collect()
}

/// Whether the members are equal word by word.
fn says_the_same(matrix: &Matrix) -> bool {
    matrix.rows.iter().all(|row| is_reads(row) || row.is_nothing() || row.is_equal())
}

fn is_reads(row: &MatrixRow) -> bool {
    row.name == READS && row.aspect == Aspect::Shape
}

/// The places of lines that a fix replaced in the definition that stays, and not there.
fn unfixed(audit: &Audit) -> BTreeSet<String> {
    let Some(history) = &audit.history else { return BTreeSet::new() };
    let kept = audit.ledger.entries.first().map(|entry| entry.canonical.as_str());
    let stays = |copy: usize| audit.matrix.columns.get(copy).map(String::as_str) == kept;
    let missed = history.missed_fixes.iter().filter(|missed| stays(missed.fixed));
    missed
        .filter_map(|missed| Some((&history.copies.get(missed.unfixed)?.path, &missed.hunks)))
        .flat_map(|(path, hunks)| {
            let lines = hunks.iter().flat_map(|hunk| &hunk.unfixed);
            lines.map(move |line| format!("{path}:{}", line.line))
        })
        .collect()
}

/// Most lines that one copy alone has, whether the ledger has a kind for them or not; what
/// waits for a fix is nobody's own.
fn only_in_copies(matrix: &Matrix, unfixed: &BTreeSet<String>) -> usize {
    let is_own =
        |line: &&DifferentLine| line.side == Change::OnlyOther && !unfixed.contains(&line.place);
    let mut found: BTreeMap<usize, usize> = BTreeMap::new();
    for difference in
        matrix.rows.iter().filter(|row| !is_reads(row)).flat_map(|row| &row.differences)
    {
        let own = difference.lines.iter().filter(is_own).count();
        *found.entry(difference.other).or_default() += own + difference.more;
    }
    found.into_values().max().unwrap_or(0)
}

/// Whether what goes can still be imported where it stood.
fn keeps_names(way: Way, hands: Hands) -> bool {
    match way {
        Way::Redirect
        | Way::Superset
        | Way::PullUp
        | Way::Extract
        | Way::Parameterise
        | Way::Delegate
        | Way::Twin
        | Way::Accept => true,
        Way::Merge => hands == Hands::Codemod,
        Way::WriteNew | Way::Rename | Way::Delete => false,
    }
}

fn steps(audit: &Audit, way: Way) -> Vec<String> {
    let kept = audit.ledger.entries.first().map(|entry| entry.canonical.clone());
    let kept = kept
        .or_else(|| audit.candidates.first().map(|best| best.dotted.clone()))
        .unwrap_or_else(|| audit.finding.name.clone());
    let gone: Vec<&str> =
        audit.ledger.entries.iter().map(|entry| entry.definition.as_str()).collect();
    let (has, its, it) =
        if gone.len() == 1 { ("has", "its", "it") } else { ("have", "their", "them") };
    let gone = if gone.is_empty() { "the others".to_owned() } else { gone.join(", ") };
    let said: &[String] = &match way {
        Way::Redirect | Way::Superset => {
            let meanings = other_meanings(&audit.matrix);
            let first = (!meanings.is_empty())
                .then(|| "settle first what the names that it reads mean".to_owned());
            let then = [
                format!("put an import of {kept} in the place of {gone}"),
                "run the tests that reach the places".to_owned(),
            ];
            first.into_iter().chain(then).collect()
        }
        Way::PullUp => vec![
            "find or make a base that both classes can have".to_owned(),
            "move the method there and check what other subclasses inherit".to_owned(),
            "delete it from every class that comes to inherit it".to_owned(),
        ],
        Way::Parameterise => vec![
            format!("give {kept} a parameter for what differs, with today's value as default"),
            format!("send each caller of {gone} to {kept} with its old value"),
            format!("let {gone} hand on to it"),
        ],
        Way::Delegate => vec![
            format!("let {gone} call {kept}"),
            "run the tests that reach the places".to_owned(),
        ],
        Way::Merge => vec![
            format!(
                "answer for each open piece of the ledger: move it to {kept}, cover it or waive it"
            ),
            format!("move what only {gone} {has}, with what it needs"),
            format!("send {its} users to {kept}, then delete {it}"),
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

fn risks(audit: &Audit, way: Way, effort: &Effort) -> Vec<String> {
    let mut risks: Vec<String> =
        other_meanings(&audit.matrix).into_iter().take(NAMED).map(str::to_owned).collect();
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
    let new = new_refusals(&audit.matrix);
    if new > 0 && audit.choice == Choice::Accept {
        let new = counted(new, "condition or error is", "conditions and errors are");
        risks.push(format!("{new} new to the users of a copy: only what would stay has them"));
    }
    // Whoever calls a definition that keeps its head calls it as before.
    let stays = matches!(
        audit.choice,
        Choice::Parameterise { .. } | Choice::Branch { .. } | Choice::Delegate { .. }
    );
    let best = audit.candidates.first().map_or(0, |best| best.breaks.len());
    let best = if stays || way == Way::Accept { 0 } else { best };
    if best > 0 {
        let places = counted(best, "place", "places");
        risks.push(format!("{places} would break as they are; the candidates name them"));
    }
    let strings: usize = audit.consumers.iter().map(|it| it.strings.len()).sum();
    if strings > 0 {
        let said = counted(strings, "string names", "strings name");
        risks.push(format!("{said} a member; no parser sees what is meant"));
    }
    let is_tested =
        |it: &MemberConsumers| !it.tests.is_empty() || it.usage.iter().any(|it| it.test);
    if !audit.consumers.iter().any(is_tested) {
        risks.push("no test names any of them".to_owned());
    }
    risks
}

fn open_of(ledger: &Ledger, kinds: &[AtomKind]) -> usize {
    ledger.open().filter(|(_, atom)| kinds.contains(&atom.kind)).count()
}

/// Conditions and errors of what would stay that a copy has not, at most.
fn new_refusals(matrix: &Matrix) -> usize {
    let mut found: BTreeMap<usize, usize> = BTreeMap::new();
    let refuses = |line: &&DifferentLine| {
        line.side == Change::OnlyBase
            && ["if ", "raise", "assert "].iter().any(|word| line.text.starts_with(word))
    };
    for difference in matrix.rows.iter().flat_map(|row| &row.differences) {
        let own = difference.lines.iter().filter(refuses).count();
        *found.entry(difference.other).or_default() += own;
    }
    found.into_values().max().unwrap_or(0)
}

/// Public names that would be gone for those who import them from outside.
fn breaking(audit: &Audit, keeps_names: bool) -> Vec<String> {
    let ledger = &audit.ledger;
    let is_public = |entry: &&LedgerEntry| {
        !entry.definition.split('.').any(|part| part.starts_with('_') && !part.starts_with("__"))
    };
    let mut said: Vec<String> = ledger
        .entries
        .iter()
        .filter(is_public)
        .filter(|_| !keeps_names)
        .map(|entry| format!("{} stays importable only through a shim", entry.definition))
        .collect();
    for entry in &ledger.entries {
        let own = entry.definition.rsplit('.').next();
        let is_lost = |name: &&NameUse| !name.available && Some(name.name.as_str()) != own;
        let lost = entry.names_used.iter().filter(is_lost);
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
