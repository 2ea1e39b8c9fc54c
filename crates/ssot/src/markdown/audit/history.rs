//! The past of the copies.

use ssot_model::audit::{CommitRef, CopyHistory, History, MissedFix, SourceLine};

use crate::formats::visible;
use crate::markdown::{code, plain, prose};
use crate::text::{add, count, letter, short};

/// The chapters about the past.
pub(super) fn history(history: &History) -> String {
    let mut page = String::new();
    if !history.root_cause.is_empty() {
        page.push_str("\n## How it came to this\n\n");
        for (at, step) in history.root_cause.iter().enumerate() {
            let (said, commit) = (prose(&step.text), commit(&step.commit));
            add(&mut page, format!("{}. {said}  \n   {commit}\n", at + 1));
        }
    }
    if !history.missed_fixes.is_empty() {
        page.push_str("\n## Missed fixes\n");
        page.extend(history.missed_fixes.iter().map(|fix| missed(history, fix)));
    }
    page.push_str("\n## History\n\n");
    page.extend(history.notes.iter().map(|note| format!("- note: {}\n", prose(note))));
    if history.copies.is_empty() {
        return page;
    }
    page.push_str(
        "\n| | introduced | changes since | of statements in it alone | lines | authors |\n",
    );
    page.push_str("|---|---|---:|---:|---:|---|\n");
    page.extend(history.copies.iter().enumerate().map(|(at, it)| copy(at, it)));
    if history.divergence.len() > 1 {
        page.push_str("\n| equal | changed | commit |\n|---:|---|---|\n");
        for point in &history.divergence {
            let changed: Vec<String> = point.changed.iter().map(|it| letter(*it)).collect();
            let (changed, commit) = (changed.join(" "), commit(&point.commit));
            add(&mut page, format!("| {} % | {changed} | {commit} |\n", point.likeness));
        }
    }
    page + &cost(history)
}

/// A commit in one line; subject and author are texts of the repository.
fn commit(commit: &CommitRef) -> String {
    let (id, author) = (code(short(commit.id.as_str())), plain(&visible(&commit.author)));
    format!("{id} {} {author}: {}", commit.date, plain(&visible(&commit.subject)))
}

fn copy(at: usize, copy: &CopyHistory) -> String {
    let mut introduced = match &copy.introduced {
        None => "its beginning is not known".to_owned(),
        Some(it) => {
            let from = match &it.source {
                Some(source) => {
                    let gone = if source.removed.is_some() { " (gone)" } else { "" };
                    format!("copied from {}{gone}, {} % equal", code(&source.path), source.likeness)
                }
                None if it.at_the_boundary => "there when the history begins".to_owned(),
                None => "new".to_owned(),
            };
            format!("{from}<br>{}", commit(&it.commit))
        }
    };
    for it in &copy.relocations {
        add(
            &mut introduced,
            format!("<br>moved from {} in {}", code(&it.from), commit(&it.commit)),
        );
    }
    let authors: Vec<String> = copy
        .authors
        .iter()
        .map(|it| format!("{} {}", plain(&visible(&it.name)), it.changes))
        .collect();
    format!(
        "| {} {} | {introduced} | {} | {} | +{} -{} | {} |\n",
        letter(at),
        code(copy.path.as_str()),
        copy.changes,
        copy.alone,
        copy.lines_added,
        copy.lines_removed,
        authors.join(", ")
    )
}

fn missed(history: &History, fix: &MissedFix) -> String {
    let place = |at: usize| {
        let path = history.copies.get(at).map_or("", |copy| copy.path.as_str());
        format!("{} {}", letter(at), code(path))
    };
    let mut page = format!(
        "\n### Fixed in {}, not in {}\n\n{}  \n{}\n",
        place(fix.fixed),
        place(fix.unfixed),
        commit(&fix.commit),
        prose(&fix.reasons.join("; "))
    );
    let unfixed = history.copies.get(fix.unfixed).map_or("", |copy| copy.path.as_str());
    for hunk in &fix.hunks {
        let mut lines = String::new();
        let mut side = |sign: &str, from: &[SourceLine]| {
            for it in from {
                add(&mut lines, format!("{sign}{:>5}  {}\n", it.line, visible(&it.text)));
            }
        };
        side("-", &hunk.before);
        side("+", &hunk.after);
        let at = hunk.unfixed.first().map_or(0, |it| it.line);
        add(&mut page, format!("\n{}\n\n{}", code(&hunk.path), fenced("diff", &lines)));
        let mut lines = String::new();
        for it in &hunk.unfixed {
            add(&mut lines, format!("{:>6}  {}\n", it.line, visible(&it.text)));
        }
        let place = code(&format!("{unfixed}:{at}"));
        add(&mut page, format!("\nstill in {place}:\n\n{}", fenced("python", &lines)));
    }
    page
}

/// Lines as a block of code, whatever they hold.
fn fenced(language: &str, lines: &str) -> String {
    let fence = "`".repeat(crate::markdown::longest_run(lines).max(2) + 1);
    format!("{fence}{language}\n{lines}{fence}\n")
}

fn cost(history: &History) -> String {
    let cost = &history.cost;
    let mut page = format!(
        "\n## Cost so far\n\n{} changed more than one copy, {} one only; {} written more than once.\n",
        count(cost.commits_together, "commit"),
        cost.commits_alone,
        count(cost.lines_twice, "statement"),
    );
    for it in &history.repeated {
        let what = if it.fix { "a fix" } else { "a change" };
        let (from, to, days) = (letter(it.from), letter(it.to), it.days);
        let (first, again) = (commit(&it.first), commit(&it.again));
        add(
            &mut page,
            format!("\n- {what} of {from} came to {to} after {days} days: {first}; {again}\n"),
        );
    }
    page
}
