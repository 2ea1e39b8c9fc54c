//! Calls of tools, counted by the runtime.

use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::exemplar::Exemplar;
use ssot_runtime::tools::{BOUNDS, ToolMetrics};

/// See [`ToolMetrics`].
#[derive(Debug)]
pub(super) struct Collected(pub(super) ToolMetrics);

/// There are none: a call is found in the log of its conversation.
const NO_EXEMPLAR: Option<&Exemplar<NoLabelSet, u64>> = None;

impl Collector for Collected {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let figures = self.0.figures();
        let help = "Calls of tools, by how they ended";
        let mut calls = encoder.encode_descriptor("tool_calls", help, None, MetricType::Counter)?;
        for (tool, figures) in &figures {
            for (outcome, count) in &figures.outcomes {
                let labels = [("tool", *tool), ("outcome", outcome.as_str())];
                calls.encode_family(&labels)?.encode_counter(count, NO_EXEMPLAR)?;
            }
        }
        let help = "How long calls of tools took";
        let mut seconds =
            encoder.encode_descriptor("tool_seconds", help, None, MetricType::Histogram)?;
        for (tool, figures) in &figures {
            let bound = |bound: f64| if bound.is_finite() { bound } else { f64::MAX };
            let buckets: Vec<(f64, u64)> =
                BOUNDS.map(bound).into_iter().zip(figures.buckets).collect();
            let labels = [("tool", *tool)];
            seconds.encode_family(&labels)?.encode_histogram::<NoLabelSet>(
                figures.seconds,
                figures.calls(),
                &buckets,
                None,
            )?;
        }
        Ok(())
    }
}
