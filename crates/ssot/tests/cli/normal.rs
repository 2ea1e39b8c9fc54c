//! Texts without what differs from one execution to the next.

use std::path::Path;

/// Replaces paths, identities and times by what they are.
pub(crate) fn normal(text: &str, root: &Path) -> String {
    let mut root_names = vec![root.to_string_lossy().into_owned()];
    root_names.extend(root.canonicalize().map(|path| path.to_string_lossy().into_owned()));
    let mut text = text.to_owned();
    for name in root_names {
        text = text.replace(&name, "[root]");
    }
    let text = without_times(&text);
    let lines: Vec<String> = without_sandbox(&text).into_iter().map(line).collect();
    format!("{}\n", lines.join("\n"))
}

/// How long a run took differs each time: the section of it, headline left in.
fn without_times(text: &str) -> String {
    const TITLE: &str = "Expected and actual";
    let Some(begin) = text.find(TITLE) else { return text.to_owned() };
    let begin = begin + TITLE.len();
    let rest = &text[begin..];
    // The next section, or the end.
    let ends = ["\n\nNext", "\n\n## "].into_iter().filter_map(|it| rest.find(it));
    let end = ends.min().unwrap_or(rest.trim_end().len());
    format!("{}{}", &text[..begin], &rest[end..])
}

/// What the machine lacks differs from machine to machine.
fn without_sandbox(text: &str) -> Vec<&str> {
    let mut inside = false;
    text.lines()
        .filter(|line| {
            let starts = line.to_lowercase().contains("layers of the sandbox");
            inside = starts || (inside && !line.is_empty() && !line.starts_with('#'));
            !inside
        })
        .collect()
}

fn line(line: &str) -> String {
    let mut done = String::new();
    let mut word = String::new();
    for letter in line.chars().chain(['\n']) {
        if letter.is_ascii_alphanumeric() || letter == '-' {
            word.push(letter);
        } else {
            done.push_str(&replaced(&word));
            word.clear();
            done.push(letter);
        }
    }
    done.pop();
    seconds(&done)
}

fn replaced(word: &str) -> String {
    let hexadecimal = |text: &str| text.chars().all(|it| it.is_ascii_hexdigit());
    match word {
        id if id.len() == 40 && hexadecimal(id) => "[id]",
        id if id.len() == 32 && hexadecimal(id) => "[fingerprint]",
        id if id.len() == 10 && hexadecimal(id) => "[commit]",
        day if day.len() == 10 && day.starts_with("20") && day.matches('-').count() == 2 => "[day]",
        id if id.len() == 8 && hexadecimal(id) => "[hash]",
        id if id.len() == 10 && id.starts_with("g-") => "[group]",
        id if id.starts_with("r-2") => "[run]",
        other => other,
    }
    .to_owned()
}

/// Times: `, 12 s` at the end or before a comma.
fn seconds(line: &str) -> String {
    let part = |part: &str| match part.strip_suffix(" s") {
        Some(number) if number.parse::<u64>().is_ok() => "[n] s".to_owned(),
        _ => part.to_owned(),
    };
    line.split(", ").map(part).collect::<Vec<_>>().join(", ")
}

#[test]
fn only_what_differs_is_replaced() {
    for (text, expected) in [
        ("run r-20261121-130709-f9e2, 37 s", "run [run], [n] s"),
        ("✓ p01-a  7de754805e  Take `a`", "✓ p01-a  [commit]  Take `a`"),
        ("/tmp/x/shop/a.py:3  g-1a2b3c4d", "[root]/shop/a.py:3  [group]"),
        ("removed on 2026-11-21 and", "removed on [day] and"),
        ("129 passed, 3 seats", "129 passed, 3 seats"),
    ] {
        assert_eq!(normal(text, Path::new("/tmp/x")), format!("{expected}\n"));
    }
}
