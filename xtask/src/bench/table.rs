//! The table of a measurement: medians, and ratios against the first row.

use std::fmt::Write as _;

use super::corpus::Corpus;
use super::measure::Cost;

/// A contestant and what its counted runs cost.
#[derive(Debug)]
pub(crate) struct Measured {
    /// Its name.
    pub(crate) name: String,
    /// One entry a run.
    pub(crate) costs: Vec<Cost>,
}

/// A whole measurement.
#[derive(Debug)]
pub(crate) struct Table<'a> {
    pub(crate) corpus: &'a Corpus,
    pub(crate) rounds: u32,
    pub(crate) date: String,
    pub(crate) machine: String,
    pub(crate) measured: Vec<Measured>,
}

impl Table<'_> {
    /// The table in Markdown.
    pub(crate) fn render(&self) -> String {
        let mut text = format!(
            "{} files, {:.2} million lines, {:.0} MB of Python; {} interleaved rounds, medians; {}; {}.\n\n",
            self.corpus.files,
            self.corpus.lines as f64 / 1e6,
            self.corpus.bytes as f64 / 1e6,
            self.rounds,
            self.machine,
            self.date,
        );
        text.push_str(
            "| tool | CPU s | range | x | wall s | peak MiB | x |\n|---|---|---|---|---|---|---|\n",
        );
        let base = self.measured.first();
        let cpu = |cost: &Cost| cost.cpu_seconds;
        let peak = |cost: &Cost| cost.peak_mib;
        for row in &self.measured {
            let all: Vec<f64> = sorted(&row.costs, cpu);
            let ratio = |figure: fn(&Cost) -> f64| {
                let base = base.map_or(f64::NAN, |base| median(&base.costs, figure));
                median(&row.costs, figure) / base
            };
            writeln!(
                text,
                "| {} | {:.2} | {:.2}-{:.2} | {:.2} | {:.2} | {:.0} | {:.2} |",
                row.name,
                median(&row.costs, cpu),
                all.first().copied().unwrap_or(f64::NAN),
                all.last().copied().unwrap_or(f64::NAN),
                ratio(cpu),
                median(&row.costs, |cost| cost.wall_seconds),
                median(&row.costs, peak),
                ratio(peak),
            )
            .expect("a string takes everything");
        }
        text
    }
}

fn sorted(costs: &[Cost], figure: fn(&Cost) -> f64) -> Vec<f64> {
    let mut figures: Vec<f64> = costs.iter().map(figure).collect();
    figures.sort_by(f64::total_cmp);
    figures
}

fn median(costs: &[Cost], figure: fn(&Cost) -> f64) -> f64 {
    let figures = sorted(costs, figure);
    match figures.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => figures[odd / 2],
        even => f64::midpoint(figures[even / 2 - 1], figures[even / 2]),
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{Cost, Measured, Table};
    use crate::bench::corpus::Corpus;

    #[test]
    fn rows_are_medians_and_ratios_against_the_first() {
        let cost = |cpu: f64| Cost {
            cpu_seconds: cpu,
            wall_seconds: cpu / 2.0,
            peak_mib: cpu * 100.0,
            code: Some(0),
        };
        let of = |name: &str, cpu: &[f64]| Measured {
            name: name.to_owned(),
            costs: cpu.iter().copied().map(cost).collect(),
        };
        let corpus =
            Corpus { directory: PathBuf::new(), files: 2, lines: 1_600_000, bytes: 50_000_000 };
        let table = Table {
            corpus: &corpus,
            rounds: 3,
            date: "2026-01-01".to_owned(),
            machine: "2 cores".to_owned(),
            measured: vec![of("a", &[3.0, 1.0, 2.0]), of("b", &[4.0, 6.0])],
        };
        let text = table.render();
        assert!(text.starts_with("2 files, 1.60 million lines, 50 MB"), "{text}");
        assert!(text.contains("| a | 2.00 | 1.00-3.00 | 1.00 | 1.00 | 200 | 1.00 |"), "{text}");
        assert!(text.contains("| b | 5.00 | 4.00-6.00 | 2.50 | 2.50 | 500 | 2.50 |"), "{text}");
    }
}
