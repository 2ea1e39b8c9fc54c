//! The rows of a `.coverage` file.

use std::sync::Arc;

use super::{FileReading, Readings, test_name};

/// What one context executed in one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The source file.
    pub file: String,
    /// The context; empty when there is none.
    pub context: String,
    /// The lines.
    pub lines: Vec<u32>,
}

/// What the rows say. They hold what was executed and not what could have been.
pub fn readings_of_rows(rows: Vec<Row>) -> Readings {
    let mut readings = Readings::default();
    for row in rows {
        let test: Option<Arc<str>> = test_name(&row.context).map(Arc::from);
        let reading: &mut FileReading = readings.files.entry(row.file).or_default();
        if let Some(test) = &test {
            for line in &row.lines {
                reading.tests.entry(*line).or_default().insert(test.clone());
            }
        }
        reading.executed.extend(row.lines);
    }
    readings
}
