//! The place of a coding agent: its worktree, what else it may see, and its environment.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use ssot_model::AgentConfig;

use super::environment::{find_program, prefix_of};
use super::scratch::Scratch;
use super::{Runner, RunnerError, split_command};
use crate::environment::Environment;
use crate::git::Worktree;
use crate::process::CommandLine;
use crate::sandbox::{Job, MARK_VARIABLE, Policy};

/// The same for every agent.
const FIXED: [(&str, &str); 4] =
    [("LANG", "C.UTF-8"), ("TZ", "UTC"), ("TERM", "dumb"), ("NO_COLOR", "1")];

/// The agent of the configuration, on this machine.
#[derive(Debug, Clone)]
pub struct AgentPost {
    /// What the configuration says of it.
    pub config: AgentConfig,
    /// The variables of this process; the agent gets those that the configuration names.
    pub environment: Environment,
}

/// Where an agent works. Dropping it ends every process that the agent has left behind.
#[derive(Debug)]
pub struct Workplace {
    /// Its command, inside of the sandbox.
    pub line: CommandLine,
    scratch: Scratch,
}

impl Workplace {
    /// Ends every process that the agent has left behind, also those that left its group.
    pub fn clear(&self) {
        self.scratch.terminate();
    }
}

impl AgentPost {
    /// A path of the configuration; `~` is the user's directory, and what is relative is
    /// relative to the checkout.
    fn path(&self, path: &str, checkout: &Path) -> PathBuf {
        let home = self.environment.home();
        let below = path.strip_prefix('~').filter(|rest| rest.is_empty() || rest.starts_with('/'));
        match home.zip(below) {
            Some((home, below)) => home.join(below.trim_start_matches('/')),
            None => checkout.join(path),
        }
    }
}

impl Runner {
    /// Makes the place of an agent in a worktree. It may change the worktree, a private
    /// directory, and what its configuration names; it may read the system, the history of
    /// the repository, what the tests may read, and what its configuration names.
    pub fn workplace(
        &self,
        tree: &Worktree,
        checkout: &Path,
        post: &AgentPost,
    ) -> Result<Workplace, RunnerError> {
        let config = &post.config;
        let mut words = split_command(&config.command)?;
        let scratch = Scratch::create(&self.mark)?;
        let at = |paths: &[String]| -> Vec<PathBuf> {
            paths.iter().map(|path| post.path(path, checkout)).collect()
        };
        let mut path = at(&config.path);
        path.extend(self.surroundings.path.iter().cloned());
        let program = find_program(&words[0], &path, checkout);
        let mut readable: BTreeSet<PathBuf> = self.surroundings.readable.iter().cloned().collect();
        readable.extend(at(&config.readable));
        readable.insert(tree.history());
        // The tools of this program are among what an agent may ask.
        readable.insert(self.launcher.program.clone());
        let real = program.as_ref().and_then(|program| program.canonicalize().ok());
        let bins = program.iter().chain(&real).filter_map(|program| program.parent());
        readable.extend(bins.chain(path.iter().map(PathBuf::as_path)).flat_map(prefix_of));
        let mut writable = at(&config.writable);
        writable.extend([scratch.path().to_path_buf(), tree.path().to_path_buf()]);
        let policy = Policy {
            writable,
            readable: readable.into_iter().collect(),
            memory_mib: config.memory_mib,
            network: config.network,
        };
        let env = variables(post, &scratch, &path);
        let program = words.remove(0);
        let job = Job { policy, program, args: words, env };
        let limit = Duration::from_secs(config.timeout_seconds);
        let line = self.launcher.command_line(&job, tree.path(), limit)?;
        Ok(Workplace { line: CommandLine { meter: self.meter.clone(), ..line }, scratch })
    }

    /// Counts what an agent says that it has used up.
    pub fn count_agents(&self, usage: ssot_model::AgentUsage) {
        self.meter.add_agents(usage);
    }
}

/// The whole environment of an agent.
fn variables(post: &AgentPost, scratch: &Scratch, path: &[PathBuf]) -> BTreeMap<String, String> {
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let mut env: BTreeMap<String, String> =
        FIXED.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let path: Vec<String> = path.iter().map(|path| text(path)).collect();
    env.insert("PATH".to_owned(), path.join(":"));
    env.insert("HOME".to_owned(), text(&scratch.home()));
    env.insert("TMPDIR".to_owned(), text(&scratch.tmp()));
    let passed = post.config.pass.iter();
    env.extend(
        passed.filter_map(|name| Some((name.clone(), post.environment.get(name)?.to_owned()))),
    );
    env.extend(post.config.env.clone());
    env.insert(MARK_VARIABLE.to_owned(), scratch.mark().to_owned());
    env
}
