//! Missed fixes: changes of one copy that would still apply to another.
//!
//! A change of one copy is cut into hunks. A hunk is missed by another copy when the lines
//! that it replaced stand there to this day between the same neighbours, and what it put
//! in their place does not. That is what applying a patch asks for, so that a copy which
//! never had the lines, or has other ones by now, is left alone.

mod place;

use std::collections::HashSet;
use std::ops::Range;

use ssot_facts::python::LogicalLine;
use ssot_model::audit::{MissedFix, MissedHunk, SourceLine};

use super::difference::{Hunk, hunks};
use super::likeness::{blind_likeness, likeness};
use super::since::{Since, is_edit};
use super::{CopyChange, CopyTimeline, Timeline, TimelineCommit, Version};

/// Points from which a change is taken for a fix.
pub(super) const FIX: i32 = 4;
/// Lines beyond which a change is no small one.
const SMALL: usize = 10;
/// Files in one commit beyond which the change was made by rote.
const BY_ROTE: usize = 40;
/// Places of one fix that are told.
const PLACES: usize = 6;

/// Fixes told of one group.
const MOST: usize = 200;
/// Statements of a body below which its likeness to another
/// says nothing.
const STATEMENTS: usize = 2;
/// Percent of equal statements from which two definitions are close enough for a fix of
/// one to concern the other.
const CLOSE: u8 = 40;
/// The same when names and literals do not count.
const CLOSE_BLIND: u8 = 60;

/// Words of a subject that say something was wrong.
const WRONG: [&str; 30] = [
    "bug",
    "bugfix",
    "bugs",
    "broken",
    "crash",
    "crashed",
    "crashes",
    "crashing",
    "cve",
    "deadlock",
    "exploit",
    "fix",
    "fixed",
    "fixes",
    "fixing",
    "fixup",
    "hang",
    "hangs",
    "hotfix",
    "incorrect",
    "incorrectly",
    "leak",
    "leaks",
    "race",
    "regression",
    "repair",
    "traceback",
    "vulnerability",
    "wrong",
    "wrongly",
];
/// Words of a subject that say something is guarded against.
const GUARDED: [&str; 11] = [
    "avoid",
    "correct",
    "correctly",
    "corrects",
    "ensure",
    "handle",
    "handles",
    "prevent",
    "prevents",
    "properly",
    "protect",
];
/// First words of a subject that say something else was meant.
const OTHERWISE: [&str; 14] = [
    "add",
    "adds",
    "allow",
    "change",
    "enhance",
    "feat",
    "feature",
    "implement",
    "introduce",
    "new",
    "remove",
    "revert",
    "support",
    "use",
];
/// Words of a subject that say nothing but form was changed.
const FORM: [&str; 30] = [
    "annotation",
    "annotations",
    "black",
    "cleanup",
    "codespell",
    "cosmetic",
    "deprecate",
    "deprecated",
    "doc",
    "docs",
    "docstring",
    "docstrings",
    "flake8",
    "format",
    "formatting",
    "lint",
    "linting",
    "modernize",
    "mypy",
    "pep8",
    "pylint",
    "pyupgrade",
    "refactor",
    "refactoring",
    "rename",
    "reformat",
    "ruff",
    "style",
    "typing",
    "typo",
];
/// Words of the language that name nothing.
const KEYWORDS: [&str; 30] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue",
    "def", "del", "elif", "else", "except", "finally", "for", "from", "if", "import", "in", "is",
    "lambda", "not", "or", "return", "self", "try", "with",
];
/// Statements that guard against something.
const GUARDS: [&str; 7] = ["if", "elif", "raise", "try", "except", "assert", "finally"];

/// Every fix that a copy has and another lacks, the most certain first.
pub(super) fn missed(timeline: &Timeline, since: &Since) -> Vec<MissedFix> {
    let mut found = Vec::new();
    for (fixed, copy) in timeline.copies.iter().enumerate() {
        for change in copy.changes.iter().filter(|change| is_edit(change)) {
            let commit = &timeline.commits[change.commit];
            let (score, reasons) = looks(commit, change);
            if score < FIX {
                continue;
            }
            for (unfixed, other) in timeline.copies.iter().enumerate() {
                if unfixed == fixed || !since.both_before(change.commit, fixed, unfixed) {
                    continue;
                }
                let hunks = missed_hunks(change, copy, other);
                if hunks.is_empty() {
                    continue;
                }
                found.push(MissedFix {
                    commit: commit.commit.clone(),
                    fixed,
                    unfixed,
                    score,
                    reasons: reasons.clone(),
                    hunks,
                });
            }
        }
    }
    found.sort_by_key(|fix| std::cmp::Reverse((fix.score, fix.commit.at)));
    found.truncate(MOST);
    found
}

/// Whether a change would still apply to another copy, fix or not.
pub(super) fn would_apply(change: &CopyChange, copy: &CopyTimeline, other: &CopyTimeline) -> bool {
    !missed_hunks(change, copy, other).is_empty()
}

/// How much a change looks like a fix, in points, and by what.
pub(super) fn looks(commit: &TimelineCommit, change: &CopyChange) -> (i32, Vec<String>) {
    let subject = words(&commit.commit.subject);
    let mut score = 0;
    let mut reasons = Vec::new();
    let mut count = |points: i32, reason: String| {
        score += points;
        reasons.push(reason);
    };
    let said = |list: &[&str]| subject.iter().find(|word| list.contains(&word.as_str()));
    let mut told = true;
    if let Some(word) = said(&WRONG) {
        count(3, format!("the subject says `{word}`"));
    } else if let Some(word) = said(&GUARDED) {
        count(2, format!("the subject says `{word}`"));
    } else {
        told = false;
    }
    let first = subject.first().filter(|word| OTHERWISE.contains(&word.as_str()));
    if let Some(word) = first {
        count(-2, format!("the subject begins with `{word}`"));
    }
    if let Some(word) = said(&FORM) {
        count(-3, format!("the subject says `{word}`"));
    }
    if names_issue(&commit.message) {
        count(1, "the message names an issue".to_owned());
    }
    if let (Some(before), Some(after)) = (&change.before, &change.after) {
        let hunks = hunks(&before.lines, &after.lines);
        let size: usize = hunks.iter().map(|it| it.old.len().max(it.new.len())).sum();
        if size <= SMALL {
            count(1, format!("small: {size} statements"));
        }
        let guards = |line: &LogicalLine| GUARDS.contains(&line.keyword.as_str());
        let added = hunks.iter().flat_map(|it| &after.lines[it.new.clone()]);
        let gone = hunks.iter().flat_map(|it| &before.lines[it.old.clone()]);
        if added.filter(|it| guards(it)).count() > gone.filter(|it| guards(it)).count() {
            count(1, "it adds a guard".to_owned());
        }
    }
    if commit.tests {
        count(1, "it changes a test".to_owned());
    }
    if commit.files > BY_ROTE {
        count(-4, format!("it changes {} files", commit.files));
    }
    // Size, tests and guards fit new features just as well.
    (if told { score } else { score.min(FIX - 1) }, reasons)
}

fn words(text: &str) -> Vec<String> {
    let word = |word: &str| word.to_ascii_lowercase();
    text.split(|it: char| !it.is_ascii_alphanumeric() && it != '_')
        .filter(|it| !it.is_empty())
        .map(word)
        .collect()
}

/// `#12`, `GH-12`, `bpo-12` or `ABC-12`.
fn names_issue(message: &str) -> bool {
    let digits = |text: &str| text.bytes().next().is_some_and(|byte| byte.is_ascii_digit());
    message.match_indices('#').any(|(at, _)| digits(&message[at + 1..]))
        || message.match_indices('-').any(|(at, _)| {
            let before = message[..at].bytes().rev();
            let letters = before.take_while(u8::is_ascii_uppercase).count();
            letters >= 2 && digits(&message[at + 1..])
                || message[..at].ends_with("bpo") && digits(&message[at + 1..])
        })
}

/// The places of a change that another copy still has as they were before.
fn missed_hunks(change: &CopyChange, copy: &CopyTimeline, other: &CopyTimeline) -> Vec<MissedHunk> {
    let (Some(before), Some(after)) = (&change.before, &change.after) else {
        return Vec::new();
    };
    let (Some(fixed_now), Some(unfixed_now)) = (&copy.now, &other.now) else {
        return Vec::new();
    };
    let Some(closeness) = Closeness::of(before, unfixed_now) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let (mut missed, mut all) = (0, 0);
    for hunk in hunks(&before.lines, &after.lines) {
        let added = &after.lines[hunk.new.clone()];
        if is_form(&before.lines[hunk.old.clone()], added) {
            continue;
        }
        let size = hunk.old.len().max(hunk.new.len());
        all += size;
        if !is_in_force(&hunk, before, added, fixed_now) || had_it(other, change.commit, added) {
            continue;
        }
        let blind = closeness == Closeness::Blind;
        let Some((place, renamed)) = place::counterpart(before, &hunk, added, unfixed_now, blind)
        else {
            continue;
        };
        if !renamed && speaks_of_another(&lines_of(after, hunk.new.clone()), before, unfixed_now) {
            continue;
        }
        missed += size;
        found.push(MissedHunk {
            path: change.path.clone(),
            before: shown(before, hunk.old.clone()),
            after: shown(after, hunk.new.clone()),
            unfixed: shown(unfixed_now, place),
            renamed,
        });
    }
    // A change of which most concerns what the other copy never had is not its fix.
    if 2 * missed < all {
        return Vec::new();
    }
    found.truncate(PLACES);
    found
}

/// How close two definitions are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Closeness {
    /// They share statements.
    Exact,
    /// They share statements but for names and literals.
    Blind,
}

impl Closeness {
    fn of(a: &Version, b: &Version) -> Option<Self> {
        let body = |it: &Version| it.lines.len() - it.head().map_or(0, |head| head + 1);
        if body(a).min(body(b)) < STATEMENTS {
            return None;
        }
        if blind_likeness(a, b) >= CLOSE_BLIND {
            return Some(Self::Blind);
        }
        (likeness(a, b) >= CLOSE).then_some(Self::Exact)
    }
}

/// Whether nothing but imports, docstrings or heads of definitions changed.
fn is_form(gone: &[LogicalLine], added: &[LogicalLine]) -> bool {
    let form = ["def", "class", "async", "import", "from", "global", "nonlocal", "pass"];
    let defines = |line: &LogicalLine| matches!(&*line.keyword, "def" | "class");
    // A whole new function is no fix of what was there.
    gone.is_empty() && added.iter().any(defines)
        || gone.iter().chain(added).all(|line| form.contains(&line.keyword.as_str()))
}

/// Whether a fix names something that the fixed copy had before it and the other copy
/// does not know: a parameter, an attribute, a state of its own.
fn speaks_of_another(text: &str, before: &Version, now: &Version) -> bool {
    let all = |version: &Version| lines_of(version, 0..version.lines.len());
    let (before, now) = (all(before), all(now));
    let (had, has) = (names(&before), names(&now));
    names(text).iter().any(|name| had.contains(name) && !has.contains(name))
}

/// The names that a text reads or binds, attributes of `self` included; not the names of
/// other attributes, which belong to what they are asked of, and no words in strings.
fn names(text: &str) -> HashSet<&str> {
    let mut names = HashSet::new();
    let mut from = 0;
    let mut quote = None;
    for (at, letter) in text.char_indices().chain([(text.len(), '\n')]) {
        if letter.is_alphanumeric() || letter == '_' {
            continue;
        }
        let word = &text[from..at];
        let asked_of = text[..from].strip_suffix('.');
        let own = asked_of.is_none_or(|object| object.ends_with("self"));
        let is_name = word.starts_with(|first: char| first.is_alphabetic() || first == '_');
        let prefix = matches!(letter, '"' | '\'');
        if quote.is_none() && own && is_name && !prefix && !KEYWORDS.contains(&word) {
            names.insert(word);
        }
        from = at + letter.len_utf8();
        quote = match (quote, letter) {
            (None, '"' | '\'') => Some(letter),
            // A string that goes on is over for us, so that a stray quote costs one line.
            (_, '\n') => None,
            (Some(open), letter) if open == letter => None,
            (quote, _) => quote,
        };
    }
    names
}

/// Whether the fixed copy still has the fix: what was taken out is not back.
fn is_in_force(hunk: &Hunk, before: &Version, added: &[LogicalLine], now: &Version) -> bool {
    let now: HashSet<u64> = now.lines.iter().map(|line| line.exact).collect();
    let kept = added.iter().filter(|line| now.contains(&line.exact)).count();
    let gone = &before.lines[hunk.old.clone()];
    let back = !gone.is_empty() && gone.iter().all(|line| now.contains(&line.exact));
    if gone.is_empty() { 2 * kept >= added.len() && kept > 0 } else { !back || kept == added.len() }
}

/// Whether another copy has, or had since the change, all of the added lines: then it was
/// fixed too, and went back by intention if it did.
fn had_it(other: &CopyTimeline, commit: usize, added: &[LogicalLine]) -> bool {
    let has = |version: &Version| {
        let lines: HashSet<u64> = version.lines.iter().map(|line| line.exact).collect();
        !added.is_empty() && added.iter().all(|line| lines.contains(&line.exact))
    };
    let later = other.changes.iter().filter(|it| it.commit >= commit);
    later.filter_map(|it| it.after.as_ref()).chain(&other.now).any(|version| has(version))
}

/// The text of some logical lines.
fn lines_of(version: &Version, range: Range<usize>) -> String {
    shown(version, range).into_iter().map(|line| line.text + "\n").collect()
}

/// Some logical lines as lines of the file.
fn shown(version: &Version, range: Range<usize>) -> Vec<SourceLine> {
    let lines = &version.lines[range];
    let (Some(first), Some(last)) = (lines.first(), lines.last()) else {
        return Vec::new();
    };
    let text = version.text.lines().enumerate();
    text.skip(first.start as usize)
        .take((last.end - first.start) as usize + 1)
        .map(|(at, text)| SourceLine { line: version.line + at as u32, text: text.to_owned() })
        .collect()
}
