//! The one way to a tool: looks it up, reads its arguments, keeps time, catches what
//! breaks, and keeps answers small.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use schemars::schema_for;
use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{Tool, ToolDescription, ToolError, fit};
use crate::identity::UserExecutionContext;
use crate::registry::{DuplicateKey, Registration, UniversalRegistry};

/// Calls at work at once. One whose time is up works on and counts until it ends.
const AT_ONCE: usize = 8;

/// Tools that are being collected.
pub struct Toolset(Registration<Arc<dyn Erased>>);

impl Toolset {
    /// None yet.
    #[expect(clippy::new_without_default, reason = "a set of tools is begun on purpose")]
    pub fn new() -> Self {
        Self(Registration::new())
    }

    /// Adds a tool; two of one name are an error.
    pub fn with<T: Tool>(self, tool: T) -> Result<Self, DuplicateKey> {
        Ok(Self(self.0.with(T::NAME, Arc::new(tool))?))
    }

    /// The dispatcher of these tools; no answer is larger than so many bytes of JSON.
    pub fn dispatcher(self, largest: usize) -> ToolDispatcher {
        let places = Arc::new(Semaphore::new(AT_ONCE));
        ToolDispatcher { tools: self.0.freeze(), places, largest }
    }
}

/// Calls tools for users. Clones share the limits.
#[derive(Clone)]
pub struct ToolDispatcher {
    tools: UniversalRegistry<Arc<dyn Erased>>,
    places: Arc<Semaphore>,
    largest: usize,
}

impl ToolDispatcher {
    /// What there is, in order of name.
    pub fn describe(&self) -> Vec<ToolDescription> {
        self.tools.iter().map(|(_, tool)| tool.describe()).collect()
    }

    /// Calls a tool for whom the context says.
    pub async fn call(
        &self,
        context: &UserExecutionContext,
        name: &str,
        arguments: Value,
    ) -> Result<Value, ToolError> {
        let Some(tool) = self.tools.get(name).cloned() else {
            let known: Vec<&str> = self.tools.iter().map(|(name, _)| name).collect();
            return Err(ToolError::Unknown { name: name.to_owned(), known: known.join(", ") });
        };
        let (name, timeout) = (tool.name(), tool.timeout());
        let work = async {
            let Ok(place) = Arc::clone(&self.places).acquire_owned().await else {
                return Err(ToolError::Busy { tool: name });
            };
            run(Arc::clone(&tool), place, context.clone(), arguments).await
        };
        let seconds = timeout.as_secs();
        match tokio::time::timeout(timeout, work).await {
            Ok(answer) => answer.map(|value| fit(value, self.largest)),
            Err(_) if self.places.available_permits() == 0 => Err(ToolError::Busy { tool: name }),
            Err(_) => Err(ToolError::Timeout { tool: name, seconds }),
        }
    }
}

/// The call on a thread of its own, which holds its place until it ends.
async fn run(
    tool: Arc<dyn Erased>,
    place: OwnedSemaphorePermit,
    context: UserExecutionContext,
    arguments: Value,
) -> Result<Value, ToolError> {
    let name = tool.name();
    let call = move || {
        let _place = place;
        // The tool is not used again after it broke but through its own locks.
        catch_unwind(AssertUnwindSafe(|| tool.call(&context, arguments)))
    };
    let broken = |message: String| ToolError::Broken { tool: name, message };
    match tokio::task::spawn_blocking(call).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(payload)) => Err(broken(said(&*payload))),
        Err(error) => Err(broken(error.to_string())),
    }
}

/// What a panic said.
fn said(payload: &(dyn std::any::Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "it said nothing".to_owned())
}

/// A tool without its types.
trait Erased: Send + Sync {
    fn name(&self) -> &'static str;
    fn timeout(&self) -> Duration;
    fn describe(&self) -> ToolDescription;
    fn call(&self, context: &UserExecutionContext, arguments: Value) -> Result<Value, ToolError>;
}

impl<T: Tool> Erased for T {
    fn name(&self) -> &'static str {
        T::NAME
    }

    fn timeout(&self) -> Duration {
        T::TIMEOUT
    }

    fn describe(&self) -> ToolDescription {
        let input = schema_for!(T::Input).to_value();
        ToolDescription { name: T::NAME, description: T::DESCRIPTION, input }
    }

    fn call(&self, context: &UserExecutionContext, arguments: Value) -> Result<Value, ToolError> {
        let read = serde_json::from_value(arguments);
        let input = read
            .map_err(|error| ToolError::Arguments { tool: T::NAME, message: error.to_string() })?;
        let output = Tool::call(self, context, input)?;
        serde_json::to_value(output)
            .map_err(|error| ToolError::Broken { tool: T::NAME, message: error.to_string() })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, channel};
    use std::sync::{Mutex, PoisonError};
    use std::time::Duration;

    use schemars::JsonSchema;
    use serde::Deserialize;
    use serde_json::{Value, json};

    use super::{ToolDispatcher, Toolset};
    use crate::identity::UserExecutionContext;
    use crate::tools::{Tool, ToolError, ToolFailure};

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

    fn context(user: &str) -> UserExecutionContext {
        UserExecutionContext::example(user)
    }

    async fn ask(tools: &ToolDispatcher, what: &str) -> Result<Value, ToolError> {
        tools.call(&context("ada"), "waiter", json!({ "what": what })).await
    }

    #[tokio::test]
    async fn every_call_has_one_answer() {
        let (_door, waits) = channel();
        let tools = Toolset::new()
            .with(Waiter::<PATIENT>(Mutex::new(waits)))
            .expect("one tool")
            .dispatcher(1000);
        assert_eq!(ask(&tools, "tea").await, Ok(json!({ "for": "ada", "what": "tea" })));
        let failed = ToolError::Failed(ToolFailure("not today".to_owned()));
        assert_eq!(ask(&tools, "refuse").await, Err(failed));
        let said = |error: ToolError| error.to_string();
        assert!(
            said(ask(&tools, "break").await.expect_err("it broke")).ends_with("dropped the tray")
        );
        let told = tools.call(&context("ada"), "waiter", json!({ "wha": 1 })).await;
        assert!(said(told.expect_err("refused")).contains("unknown field `wha`"));
        let told = tools.call(&context("ada"), "cook", json!({})).await;
        assert_eq!(said(told.expect_err("refused")), "there is no tool `cook`; there are waiter");
        // What has broken once answers again.
        assert!(ask(&tools, "tea").await.is_ok());
    }

    #[tokio::test]
    async fn calls_that_never_end_take_all_places_and_no_more() {
        let (door, waits) = channel();
        let tools = Toolset::new()
            .with(Waiter::<HASTY>(Mutex::new(waits)))
            .expect("one tool")
            .dispatcher(1000);
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
    }

    #[test]
    fn the_schema_is_an_object_with_the_fields() {
        let (_door, waits) = channel();
        let tools = Toolset::new()
            .with(Waiter::<HASTY>(Mutex::new(waits)))
            .expect("one tool")
            .dispatcher(1000);
        let described = tools.describe();
        assert_eq!(described[0].input["type"], "object");
        assert_eq!(described[0].input["required"], json!(["what"]));
        let (_door, waits) = channel();
        let twice = Toolset::new().with(Waiter::<HASTY>(Mutex::new(waits))).expect("one tool");
        let (_door, waits) = channel();
        assert!(twice.with(Waiter::<HASTY>(Mutex::new(waits))).is_err());
    }
}
