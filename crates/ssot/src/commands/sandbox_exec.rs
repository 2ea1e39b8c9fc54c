//! `ssot sandbox-exec`: how the program starts a test command inside the sandbox.
//!
//! It must run before any thread exists, which is why it is a command of its own
//! and nothing else happens in it.

use ssot_runtime::sandbox::enter_from_environment;

use crate::exit::{Exit, Usage};

pub(crate) fn run() -> anyhow::Result<Exit> {
    match enter_from_environment() {
        Ok(never) => match never {},
        // The runner reads the text; for it the code only has to be none of success.
        Err(refused) => Err(Usage(refused.to_string()).into()),
    }
}
