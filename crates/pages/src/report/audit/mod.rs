//! What an audit says about one group: parts that fold, inside the finding.

mod candidates;
mod classes;
mod consumers;
mod decision;
mod history;
mod ledger;
mod matrix;

use ssot_engine::audit::Audit;

use crate::markup::{code, escaped, prose};
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
    use ssot_engine::audit::{
        Advice, AtomState, Breakage, Candidate, CauseStep, Cell, Choice, ClassOrder, CommitRef,
        Contest, CopyHistory, Counterpart, Effort, Hands, History, Introduction, Ledger,
        LedgerEntry, Matrix, MemberConsumers, MissedFix, MissedHunk, MroReport, Refusal,
        SourceLine, Usage, Use, Way,
    };
    use ssot_engine::audit::{Aspect, Atom, AtomKind, Audit, Criterion, MatrixRow};
    use ssot_model::{CommitId, Timestamp, Verdict};

    use super::parts;
    use crate::sample;

    /// What a hostile repository may have as a name, a subject or a line.
    const HOSTILE: &str = "x\"'><script>alert(1)</script><img src=y>\u{202e}\u{1b}[31m`<b>`";

    fn commit(text: &str) -> CommitRef {
        CommitRef {
            id: CommitId::new("0123456789abcdef"),
            at: Timestamp(0),
            date: text.to_owned(),
            author: text.to_owned(),
            subject: text.to_owned(),
        }
    }

    fn history(text: &str) -> History {
        let line = || vec![SourceLine { line: 3, text: format!("    {text}") }];
        let hunk = MissedHunk {
            path: text.to_owned(),
            before: line(),
            after: line(),
            unfixed: line(),
            renamed: true,
        };
        let copy = CopyHistory {
            path: sample::path("app/a.py"),
            qualified_name: text.to_owned(),
            introduced: Some(Introduction {
                commit: commit(text),
                path: text.to_owned(),
                qualified_name: text.to_owned(),
                source: None,
                at_the_boundary: false,
            }),
            relocations: Vec::new(),
            changes: 1,
            alone: 1,
            lines_added: 1,
            lines_removed: 1,
            authors: Vec::new(),
        };
        History {
            notes: vec![text.to_owned()],
            copies: vec![copy.clone(), copy],
            missed_fixes: vec![MissedFix {
                commit: commit(text),
                fixed: 0,
                unfixed: 1,
                score: 3,
                reasons: vec![text.to_owned()],
                hunks: vec![hunk],
            }],
            root_cause: vec![CauseStep { text: text.to_owned(), commit: commit(text) }],
            ..History::default()
        }
    }

    fn ledger(text: &str) -> Ledger {
        let atom = Atom {
            kind: AtomKind::Guard,
            text: text.to_owned(),
            place: text.to_owned(),
            within: text.to_owned(),
            counterpart: Counterpart::Missing { nearest: None },
            state: AtomState::Waived { by: text.to_owned(), reason: text.to_owned() },
        };
        Ledger {
            entries: vec![LedgerEntry {
                definition: text.to_owned(),
                place: text.to_owned(),
                canonical: text.to_owned(),
                chosen: false,
                unread: false,
                atoms: vec![atom],
                names_used: Vec::new(),
                tests: vec![text.to_owned()],
            }],
        }
    }

    fn candidate(text: &str) -> Candidate {
        Candidate {
            definition: ssot_engine::audit::DefinitionId {
                module: ssot_engine::audit::ModuleId(0),
                index: 0,
            },
            dotted: text.to_owned(),
            criteria: vec![Criterion {
                name: "reach",
                figure: text.to_owned(),
                weight: Some(60),
                points: 3,
            }],
            obstacles: vec![(text.to_owned(), text.to_owned())],
            accepts: Vec::new(),
            breaks: vec![Breakage {
                place: text.to_owned(),
                uses: text.to_owned(),
                why: text.to_owned(),
            }],
        }
    }

    fn order(text: &str) -> ClassOrder {
        ClassOrder {
            class: text.to_owned(),
            place: text.to_owned(),
            order: vec![text.to_owned()],
            conflict: Some(text.to_owned()),
            open: true,
        }
    }

    fn audit(text: &str) -> Audit {
        let members =
            vec![sample::member("app/a.py", 1, 4, text), sample::member("app/b.py", 1, 4, text)];
        let uses = vec![Use { what: text.to_owned(), lines: vec![7] }];
        let usage = vec![Usage { path: sample::path("app/c.py"), test: false, uses }];
        let consumers = MemberConsumers {
            production: vec![text.to_owned()],
            computed: vec![text.to_owned()],
            usage,
            ..MemberConsumers::default()
        };
        let row = MatrixRow {
            aspect: Aspect::Member,
            name: text.to_owned(),
            cells: vec![Cell::Unique(text.to_owned()), Cell::Absent],
            differences: Vec::new(),
        };
        Audit {
            finding: sample::finding(1, Verdict::Variant, members),
            verdict: Verdict::Variant,
            matrix: Matrix {
                columns: vec![text.to_owned(), text.to_owned()],
                rows: vec![row],
                constructors: Vec::new(),
            },
            ledger: ledger(text),
            mro: Some(MroReport {
                classes: vec![order(text)],
                canonical: text.to_owned(),
                chosen: false,
                after: Vec::new(),
                overrides: Vec::new(),
                calls: Vec::new(),
            }),
            consumers: vec![consumers, MemberConsumers::default()],
            coverage: None,
            candidates: vec![candidate(text)],
            contest: Some(Contest {
                runner_up: text.to_owned(),
                behind: 3,
                ahead: vec![text.to_owned()],
                against: Vec::new(),
                turns: vec![text.to_owned()],
            }),
            choice: Choice::Accept,
            reason: text.to_owned(),
            refusals: vec![Refusal { place: text.to_owned(), reason: text.to_owned() }],
            advice: Some(Advice {
                way: Way::Merge,
                why: text.to_owned(),
                hands: Hands::Agent,
                steps: vec![text.to_owned()],
                risks: vec![text.to_owned()],
                breaking: vec![text.to_owned()],
                effort: Effort::default(),
            }),
            history: Some(history(text)),
        }
    }

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
