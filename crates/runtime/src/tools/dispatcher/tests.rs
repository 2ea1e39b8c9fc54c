//! Calls that end in every way there is.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{DispatcherConfig, ToolDispatcher, Toolset};
use crate::identity::UserExecutionContext;
use crate::tools::{
    CachePolicy, Effect, Outcome, Permission, Tool, ToolCache, ToolError, ToolFailure, ToolMetrics,
};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Order {
    what: String,
}

/// For calls that end: longer than any of them takes on a busy machine.
const PATIENT: u64 = 60_000;
/// For calls that do not.
const HASTY: u64 = 200;

/// Answers, refuses, breaks or waits, as it is told.
struct Waiter<const MILLIS: u64>(Mutex<Receiver<()>>);

impl<const MILLIS: u64> Tool for Waiter<MILLIS> {
    type Input = Order;
    type Output = Value;
    const NAME: &'static str = "waiter";
    const DESCRIPTION: &'static str = "Does as it is told.";
    const TIMEOUT: Duration = Duration::from_millis(MILLIS);
    const EFFECT: Effect = Effect::Idempotent;
    const NEEDS: Permission = Permission::Read;
    const CACHE: CachePolicy = CachePolicy::Never;

    fn call(
        &self,
        context: &UserExecutionContext,
        Order { what }: Order,
    ) -> Result<Value, ToolFailure> {
        match what.as_str() {
            "refuse" => Err(ToolFailure("not today".to_owned())),
            "break" => panic!("dropped the tray"),
            "wait" => {
                let door = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                door.recv().map_err(|error| ToolFailure(error.to_string()))?;
                Ok(Value::Null)
            }
            _ => Ok(json!({ "for": context.user().as_str(), "what": what })),
        }
    }
}

/// The dispatcher of one tool, for somebody who may look.
fn only<T: Tool>(tool: T) -> ToolDispatcher {
    Toolset::new().with(tool).expect("one tool").dispatcher(reading())
}

fn reading() -> DispatcherConfig {
    DispatcherConfig {
        largest: 1000,
        granted: &[Permission::Read],
        cache: ToolCache::new(10_000),
        metrics: ToolMetrics::default(),
    }
}

fn outcomes(tools: &ToolDispatcher, tool: &str) -> Vec<(Outcome, u64)> {
    let figures = tools.config.metrics.figures();
    figures.get(tool).map_or_else(Vec::new, |it| it.outcomes.clone().into_iter().collect())
}

fn context(user: &str) -> UserExecutionContext {
    UserExecutionContext::example(user)
}

async fn ask(tools: &ToolDispatcher, what: &str) -> Result<Value, ToolError> {
    tools.call(&context("ada"), "waiter", json!({ "what": what })).await
}

#[tokio::test]
async fn every_call_has_one_answer() {
    let (_door, waits) = channel();
    let tools = only(Waiter::<PATIENT>(Mutex::new(waits)));
    assert_eq!(ask(&tools, "tea").await, Ok(json!({ "for": "ada", "what": "tea" })));
    let failed = ToolError::Failed(ToolFailure("not today".to_owned()));
    assert_eq!(ask(&tools, "refuse").await, Err(failed));
    let said = |error: ToolError| error.to_string();
    assert!(said(ask(&tools, "break").await.expect_err("it broke")).ends_with("dropped the tray"));
    let told = tools.call(&context("ada"), "waiter", json!({ "wha": 1 })).await;
    assert!(said(told.expect_err("refused")).contains("unknown field `wha`"));
    let told = tools.call(&context("ada"), "cook", json!({})).await;
    assert_eq!(said(told.expect_err("refused")), "there is no tool `cook`; there are waiter");
    // What has broken once answers again.
    assert!(ask(&tools, "tea").await.is_ok());
    // A name that somebody made up is no tool.
    let expected = [(Outcome::Ok, 2), (Outcome::Failed, 2), (Outcome::Broken, 1)];
    assert_eq!(outcomes(&tools, "waiter"), expected);
    assert_eq!(tools.config.metrics.figures().len(), 1);
}

#[tokio::test]
async fn calls_that_never_end_take_all_places_and_no_more() {
    let (door, waits) = channel();
    let tools = only(Waiter::<HASTY>(Mutex::new(waits)));
    for _ in 1..super::AT_ONCE {
        let timeout = ToolError::Timeout { tool: "waiter", seconds: 0 };
        assert_eq!(ask(&tools, "wait").await, Err(timeout));
    }
    let busy = ToolError::Busy { tool: "waiter" };
    assert_eq!(ask(&tools, "wait").await, Err(busy.clone()));
    assert_eq!(ask(&tools, "tea").await, Err(busy));
    // Whoever waits ends when the door is gone.
    drop(door);
    while tools.places.available_permits() < super::AT_ONCE {
        tokio::task::yield_now().await;
    }
    assert!(ask(&tools, "tea").await.is_ok());
    let late = (super::AT_ONCE - 1) as u64;
    let expected = [(Outcome::Ok, 1), (Outcome::Timeout, late), (Outcome::Busy, 2)];
    assert_eq!(outcomes(&tools, "waiter"), expected);
}

#[test]
fn the_schema_is_an_object_with_the_fields() {
    let (_door, waits) = channel();
    let tools = only(Waiter::<HASTY>(Mutex::new(waits)));
    let described = tools.describe();
    assert_eq!(described[0].input["type"], "object");
    assert_eq!(described[0].input["required"], json!(["what"]));
    let (_door, waits) = channel();
    let twice = Toolset::new().with(Waiter::<HASTY>(Mutex::new(waits))).expect("one tool");
    let (_door, waits) = channel();
    assert!(twice.with(Waiter::<HASTY>(Mutex::new(waits))).is_err());
}

/// What the rooms of a house have been told so far, and how often somebody looked.
#[derive(Clone, Default)]
struct Ledger {
    generation: Arc<AtomicU64>,
    looks: Arc<AtomicU64>,
}

const NEVER: u8 = 0;
const PER_USER: u8 = 1;
const SHARED: u8 = 2;
/// Like [`PER_USER`], but a call does something.
const WRITING: u8 = 3;

/// Tells who asked and how often anybody has; `moving` changes what it is made from.
struct Looker<const POLICY: u8>(Ledger);

impl<const POLICY: u8> Tool for Looker<POLICY> {
    type Input = Order;
    type Output = Value;
    const NAME: &'static str = "looker";
    const DESCRIPTION: &'static str = "Looks.";
    const TIMEOUT: Duration = Duration::from_millis(PATIENT);
    const EFFECT: Effect = Effect::Idempotent;
    const NEEDS: Permission = if POLICY == WRITING { Permission::Write } else { Permission::Read };
    const CACHE: CachePolicy = match POLICY {
        NEVER => CachePolicy::Never,
        SHARED => CachePolicy::Shared,
        _ => CachePolicy::PerUser,
    };

    fn generation(&self) -> Option<String> {
        let now = self.0.generation.load(Ordering::SeqCst);
        (now != 99).then(|| now.to_string())
    }

    fn call(
        &self,
        context: &UserExecutionContext,
        Order { what }: Order,
    ) -> Result<Value, ToolFailure> {
        let look = self.0.looks.fetch_add(1, Ordering::SeqCst);
        if what == "moving" {
            self.0.generation.fetch_add(1, Ordering::SeqCst);
        }
        Ok(json!({ "for": context.user().as_str(), "look": look }))
    }
}

/// Asks as one user after the other; for whom each answer was, and of which look.
async fn looks(tools: &ToolDispatcher, whose: &[(&str, &str)]) -> Vec<(String, u64)> {
    let mut told = Vec::new();
    for (user, what) in whose {
        let answer = tools.call(&context(user), "looker", json!({ "what": what })).await;
        let answer = answer.expect("an answer");
        let user = answer["for"].as_str().expect("a user").to_owned();
        told.push((user, answer["look"].as_u64().expect("a number")));
    }
    told
}

#[tokio::test]
async fn answers_are_kept_for_whom_the_tool_says() {
    let whose = [("ada", "x"), ("eve", "x"), ("ada", "x"), ("eve", "x"), ("ada", "y")];
    let told = |users: [&str; 5], looks: [u64; 5]| -> Vec<(String, u64)> {
        users.map(str::to_owned).into_iter().zip(looks).collect()
    };
    let own = ["ada", "eve", "ada", "eve", "ada"];
    let tools = only(Looker::<NEVER>(Ledger::default()));
    assert_eq!(looks(&tools, &whose).await, told(own, [0, 1, 2, 3, 4]));
    // Nobody is told what another was told.
    let tools = only(Looker::<PER_USER>(Ledger::default()));
    assert_eq!(looks(&tools, &whose).await, told(own, [0, 1, 0, 1, 2]));
    assert_eq!(outcomes(&tools, "looker"), [(Outcome::Ok, 3), (Outcome::Cached, 2)]);
    // A dispatcher of another conversation gives the same answers again.
    let config = tools.config.clone();
    let other = Toolset::new().with(Looker::<PER_USER>(Ledger::default())).expect("one tool");
    assert_eq!(looks(&other.dispatcher(config), &whose).await, told(own, [0, 1, 0, 1, 2]));
    let tools = only(Looker::<SHARED>(Ledger::default()));
    let everybody = ["ada", "ada", "ada", "ada", "ada"];
    assert_eq!(looks(&tools, &whose).await, told(everybody, [0, 0, 0, 0, 1]));
}

#[tokio::test]
async fn an_answer_is_as_old_as_what_it_was_made_from() {
    let ledger = Ledger::default();
    let tools = only(Looker::<PER_USER>(ledger.clone()));
    let look = async |what| looks(&tools, &[("ada", what)]).await[0].1;
    assert_eq!((look("x").await, look("x").await), (0, 0));
    ledger.generation.store(7, Ordering::SeqCst);
    assert_eq!((look("x").await, look("x").await), (1, 1));
    // While nobody knows what it is made from, nothing is kept.
    ledger.generation.store(99, Ordering::SeqCst);
    assert_eq!((look("x").await, look("x").await), (2, 3));
    // Nor when that changed in the middle.
    ledger.generation.store(20, Ordering::SeqCst);
    assert_eq!(look("moving").await, 4);
    ledger.generation.store(20, Ordering::SeqCst);
    assert_eq!(look("moving").await, 5);
}

#[tokio::test]
async fn what_was_not_granted_is_refused_and_counted() {
    let ledger = Ledger::default();
    let tools = only(Looker::<WRITING>(ledger.clone()));
    assert_eq!(tools.describe(), []);
    let refused = tools.call(&context("ada"), "looker", json!({ "what": "x" })).await;
    let refused = refused.expect_err("refused");
    assert_eq!(refused, ToolError::Refused { tool: "looker", needs: Permission::Write });
    let told = "`looker` needs the permission to write, which was not granted here";
    assert_eq!(refused.to_string(), told);
    assert_eq!(ledger.looks.load(Ordering::SeqCst), 0);
    assert_eq!(outcomes(&tools, "looker"), [(Outcome::Refused, 1)]);
    // To whom it is granted it is done each time, whatever it says of its answers.
    let granted = DispatcherConfig { granted: &[Permission::Write], ..reading() };
    let tools = Toolset::new().with(Looker::<WRITING>(ledger)).expect("one tool");
    let tools = tools.dispatcher(granted);
    assert_eq!(tools.describe().len(), 1);
    let twice = looks(&tools, &[("ada", "x"), ("ada", "x")]).await;
    assert_eq!(twice, [("ada".to_owned(), 0), ("ada".to_owned(), 1)]);
}

#[tokio::test]
async fn a_call_that_nobody_waits_for_is_counted() {
    let (door, waits) = channel();
    let tools = only(Waiter::<PATIENT>(Mutex::new(waits)));
    let mut call = Box::pin(ask(&tools, "wait"));
    assert!(is_at_work(&mut call).await);
    drop(call);
    drop(door);
    assert_eq!(outcomes(&tools, "waiter"), [(Outcome::Dropped, 1)]);
}

/// Whether a future is still at work after it was asked once.
async fn is_at_work<T>(future: &mut (impl Future<Output = T> + Unpin)) -> bool {
    std::future::poll_fn(|task| {
        let is_pending = std::pin::Pin::new(&mut *future).poll(task).is_pending();
        std::task::Poll::Ready(is_pending)
    })
    .await
}
