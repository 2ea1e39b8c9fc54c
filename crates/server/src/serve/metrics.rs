//! What is counted, in the words of Prometheus.

mod tools;

use std::sync::Arc;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use ssot_runtime::tools::ToolMetrics;

/// Bounds of the seconds that a request takes.
const SECONDS: [f64; 9] = [0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

/// A kind of request.
#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
pub(super) struct Request {
    /// The method.
    pub(super) method: String,
    /// The route, not the address: that would be a name of its own for everybody.
    pub(super) route: String,
    /// The status of the answer.
    pub(super) status: u16,
}

/// The figures of the server. Clones share them.
#[derive(Clone)]
pub(super) struct Metrics {
    registry: Arc<Registry>,
    /// Requests that were answered.
    pub(super) requests: Family<Request, Counter>,
    /// How long that took.
    pub(super) seconds: Histogram,
    /// Sockets that are open.
    pub(super) sockets: Gauge,
    /// Events that were sent to somebody.
    pub(super) deliveries: Counter,
    /// How often a reader was so slow that it had to read the log again.
    pub(super) lagged: Counter,
    /// Repositories that were read.
    pub(super) readings: Counter,
    /// Runs that were started.
    pub(super) runs: Counter,
    /// Questions that a language model has answered.
    pub(super) thoughts: Counter,
    /// Questions that it should have answered.
    pub(super) thoughts_lost: Counter,
    /// Calls of tools, of all projects.
    pub(super) tools: ToolMetrics,
}

impl Metrics {
    pub(super) fn new() -> Self {
        let mut registry = Registry::with_prefix("ssot");
        let requests = Family::default();
        let seconds = Histogram::new(SECONDS);
        let sockets = Gauge::default();
        let (deliveries, lagged) = (Counter::default(), Counter::default());
        let (readings, runs) = (Counter::default(), Counter::default());
        registry.register("requests", "Requests that were answered", requests.clone());
        registry.register("request_seconds", "How long requests took", seconds.clone());
        registry.register("sockets", "Sockets that are open", sockets.clone());
        registry.register("deliveries", "Events that were sent to somebody", deliveries.clone());
        registry.register("lagged", "Readers that had to read the log again", lagged.clone());
        registry.register("readings", "Repositories that were read", readings.clone());
        registry.register("runs", "Runs that were started", runs.clone());
        let (thoughts, thoughts_lost) = (Counter::default(), Counter::default());
        let help = "Questions that a language model has answered";
        registry.register("llm_answers", help, thoughts.clone());
        let help = "Questions that a language model has not answered";
        registry.register("llm_failures", help, thoughts_lost.clone());
        let tools = ToolMetrics::default();
        registry.register_collector(Box::new(tools::Collected(tools.clone())));
        Self {
            registry: Arc::new(registry),
            requests,
            seconds,
            sockets,
            deliveries,
            lagged,
            readings,
            runs,
            thoughts,
            thoughts_lost,
            tools,
        }
    }

    /// All figures as Prometheus reads them.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        // Writing into a text does not fail.
        _ = encode(&mut text, &self.registry);
        text
    }
}
