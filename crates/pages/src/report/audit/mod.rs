//! What an audit says about one group: parts that fold, inside the finding.

mod candidates;
mod classes;
mod consumers;
mod decision;
mod history;
mod ledger;
mod matrix;

use ssot_engine::audit::Audit;

use crate::markup::{bar, code, escaped, prose};
use crate::words::{add, each, letter, thousands};

/// Places of a list that are shown at once; the rest unfolds.
const PLACES: usize = 8;
/// Places of a list that are on the page at all.
const LISTED: usize = 200;

/// The parts, in the order in which a reader asks for them.
pub(super) fn parts(audit: &Audit) -> String {
    let mut page = "<div class=\"audit\">\n".to_owned();
    page.push_str(&decision::part(audit));
    page.extend(audit.history.as_ref().map(history::missed));
    page.push_str(&matrix::comparison(&audit.matrix));
    page.push_str(&matrix::constructors(&audit.matrix.constructors));
    page.extend(audit.mro.as_ref().map(classes::part));
    page.push_str(&ledger::part(&audit.ledger));
    page.push_str(&consumers::part(audit));
    page.push_str(&consumers::tests(audit));
    page.push_str(&candidates::part(audit));
    page.extend(audit.history.as_ref().map(history::past));
    page + "</div>\n"
}

/// What the line of the finding says of the audit: what a reader must not miss.
pub(super) fn figures(audit: &Audit) -> String {
    let mut said = String::new();
    let missed = audit.history.as_ref().map_or(0, |it| it.missed_fixes.len());
    let open = audit.ledger.open().count();
    for (number, class, one, more) in [
        (missed, "missed", "missed fix", "missed fixes"),
        (open, "sure", "open piece", "open pieces"),
    ] {
        if number > 0 {
            let noun = if number == 1 { one } else { more };
            let number = thousands(number as u64);
            add(&mut said, format!("<span class=\"{class}\">{number} {noun}</span>"));
        }
    }
    said
}

/// A part that folds; nothing without a body.
fn part(title: &str, note: &str, open: bool, body: &str) -> String {
    if body.is_empty() {
        return String::new();
    }
    let open = if open { " open" } else { "" };
    format!(
        "<details class=\"part\"{open}><summary><span role=\"heading\" aria-level=\"3\">{title}</span> \
         <small>{note}</small></summary>\n<div class=\"inside\">\n{body}</div></details>\n"
    )
}

/// The name of an implementation, told apart by its letter.
fn who(at: usize) -> String {
    format!("<b class=\"who\">{}</b>", letter(at))
}

/// Places, of which the first are shown at once.
fn places(list: &[String]) -> String {
    let shown = |list: &[String]| each(list, |place| format!("<li>{}</li>", code(place)));
    let Some((first, rest)) = list.split_at_checked(PLACES).filter(|(_, rest)| !rest.is_empty())
    else {
        return format!("<ul class=\"list\">{}</ul>", shown(list));
    };
    let (listed, left) = rest.split_at(rest.len().min(LISTED));
    let left = match left.len() {
        0 => String::new(),
        left => format!("<li>and {} more</li>", thousands(left as u64)),
    };
    format!(
        "<ul class=\"list\">{}</ul><details class=\"more\"><summary>and {} more</summary>\
         <ul class=\"list\">{}{left}</ul></details>",
        shown(first),
        thousands(rest.len() as u64),
        shown(listed),
    )
}

/// A list of sentences whose names stand between backticks.
fn sentences(class: &str, list: &[String]) -> String {
    if list.is_empty() {
        return String::new();
    }
    let items = each(list, |it| format!("<li>{}</li>\n", prose(it)));
    format!("<ul class=\"{class}\">\n{items}</ul>\n")
}

/// A table that scrolls by itself when the screen is narrow.
fn table(label: &str, head: &[String], rows: &str) -> String {
    let head = each(head, |it| format!("<th scope=\"col\">{it}</th>"));
    format!(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{label}\">\
         <table class=\"grid\"><thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody></table></div>\n"
    )
}

/// The heads of a table as they are.
fn heads(names: &[&str]) -> Vec<String> {
    names.iter().map(|it| (*it).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::parts;
    use crate::sample::audit;

    /// What a hostile repository may have as a name, a subject or a line.
    const HOSTILE: &str = "x\"'><script>alert(1)</script><img src=y>\u{202e}\u{1b}[31m`<b>`";

    #[test]
    fn every_part_is_there_and_none_lets_a_hostile_text_out() {
        let page = parts(&audit("plain"));
        for title in [
            "Decision",
            "Missed fixes",
            "Comparison",
            "Order of classes",
            "Ledger",
            "Consumers",
            "Tests and coverage",
            "Canonical choice",
            "History",
        ] {
            assert!(page.contains(&format!("aria-level=\"3\">{title}</span>")), "{title}\n{page}");
        }
        let page = parts(&audit(HOSTILE));
        for out in ["<script", "<img", "<b>`", "\u{202e}", "\u{1b}", "x\"'"] {
            assert!(!page.contains(out), "{out}\n{page}");
        }
        assert_eq!(page.matches("<details").count(), page.matches("</details>").count());
        assert_eq!(page.matches("<ul").count(), page.matches("</ul>").count());
        assert_eq!(page.matches("<table").count(), page.matches("</table>").count());
    }
}
