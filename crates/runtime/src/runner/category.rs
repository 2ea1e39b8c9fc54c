//! The command of one category of tests.

use std::path::Path;

use ssot_model::TestCategory;

use super::RunnerError;
use super::services::split_command;

/// The command of a category, from that of all tests, which run in `directory`.
pub(super) fn words(
    category: &TestCategory,
    all: &[String],
    directory: &Path,
) -> Result<Vec<String>, RunnerError> {
    let mut words = match &category.command {
        Some(command) => split_command(command)?,
        None => all.to_vec(),
    };
    if !category.paths.is_empty() {
        // The paths of all tests give way to those of the category.
        let named = |word: &String| !word.starts_with('-') && directory.join(word).exists();
        while words.len() > 1 && words.last().is_some_and(named) {
            words.pop();
        }
    }
    if let Some(markers) = &category.markers {
        words.extend(["-m".to_owned(), markers.clone()]);
    }
    words.extend(category.paths.iter().cloned());
    Ok(words)
}

#[cfg(test)]
mod tests {
    use ssot_model::TestCategory;

    use super::words;

    #[test]
    fn a_category_narrows_the_command_of_all_tests() {
        let directory = tempfile::tempdir().expect("temporary directory");
        std::fs::create_dir(directory.path().join("tests")).expect("created");
        let category =
            |command: Option<&str>, markers: Option<&str>, paths: &[&str]| TestCategory {
                command: command.map(str::to_owned),
                markers: markers.map(str::to_owned),
                paths: paths.iter().map(|path| (*path).to_owned()).collect(),
                ..TestCategory::default()
            };
        let pytest = ["pytest", "-q"];
        let with = |more: &[&'static str]| [&pytest[..], more].concat();
        for (all, category, expected) in [
            (with(&["tests"]), category(None, None, &[]), with(&["tests"])),
            (with(&["tests"]), category(None, None, &["tests/unit"]), with(&["tests/unit"])),
            (with(&["tests", "-x"]), category(None, None, &["a"]), with(&["tests", "-x", "a"])),
            (
                pytest.into(),
                category(None, Some("not slow"), &["a"]),
                with(&["-m", "not slow", "a"]),
            ),
            (with(&["tests"]), category(Some("tox -e 'x y'"), None, &[]), vec!["tox", "-e", "x y"]),
        ] {
            let all: Vec<String> = all.into_iter().map(str::to_owned).collect();
            let found = words(&category, &all, directory.path()).expect("well formed");
            assert_eq!(found, expected);
        }
    }
}
