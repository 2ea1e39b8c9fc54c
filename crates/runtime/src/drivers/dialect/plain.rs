//! Any program: what it writes is what it says.

use super::super::stream::{Lines, Reading};

/// The lines of any program.
pub(crate) const DIALECT: Lines = Lines { arguments: &[], first: &[], again: &[], read };

fn read(line: &str, reading: &mut Reading) {
    reading.say(line);
    reading.say("\n");
}
