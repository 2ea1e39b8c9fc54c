//! The source files that a page shows, read once and with limits by whoever can read.

use std::collections::BTreeMap;

use ssot_model::{Finding, Member, RepoPath};

/// Most files that are read.
const FILES: usize = 400;
/// Largest file that is read, in bytes.
const LARGEST: u64 = 1024 * 1024;

/// The text of some files of the repository.
#[derive(Debug, Default)]
pub struct Sources(BTreeMap<RepoPath, String>);

impl Sources {
    /// The files of the first two members of each finding, as `read` gives them; it is told
    /// how many bytes are too many. What it does not give is not shown.
    pub fn read<'a>(
        findings: impl Iterator<Item = &'a Finding>,
        read: impl Fn(&RepoPath, u64) -> Option<Vec<u8>>,
    ) -> Self {
        let mut texts = BTreeMap::new();
        for member in findings.flat_map(|finding| finding.members.iter().take(2)) {
            if texts.len() == FILES {
                break;
            }
            if texts.contains_key(&member.path) {
                continue;
            }
            if let Some(bytes) = read(&member.path, LARGEST) {
                texts.insert(member.path.clone(), String::from_utf8_lossy(&bytes).into_owned());
            }
        }
        Self(texts)
    }

    /// The first lines of a member, without the indentation that they share; none when
    /// its file was not read or has changed since.
    pub fn lines(&self, member: &Member, most: usize) -> Option<Vec<&str>> {
        let text = self.0.get(&member.path)?;
        let skipped = member.span.start.saturating_sub(1) as usize;
        let taken = (member.span.lines() as usize).min(most);
        let lines: Vec<&str> = text.lines().skip(skipped).take(taken).map(str::trim_end).collect();
        if lines.is_empty() {
            return None;
        }
        let blank = |line: &&&str| !line.trim().is_empty();
        let indent = |line: &&str| line.len() - line.trim_start_matches([' ', '\t']).len();
        let shared = lines.iter().filter(blank).map(indent).min().unwrap_or(0);
        Some(lines.into_iter().map(|line| line.get(shared..).unwrap_or("")).collect())
    }
}

#[cfg(any(test, feature = "sample"))]
impl Sources {
    /// Files that are not on any disk.
    pub fn of(files: &[(&str, &str)]) -> Self {
        let path = |text| crate::sample::path(text);
        Self(files.iter().map(|(name, text)| (path(name), (*text).to_owned())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::Sources;
    use crate::sample::member;

    #[test]
    fn lines_come_without_what_they_share() {
        let sources = Sources::of(&[("a.py", "class A:\n    def b():\n\n        c  \n    d\n")]);
        let lines = |start, lines, most| sources.lines(&member("a.py", start, lines, ""), most);
        assert_eq!(lines(2, 3, 9), Some(vec!["def b():", "", "    c"]));
        assert_eq!(lines(2, 3, 1), Some(vec!["def b():"]));
        assert_eq!(lines(9, 3, 9), None);
        assert_eq!(sources.lines(&member("b.py", 1, 1, ""), 1), None);
    }
}
