//! The record of this machine.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use ssot_engine::{EngineError, Records};
use ssot_model::{Event, RunId};
use ssot_runtime::ids::no_run;
use ssot_runtime::log::Subscription;

use super::super::keys::Deed;
use super::{News, Planned};
use crate::exit::Usage;

/// Events that are taken in before the screen is drawn again.
const BATCH: usize = 256;

/// The log of one run.
pub(crate) struct Local {
    records: Records,
    run: RunId,
    events: Subscription,
    /// What was read and not handed on; it outlives a question that nobody waits for.
    read: Vec<Event>,
    told: bool,
}

impl Local {
    /// The log of a run of a repository, the latest when none is named.
    pub(super) async fn open(root: &Path, run: Option<RunId>) -> anyhow::Result<Self> {
        let records = Records::open(root).await?;
        let run = match run {
            Some(run) if records.head(&run).await? > 0 => run,
            Some(run) => {
                return Err(Usage(no_run(run.as_str())).into());
            }
            None => {
                let latest = records.runs().await?.into_iter().next();
                latest.map(|it| it.run).ok_or_else(|| {
                    Usage(
                        "there has been no run in this repository; start one with `ssot run`"
                            .to_owned(),
                    )
                })?
            }
        };
        let events = records.subscribe(&run, 0);
        Ok(Self { records, run, events, read: Vec::new(), told: false })
    }

    pub(super) fn run(&self) -> &RunId {
        &self.run
    }

    /// The plan of the run and what was expected of it; none before there is one.
    pub(super) fn plan(&self) -> Result<Option<Planned>, EngineError> {
        self.records.plan(&self.run)
    }

    /// What comes next. Dropping the future loses nothing.
    pub(super) async fn next(&mut self) -> anyhow::Result<News> {
        if self.events.is_caught_up() && !self.told {
            self.told = true;
            return Ok(News::CaughtUp);
        }
        if !self.told {
            // What is stored comes at once; where nothing is left, the cursor is at the end.
            while self.read.len() < BATCH
                && let Some(event) = self.events.stored().await?
            {
                self.read.push(Arc::unwrap_or_clone(event));
            }
            return Ok(News::Events(std::mem::take(&mut self.read)));
        }
        let events = self.events.batch(BATCH).await?;
        let events = events.context("the log was closed")?;
        Ok(News::Events(events.into_iter().map(Arc::unwrap_or_clone).collect()))
    }

    /// Does what was asked; what came of it, in words.
    pub(super) async fn carry_out(&self, deed: &Deed, by: Option<&str>) -> String {
        let Some(by) = by else {
            return "start with --by NAME to steer: the log records who asked".to_owned();
        };
        let done = match deed {
            Deed::Tell(wish) => self
                .records
                .steer(&self.run, *wish, by)
                .await
                .map(|_| format!("told to {}", wish.as_str())),
            Deed::Approve(package) => {
                let given = self.records.approve(&self.run, package.as_ref(), by).await;
                given.map(|given| {
                    let number = ssot_pages::words::count(given.len(), "approval");
                    format!("{number} given; `ssot resume` takes the run up")
                })
            }
            Deed::Nothing | Deed::Leave => Ok(String::new()),
        };
        done.unwrap_or_else(|error| error.to_string())
    }
}
