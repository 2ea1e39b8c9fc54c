//! The one way to a tool: looks it up, refuses what was not granted, reads its arguments,
//! keeps time, catches what breaks, keeps answers small and gives them again, and counts.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use schemars::schema_for;
use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::cache::{Key, canonical};
use super::{
    CachePolicy, Effect, Outcome, Permission, Tool, ToolCache, ToolDescription, ToolError,
    ToolMetrics, fit,
};
use crate::clock::Clock;
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

    /// The dispatcher of these tools.
    pub fn dispatcher(self, config: DispatcherConfig) -> ToolDispatcher {
        let places = Arc::new(Semaphore::new(AT_ONCE));
        ToolDispatcher { tools: self.0.freeze(), places, config, clock: Clock::system() }
    }
}

/// What a dispatcher may do, and what it shares with others.
#[derive(Debug, Clone)]
pub struct DispatcherConfig {
    /// No answer is larger than so many bytes of JSON.
    pub largest: usize,
    /// What whoever calls was granted.
    pub granted: &'static [Permission],
    /// Where answers are kept. Dispatchers that share it have the same tools of the same
    /// name and the same `largest`.
    pub cache: ToolCache,
    /// Where calls are counted.
    pub metrics: ToolMetrics,
}

/// Calls tools for users. Clones share the limits.
#[derive(Clone)]
pub struct ToolDispatcher {
    tools: UniversalRegistry<Arc<dyn Erased>>,
    places: Arc<Semaphore>,
    config: DispatcherConfig,
    clock: Clock,
}

/// An answer, and whether it was kept from before.
struct Answer {
    value: Value,
    is_cached: bool,
}

impl ToolDispatcher {
    /// What may be called here, in order of name.
    pub fn describe(&self) -> Vec<ToolDescription> {
        let described = self.tools.iter().map(|(_, tool)| tool.describe());
        described.filter(|tool| self.grants(tool.needs)).collect()
    }

    /// Calls a tool for whom the context says.
    pub async fn call(
        &self,
        context: &UserExecutionContext,
        name: &str,
        arguments: Value,
    ) -> Result<Value, ToolError> {
        let Some(tool) = self.tools.get(name) else {
            let known: Vec<&str> = self.tools.iter().map(|(name, _)| name).collect();
            return Err(ToolError::Unknown { name: name.to_owned(), known: known.join(", ") });
        };
        let mut count = self.config.metrics.begin(tool.name(), self.clock.stopwatch());
        let answer = if self.grants(tool.needs()) {
            self.answer(tool, context, arguments).await
        } else {
            Err(ToolError::Refused { tool: tool.name(), needs: tool.needs() })
        };
        count.outcome = match &answer {
            Ok(Answer { is_cached: true, .. }) => Outcome::Cached,
            Ok(_) => Outcome::Ok,
            Err(error) => Outcome::from(error),
        };
        answer.map(|answer| answer.value)
    }

    fn grants(&self, needed: Permission) -> bool {
        self.config.granted.contains(&needed)
    }

    /// The answer in time.
    async fn answer(
        &self,
        tool: &Arc<dyn Erased>,
        context: &UserExecutionContext,
        arguments: Value,
    ) -> Result<Answer, ToolError> {
        let (name, timeout) = (tool.name(), tool.timeout());
        let work = async {
            let Ok(place) = Arc::clone(&self.places).acquire_owned().await else {
                return Err(ToolError::Busy { tool: name });
            };
            let (tool, config, context) = (Arc::clone(tool), self.config.clone(), context.clone());
            let work = move || look_up(&*tool, &config, &context, arguments);
            run(name, place, work).await
        };
        let seconds = timeout.as_secs();
        match tokio::time::timeout(timeout, work).await {
            Ok(answer) => answer,
            Err(_) if self.places.available_permits() == 0 => Err(ToolError::Busy { tool: name }),
            Err(_) => Err(ToolError::Timeout { tool: name, seconds }),
        }
    }
}

/// Work on a thread of its own, which holds its place until it ends.
async fn run(
    tool: &'static str,
    place: OwnedSemaphorePermit,
    work: impl FnOnce() -> Result<Answer, ToolError> + Send + 'static,
) -> Result<Answer, ToolError> {
    let call = move || {
        let _place = place;
        // The tool is not used again after it broke but through its own locks.
        catch_unwind(AssertUnwindSafe(work))
    };
    let broken = |message: String| ToolError::Broken { tool, message };
    match tokio::task::spawn_blocking(call).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(payload)) => Err(broken(said(&*payload))),
        Err(error) => Err(broken(error.to_string())),
    }
}

/// The answer from what is kept, or from the tool.
fn look_up(
    tool: &dyn Erased,
    config: &DispatcherConfig,
    context: &UserExecutionContext,
    arguments: Value,
) -> Result<Answer, ToolError> {
    let key = key(tool, context, &arguments);
    if let Some(value) = key.as_ref().and_then(|key| config.cache.get(key)) {
        return Ok(Answer { value, is_cached: true });
    }
    let value = fit(tool.call(context, arguments)?, config.largest);
    // After a change in the middle nobody knows what the answer was made from.
    if let Some(key) = key.filter(|key| tool.generation().as_ref() == Some(&key.generation)) {
        config.cache.put(key, &value);
    }
    Ok(Answer { value, is_cached: false })
}

/// What the answer to a call is kept under; none when it is not kept.
fn key(tool: &dyn Erased, context: &UserExecutionContext, arguments: &Value) -> Option<Key> {
    let user = match tool.policy() {
        CachePolicy::Never => return None,
        CachePolicy::PerUser => Some(context.user().clone()),
        CachePolicy::Shared => None,
    };
    let generation = tool.generation()?;
    Some(Key { user, tool: tool.name(), arguments: canonical(arguments), generation })
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
    fn needs(&self) -> Permission;
    /// For whom answers are kept; for nobody where a call does something.
    fn policy(&self) -> CachePolicy;
    fn generation(&self) -> Option<String>;
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

    fn needs(&self) -> Permission {
        T::NEEDS
    }

    fn policy(&self) -> CachePolicy {
        match (T::NEEDS, T::EFFECT) {
            (Permission::Read, Effect::Idempotent) => T::CACHE,
            _ => CachePolicy::Never,
        }
    }

    fn generation(&self) -> Option<String> {
        Tool::generation(self)
    }

    fn describe(&self) -> ToolDescription {
        ToolDescription {
            name: T::NAME,
            description: T::DESCRIPTION,
            input: schema_for!(T::Input).to_value(),
            effect: T::EFFECT,
            needs: T::NEEDS,
        }
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
mod tests;
