//! What a package will take, from what earlier ones took.
//!
//! Each stage is estimated by the median over earlier packages that wrote about as many
//! files, or over all of them when none did. Without earlier runs the defaults below hold.

use ssot_model::{Basis, Experience, Package, PastPackage, StageTimes};

use crate::schedule::Setting;

/// Milliseconds without an earlier run: worktree and rewriting, gates without tests,
/// landing, one execution of the tests, scanning and planning.
const IMPLEMENTATION: u64 = 1_000;
const GATES: u64 = 4_000;
const LANDING: u64 = 1_000;
const SUITE: u64 = 30_000;
const LOOKING: u64 = 5_000;

/// Write sets up to so many files are about as large.
const SIZES: [u32; 4] = [1, 3, 8, u32::MAX];

/// The times that are expected.
pub(crate) struct Estimates<'a> {
    setting: &'a Setting<'a>,
    suite: u64,
}

impl<'a> Estimates<'a> {
    pub(crate) fn new(setting: &'a Setting<'a>) -> Self {
        let suites = &setting.experience.suites;
        let suite = if setting.tested { median(suites.clone()).unwrap_or(SUITE) } else { 0 };
        Self { setting, suite }
    }

    pub(crate) fn basis(&self) -> Basis {
        let Experience { runs, packages, .. } = self.setting.experience;
        Basis { runs: *runs, packages: packages.len() as u32, suite: self.suite }
    }

    /// The stages of one package.
    pub(crate) fn of(&self, package: &Package) -> StageTimes {
        let past = self.setting.experience;
        let size = size(package.write_set.len() as u32);
        let alike: Vec<&PastPackage> =
            past.packages.iter().filter(|it| self::size(it.files) == size).collect();
        let alike = if alike.is_empty() { past.packages.iter().collect() } else { alike };
        let of = |time: fn(&PastPackage) -> u64| median(alike.iter().map(|it| time(it)).collect());
        let tests = if self.setting.tested { of(|it| it.tests).unwrap_or(self.suite) } else { 0 };
        StageTimes {
            analysis: median(past.analysis.clone()).unwrap_or(0),
            planning: median(past.planning.clone()).unwrap_or(0),
            implementation: of(|it| it.implementation).unwrap_or(IMPLEMENTATION),
            validation: of(|it| it.gates).unwrap_or(GATES) + tests,
            landing: of(|it| it.landing).unwrap_or(LANDING),
        }
    }

    /// From the beginning of the run to its first package.
    pub(crate) fn before(&self) -> u64 {
        let default = || LOOKING + u64::from(self.setting.repeat) * self.suite;
        median(self.setting.experience.before.clone()).unwrap_or_else(default)
    }

    /// From the last package to the end of the run.
    pub(crate) fn after(&self) -> u64 {
        let default = || LOOKING + u64::from(self.setting.repeat) * self.suite;
        median(self.setting.experience.after.clone()).unwrap_or_else(default)
    }
}

/// The class of a number of files.
fn size(files: u32) -> usize {
    SIZES.iter().position(|most| files <= *most).unwrap_or(SIZES.len())
}

/// The middle one, the lower of two; none of nothing.
fn median(mut times: Vec<u64>) -> Option<u64> {
    times.sort_unstable();
    times.get(times.len().checked_sub(1)? / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::{median, size};

    #[test]
    fn the_middle_is_taken_of_those_alike() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![9, 1, 5]), Some(5));
        assert_eq!(median(vec![9, 1, 5, 2]), Some(2));
        assert_eq!([1, 2, 3, 4, 8, 9].map(size), [0, 1, 1, 2, 2, 3]);
    }
}
