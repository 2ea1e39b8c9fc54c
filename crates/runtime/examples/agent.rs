//! An agent with one tool. What it does is in its log, and whoever watches reads the log.

use std::path::Path;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use ssot_model::{Agent, CompletionStatus, EventKind, UserId};
use ssot_runtime::clock::Clock;
use ssot_runtime::identity::UserExecutionContext;
use ssot_runtime::ids::IdManager;
use ssot_runtime::log::EventLog;
use ssot_runtime::tools::{
    CachePolicy, DispatcherConfig, Effect, Permission, Tool, ToolCache, ToolDispatcher,
    ToolFailure, ToolMetrics, Toolset,
};

/// A pure tool: the same text has the same number of words, whoever asks.
struct CountWords;

#[derive(Deserialize, JsonSchema)]
struct Question {
    /// The text whose words are counted.
    text: String,
}

impl Tool for CountWords {
    type Input = Question;
    type Output = usize;
    const NAME: &'static str = "count_words";
    const DESCRIPTION: &'static str = "How many words a text has.";
    const TIMEOUT: Duration = Duration::from_secs(1);
    const EFFECT: Effect = Effect::Idempotent;
    const NEEDS: Permission = Permission::Read;
    const CACHE: CachePolicy = CachePolicy::Shared;

    fn generation(&self) -> Option<String> {
        Some("1".to_owned()) // Answers are made from the question alone.
    }

    fn call(&self, _: &UserExecutionContext, asked: Question) -> Result<usize, ToolFailure> {
        Ok(asked.text.split_whitespace().count())
    }
}

/// The agent: it calls its tool for a user, and every step is durable before the next begins.
async fn work(
    whose: &UserExecutionContext,
    tools: &ToolDispatcher,
    log: &EventLog,
    text: &str,
) -> Result<(), Box<dyn std::error::Error>> {
    let (agent, tool, call) = (Agent::Data, CountWords::NAME.to_owned(), "call-1".to_owned());
    let append = |kind| log.append(whose.run(), "count", kind);
    let task = "count the words".to_owned();
    append(EventKind::AgentStarted { agent, package: None, task }).await?;
    append(EventKind::ToolExecuting { agent, tool: tool.clone(), call: call.clone() }).await?;
    let (status, summary) = match tools.call(whose, &tool, json!({ "text": text })).await {
        Ok(words) => (CompletionStatus::Ok, format!("{words} words")),
        Err(error) => (CompletionStatus::Error, error.to_string()),
    };
    let done = summary.clone();
    append(EventKind::ToolCompleted { agent, tool, call, status, summary: done }).await?;
    append(EventKind::AgentCompleted { agent, package: None, status, summary }).await?;
    Ok(())
}

/// Lets the agent work for a user, and gives the names of the events that a watcher was told.
pub(crate) async fn run(
    directory: &Path,
    user: &str,
    text: &str,
) -> Result<Vec<&'static str>, Box<dyn std::error::Error>> {
    let ids = IdManager::system();
    let whose =
        UserExecutionContext::new(UserId::new(user), ids.thread(), ids.run(), ids.request());
    let tools = Toolset::new().with(CountWords)?.dispatcher(DispatcherConfig {
        largest: 64 * 1024,
        granted: &[Permission::Read],
        cache: ToolCache::new(1024 * 1024),
        metrics: ToolMetrics::default(),
    });
    let log = EventLog::open(&directory.join("agent.db"), Clock::system()).await?;
    let mut cursor = log.subscribe(whose.run(), 0); // After event 0: from the first on.
    work(&whose, &tools, &log, text).await?;
    log.close().await;
    let mut told = Vec::new();
    while let Some(event) = cursor.next().await? {
        told.push(event.kind.name());
    }
    Ok(told)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    run(Path::new("target"), "ada", "a b c").await.map(drop)
}
