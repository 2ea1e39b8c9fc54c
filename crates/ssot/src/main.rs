//! The `ssot` command.
fn main() {}
