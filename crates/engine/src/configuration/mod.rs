//! `ssot.toml` and what the tree itself says about its boundaries.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ssot_facts::Index;
use ssot_model::{Boundary, Config, RepoPath};
use ssot_rules::PolicyLines;
use ssot_runtime::files::{self, Surroundings};
use toml::de::DeTable;

use crate::EngineError;
use mistake::Mistake;

mod meaning;
pub(crate) mod mistake;
mod schema;
mod settings;
pub(crate) mod shape;

pub use schema::config_schema;
pub use settings::{Origin, Setting, settings};

/// The name of the configuration file at the root of a repository.
pub const CONFIG_FILE: &str = "ssot.toml";

/// Largest configuration file that is read, in bytes.
pub(crate) const LARGEST_CONFIG: u64 = 1024 * 1024;

/// A configuration and where its entries stand.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    pub(crate) config: Config,
    pub(crate) lines: PolicyLines,
}

/// Reads the configuration; a missing `ssot.toml` is an empty one, a missing file
/// that was asked for by name is an error.
pub(crate) fn load(root: &Path, file: Option<&Path>) -> Result<Loaded, EngineError> {
    read(root, file)?.map_or_else(|| Ok(Loaded::default()), |(shown, text)| parse(&shown, &text))
}

/// What the configuration is called and its text; none when there is no `ssot.toml`.
fn read(root: &Path, file: Option<&Path>) -> Result<Option<(String, String)>, EngineError> {
    let (path, required): (PathBuf, bool) = match file {
        Some(file) => (file.to_owned(), true),
        None => (root.join(CONFIG_FILE), false),
    };
    match files::read_text(&path, LARGEST_CONFIG) {
        Ok(text) => {
            let shown = path.strip_prefix(root).unwrap_or(&path);
            Ok(Some((shown.to_string_lossy().into_owned(), text)))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !required => Ok(None),
        Err(error) => Err(EngineError::config(format!(
            "{} cannot be read: {error}; name another file with --config",
            path.display()
        ))),
    }
}

/// The configuration that a text says, or a message with everything that is wrong with
/// it; `file` is what the message calls the text.
pub fn read_config(file: &str, text: &str) -> Result<Config, EngineError> {
    parse(file, text).map(|loaded| loaded.config)
}

/// Reads a configuration, or says everything that is wrong with it.
fn parse(file: &str, text: &str) -> Result<Loaded, EngineError> {
    let (document, errors) = DeTable::parse_recoverable(text);
    let mut mistakes: Vec<Mistake> = errors
        .iter()
        .map(|error| Mistake::new(error.span().unwrap_or_default(), error.message()))
        .collect();
    if mistakes.is_empty() {
        mistakes = shape::mistakes(&config_schema(), &document);
        mistakes.extend(meaning::mistakes(text, document.get_ref()));
        mistakes.extend(meaning::commands(text, document.get_ref()));
        mistakes.extend(meaning::canary(document.get_ref()));
        mistakes.extend(meaning::agent(document.get_ref()));
        mistakes.extend(meaning::shim(document.get_ref()));
    }
    let config = match toml::from_str(text) {
        Ok(config) => config,
        // What the schema lets pass and the types do not.
        Err(error) if mistakes.is_empty() => {
            mistakes.push(Mistake::new(error.span().unwrap_or_default(), error.message()));
            Config::default()
        }
        Err(_) => Config::default(),
    };
    mistakes.extend(meaning::codemods(document.get_ref()));
    mistakes.extend(meaning::llm(document.get_ref(), &config));
    if mistakes.is_empty() {
        let lines = meaning::lines(file, text, document.get_ref());
        return Ok(Loaded { config, lines });
    }
    Err(mistake::error(file, text, &mut mistakes))
}

/// Adds a boundary for every directory below the root that is packaged by itself
/// and is not declared already: a service or a library with its own build file.
pub(crate) fn detect_boundaries(
    surroundings: &mut Surroundings,
    index: &Index,
    config: &mut Config,
) {
    const BUILD_FILES: [&str; 4] = ["pyproject.toml", "setup.py", "setup.cfg", "Dockerfile"];
    let directories: BTreeSet<&str> =
        index.modules().flat_map(|(_, module)| ancestors(&module.path)).collect();
    let mut packaged: Vec<&str> = directories
        .into_iter()
        .filter(|directory| {
            let names = surroundings.names(directory);
            BUILD_FILES.iter().any(|name| names.contains(*name))
                || is_service(names, index, directory)
        })
        .collect();
    packaged.retain(|directory| {
        let declared = config.boundary.iter().flat_map(|boundary| &boundary.paths);
        !declared.into_iter().any(|path| is_inside(directory, path) || is_inside(path, directory))
    });
    // One packaged directory is where the project lives; several are its parts.
    if packaged.len() > 1 {
        config.boundary.extend(packaged.into_iter().map(|directory| Boundary {
            name: directory.to_owned(),
            paths: vec![directory.to_owned()],
        }));
    }
}

/// A directory at the top that is started and provisioned by itself: it has a main
/// module and requirements of its own.
fn is_service(names: &BTreeSet<String>, index: &Index, directory: &str) -> bool {
    const STARTS: [&str; 4] = ["main.py", "app/main.py", "__main__.py", "app.py"];
    let starts = || {
        STARTS.iter().any(|name| {
            RepoPath::new(&format!("{directory}/{name}"))
                .is_ok_and(|path| index.module_at(&path).is_some())
        })
    };
    let provisioned = || names.iter().any(|name| name.ends_with("requirements.txt"));
    !directory.contains('/') && starts() && provisioned()
}

fn is_inside(directory: &str, outer: &str) -> bool {
    let outer = outer.trim_end_matches('/');
    directory == outer || directory.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'))
}

/// The directories above a file, without the root.
fn ancestors(path: &RepoPath) -> impl Iterator<Item = &str> {
    path.as_str().match_indices('/').map(|(at, _)| &path.as_str()[..at])
}

#[cfg(test)]
mod tests {
    use super::parse;

    /// What is said about a text; empty when nothing is wrong.
    fn said(text: &str) -> String {
        parse("ssot.toml", text).err().map_or_else(String::new, |error| error.to_string())
    }

    #[test]
    fn every_mistake_is_shown_at_its_place() {
        for (text, expected) in [
            ("", &[][..]),
            (
                "[[decision]]\ngroup = \"a.B\"\nreason = \"r\"\nverdict = \"identical\"\n",
                &["4:11: `identical` is found by comparing, not decided"],
            ),
            ("[[keep]]\ngroup = \"a.B\"\nreason = \"old name\"\n", &[]),
            ("[scan\nx = ", &["1:6: "]),
            (
                "[scan]\nminlines = 7\n",
                &["2:1: `scan` has no `minlines`; did you mean `min-lines`?"],
            ),
            ("[scann]\n", &["1:2: there is no `scann`; did you mean `scan`?"]),
            (
                "[severity]\nexact-clones = \"error\"\nexact-clone = \"eror\"\n",
                &[
                    "2:1: no rule is called `exact-clones`; did you mean `exact-clone`?",
                    "3:15: `eror` is none of error, warning, note, off; did you mean `error`?",
                ],
            ),
            (
                "[[decision]]\nreason = \" \"\nverdict = \"homonim\"\nexpires = \"2026-02-30\"\nrule = \"x\"\n",
                &[
                    "1:1: `decision` needs `group`: dotted name of one of its members",
                    "2:10: `decision.reason` must not be empty",
                    "3:11: `homonim` is none of identical, clone,",
                    "4:11: `2026-02-30` is no date",
                    "5:8: no rule is called `x`",
                ],
            ),
            (
                "[[decision]]\ngroup = \"a.B\"\nreason = \"r\"\nexpires = 2026-12-31\n",
                &["4:11: `decision.expires` is a text, not a date; write it in quotes"],
            ),
            (
                "[scan]\nexclude = [\"a[\", 3]\nmin-lines = -1\nmax-file-bytes = \"1\"\n",
                &[
                    "2:12: `a[` is not a glob",
                    "2:18: `scan.exclude` is a text, not a whole number",
                    "3:13: `scan.min-lines` is a whole number from 0 to 4294967295",
                    "4:18: `scan.max-file-bytes` is a whole number, not a text",
                ],
            ),
            ("boundary = 3\n", &["1:12: `boundary` is a list of tables, not a whole number"]),
            (
                "[[boundary]]\nname = \"a\"\npaths = []\n[[boundary]]\nname = \"a\"\npaths = [\"x\"]\n\
                 [[name-budget]]\npattern = \"*M\"\nat-most = 1\nboundary = \"b\"\n",
                &[
                    "3:9: `boundary.paths` must not be empty",
                    "5:8: boundary `a` was declared at line 2 already",
                    "10:12: no boundary is called `b`",
                ],
            ),
        ] {
            check(text, expected);
        }
    }

    /// Demands these mistakes and no other.
    fn check(text: &str, expected: &[&str]) {
        let said = said(text);
        for part in expected {
            assert!(said.contains(&format!("ssot.toml:{part}")), "{text}\n{part}\n{said}");
        }
        let count = said.matches("\nssot.toml:").count();
        assert_eq!(count, expected.len(), "{text}\n{said}");
    }

    #[test]
    fn commands_and_categories_are_checked() {
        check(
            "[test]\ncommand = \"pytest 'a\"\n[[test.category]]\nname = \"a\"\nrepeat = 0\n\
             [[test.category]]\nname = \"a\"\n[services.db]\nstart = \"\"\nhealth = \"'\"\n",
            &[
                "2:11: the command `pytest 'a` is not well formed",
                "5:10: `test.category.repeat` is a whole number from 1 to 100",
                "7:8: category `a` was declared at line 4 already",
                "9:9: `services.db.start` must not be empty",
                "10:10: the command `'` is not well formed",
            ],
        );
    }

    #[test]
    fn what_holds_a_run_back_is_checked() {
        let steps = "the numbers must rise";
        for (text, said) in [
            (
                "[canary]\nsteps = [2, 1]\nhealth = \"x\"\n",
                format!("2:9: `canary.steps` counts landings from the first one: {steps}"),
            ),
            (
                "[canary]\nsteps = [0]\nhealth = \"x\"\n",
                format!("2:9: `canary.steps` counts landings from the first one: {steps}"),
            ),
            ("[canary]\nsteps = [1]\n", "2:9: `canary.steps` needs `health`".to_owned()),
            (
                "[canary]\nsteps = [1]\nhealth = \"'\"\n",
                "3:10: the command `'` is not well formed".to_owned(),
            ),
            ("[budget.total]\nseconds = 0\n", "2:11: `budget.total.seconds` is".to_owned()),
            ("[budget]\nseconds = 9\n", "2:1: `budget` has no `seconds`".to_owned()),
            ("[approval]\nplan = 1\n", "2:8: `approval.plan` is".to_owned()),
            ("[shim]\nremove-after = \"90 days\"\n[api]\npublic = [\"a.*\"]\n", String::new()),
            (
                "[shim]\nremove-after = \"soon\"\n",
                "2:16: `soon` is neither a date nor a number of days".to_owned(),
            ),
        ] {
            let said: &[&str] = if said.is_empty() { &[] } else { &[&said] };
            check(text, said);
        }
    }

    #[test]
    fn entries_are_found_again_by_their_line() {
        let text = "[scan]\n\n[[keep]]\ngroup = \"a.B\"\nreason = \"r\"\n[[boundary]]\nname = \"x\"\npaths = [\"y\"]\n";
        let loaded = parse("ssot.toml", text).expect("it is valid");
        assert_eq!(loaded.lines.of("decision", 0), 3);
        assert_eq!(loaded.lines.of("boundary", 0), 6);
    }
}
