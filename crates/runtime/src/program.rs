//! The running program as a file.

use std::os::unix::fs::MetadataExt;

/// Tells this build of the program from others: version, size and the moment the
/// executable was written. None when the executable cannot be looked at.
pub fn identity() -> Option<String> {
    let file = std::fs::metadata(std::env::current_exe().ok()?).ok()?;
    let version = env!("CARGO_PKG_VERSION");
    Some(format!("{version} {} {}.{:09}", file.size(), file.mtime(), file.mtime_nsec()))
}
