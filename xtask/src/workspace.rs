//! Where things are.

use std::path::{Path, PathBuf};

/// The directory of the workspace's `Cargo.toml`.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().map_or_else(|| here.to_path_buf(), Path::to_path_buf)
}

/// The release binary that the demo, the beds and the benchmark use.
pub(crate) fn ssot() -> PathBuf {
    target().join("release").join(format!("ssot{}", std::env::consts::EXE_SUFFIX))
}

/// Where builds go.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |t| root().join(t))
}

/// A working directory of the chores: the variable's value, or `name` in the workspace.
pub(crate) fn working(variable: &str, name: &str) -> PathBuf {
    std::env::var_os(variable).map_or_else(|| root().join(name), |path| root().join(path))
}
