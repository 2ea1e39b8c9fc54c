//! Who works on which package.

use ssot_model::{RepoPath, Team};

/// The team of a package: the first with one of its concepts, otherwise the one with
/// most of its files, the first of equals.
pub(crate) fn team_of<'a>(
    teams: &'a [Team],
    names: &[&str],
    write_set: &[RepoPath],
) -> Option<&'a Team> {
    let has_concept = |team: &&Team| {
        team.concepts.iter().any(|it| names.iter().any(|name| ssot_rules::fits(it, name)))
    };
    let files = |team: &Team| {
        let is_below = |path: &RepoPath| {
            team.paths.iter().any(|place| path.is_below(place.trim_end_matches('/')))
        };
        write_set.iter().filter(|path| is_below(path)).count()
    };
    let by_files = || {
        let most = teams.iter().map(files).max().filter(|most| *most > 0)?;
        teams.iter().find(|team| files(team) == most)
    };
    teams.iter().find(has_concept).or_else(by_files)
}

#[cfg(test)]
mod tests {
    use ssot_model::{RepoPath, Team};

    use super::team_of;

    #[test]
    fn a_concept_decides_before_paths_do() {
        let team = |name: &str, paths: &[&str], concepts: &[&str]| Team {
            name: name.to_owned(),
            paths: paths.iter().map(|it| (*it).to_owned()).collect(),
            concepts: concepts.iter().map(|it| (*it).to_owned()).collect(),
            workers: 1,
        };
        let teams = [
            team("shop", &["shop/"], &[]),
            team("core", &["core"], &[]),
            team("ids", &[], &["*Id"]),
        ];
        for (names, files, expected) in [
            (&["total"][..], &["shop/a.py", "core/b.py", "core/c.py"][..], Some("core")),
            (&["total"], &["shop/a.py", "core/b.py"], Some("shop")),
            (&["total"], &["shopping/a.py"], None),
            (&["OrderId"], &["shop/a.py"], Some("ids")),
        ] {
            let files: Vec<RepoPath> =
                files.iter().map(|it| RepoPath::new(it).expect("plain")).collect();
            let found = team_of(&teams, names, &files).map(|team| team.name.as_str());
            assert_eq!(found, expected, "{names:?} {files:?}");
        }
    }
}
