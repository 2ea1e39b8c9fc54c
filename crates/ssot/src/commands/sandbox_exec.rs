//! `ssot sandbox-exec`: how the program starts a test command inside the sandbox.
//!
//! It must run before any thread exists, which is why it is a command of its own
//! and nothing else happens in it.

use crate::exit::Exit;

pub(crate) fn run() -> anyhow::Result<Exit> {
    match ssot_runtime::sandbox::enter_from_environment()? {}
}
