//! How long the lines of a project may be.

use std::collections::BTreeMap;

use ssot_model::RepoPath;

use super::work::Work;

/// The longest line where a project says nothing.
const USUAL: usize = 88;

/// Limits that somebody may set in earnest.
const SENSIBLE: std::ops::RangeInclusive<usize> = 40..=400;

/// Files of settings with the sections in which a limit counts; the empty one is the
/// head of a file.
const SETTINGS: [(&str, &[&str]); 6] = [
    ("pyproject.toml", &["tool.ruff", "tool.black", "tool.isort", "tool.flake8"]),
    ("ruff.toml", &[""]),
    (".ruff.toml", &[""]),
    ("setup.cfg", &["flake8", "pycodestyle", "isort", "tool:isort"]),
    ("tox.ini", &["flake8", "pycodestyle", "isort"]),
    (".flake8", &["flake8"]),
];

/// What a limit is called, `-` and `_` being one.
const KEYS: [&str; 2] = ["line-length", "max-line-length"];

/// The limits that were read, by directory.
pub(super) type Limits = BTreeMap<String, Option<usize>>;

/// The longest line of a file: the smallest limit that is set in the innermost directory
/// in which one is.
pub(super) fn longest_line(work: &Work<'_>, path: &RepoPath) -> usize {
    let mut directory = path.directory();
    loop {
        let known = work.limits.borrow().get(directory).copied();
        let limit = known.unwrap_or_else(|| {
            let read = limit_in(work, directory);
            work.limits.borrow_mut().insert(directory.to_owned(), read);
            read
        });
        match (limit, directory) {
            (Some(limit), _) => return limit,
            (None, "") => return USUAL,
            (None, _) => directory = directory.rsplit_once('/').map_or("", |(outer, _)| outer),
        }
    }
}

fn limit_in(work: &Work<'_>, directory: &str) -> Option<usize> {
    let limits = SETTINGS.iter().filter_map(|(name, sections)| {
        let path = if directory.is_empty() {
            RepoPath::new(name)
        } else {
            RepoPath::join(directory, name)
        };
        let bytes = work.bytes(&path.ok()?)?;
        limit_of(&String::from_utf8_lossy(&bytes), sections)
    });
    limits.min()
}

/// The smallest limit in some sections of a file of settings, TOML or INI.
fn limit_of(text: &str, sections: &[&str]) -> Option<usize> {
    let text = text.trim_start_matches('\u{feff}');
    let mut section = "";
    let mut found = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name.trim();
            continue;
        }
        let Some((key, value)) = line.split_once('=') else { continue };
        let key = key.trim().replace('_', "-");
        if sections.contains(&section) && KEYS.contains(&key.as_str()) {
            let value = value.split(['#', ';']).next().unwrap_or_default().trim();
            found.extend(value.parse().ok().filter(|limit| SENSIBLE.contains(limit)));
        }
    }
    found.into_iter().min()
}

#[cfg(test)]
mod tests {
    use super::{SETTINGS, limit_of};

    #[test]
    fn limits_are_read_where_tools_read_them() {
        for (file, text, expected) in [
            ("pyproject.toml", "[tool.black]\nline_length = 100\n", Some(100)),
            ("pyproject.toml", "[tool.ruff]\nline-length = 120 # wide\n", Some(120)),
            ("pyproject.toml", "[tool.other]\nline-length = 120\n", None),
            (
                "pyproject.toml",
                "[tool.black]\nline-length = 100\n[tool.isort]\nline_length = 79\n",
                Some(79),
            ),
            ("ruff.toml", "line-length = 99\n[format]\nline-length = 20\n", Some(99)),
            ("setup.cfg", "[flake8]\nmax-line-length: 3\nmax-line-length=110\n", Some(110)),
            (".flake8", "[flake8]\nmax_line_length = 0\n", None),
            ("tox.ini", "[testenv]\nmax-line-length = 70\n", None),
        ] {
            let (_, sections) =
                SETTINGS.iter().find(|(name, _)| *name == file).expect("it is in the list");
            assert_eq!(limit_of(text, sections), expected, "{file}: {text}");
        }
    }
}
