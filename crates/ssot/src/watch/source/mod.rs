//! Where the log comes from, and where what somebody says goes: the record of this machine, or
//! a server.

mod local;
mod remote;

use std::path::Path;

use ssot_model::{Event, Plan, RunId, Schedule};

use super::keys::Deed;
use local::Local;
pub(crate) use remote::Address;
use remote::Remote;

/// A plan and what was expected of it.
type Planned = (Plan, Option<Schedule>);

/// What comes of a log.
pub(super) enum News {
    /// The next events.
    Events(Vec<Event>),
    /// Everything that was there has come.
    CaughtUp,
    /// How the connection is, in words; nothing where all is well.
    Connection(String),
}

/// The log of one run.
pub(crate) enum Source {
    /// Of a repository of this machine.
    Local(Box<Local>),
    /// Of a project of a server.
    Remote(Box<Remote>),
}

impl Source {
    /// The log of a run of a repository, the latest when none is named.
    pub(crate) async fn local(root: &Path, run: Option<RunId>) -> anyhow::Result<Self> {
        Ok(Self::Local(Box::new(Local::open(root, run).await?)))
    }

    /// The same of a project of a server.
    pub(crate) async fn remote(address: Address, run: Option<RunId>) -> anyhow::Result<Self> {
        Ok(Self::Remote(Box::new(Remote::open(address, run).await?)))
    }

    pub(super) fn run(&self) -> &RunId {
        match self {
            Self::Local(it) => it.run(),
            Self::Remote(it) => it.run(),
        }
    }

    /// The plan of the run and what was expected of it; none before there is one.
    pub(super) async fn plan(&self) -> anyhow::Result<Option<Planned>> {
        match self {
            Self::Local(it) => Ok(it.plan()?),
            Self::Remote(it) => it.plan().await,
        }
    }

    /// What comes next. Dropping the future loses nothing.
    pub(super) async fn next(&mut self) -> anyhow::Result<News> {
        match self {
            Self::Local(it) => it.next().await,
            Self::Remote(it) => it.next().await,
        }
    }

    /// Does what was asked; what came of it, in words.
    pub(super) async fn carry_out(&self, deed: &Deed, by: Option<&str>) -> String {
        match self {
            Self::Local(it) => it.carry_out(deed, by).await,
            Self::Remote(it) => it.carry_out(deed).await,
        }
    }
}
