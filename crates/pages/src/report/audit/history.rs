//! The past of the copies: fixes that one of them missed, how it came to this, the cost.

use ssot_model::audit::{
    CommitRef, CopyHistory, DivergencePoint, History, MissedFix, MissedHunk, SourceLine,
};

use super::{code, escaped, heads, part, prose, table, who};
use crate::words::{add, count, each, short};

/// Missed fixes on the page.
const FIXES: usize = 20;
/// Points of the divergence that are drawn.
const POINTS: usize = 400;
/// Repetitions on the page.
const REPEATED: usize = 20;

/// Fixes of one copy that still apply to another.
pub(super) fn missed(history: &History) -> String {
    let fixes = &history.missed_fixes;
    let mut body: String = fixes.iter().take(FIXES).map(|fix| fix_of(history, fix)).collect();
    if let Some(more) = fixes.len().checked_sub(FIXES).filter(|more| *more > 0) {
        add(&mut body, format!("<p class=\"facts\">and {more} more</p>\n"));
    }
    part("Missed fixes", &fixes.len().to_string(), true, &body)
}

/// The rest of the past.
pub(super) fn past(history: &History) -> String {
    let mut body =
        each(&history.notes, |note| format!("<p class=\"question\">{}</p>\n", prose(note)));
    if !history.root_cause.is_empty() {
        let step = |it: &ssot_model::audit::CauseStep| {
            format!("<li>{}<br>{}</li>\n", prose(&it.text), commit(&it.commit))
        };
        let steps: String = history.root_cause.iter().map(step).collect();
        add(
            &mut body,
            format!("<h4>How it came to this</h4>\n<ol class=\"cause\">\n{steps}</ol>\n"),
        );
    }
    if !history.copies.is_empty() {
        let rows: String = history.copies.iter().enumerate().map(|(at, it)| copy(at, it)).collect();
        let head = heads(&["", "introduced", "changes since", "in it alone", "lines", "authors"]);
        body.push_str(&table("Where the copies came from", &head, &rows));
        body.push_str(&divergence(&history.divergence));
        body.push_str(&cost(history));
    }
    let note = format!("{} read", count(history.commits_read, "commit"));
    part("History", &note, false, &body)
}

/// A commit in one line; subject and author are texts of the repository.
fn commit(commit: &CommitRef) -> String {
    format!(
        "<span class=\"commit\"><code>{}</code> <time>{}</time> {}: {}</span>",
        escaped(short(commit.id.as_str())),
        escaped(&commit.date),
        escaped(&commit.author),
        escaped(&commit.subject)
    )
}

fn fix_of(history: &History, fix: &MissedFix) -> String {
    let path = |at: usize| history.copies.get(at).map_or("", |copy| copy.path.as_str());
    let mut body = format!(
        "<article class=\"fix\"><h4>Fixed in {} {}, not in {} {}</h4>\n<p>{}</p>\n\
         <p class=\"facts\">{}</p>\n",
        who(fix.fixed),
        code(path(fix.fixed)),
        who(fix.unfixed),
        code(path(fix.unfixed)),
        commit(&fix.commit),
        prose(&fix.reasons.join("; ")),
    );
    for it in &fix.hunks {
        body.push_str(&hunk(it, path(fix.unfixed)));
    }
    body + "</article>\n"
}

/// The fix at the left, what is still unfixed at the right.
fn hunk(hunk: &MissedHunk, unfixed: &str) -> String {
    let side = |lines: &[SourceLine], sign: &str, class: &str, indent: usize| -> String {
        let mut text = String::new();
        for it in lines {
            let line = it.text.replace('\t', "    ");
            let shown = escaped(line.get(indent..).unwrap_or(line.trim_start()));
            add(
                &mut text,
                format!(
                    "<li class=\"{class}\"><span class=\"ln\">{}</span><code>{sign} {shown}</code></li>\n",
                    it.line
                ),
            );
        }
        text
    };
    let renamed = if hunk.renamed { ", under other names" } else { "" };
    let still =
        if hunk.before.is_empty() { "without it to this day" } else { "as before to this day" };
    let fixed = indent(&[&hunk.before, &hunk.after]);
    let at = hunk.unfixed.first().map_or(0, |it| it.line);
    format!(
        "<div class=\"sides\"><section><h5>{}</h5><ol class=\"lines\">\n{}{}</ol></section>\
         <section><h5>{}:{at} {still}{renamed}</h5><ol class=\"lines\">\n{}</ol></section></div>\n",
        escaped(&hunk.path),
        side(&hunk.before, "-", "out", fixed),
        side(&hunk.after, "+", "in", fixed),
        escaped(unfixed),
        side(&hunk.unfixed, " ", "still", indent(&[&hunk.unfixed])),
    )
}

/// The indentation that lines share.
fn indent(sides: &[&[SourceLine]]) -> usize {
    let lines = sides.iter().flat_map(|lines| lines.iter());
    let lines = lines.map(|it| it.text.replace('\t', "    ")).filter(|it| !it.trim().is_empty());
    lines.map(|it| it.len() - it.trim_start().len()).min().unwrap_or(0)
}

fn copy(at: usize, copy: &CopyHistory) -> String {
    let mut introduced = match &copy.introduced {
        None => "its beginning is not known".to_owned(),
        Some(it) => {
            let from = match &it.source {
                Some(source) => {
                    let gone = if source.removed.is_some() { ", gone since" } else { "" };
                    let whose =
                        source.member.map_or_else(String::new, |at| format!(" ({})", who(at)));
                    let from = code(&source.path);
                    format!("copied from {from}{whose}, {} % equal{gone}", source.likeness)
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
            format!("<br>moved from {}<br>{}", code(&it.from), commit(&it.commit)),
        );
    }
    let authors: Vec<String> =
        copy.authors.iter().map(|it| format!("{} {}", escaped(&it.name), it.changes)).collect();
    format!(
        "<tr><th scope=\"row\">{}</th><td>{introduced}</td><td class=\"number\">{}</td>\
         <td class=\"number\">{}</td><td class=\"number\">+{} -{}</td><td>{}</td></tr>\n",
        who(at),
        copy.changes,
        copy.alone,
        copy.lines_added,
        copy.lines_removed,
        authors.join("<br>")
    )
}

/// How alike the copies were after each change, as a line from left to right.
fn divergence(points: &[DivergencePoint]) -> String {
    /// The drawing, in pixels.
    const WIDTH: usize = 640;
    const HEIGHT: usize = 64;
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return String::new() };
    if points.len() < 2 {
        return String::new();
    }
    let shown = &points[points.len().saturating_sub(POINTS)..];
    let mut line = String::new();
    for (at, point) in shown.iter().enumerate() {
        let x = at * WIDTH / (shown.len() - 1);
        let y = HEIGHT - usize::from(point.likeness.min(100)) * HEIGHT / 100;
        add(&mut line, format!("{x},{y} "));
    }
    let (from, to) = (first.likeness, last.likeness);
    let items = each(shown, |it| {
        let changed: String = it.changed.iter().map(|at| who(*at)).collect();
        format!(
            "<tr><td class=\"number\">{} %</td><td>{changed}</td><td>{}</td></tr>\n",
            it.likeness,
            commit(&it.commit)
        )
    });
    let grid = table("Divergence", &heads(&["equal", "changed", "commit"]), &items);
    format!(
        "<h4>How alike they were</h4>\n<svg class=\"spark\" viewBox=\"-2 -2 {} {}\" role=\"img\" \
         aria-label=\"Equal statements of the copies, from {from} % to {to} %\">\
         <polyline points=\"{}\"/></svg>\n<details class=\"more\"><summary>from {from} % to {to} % in {}\
         </summary>{grid}</details>\n",
        WIDTH + 4,
        HEIGHT + 4,
        line.trim_end(),
        count(points.len(), "change"),
    )
}

fn cost(history: &History) -> String {
    let cost = &history.cost;
    let mut body = format!(
        "<h4>Cost so far</h4>\n<p>{} changed more than one copy, {} one only; {} written more than once.</p>\n",
        count(cost.commits_together, "commit"),
        cost.commits_alone,
        count(cost.lines_twice, "statement"),
    );
    let mut items = String::new();
    for it in history.repeated.iter().take(REPEATED) {
        let what = if it.fix { "a fix" } else { "a change" };
        let days = count(usize::try_from(it.days).unwrap_or(0), "day");
        add(
            &mut items,
            format!(
                "<li>{what} of {} came to {} after {days}<br>{}<br>{}</li>\n",
                who(it.from),
                who(it.to),
                commit(&it.first),
                commit(&it.again)
            ),
        );
    }
    if !items.is_empty() {
        add(&mut body, format!("<ul class=\"repeated\">\n{items}</ul>\n"));
    }
    body
}
