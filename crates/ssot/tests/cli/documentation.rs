//! What the documentation says about commands is true: each one in a block runs, and each
//! one in a sentence has the options that it is written with.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::project;
use crate::support::Repo;

/// Words of the documentation that stand for what a user has.
const STANDS_FOR: [(&str, &str); 3] =
    [("PATH", "."), ("GROUP", "slugify"), ("RULE", "duplicate-definition")];
/// Two definitions for `FILE:NAME`, in this order.
const DEFINITIONS: [&str; 2] = ["shop/text.py:slugify", "shop/export.py:slugify"];

/// Every page for users, with its path.
fn pages() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut paths = vec![root.join("README.md"), root.join("CONTRIBUTING.md")];
    for folder in ["docs", "docs/design", "crates/rules/src/rules"] {
        let entries = fs::read_dir(root.join(folder)).unwrap().map(|entry| entry.unwrap().path());
        paths.extend(entries.filter(|path| path.extension().is_some_and(|it| it == "md")));
    }
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

/// The commands in a page's blocks for terminals, without their comments.
fn commands(page: &str) -> Vec<String> {
    let mut commands = Vec::new();
    let mut in_terminal = false;
    for line in page.lines() {
        match line.strip_prefix("```") {
            Some(language) => in_terminal = matches!(language, "console" | "sh" | "bash"),
            None if in_terminal => {
                let command = line.trim_start_matches("$ ");
                let command = command.split(" #").next().unwrap_or_default().trim_end();
                commands.extend(command.strip_prefix("ssot ").map(str::to_owned));
            }
            None => {}
        }
    }
    commands
}

/// The words of a command as a shell would hand them over, with what they stand for.
fn words(command: &str) -> Vec<String> {
    let mut definitions = DEFINITIONS.iter();
    let mut words = Vec::new();
    for (at, part) in command.split('"').enumerate() {
        if at % 2 == 1 {
            words.push(part.to_owned());
            continue;
        }
        words.extend(part.split_whitespace().map(|word| {
            let meant = STANDS_FOR.iter().find(|(stands, _)| *stands == word);
            match meant {
                Some((_, meant)) => (*meant).to_owned(),
                None if word == "FILE:NAME" => (*definitions.next().unwrap()).to_owned(),
                None => word.to_owned(),
            }
        }));
    }
    words
}

#[test]
fn every_command_in_a_block_runs() {
    let mut seen = 0;
    for (path, page) in pages() {
        let commands = commands(&page);
        if commands.is_empty() {
            continue;
        }
        // The commands of a page are typed one after the other.
        let repo = project::tested();
        repo.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
        for command in commands {
            let words = words(&command);
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let answer = repo.ssot(&words);
            let (file, said) = (path.display(), &answer.stderr);
            assert!(matches!(answer.code, Some(0 | 1)), "{file}: `ssot {command}`\n{said}");
            seen += 1;
        }
    }
    assert!(seen > 30, "{seen} commands: the blocks were not understood");
}

#[test]
fn every_command_in_a_sentence_exists() {
    let repo = Repo::empty();
    let mut helps: BTreeMap<String, String> = BTreeMap::new();
    let mut seen = 0;
    for (path, page) in pages() {
        // Every second part between backticks is code; blocks are runs of three.
        let prose = page.split("```").step_by(2).collect::<String>();
        let spans = prose.split('`').skip(1).step_by(2);
        for span in spans.filter_map(|span| span.strip_prefix("ssot ")) {
            let file = path.display();
            let name = span.split_whitespace().next().unwrap_or_default();
            let help = helps.entry(name.to_owned()).or_insert_with(|| {
                let answer = repo.ssot(&[name, "--help"]);
                assert_eq!(answer.code, Some(0), "{file}: there is no `ssot {name}`");
                answer.stdout
            });
            for option in span.split_whitespace().filter(|word| word.starts_with("--")) {
                let option = option.split(['=', ',', '|']).next().unwrap_or_default();
                assert!(help.contains(option), "{file}: `ssot {name}` has no {option}");
            }
            seen += 1;
        }
    }
    assert!(seen > 10, "{seen} commands: the sentences were not understood");
}

#[test]
fn the_readme_names_every_verb() {
    let help = Repo::empty().ssot(&["--help"]).expect(0).stdout;
    let listed = help.split_once("Commands:\n").unwrap().1.split("\n\n").next().unwrap();
    let verbs = listed.lines().filter_map(|line| line.split_whitespace().next());
    let readme = &pages().into_iter().find(|(path, _)| path.ends_with("README.md")).unwrap().1;
    for verb in verbs.filter(|verb| !matches!(*verb, "demo" | "completions" | "man" | "help")) {
        assert!(readme.contains(&format!("ssot {verb}")), "README.md does not name `ssot {verb}`");
    }
}
