//! Which lane of the swimlane each package is in, and how far its axis reaches.

use std::collections::BTreeMap;

use ssot_model::{PackageId, Schedule};

use super::Fold;

/// The lanes of a run, planned and actual.
#[derive(Debug)]
pub struct Lanes<'a> {
    /// The names of the lanes.
    pub names: Vec<String>,
    /// The lane of each package.
    pub lane: BTreeMap<&'a PackageId, usize>,
    /// The end of the axis, in milliseconds since the run began.
    pub end: u64,
}

impl<'a> Lanes<'a> {
    /// The lanes of a schedule, and one more for what it does not know.
    pub fn new(schedule: Option<&'a Schedule>, fold: &'a Fold, now: i64) -> Self {
        let mut names: Vec<String> = schedule
            .into_iter()
            .flat_map(|schedule| &schedule.lanes)
            .map(|lane| lane.name.clone())
            .collect();
        let planned = schedule.into_iter().flat_map(|schedule| &schedule.packages);
        let mut lane: BTreeMap<&PackageId, usize> =
            planned.clone().map(|it| (&it.id, it.lane)).collect();
        let others: Vec<&PackageId> =
            fold.packages.keys().filter(|id| !lane.contains_key(id)).collect();
        for id in others {
            lane.insert(id, names.len());
            names.push(id.as_str().split('-').next().unwrap_or_default().to_owned());
        }
        let makespan = schedule.map_or(0, |schedule| schedule.makespan);
        let end = makespan.max(fold.past(fold.ended.map_or(now, |it| it.0))).max(1000);
        Self { names, lane, end }
    }
}
