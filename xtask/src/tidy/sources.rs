//! The checks on Rust sources: size, `unwrap`, `allow`, and the doors to the outside world.

use super::Complaint;
use super::tokens::{self, Contents, Found, Sign};

/// Longest function, in lines.
const FUNCTION_LINES: usize = 70;
/// Longest file, in lines.
const FILE_LINES: usize = 500;

/// Files that are one long table and read better in one piece.
const TABLES: &[&str] = &[];

/// A way out of the program, and the one room that may use it.
struct Door {
    /// How the path begins.
    path: &'static [&'static str],
    /// Plain values below that path, which open nothing.
    values: &'static [&'static str],
    /// The directories that own the door.
    rooms: &'static [&'static str],
}

const RUNTIME: &[&str] = &["crates/runtime/", "xtask/"];
const TERMINAL: &[&str] = &["crates/ssot/", "xtask/"];

const DOORS: &[Door] = &[
    Door { path: &["std", "fs"], values: &[], rooms: RUNTIME },
    Door { path: &["std", "env"], values: &[], rooms: RUNTIME },
    Door { path: &["std", "process"], values: &["ExitCode"], rooms: RUNTIME },
    Door { path: &["std", "net"], values: &[], rooms: RUNTIME },
    Door { path: &["std", "time", "SystemTime"], values: &[], rooms: RUNTIME },
    Door { path: &["std", "time", "Instant"], values: &[], rooms: RUNTIME },
    Door { path: &["tokio", "fs"], values: &[], rooms: RUNTIME },
    Door { path: &["tokio", "process"], values: &[], rooms: RUNTIME },
    Door { path: &["tokio", "net"], values: &[], rooms: RUNTIME },
    Door { path: &["std", "io", "stdout"], values: &[], rooms: TERMINAL },
    Door { path: &["std", "io", "stderr"], values: &[], rooms: TERMINAL },
    Door { path: &["std", "io", "stdin"], values: &[], rooms: TERMINAL },
];

const PRINTING: &[&str] = &["println", "eprintln", "print", "eprint", "dbg"];

/// A file that may use a door of another room.
struct Exemption {
    path: &'static str,
    door: &'static str,
    #[expect(dead_code, reason = "the reason is for the reader of this table")]
    reason: &'static str,
}

const EXEMPTIONS: &[Exemption] = &[
    Exemption {
        path: "crates/facts/build.rs",
        door: "std::fs",
        reason: "a build script reads the sources that it names the form of facts after",
    },
    Exemption {
        path: "crates/facts/build.rs",
        door: "println!",
        reason: "cargo reads what a build script says from its standard output",
    },
];

/// Checks one Rust source.
pub(super) fn check(path: &str, text: &str) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let lines = text.lines().count();
    if lines > FILE_LINES && !TABLES.contains(&path) {
        let said = format!("{lines} lines, at most {FILE_LINES}: split it by what it does");
        complaints.push(Complaint::new(path, lines, said));
    }
    match tokens::read(text, is_test_file(path)) {
        Ok(contents) => check_contents(path, &contents, &mut complaints),
        Err(error) => complaints.push(Complaint::new(path, 1, error.to_string())),
    }
    complaints
}

fn is_test_file(path: &str) -> bool {
    path.contains("/tests/") || path.contains("/benches/") || path.ends_with("/tests.rs")
}

fn check_contents(path: &str, contents: &Contents, complaints: &mut Vec<Complaint>) {
    for function in &contents.functions {
        if function.lines > FUNCTION_LINES {
            let said = format!(
                "`{}` has {} lines, at most {FUNCTION_LINES}: name its parts",
                function.name, function.lines
            );
            complaints.push(Complaint::new(path, function.line, said));
        }
    }
    for found in &contents.found {
        if let Some(said) = objection(path, found) {
            complaints.push(Complaint::new(path, found.line, said));
        }
    }
}

fn objection(path: &str, found: &Found) -> Option<String> {
    match &found.sign {
        Sign::Allow => Some("`#[allow]`: use `#[expect(.., reason = \"..\")]`".to_owned()),
        _ if found.in_test => None,
        Sign::Unwrap => {
            Some("`unwrap()` outside tests: use `?` or `expect(\"why it holds\")`".to_owned())
        }
        Sign::Macro(name) if PRINTING.contains(&name.as_str()) => {
            outside(path, &format!("{name}!"), TERMINAL)
        }
        Sign::Macro(_) => None,
        Sign::Path(segments) => {
            let door = DOORS.iter().find(|door| door.is_opened_by(segments))?;
            outside(path, &segments.join("::"), door.rooms)
        }
    }
}

impl Door {
    /// Whether the path goes through the door, or imports the whole corridor it is in.
    fn is_opened_by(&self, segments: &[String]) -> bool {
        let shared = segments.iter().zip(self.path).take_while(|(a, b)| a == b).count();
        if shared == self.path.len() {
            return segments.get(shared).is_none_or(|next| !self.values.contains(&next.as_str()));
        }
        // `use std::time;` hides the clock behind one more name.
        let corridor = shared == 2 && self.path.starts_with(&["std", "time"]);
        corridor && segments.get(shared).is_none_or(|next| next == "*" || next == "self")
    }
}

fn outside(path: &str, what: &str, rooms: &[&str]) -> Option<String> {
    let at_home = rooms.iter().any(|room| path.starts_with(room));
    let exempt = EXEMPTIONS
        .iter()
        .any(|exemption| exemption.path == path && what.starts_with(exemption.door));
    (!at_home && !exempt).then(|| format!("`{what}` belongs to {}", rooms.join(" and ")))
}

#[cfg(test)]
mod tests {
    use super::check;

    /// A path, a source, and the beginnings of the complaints expected for it.
    type Case = (&'static str, &'static str, &'static [&'static str]);

    const CASES: &[Case] = &[
        ("crates/plan/src/a.rs", "fn f() -> Option<u8> { g()?.checked_add(1) }", &[]),
        ("crates/plan/src/a.rs", "fn f() { g().unwrap(); }", &["1: `unwrap()`"]),
        ("crates/plan/src/a.rs", "fn f() { g().unwrap_or(1); }", &[]),
        ("crates/plan/src/a.rs", "// g().unwrap()\nconst A: &str = \"x.unwrap()\";", &[]),
        ("crates/plan/src/a.rs", "const A: &str = r#\"std::fs \"{\"#; // std::fs", &[]),
        ("crates/plan/src/a.rs", "#[cfg(test)]\nmod tests { fn f() { g().unwrap(); } }", &[]),
        (
            "crates/plan/src/a.rs",
            "#[test]\nfn f() { g().unwrap(); }\nfn h() { g().unwrap(); }",
            &["3: `unwrap()`"],
        ),
        (
            "crates/plan/src/a.rs",
            "#[tokio::test(flavor = \"x\")]\nasync fn f() { g().unwrap(); }",
            &[],
        ),
        ("crates/plan/src/a.rs", "#[cfg(not(test))]\nfn f() { g().unwrap(); }", &["2: `unwrap()`"]),
        ("crates/plan/tests/a.rs", "fn f() { g().unwrap(); std::fs::read(\"x\"); }", &[]),
        ("crates/plan/src/a.rs", "#[allow(dead_code)]\nfn f() {}", &["1: `#[allow]`"]),
        ("crates/plan/src/a.rs", "#![cfg_attr(test, allow(dead_code))]", &["1: `#[allow]`"]),
        ("crates/plan/src/a.rs", "#[expect(dead_code, reason = \"x\")]\nfn f() {}", &[]),
        ("crates/plan/src/a.rs", "use std::fs;", &["1: `std::fs`"]),
        (
            "crates/plan/src/a.rs",
            "use std::{collections::BTreeMap, env, fs::{self, File}};",
            &["1: `std::env`", "1: `std::fs::self`", "1: `std::fs::File`"],
        ),
        (
            "crates/plan/src/a.rs",
            "use std::time::{Duration, Instant};",
            &["1: `std::time::Instant`"],
        ),
        ("crates/plan/src/a.rs", "use std::time;", &["1: `std::time`"]),
        ("crates/plan/src/a.rs", "use std::time::*;", &["1: `std::time::*`"]),
        ("crates/plan/src/a.rs", "use std::process::ExitCode; use std::time::Duration;", &[]),
        (
            "crates/plan/src/a.rs",
            "fn f() { vec![std::process::id()]; }",
            &["1: `std::process::id`"],
        ),
        ("crates/plan/src/a.rs", "fn f() { tokio::fs::read(\"x\"); }", &["1: `tokio::fs::read`"]),
        ("crates/runtime/src/a.rs", "use std::fs; use std::process::Command;", &[]),
        ("crates/runtime/src/a.rs", "fn f() { println!(\"x\"); }", &["1: `println!`"]),
        (
            "crates/plan/src/a.rs",
            "use std::io::{self, Write};\nfn f() { io::stdout(); }\nfn g() -> io::Result<()> {}",
            &["2: `std::io::stdout`"],
        ),
        ("crates/ssot/src/a.rs", "fn f() { println!(\"x\"); std::io::stdout(); }", &[]),
        ("crates/ssot/src/a.rs", "fn f() { std::env::var(\"x\"); }", &["1: `std::env::var`"]),
        ("crates/plan/src/a.rs", "fn f() {", &["1: does not tokenise"]),
    ];

    #[test]
    fn each_source_gets_its_complaints_and_no_other() {
        for (path, text, expected) in CASES {
            let said: Vec<String> = check(path, text)
                .iter()
                .map(|complaint| format!("{}: {}", complaint.line, complaint.text))
                .collect();
            let matches = said.len() == expected.len()
                && said.iter().zip(*expected).all(|(said, begins)| said.starts_with(begins));
            assert!(matches, "{text}\nexpected {expected:?}\nsaid     {said:?}");
        }
    }

    #[test]
    fn long_functions_and_long_files_are_named() {
        let body = |lines: usize| format!("fn f() {{\n{}}}\n", "    g();\n".repeat(lines - 2));
        assert!(check("crates/plan/src/a.rs", &body(70)).is_empty());
        let said = check("crates/plan/src/a.rs", &body(71));
        assert_eq!((said.len(), said[0].line), (1, 1));
        assert!(said[0].text.starts_with("`f` has 71 lines"));

        let file = |lines: usize| "const A: u8 = 1;\n".repeat(lines);
        assert!(check("crates/plan/src/a.rs", &file(500)).is_empty());
        let said = check("crates/plan/src/a.rs", &file(501));
        assert!(said[0].text.starts_with("501 lines"), "{said:?}");
    }
}
