//! The history of a repository's figures, one line a commit and configuration.
//!
//! It is drawn, never decided on: what cannot be read or written costs a point of the
//! picture and never the scan.

use ssot_model::{ScanReport, TrendPoint};
use ssot_runtime::clock::Clock;
use ssot_runtime::files;
use ssot_runtime::git::Repository;

use crate::{ScanOptions, configuration};

/// The file in the state directory.
const FILE: &str = "trend.jsonl";
/// Points that are kept; older ones are dropped.
const MOST_POINTS: usize = 1000;
/// Largest file that is read, in bytes.
const LARGEST_FILE: u64 = 4 * 1024 * 1024;

/// Adds the figures of a whole scan to the history and returns it, the oldest first.
/// A scan of the same commit under the same configuration takes the place of the
/// earlier one. Outside a git repository, and without the cache, nothing is kept.
pub fn record_trend(options: &ScanOptions, report: &ScanReport) -> Vec<TrendPoint> {
    if !options.cache {
        return Vec::new();
    }
    let Ok(state) = files::prepare_state_dir(&options.root) else {
        return Vec::new();
    };
    let path = state.join(FILE);
    let mut points = parse(&files::read_text(&path, LARGEST_FILE).unwrap_or_default());
    if let Some(point) = point(options, report)
        && add(&mut points, point)
    {
        _ = files::write_text(&path, &render(&points));
    }
    points
}

fn point(options: &ScanOptions, report: &ScanReport) -> Option<TrendPoint> {
    let commit = Repository::open(&options.root).ok()?.head().ok()?;
    let config = configuration::load(&options.root, options.config.as_deref()).ok()?;
    let config = toml::to_string(&config.config).ok()?;
    let config = blake3::hash(config.as_bytes()).to_hex()[..16].to_owned();
    Some(TrendPoint::of(report, Clock::system().now(), commit.to_string(), config))
}

/// Adds a point; whether anything but the time changed.
fn add(points: &mut Vec<TrendPoint>, point: TrendPoint) -> bool {
    if let Some(known) = points.iter().find(|known| known.is_same_state(&point)) {
        if *known == (TrendPoint { at: known.at, ..point.clone() }) {
            return false;
        }
        points.retain(|known| !known.is_same_state(&point));
    }
    points.push(point);
    let surplus = points.len().saturating_sub(MOST_POINTS);
    points.drain(..surplus);
    true
}

/// The points of a file; lines that are none are passed over.
fn parse(text: &str) -> Vec<TrendPoint> {
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

fn render(points: &[TrendPoint]) -> String {
    let line = |point: &TrendPoint| {
        let text = serde_json::to_string(point).expect("numbers and texts are JSON");
        text + "\n"
    };
    points.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use ssot_model::{Timestamp, TrendPoint};

    use super::{MOST_POINTS, add, parse, render};

    fn point(at: i64, commit: &str, lines: u64) -> TrendPoint {
        TrendPoint {
            at: Timestamp(at),
            commit: commit.to_owned(),
            config: "c".to_owned(),
            files: 1,
            lines,
            removable: 0,
            rules: BTreeMap::new(),
            verdicts: BTreeMap::new(),
        }
    }

    #[test]
    fn a_commit_has_one_point() {
        let mut points = vec![point(1, "a", 10)];
        assert!(!add(&mut points, point(2, "a", 10)), "nothing but the time changed");
        assert_eq!(points, [point(1, "a", 10)]);
        assert!(add(&mut points, point(3, "b", 10)));
        assert!(add(&mut points, point(4, "a", 11)));
        assert_eq!(points, [point(3, "b", 10), point(4, "a", 11)]);
    }

    #[test]
    fn the_history_is_bounded_and_survives_foreign_lines() {
        let mut points = Vec::new();
        for number in 0..=MOST_POINTS {
            add(&mut points, point(0, &number.to_string(), 1));
        }
        assert_eq!((points.len(), points[0].commit.as_str()), (MOST_POINTS, "1"));
        let text = format!("nonsense\n{}\n{{}}\n", render(&points[..2]));
        assert_eq!(parse(&text), points[..2]);
    }
}
