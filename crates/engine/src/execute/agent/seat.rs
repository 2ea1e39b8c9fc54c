//! Where the agent of a package sits, and the conversation with it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use ssot_model::{AgentConfig, Dialect, RequestId, ThreadId, UserId};
use ssot_runtime::drivers::{Driver, Ended, Heard, Model, Post, Session, driver};
use ssot_runtime::git::Worktree;
use ssot_runtime::identity::UserExecutionContext;
use ssot_runtime::llm::Llm;
use ssot_runtime::runner::{AgentPost, Workplace};
use tokio::sync::watch;

use super::record::Record;
use crate::execute::journal::Stop;
use crate::execute::unit::Unit;
use crate::tools::Bench;

/// What a language model is told before it is briefed.
const INSTRUCTIONS: &str = include_str!("instructions.md");

/// Where the agent of a package sits, and the conversation with it.
pub(super) struct Seat<'a> {
    unit: &'a Unit,
    config: &'a AgentConfig,
    driver: Box<dyn Driver>,
    session: Option<Session>,
    /// The private directory of an agent that is a program; it lives as long as its seat.
    place: Option<Workplace>,
}

impl<'a> Seat<'a> {
    pub(super) fn take(
        unit: &'a Unit,
        tree: &Worktree,
        agent: &'a AgentPost,
    ) -> Result<Self, Stop> {
        let (driver, place) = if let Some(llm) = &agent.config.llm {
            (model(unit, tree, &Llm::open(llm, &agent.environment)?)?, None)
        } else {
            let (driver, place) = program(unit, tree, agent)?;
            (driver, Some(place))
        };
        Ok(Self { unit, config: &agent.config, driver, session: None, place })
    }

    /// Whether the agent has not been told anything yet.
    pub(super) fn is_new(&self) -> bool {
        self.session.is_none()
    }

    /// Tells the agent something and hears it to the end of its turn. No process of its is left
    /// when this returns: nobody writes into a tree while it is judged. What can be taken up
    /// again without a process goes on next time, unless it went wrong.
    pub(super) async fn turn(&mut self, told: String, record: &mut Record<'_>) -> Result<(), Stop> {
        let mut session = match self.session.take() {
            Some(session) => session,
            None => Session::start(&*self.driver),
        };
        // Whoever is not there to be told says so when it is heard.
        session.prompt(told).await;
        let heard = hear_out(self.config, &mut session, self.unit.leash.halt.clone(), record).await;
        let goes_on = heard.is_ok() && self.config.dialect != Dialect::Acp;
        self.session = goes_on.then_some(session);
        if let Some(place) = &self.place {
            place.clear();
        }
        heard
    }
}

/// An agent that is a program, in its sandbox.
fn program(
    unit: &Unit,
    tree: &Worktree,
    agent: &AgentPost,
) -> Result<(Box<dyn Driver>, Workplace), Stop> {
    let job = unit.job();
    let place = unit.runner.workplace(tree, job.repository.root(), agent)?;
    let post = Post {
        line: place.line.clone(),
        directory: tree.path().to_path_buf(),
        write_set: unit.work().package.write_set.iter().cloned().collect(),
        tools: Some(tools(&job.launcher.program, tree.path())),
    };
    let missing = || rejected("the dialect `model` needs `[agent.llm]`".to_owned());
    let driver = driver(agent.config.dialect, post).ok_or_else(missing)?;
    Ok((driver, place))
}

/// A language model as an agent: its tools stay in the tree, and in the write set.
fn model(unit: &Unit, tree: &Worktree, llm: &Llm) -> Result<Box<dyn Driver>, Stop> {
    let write_set = unit.work().package.write_set.iter().cloned().collect();
    let tools = Bench::new(tree.path().to_path_buf(), write_set).tools();
    let tools = tools.map_err(|error| Stop::Failed(error.to_string()))?;
    let (run, package) = (unit.job().run.clone(), unit.id());
    let thread = ThreadId::new(format!("{run}/{package}"));
    let request = RequestId::new(format!("{run}/{package}/agent"));
    let whose = UserExecutionContext::new(UserId::new("ssot"), thread, run, request);
    Ok(Box::new(Model { llm: llm.clone(), tools, whose, instructions: INSTRUCTIONS }))
}

/// Hears an agent to the end of its turn, or stops it.
async fn hear_out(
    config: &AgentConfig,
    session: &mut Session,
    mut halt: watch::Receiver<bool>,
    record: &mut Record<'_>,
) -> Result<(), Stop> {
    let AgentConfig { timeout_seconds, silence_seconds, repeats, .. } = config;
    let end = tokio::time::sleep(Duration::from_secs(*timeout_seconds));
    tokio::pin!(end);
    let mut loops = Loops::new(*repeats);
    loop {
        let silence = Duration::from_secs(*silence_seconds);
        let heard = tokio::select! {
            biased;
            Ok(_) = halt.wait_for(|halted| *halted) => return Err(Stop::Cancelled),
            () = &mut end => {
                return Err(rejected(format!("the agent was not done after {timeout_seconds} s")));
            }
            () = tokio::time::sleep(silence) => {
                return Err(rejected(format!("the agent said nothing for {silence_seconds} s")));
            }
            heard = session.hear() => heard,
        };
        match heard {
            Ok(Heard::Done) => return Ok(()),
            Ok(Heard::GaveUp(why)) => {
                return Err(rejected(format!("the agent gave up: {why}")));
            }
            Err(Ended(why)) => {
                return Err(rejected(format!("the agent ended before it was done: {why}")));
            }
            Ok(heard) => {
                let circle = loops.hear(&heard);
                record.hear(heard).await?;
                circle.map_or(Ok(()), |why| Err(rejected(why)))?;
            }
        }
    }
}

fn rejected(why: String) -> Stop {
    Stop::Rejected(why)
}

/// The tools of this program as a server that the agent may ask about its worktree.
fn tools(program: &Path, tree: &Path) -> (PathBuf, Vec<String>) {
    let tree = tree.to_string_lossy().into_owned();
    (program.to_path_buf(), vec!["mcp".to_owned(), tree])
}

/// Notices when an agent goes in circles.
struct Loops {
    most: u32,
    last: Option<(String, String)>,
    times: u32,
}

impl Loops {
    fn new(most: u32) -> Self {
        Self { most, last: None, times: 0 }
    }

    /// Why the agent has to stop, when it calls the same tool for the same thing again and
    /// again.
    fn hear(&mut self, heard: &Heard) -> Option<String> {
        let Heard::ToolStarted { tool, about, .. } = heard else { return None };
        let call = (tool.clone(), about.clone());
        if self.last.as_ref() == Some(&call) {
            self.times += 1;
        } else {
            (self.last, self.times) = (Some(call), 1);
        }
        (self.times >= self.most).then(|| {
            let times = self.times;
            format!(
                "the agent goes in circles: {times} times in a row it called {tool} for `{about}`"
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use ssot_runtime::drivers::Heard;

    use super::Loops;

    #[test]
    fn only_the_same_call_in_a_row_is_a_circle() {
        let call = |about: &str| Heard::ToolStarted {
            call: String::new(),
            tool: "read".to_owned(),
            about: about.to_owned(),
        };
        let mut loops = Loops::new(3);
        for about in ["a", "a", "b", "a", "a"] {
            assert_eq!(loops.hear(&call(about)), None);
        }
        assert_eq!(loops.hear(&Heard::Said("so".to_owned())), None);
        let why = loops.hear(&call("a")).expect("three times");
        assert_eq!(why, "the agent goes in circles: 3 times in a row it called read for `a`");
    }
}
