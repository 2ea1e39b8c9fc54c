//! Where something is: a path inside the repository and a range of lines.

use compact_str::CompactString;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A path relative to the root of the repository, `/`-separated, never empty,
/// without `.`, `..` or a leading slash.
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "CompactString", into = "CompactString")]
#[schemars(with = "String")]
pub struct RepoPath(CompactString);

/// The text is not a plain relative path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a plain path below the repository's root")]
pub struct InvalidRepoPath(pub String);

impl RepoPath {
    /// Checks and wraps a `/`-separated path.
    pub fn new(text: &str) -> Result<Self, InvalidRepoPath> {
        let plain = |part: &str| !part.is_empty() && part != "." && part != "..";
        if text.split('/').all(plain) && !text.contains(['\0', '\n']) {
            Ok(Self(CompactString::from(text)))
        } else {
            Err(InvalidRepoPath(text.to_owned()))
        }
    }

    /// The whole path.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last component, with its extension.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// The last component without its extension.
    pub fn file_stem(&self) -> &str {
        let name = self.file_name();
        name.rsplit_once('.').map_or(name, |(stem, _)| stem)
    }

    /// The directory, empty for a file at the root.
    pub fn directory(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(directory, _)| directory)
    }

    /// The components from the root down.
    pub fn components(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/')
    }

    /// Whether the path is `prefix` or lies below it; the empty prefix is the root.
    pub fn is_below(&self, prefix: &str) -> bool {
        prefix.is_empty()
            || self
                .0
                .strip_prefix(prefix)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The path of `name` inside `directory` (empty for the root).
    pub fn join(directory: &str, name: &str) -> Result<Self, InvalidRepoPath> {
        if directory.is_empty() {
            Self::new(name)
        } else {
            Self::new(&format!("{directory}/{name}"))
        }
    }
}

impl std::fmt::Display for RepoPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

impl TryFrom<CompactString> for RepoPath {
    type Error = InvalidRepoPath;

    fn try_from(text: CompactString) -> Result<Self, Self::Error> {
        Self::new(&text)
    }
}

impl From<RepoPath> for CompactString {
    fn from(path: RepoPath) -> Self {
        path.0
    }
}

/// Lines of a file, counted from one, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    /// First line.
    pub start: u32,
    /// Last line.
    pub end: u32,
}

impl Span {
    /// How many lines the span covers.
    pub fn lines(self) -> u32 {
        self.end.saturating_sub(self.start) + 1
    }
}

#[cfg(test)]
mod tests {
    use super::RepoPath;

    #[test]
    fn only_plain_relative_paths_are_accepted() {
        for (text, valid) in [
            ("a/b.py", true),
            ("a b/ü.py", true),
            ("", false),
            ("/etc/passwd", false),
            ("a//b", false),
            ("../a", false),
            ("a/./b", false),
            ("a\nb", false),
        ] {
            assert_eq!(RepoPath::new(text).is_ok(), valid, "{text:?}");
        }
    }

    #[test]
    fn below_counts_whole_components() {
        let path = RepoPath::new("services/billing/api.py").expect("plain");
        assert!(path.is_below("services/billing"));
        assert!(path.is_below(""));
        assert!(!path.is_below("services/bill"));
        assert_eq!((path.directory(), path.file_stem()), ("services/billing", "api"));
    }
}
