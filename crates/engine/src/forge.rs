//! Where the service that hosts a repository shows a line of it. Pure.

use std::fmt::Write;

use ssot_model::{CommitId, RepoPath, Span};

/// How a service writes the address of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    GitHub,
    GitLab,
    Gitea,
}

/// A repository on the service that hosts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forge {
    kind: Kind,
    /// `https://host/owner/name`.
    base: String,
}

impl Forge {
    /// The service that the address of a remote leads to; none where it is not known how it
    /// writes addresses. What the address holds besides, a name or a password, is left out.
    pub fn of(remote: &str) -> Option<Self> {
        let (host, path) = host_and_path(remote.trim())?;
        let host = host.to_ascii_lowercase();
        let is_plain = |text: &str| {
            let fits = |it: char| it.is_ascii_alphanumeric() || "-_./~".contains(it);
            !text.is_empty() && text.chars().all(fits) && !text.contains("..")
        };
        let path = path.trim_matches('/');
        let path = path.strip_suffix(".git").unwrap_or(path);
        if !is_plain(&host) || !is_plain(path) || !path.contains('/') {
            return None;
        }
        let named = |word: &str| host.split('.').any(|part| part == word);
        let kind = if named("github") {
            Kind::GitHub
        } else if named("gitlab") {
            Kind::GitLab
        } else if host == "codeberg.org" || ["gitea", "forgejo"].into_iter().any(named) {
            Kind::Gitea
        } else {
            return None;
        };
        Some(Self { kind, base: format!("https://{host}/{path}") })
    }

    /// The address of lines as they are in a commit.
    pub fn lines(&self, commit: &CommitId, path: &RepoPath, span: Span) -> String {
        let (base, path) = (&self.base, encoded(path.as_str()));
        let (from, to) = (span.start, span.end);
        match self.kind {
            Kind::GitHub => format!("{base}/blob/{commit}/{path}#L{from}-L{to}"),
            Kind::GitLab => format!("{base}/-/blob/{commit}/{path}#L{from}-{to}"),
            Kind::Gitea => format!("{base}/src/commit/{commit}/{path}#L{from}-L{to}"),
        }
    }
}

/// `git@host:path`, or a URL.
fn host_and_path(remote: &str) -> Option<(&str, &str)> {
    let Some((scheme, rest)) = remote.split_once("://") else {
        let (host, path) = remote.split_once(':')?;
        let host = host.rsplit('@').next()?;
        return (!host.contains('/')).then_some((host, path));
    };
    if !matches!(scheme, "https" | "http" | "ssh" | "git") {
        return None;
    }
    let (authority, path) = rest.split_once('/')?;
    let host = authority.rsplit('@').next()?;
    // The port of git is not the port of the pages.
    Some((host.split(':').next()?, path))
}

/// A path as part of an address.
fn encoded(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                text.push(char::from(byte));
            }
            // Writing into a text does not fail.
            _ => drop(write!(text, "%{byte:02X}")),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use ssot_model::{CommitId, RepoPath, Span};

    use super::Forge;

    #[test]
    fn a_remote_leads_to_the_lines_of_its_service() {
        let github = "https://github.com/ada/shop/blob/c0ffee/a%20b/%23x.py#L3-L9";
        let gitlab = "https://gitlab.example.org/team/web/shop/-/blob/c0ffee/a%20b/%23x.py#L3-9";
        let gitea = "https://codeberg.org/ada/shop/src/commit/c0ffee/a%20b/%23x.py#L3-L9";
        for (remote, expected) in [
            ("git@github.com:ada/shop.git", Some(github)),
            ("https://github.com/ada/shop", Some(github)),
            ("https://ada:ghp_secret@github.com/ada/shop.git/", Some(github)),
            ("ssh://git@gitlab.example.org:2222/team/web/shop.git", Some(gitlab)),
            ("https://codeberg.org/ada/shop.git", Some(gitea)),
            ("/srv/git/shop.git", None),
            ("file:///srv/git/github.com/shop.git", None),
            ("https://example.org/ada/shop.git", None),
            ("https://notgithub.com/ada/shop.git", None),
            ("git@github.com:shop.git", None),
            ("git@github.com:../../shop.git", None),
            ("https://github.com/ada/\"><script>.git", None),
            ("", None),
        ] {
            let path = RepoPath::new("a b/#x.py").expect("a path");
            let span = Span { start: 3, end: 9 };
            let lines = Forge::of(remote).map(|it| it.lines(&CommitId::new("c0ffee"), &path, span));
            assert_eq!(lines.as_deref(), expected, "{remote}");
        }
    }
}
