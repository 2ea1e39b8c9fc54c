//! What is counted of calls.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::ToolError;
use crate::clock::Stopwatch;

/// Upper bounds of the classes in which the seconds of a call are counted.
pub const BOUNDS: [f64; 9] = [0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0, 60.0, f64::INFINITY];

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It was answered.
    Ok,
    /// It was answered from what was kept.
    Cached,
    /// The tool said why not, or could not read its arguments.
    Failed,
    /// Whoever called was not granted it.
    Refused,
    /// It took longer than it may.
    Timeout,
    /// Earlier calls were still at work.
    Busy,
    /// The tool panicked, or its answer is not JSON.
    Broken,
    /// Nobody waited for the answer any more.
    Dropped,
}

impl Outcome {
    /// Its name, one word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Cached => "cached",
            Self::Failed => "failed",
            Self::Refused => "refused",
            Self::Timeout => "timeout",
            Self::Busy => "busy",
            Self::Broken => "broken",
            Self::Dropped => "dropped",
        }
    }
}

impl From<&ToolError> for Outcome {
    fn from(error: &ToolError) -> Self {
        match error {
            ToolError::Unknown { .. } | ToolError::Arguments { .. } | ToolError::Failed(_) => {
                Self::Failed
            }
            ToolError::Refused { .. } => Self::Refused,
            ToolError::Timeout { .. } => Self::Timeout,
            ToolError::Busy { .. } => Self::Busy,
            ToolError::Broken { .. } => Self::Broken,
        }
    }
}

/// The figures of one tool.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ToolFigures {
    /// How many calls ended how.
    pub outcomes: BTreeMap<Outcome, u64>,
    /// How many calls took no longer than each of [`BOUNDS`] and longer than the one before.
    pub buckets: [u64; BOUNDS.len()],
    /// Seconds of all calls together.
    pub seconds: f64,
}

impl ToolFigures {
    /// All calls.
    pub fn calls(&self) -> u64 {
        self.outcomes.values().sum()
    }

    fn note(&mut self, outcome: Outcome, took: Duration) {
        let seconds = took.as_secs_f64();
        *self.outcomes.entry(outcome).or_default() += 1;
        // The last bound is above every number.
        let class = BOUNDS.iter().position(|bound| seconds <= *bound).unwrap_or(BOUNDS.len() - 1);
        self.buckets[class] += 1;
        self.seconds += seconds;
    }
}

/// The figures of all tools since the program began. Clones share them.
///
/// Only tools that exist are counted: the name of one that does not is whatever somebody
/// made up.
#[derive(Debug, Clone, Default)]
pub struct ToolMetrics(Arc<Mutex<BTreeMap<&'static str, ToolFigures>>>);

impl ToolMetrics {
    /// The figures as they are, by the name of the tool.
    pub fn figures(&self) -> BTreeMap<&'static str, ToolFigures> {
        self.lock().clone()
    }

    /// Begins to count a call.
    pub(super) fn begin(&self, tool: &'static str, watch: Stopwatch) -> Count {
        Count { metrics: self.clone(), tool, watch, outcome: Outcome::Dropped }
    }

    /// Nothing panics while it is held: the figures are whole.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, ToolFigures>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call that is counted when it is over, also when nobody waits for its end.
pub(super) struct Count {
    metrics: ToolMetrics,
    tool: &'static str,
    watch: Stopwatch,
    pub(super) outcome: Outcome,
}

impl Drop for Count {
    fn drop(&mut self) {
        let took = self.watch.elapsed();
        self.metrics.lock().entry(self.tool).or_default().note(self.outcome, took);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{BOUNDS, Outcome, ToolFigures};

    #[test]
    fn each_call_is_in_one_class() {
        let mut figures = ToolFigures::default();
        for (millis, expected) in
            [(0, 0), (1, 0), (2, 1), (5, 1), (100, 3), (60_000, 7), (3_600_000, 8)]
        {
            let before = figures.buckets;
            figures.note(Outcome::Ok, Duration::from_millis(millis));
            let now = figures.buckets;
            let grown: Vec<usize> = (0..BOUNDS.len()).filter(|at| now[*at] > before[*at]).collect();
            assert_eq!(grown, [expected], "{millis}");
        }
        figures.note(Outcome::Refused, Duration::ZERO);
        assert_eq!(figures.calls(), 8);
        assert!((figures.seconds - 3660.108).abs() < 1e-6, "{}", figures.seconds);
    }
}
