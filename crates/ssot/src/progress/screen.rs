//! The board drawn on a terminal.

use std::collections::BTreeMap;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use ssot_model::PackageId;

use super::TICK;
use super::board::Board;

const OVERALL: &str = "{spinner} {bar:28} {pos}/{len} packages  {elapsed}  {wide_msg}";
const STAGE: &str = "{spinner} {elapsed}  {wide_msg}";
const PACKAGE: &str = "  {spinner} {prefix}  {wide_msg}";

/// One bar for the whole, one line for each package that is worked on.
pub(super) struct Screen {
    all: MultiProgress,
    overall: ProgressBar,
    has_packages: bool,
    lines: BTreeMap<PackageId, ProgressBar>,
}

impl Screen {
    pub(super) fn new() -> Self {
        let all = MultiProgress::new();
        let overall = all.add(ProgressBar::new(0));
        overall.set_style(style(STAGE));
        overall.enable_steady_tick(TICK);
        Self { all, overall, has_packages: false, lines: BTreeMap::new() }
    }

    /// Draws the board; the line stays above it.
    pub(super) fn show(&mut self, board: &Board, line: Option<&str>) {
        if let Some(line) = line {
            self.above(line);
        }
        let (ended, known) = board.ended();
        if known > 0 && !self.has_packages {
            self.overall.set_style(style(OVERALL));
            self.has_packages = true;
        }
        self.overall.set_length(known);
        self.overall.set_position(ended);
        self.overall.set_message(board.stage().to_owned());
        let gone: Vec<PackageId> =
            self.lines.keys().filter(|id| !board.working().contains_key(*id)).cloned().collect();
        for id in gone {
            if let Some(bar) = self.lines.remove(&id) {
                bar.finish_and_clear();
                self.all.remove(&bar);
            }
        }
        for (id, doing) in board.working() {
            let bar = self.lines.entry(id.clone()).or_insert_with(|| {
                let bar = self.all.insert_before(&self.overall, ProgressBar::new_spinner());
                bar.set_style(style(PACKAGE));
                bar.set_prefix(id.to_string());
                bar.enable_steady_tick(TICK);
                bar
            });
            bar.set_message(doing.clone());
        }
    }

    fn above(&self, line: &str) {
        let text = match anstream::AutoStream::choice(&std::io::stderr()) {
            anstream::ColorChoice::Never => anstream::adapter::strip_str(line).to_string(),
            _ => line.to_owned(),
        };
        // A terminal that is gone is noticed by the result.
        let _ = self.all.println(text);
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        for bar in self.lines.values().chain([&self.overall]) {
            bar.finish_and_clear();
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("a fixed template").progress_chars("━╸ ")
}
