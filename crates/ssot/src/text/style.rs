//! The few styles there are.

use anstyle::{AnsiColor, Style};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();
const OPEN: Style = AnsiColor::Yellow.on_default();
const COMMAND: Style = AnsiColor::Cyan.on_default();

fn paint(style: Style, text: &str) -> String {
    // A style around nothing would be noise in the stream.
    if text.is_empty() {
        return String::new();
    }
    format!("{style}{text}{style:#}")
}

/// What the eye should find first.
pub(crate) fn strong(text: &str) -> String {
    paint(BOLD, text)
}

/// What is there to be looked up.
pub(crate) fn faint(text: &str) -> String {
    paint(DIM, text)
}

/// What went as it should.
pub(crate) fn good(text: &str) -> String {
    paint(GOOD, text)
}

/// What did not.
pub(crate) fn bad(text: &str) -> String {
    paint(BAD, text)
}

/// What waits for somebody.
pub(crate) fn open(text: &str) -> String {
    paint(OPEN, text)
}

/// What can be typed next.
pub(crate) fn command(text: &str) -> String {
    paint(COMMAND, text)
}
