//! The past of the copies. Whatever comes from the repository is made visible first: an
//! author or a subject may hold anything.

use ssot_model::audit::{CommitRef, CopyHistory, History, MissedFix, MissedHunk, SourceLine};

use super::section;
use crate::formats::visible;
use crate::text::figures::letter;
use crate::text::figures::{add, count, short};
use crate::text::style;

/// Missed fixes told in full.
const FIXES: usize = 8;
/// Points of the divergence told: the first and the last ones.
const POINTS: usize = 6;
/// Lines of one side of a fix.
const LINES: usize = 12;
/// Repetitions told.
const REPEATED: usize = 5;
/// Authors told for each copy.
const AUTHORS: usize = 3;
/// Longest subject.
const SUBJECT: usize = 72;

/// The sections about the past.
pub(super) fn history(history: &History) -> String {
    let mut notes = String::new();
    for note in &history.notes {
        let note = style::open(&format!("note: {}", visible(note)));
        add(&mut notes, format!("  {note}\n"));
    }
    let copies = history.copies.iter().enumerate();
    let copies: String = copies.map(|(at, it)| copy(at, it)).collect();
    let steps = history.root_cause.iter().enumerate().map(|(at, step)| {
        let said = visible(&step.text).replace('`', "");
        format!("  {}. {said}\n     {}\n", at + 1, commit(&step.commit))
    });
    let mut text = section("How it came to this", &steps.collect::<String>());
    text.push_str(&section("Missed fixes", &fixes(history)));
    text.push_str(&section("History", &(notes + &copies + &divergence(history))));
    text.push_str(&section("Cost so far", &cost(history)));
    text
}

/// `0123456789 2025-07-08 Ines: Fix it`, told safely.
fn commit(commit: &CommitRef) -> String {
    let (id, author) = (short(commit.id.as_str()), visible(&commit.author));
    let subject: String = visible(&commit.subject).chars().take(SUBJECT).collect();
    style::faint(&format!("{id} {} {author}: {subject}", commit.date))
}

fn copy(at: usize, copy: &CopyHistory) -> String {
    let name = letter(at);
    let mut text = match &copy.introduced {
        None => format!("  {name}  {}\n", style::faint("its beginning is not known")),
        Some(introduced) => {
            let origin = match &introduced.source {
                Some(source) => {
                    let whose = source.member.map(|it| format!(" ({})", letter(it)));
                    let gone =
                        source.removed.as_ref().map(|it| format!(", gone since {}", it.date));
                    format!(
                        "copied from {}{}{}, {} % equal",
                        visible(&source.path),
                        whose.unwrap_or_default(),
                        gone.unwrap_or_default(),
                        source.likeness
                    )
                }
                None if introduced.at_the_boundary => "there when the history begins".to_owned(),
                None => "new".to_owned(),
            };
            format!("  {name}  {origin}\n     {}\n", commit(&introduced.commit))
        }
    };
    for it in &copy.relocations {
        let (from, to) = (visible(&it.from), visible(&it.to));
        add(&mut text, format!("     moved from {from} to {to}\n     {}\n", commit(&it.commit)));
    }
    let authors: Vec<String> = copy
        .authors
        .iter()
        .take(AUTHORS)
        .map(|it| format!("{} {}", visible(&it.name), it.changes))
        .collect();
    let (changes, authors) = (count(copy.changes, "change"), authors.join(", "));
    let (plus, minus) = (copy.lines_added, copy.lines_removed);
    let alone = copy.alone;
    let line =
        format!("{changes} since, {alone} of statements in it alone; +{plus} -{minus}; {authors}");
    add(&mut text, format!("     {}\n", style::faint(&line)));
    text
}

fn divergence(history: &History) -> String {
    let points = &history.divergence;
    if points.len() < 2 {
        return String::new();
    }
    let shown = |at: usize| at < POINTS / 2 || at + POINTS / 2 >= points.len();
    let mut text = String::from("  equal, after each change:\n");
    for (at, point) in points.iter().enumerate() {
        if shown(at) {
            let changed: Vec<String> = point.changed.iter().map(|it| letter(*it)).collect();
            let (changed, commit) = (changed.join(" "), commit(&point.commit));
            add(&mut text, format!("  {:>5} %  {changed}  {commit}\n", point.likeness));
        } else if shown(at - 1) {
            let left = count(points.len() - POINTS / 2 * 2, "change");
            add(&mut text, format!("         {}\n", style::faint(&format!("{left} between"))));
        }
    }
    text
}

fn fixes(history: &History) -> String {
    let mut text: String =
        history.missed_fixes.iter().take(FIXES).map(|it| missed(history, it)).collect();
    if let Some(rest) = history.missed_fixes.len().checked_sub(FIXES).filter(|rest| *rest > 0) {
        let said = format!("{} more; `--format json` has them all", count(rest, "change"));
        add(&mut text, format!("  {}\n", style::faint(&said)));
    }
    text
}

fn missed(history: &History, fix: &MissedFix) -> String {
    let place = |at: usize| history.copies.get(at).map(|it| visible(it.path.as_str()));
    let (fixed, unfixed) = (place(fix.fixed), place(fix.unfixed));
    let mut text = format!(
        "  {} in {} {}, not in {} {}\n     {}\n     {}\n",
        style::open("fixed"),
        letter(fix.fixed),
        fixed.unwrap_or_default(),
        letter(fix.unfixed),
        unfixed.clone().unwrap_or_default(),
        commit(&fix.commit),
        style::faint(&visible(&fix.reasons.join("; "))),
    );
    for it in &fix.hunks {
        text.push_str(&hunk(it, unfixed.as_deref().unwrap_or_default()));
    }
    text
}

fn hunk(hunk: &MissedHunk, unfixed: &str) -> String {
    let side = |lines: &[SourceLine], sign: &str, paint: fn(&str) -> String| -> String {
        let shown = lines
            .iter()
            .take(LINES)
            .map(|it| paint(&format!("{:>6} {sign} {}", it.line, untabbed(&it.text))));
        let mut text = String::new();
        for line in shown {
            add(&mut text, format!("     {line}\n"));
        }
        if let Some(rest) = lines.len().checked_sub(LINES).filter(|rest| *rest > 0) {
            add(
                &mut text,
                format!("     {}\n", style::faint(&format!("{:>6}   … {rest} more", ""))),
            );
        }
        text
    };
    let at = hunk.unfixed.first().map_or(0, |it| it.line);
    let still =
        if hunk.before.is_empty() { "without it to this day" } else { "as before to this day" };
    let renamed = if hunk.renamed { ", under other names" } else { "" };
    format!(
        "     {}\n{}{}     {unfixed}:{at} {still}{renamed}\n{}",
        visible(&hunk.path),
        side(&hunk.before, "-", style::bad),
        side(&hunk.after, "+", style::good),
        side(&hunk.unfixed, " ", style::open),
    )
}

fn untabbed(text: &str) -> String {
    visible(&text.replace('\t', "    "))
}

fn cost(history: &History) -> String {
    if history.copies.len() < 2 || history.copies.iter().all(|it| it.introduced.is_none()) {
        return String::new();
    }
    let cost = &history.cost;
    let mut text = format!(
        "  {} changed more than one copy, {} one only; {} written more than once\n",
        count(cost.commits_together, "commit"),
        cost.commits_alone,
        count(cost.lines_twice, "statement"),
    );
    for it in history.repeated.iter().take(REPEATED) {
        let what = if it.fix { "a fix" } else { "a change" };
        let (from, to) = (letter(it.from), letter(it.to));
        let days = count(usize::try_from(it.days).unwrap_or(0), "day");
        let (first, again) = (commit(&it.first), commit(&it.again));
        add(&mut text, format!("  {what} of {from} came to {to} after {days}\n"));
        add(&mut text, format!("     {first}\n     {again}\n"));
    }
    if let Some(rest) = history.repeated.len().checked_sub(REPEATED).filter(|rest| *rest > 0) {
        let said = format!("and {} later", count(rest, "change"));
        add(&mut text, format!("  {}\n", style::faint(&said)));
    }
    text
}
