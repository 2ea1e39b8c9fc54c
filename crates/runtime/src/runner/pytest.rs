//! Where pytest finds its configuration.

use std::fs;
use std::path::Path;

/// Files in which pytest looks for its configuration, with the text that marks the
/// section; the empty text for files that are one as a whole.
const CONFIGURATION: [(&str, &str); 5] = [
    ("pytest.ini", ""),
    (".pytest.ini", ""),
    ("pyproject.toml", "[tool.pytest"),
    ("tox.ini", "[pytest]"),
    ("setup.cfg", "[tool:pytest]"),
];

/// Whether a tree configures pytest itself. One that does not must be given an
/// empty configuration: pytest would look for one in the directories above, and a
/// worktree lies below the checkout that it was made from.
pub(super) fn is_configured(root: &Path) -> bool {
    CONFIGURATION.iter().any(|(name, section)| {
        fs::read_to_string(root.join(name)).is_ok_and(|text| text.contains(section))
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::is_configured;

    #[test]
    fn only_a_section_of_its_own_counts() {
        for (name, text, configured) in [
            ("pytest.ini", "", true),
            ("pyproject.toml", "[project]\nname = 'a'\n", false),
            ("pyproject.toml", "[tool.pytest.ini_options]\n", true),
            ("setup.cfg", "[tool:pytest]\n", true),
            ("setup.cfg", "[metadata]\n", false),
        ] {
            let root = tempfile::tempdir().expect("a temporary directory");
            fs::write(root.path().join(name), text).expect("written");
            assert_eq!(is_configured(root.path()), configured, "{name}: {text:?}");
        }
    }
}
