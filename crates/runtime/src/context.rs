//! Who is at work, where and with what.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ssot_model::{PackageId, RunId};

use crate::clock::Clock;
use crate::environment::Environment;
use crate::ids::{Randomness, mint_run_id};

/// The directory inside a repository that belongs to ssot.
pub const STATE_DIRECTORY: &str = ".ssot";

/// Everything ambient, made explicit: the run, and for work on one package that
/// package; the clock, the environment and the repository.
///
/// A context never changes. It has no default and no global instance: it is made
/// by `main` and handed down. Cloning costs a few reference counts.
#[derive(Debug, Clone)]
pub struct Context {
    run: RunId,
    package: Option<PackageId>,
    surroundings: Arc<Surroundings>,
}

#[derive(Debug)]
struct Surroundings {
    clock: Clock,
    randomness: Randomness,
    environment: Environment,
    repository: PathBuf,
    state: PathBuf,
}

impl Context {
    /// A context for a new run on the repository at `repository`, an absolute path.
    pub fn new(
        repository: &Path,
        clock: Clock,
        randomness: Randomness,
        environment: Environment,
    ) -> Self {
        let run = mint_run_id(&clock, &randomness);
        let surroundings = Surroundings {
            clock,
            randomness,
            environment,
            repository: repository.to_owned(),
            state: repository.join(STATE_DIRECTORY),
        };
        Self { run, package: None, surroundings: Arc::new(surroundings) }
    }

    /// The same surroundings for a run that exists already, about no package.
    #[must_use]
    pub fn for_run(&self, run: RunId) -> Self {
        Self { run, package: None, surroundings: Arc::clone(&self.surroundings) }
    }

    /// A child for the work on one package.
    #[must_use]
    pub fn for_package(&self, package: PackageId) -> Self {
        Self { package: Some(package), ..self.clone() }
    }

    /// The run.
    pub fn run(&self) -> &RunId {
        &self.run
    }

    /// The package, in a child made for one.
    pub fn package(&self) -> Option<&PackageId> {
        self.package.as_ref()
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.surroundings.clock
    }

    /// The source of random numbers.
    pub fn randomness(&self) -> &Randomness {
        &self.surroundings.randomness
    }

    /// The environment as it was at boot.
    pub fn environment(&self) -> &Environment {
        &self.surroundings.environment
    }

    /// The root of the repository.
    pub fn repository(&self) -> &Path {
        &self.surroundings.repository
    }

    /// `.ssot` in the repository.
    pub fn state_directory(&self) -> &Path {
        &self.surroundings.state
    }

    /// `.ssot/runs/<run>`: what belongs to this run alone.
    pub fn run_directory(&self) -> PathBuf {
        self.surroundings.state.join("runs").join(self.run.as_str())
    }

    /// `.ssot/state.db`: the event log of all runs.
    pub fn log_path(&self) -> PathBuf {
        self.surroundings.state.join("state.db")
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use ssot_model::{PackageId, RunId, Timestamp};

    use super::Context;
    use crate::clock::Clock;
    use crate::environment::Environment;
    use crate::ids::Randomness;

    #[test]
    fn children_share_the_surroundings_and_differ_in_identity() {
        let context = Context::new(
            Path::new("/srv/shop"),
            Clock::stepping(Timestamp(0), 1),
            Randomness::seeded(7),
            Environment::default(),
        );
        let child = context.for_package(PackageId::new("p01-round-money"));
        assert_eq!(child.run(), context.run());
        assert_eq!(
            (context.package(), child.package().map(PackageId::as_str)),
            (None, Some("p01-round-money"))
        );
        assert_eq!(context.clock().now().0 + 1, child.clock().now().0);
        let other = child.for_run(RunId::new("r-20260301-101500-3f9a"));
        assert_eq!(other.package(), None);
        assert_eq!(other.run_directory(), Path::new("/srv/shop/.ssot/runs/r-20260301-101500-3f9a"));
        assert_eq!(other.log_path(), Path::new("/srv/shop/.ssot/state.db"));
    }
}
