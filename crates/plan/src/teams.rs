//! Who works on which package.

use std::collections::BTreeSet;

use ssot_model::{PackageId, Plan, RepoPath, Team};

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

/// Switches off every package that belongs to none of the teams, and what waits for it.
pub fn keep_teams(plan: &mut Plan, names: &BTreeSet<&str>) {
    for package in &mut plan.packages {
        package.enabled &= package.team.as_deref().is_some_and(|team| names.contains(team));
    }
    loop {
        let off: BTreeSet<PackageId> =
            plan.packages.iter().filter(|it| !it.enabled).map(|it| it.id.clone()).collect();
        let waiting = plan
            .packages
            .iter_mut()
            .filter(|it| it.enabled && it.depends_on.iter().any(|before| off.contains(before)));
        let mut is_done = true;
        for package in waiting {
            package.enabled = false;
            is_done = false;
        }
        if is_done {
            return;
        }
    }
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
