//! The checks on every tracked file: size, machine-specific paths, foreign Python, pairs of rules.

use std::collections::BTreeSet;

use super::Complaint;

/// Largest tracked file, in bytes.
const FILE_BYTES: usize = 512 * 1024;
/// Longest README, in lines.
const README_LINES: usize = 80;

/// Directories in which somebody's machine shows, without their slashes.
const PRIVATE_DIRECTORIES: &[&str] = &["home", "Users", "root", "work"];

/// Directories of people who do not exist, for examples.
const INVENTED: &[&str] = &["/home/ada"];

/// Folders whose Python has to be our own.
const OWN_FOLDERS: &[&str] = &["crates/", "fuzz/", "xtask/"];

/// Python in them that was written for this project, and why it is there.
const OWN_PYTHON: &[(&str, &str)] = &[
    ("crates/runtime/src/runner/", "runs inside the interpreter that runs the tests"),
    ("crates/runtime/tests/scripted_agent.py", "a coding agent that does what a script says"),
    ("crates/runtime/tests/scripted_model.py", "a language model that does what a script says"),
    ("fuzz/seeds/python/", "where the fuzzers begin"),
    ("xtask/mcp/", "asks `ssot mcp` as its clients do"),
    ("xtask/browser/", "how a browser and a generator of requests use the dashboard"),
    ("xtask/bench/", "what the server is measured beside, in a few lines each"),
];

/// Checks one tracked file.
pub(super) fn check(path: &str, bytes: &[u8]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    if bytes.len() > FILE_BYTES {
        let said = format!("{} bytes, at most {FILE_BYTES}", bytes.len());
        complaints.push(Complaint::new(path, 1, said));
    }
    let own = OWN_PYTHON.iter().any(|(prefix, _)| path.starts_with(prefix));
    if !own && OWN_FOLDERS.iter().any(|folder| path.starts_with(folder)) && is_python(path) {
        let said = "Python that is not in the list of our own: no third-party code is committed";
        complaints.push(Complaint::new(path, 1, said));
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return complaints;
    };
    for (at, line) in text.lines().enumerate() {
        if let Some(found) = private_path(line) {
            let said = format!("`{found}` exists on one machine only");
            complaints.push(Complaint::new(path, at + 1, said));
        }
    }
    if path == "README.md" && text.lines().count() > README_LINES {
        let lines = text.lines().count();
        let said = format!("{lines} lines, at most {README_LINES}: link to a page instead");
        complaints.push(Complaint::new(path, lines, said));
    }
    complaints
}

fn is_python(path: &str) -> bool {
    std::path::Path::new(path).extension().is_some_and(|extension| extension == "py")
}

/// An absolute path into somebody's directories, when the line has one.
fn private_path(line: &str) -> Option<&str> {
    PRIVATE_DIRECTORIES.iter().find_map(|directory| {
        let needle = format!("/{directory}/");
        line.match_indices(&needle).find_map(|(at, _)| {
            let before = line[..at].chars().next_back();
            let absolute = before.is_none_or(|c| !c.is_alphanumeric() && !"/._-}~*$>)".contains(c));
            let end = |c: char| c.is_whitespace() || "\"'`,;)".contains(c);
            let found = line[at..].split(end).next()?;
            (absolute && !INVENTED.contains(&found)).then_some(found)
        })
    })
}

/// Every rule is a source and a page; neither exists alone.
pub(super) fn check_pairs(paths: &[String]) -> Vec<Complaint> {
    let stems = |extension: &str| -> BTreeSet<&str> {
        paths
            .iter()
            .filter_map(|path| path.strip_prefix("crates/rules/src/rules/"))
            .filter_map(|name| name.strip_suffix(extension))
            .filter(|stem| !stem.contains('/') && *stem != "mod")
            .collect()
    };
    let (sources, pages) = (stems(".rs"), stems(".md"));
    let lonely = |stem: &&str, has: &str, lacks: &str| {
        let path = format!("crates/rules/src/rules/{stem}{has}");
        Complaint::new(&path, 1, format!("has no `{stem}{lacks}` beside it"))
    };
    let without_page = sources.difference(&pages).map(|stem| lonely(stem, ".rs", ".md"));
    let without_source = pages.difference(&sources).map(|stem| lonely(stem, ".md", ".rs"));
    without_page.chain(without_source).collect()
}

/// Every fuzzer has seeds, and no folder of seeds is without its fuzzer.
pub(super) fn check_fuzzers(paths: &[String]) -> Vec<Complaint> {
    let below = |folder: &str, end: &str| -> BTreeSet<String> {
        let names = paths.iter().filter_map(|path| path.strip_prefix(folder));
        names.filter_map(|name| Some(name.split_once(end)?.0.to_owned())).collect()
    };
    let (targets, seeds) = (below("fuzz/fuzz_targets/", ".rs"), below("fuzz/seeds/", "/"));
    let without_seed = targets.difference(&seeds).map(|name| {
        Complaint::new(&format!("fuzz/fuzz_targets/{name}.rs"), 1, "has no seed in fuzz/seeds")
    });
    let without_target = seeds.difference(&targets).map(|name| {
        Complaint::new(&format!("fuzz/seeds/{name}"), 1, "has no fuzzer in fuzz/fuzz_targets")
    });
    without_seed.chain(without_target).collect()
}

#[cfg(test)]
mod tests {
    use super::{FILE_BYTES, check, check_fuzzers, check_pairs};

    #[test]
    fn a_fuzzer_and_its_seeds_belong_together() {
        let complaints = |paths: &[&str]| {
            let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
            check_fuzzers(&paths).into_iter().map(|it| it.path).collect::<Vec<_>>()
        };
        assert_eq!(complaints(&["fuzz/fuzz_targets/a.rs", "fuzz/seeds/a/x.py"]), [""; 0]);
        assert_eq!(
            complaints(&["fuzz/fuzz_targets/a.rs", "fuzz/seeds/b/x.py"]),
            ["fuzz/fuzz_targets/a.rs", "fuzz/seeds/b"]
        );
    }

    /// A path, a text, and the beginnings of the complaints expected for it. The `{}` keep
    /// this file itself free of what it forbids.
    const CASES: &[(&str, &str, &[&str])] = &[
        ("docs/a.md", "see docs/home/x and https://example.org/home/x", &[]),
        ("docs/a.md", "one\nrun `/ho{}me/alice/x` now", &["2: `/ho{}me/alice/x` exists"]),
        ("docs/a.md", "path=/wo{}rk/x", &["1: `/wo{}rk/x` exists"]),
        ("docs/a.md", "/Us{}ers/bob", &["1: `/Us{}ers/bob` exists"]),
        ("docs/a.md", "$HOME/root/x, ~/home/x and ./root/x", &[]),
        ("crates/facts/src/a.py", "x = 1", &["1: Python that is not"]),
        ("xtask/src/a.py", "x = 1", &["1: Python that is not"]),
        ("demo/a.py", "x = 1", &[]),
    ];

    #[test]
    fn each_file_gets_its_complaints_and_no_other() {
        for (path, text, expected) in CASES {
            let text = text.replace("{}", "");
            let expected: Vec<String> = expected.iter().map(|s| s.replace("{}", "")).collect();
            let said: Vec<String> = check(path, text.as_bytes())
                .iter()
                .map(|complaint| format!("{}: {}", complaint.line, complaint.text))
                .collect();
            let matches = said.len() == expected.len()
                && said.iter().zip(&expected).all(|(said, begins)| said.starts_with(begins));
            assert!(matches, "{text}\nexpected {expected:?}\nsaid     {said:?}");
        }
    }

    #[test]
    fn long_readmes_and_large_files_are_named() {
        assert!(check("README.md", "x\n".repeat(80).as_bytes()).is_empty());
        assert!(check("README.md", "x\n".repeat(81).as_bytes())[0].text.starts_with("81 lines"));
        assert!(check("docs/a.bin", &vec![0xff; FILE_BYTES]).is_empty());
        assert_eq!(check("docs/a.bin", &vec![0xff; FILE_BYTES + 1]).len(), 1);
    }

    #[test]
    fn rules_come_in_pairs() {
        let at = |names: &[&str]| -> Vec<String> {
            let paths: Vec<String> =
                names.iter().map(|name| format!("crates/rules/src/rules/{name}")).collect();
            check_pairs(&paths).iter().map(|complaint| complaint.text.clone()).collect()
        };
        assert!(at(&["mod.rs", "a.rs", "a.md"]).is_empty());
        assert_eq!(at(&["a.rs"]), ["has no `a.md` beside it"]);
        assert_eq!(at(&["a.rs", "a.md", "b.md"]), ["has no `b.rs` beside it"]);
    }
}
