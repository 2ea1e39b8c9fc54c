//! Who owns which files: `CODEOWNERS`.

use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use ssot_model::RepoPath;

/// Where the file is looked for, the first one counts.
pub const OWNERS_FILES: [&str; 3] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];

/// The lines of a `CODEOWNERS` file.
#[derive(Debug, Default)]
pub struct Owners(Vec<(Gitignore, Vec<String>)>);

impl Owners {
    /// Reads the lines; one whose pattern cannot be read owns nothing.
    pub fn parse(text: &str) -> Self {
        let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
        // A section of GitLab says nothing about paths.
        let lines = lines.filter(|line| !line.is_empty() && !line.starts_with(['[', '^']));
        Self(lines.filter_map(rule).collect())
    }

    /// The owners of a file; the last line that names it counts.
    pub fn of(&self, path: &RepoPath) -> &[String] {
        let matches = |rule: &&(Gitignore, Vec<String>)| {
            rule.0.matched_path_or_any_parents(path.as_str(), false).is_ignore()
        };
        self.0.iter().rev().find(matches).map_or(&[], |(_, owners)| owners)
    }
}

fn rule(line: &str) -> Option<(Gitignore, Vec<String>)> {
    let mut words = line.split_whitespace();
    let pattern = words.next()?;
    let mut builder = GitignoreBuilder::new(Path::new(""));
    builder.add_line(None, pattern).ok()?;
    Some((builder.build().ok()?, words.map(str::to_owned).collect()))
}

#[cfg(test)]
mod tests {
    use ssot_model::RepoPath;

    use super::Owners;

    #[test]
    fn the_last_line_that_names_a_file_counts() {
        let owners = Owners::parse(
            "# who\n* @all\n/docs/ @writers\n*.sql @data # tables\napps/ @apps @web\n[Section]\n\
             apps/free/\n",
        );
        for (path, expected) in [
            ("a.py", "@all"),
            ("docs/a.md", "@writers"),
            ("x/docs/a.md", "@all"),
            ("docs/a.sql", "@data"),
            ("x/apps/b.py", "@apps @web"),
            ("apps/free/b.py", ""),
        ] {
            let path = RepoPath::new(path).expect("plain");
            assert_eq!(owners.of(&path).join(" "), expected, "{path}");
        }
        assert!(Owners::parse("").of(&RepoPath::new("a").expect("plain")).is_empty());
    }
}
