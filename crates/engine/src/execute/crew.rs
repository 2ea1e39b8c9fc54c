//! Who may work at once: the workers of the teams, and of those without a team.

use std::collections::BTreeMap;

use ssot_model::{Package, PackageId};

/// The workers of a run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Crew {
    /// Each team with its workers. Without teams everybody works on everything.
    pub teams: Vec<(String, usize)>,
    /// Workers for packages without a team, and for all where there are no teams.
    pub others: usize,
    /// Teams that may be at work at the same time; all when missing.
    pub at_once: Option<usize>,
}

impl Crew {
    /// So many workers for everything.
    pub fn of(workers: usize) -> Self {
        Self { teams: Vec::new(), others: workers, at_once: None }
    }

    /// Whether somebody is free for a package while others are worked on.
    pub(super) fn is_free(&self, package: &Package, working: &BTreeMap<PackageId, Lane>) -> bool {
        let lane = self.lane(package);
        let (mut busy, mut lanes) = (0, vec![lane]);
        for other in working.values() {
            busy += usize::from(*other == lane);
            lanes.push(*other);
        }
        lanes.sort_unstable();
        lanes.dedup();
        busy < self.workers(lane) && self.at_once.is_none_or(|most| lanes.len() <= most.max(1))
    }

    /// The lane of a package.
    pub(super) fn lane(&self, package: &Package) -> Lane {
        let team = package.team.as_deref();
        self.teams.iter().position(|(name, _)| team == Some(name.as_str()))
    }

    fn workers(&self, lane: Lane) -> usize {
        lane.map_or(self.others, |at| self.teams[at].1).max(1)
    }
}

/// The team by its position; none for those without a team.
pub(super) type Lane = Option<usize>;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use ssot_model::{Doer, Package, PackageId, Priority};

    use super::Crew;

    fn package(team: Option<&str>) -> Package {
        Package {
            id: PackageId::new("p"),
            title: String::new(),
            priority: Priority::P1,
            score: 0,
            team: team.map(str::to_owned),
            enabled: true,
            doer: Doer::Codemod,
            depends_on: Vec::new(),
            write_set: Vec::new(),
            read_set: Vec::new(),
            read_symbols: Vec::new(),
            groups: Vec::new(),
            places: Vec::new(),
        }
    }

    #[test]
    fn a_team_works_in_its_own_lanes() {
        let teams = vec![("shop".to_owned(), 1), ("core".to_owned(), 2)];
        let crew = Crew { teams, others: 1, at_once: None };
        let pair = Crew { at_once: Some(2), ..crew.clone() };
        for (working, next, free, free_of_two) in [
            (&[][..], Some("shop"), true, true),
            (&[Some(0)], Some("shop"), false, false),
            (&[Some(0)], Some("core"), true, true),
            (&[Some(0), Some(1)], Some("core"), true, true),
            (&[Some(0), Some(1), Some(1)], Some("core"), false, false),
            // A third team waits until one of the two has nothing at work.
            (&[Some(0), Some(1)], None, true, false),
            (&[None], Some("unknown"), false, false),
        ] {
            let working: BTreeMap<PackageId, _> = working
                .iter()
                .enumerate()
                .map(|(at, lane)| (PackageId::new(at.to_string()), *lane))
                .collect();
            let package = package(next);
            assert_eq!(crew.is_free(&package, &working), free, "{working:?} {next:?}");
            assert_eq!(pair.is_free(&package, &working), free_of_two, "{working:?} {next:?}");
        }
        assert!(Crew::of(2).is_free(&package(Some("shop")), &BTreeMap::new()));
    }
}
