//! The test executable is its own sandbox launcher.

use ssot_runtime::sandbox::{JOB_VARIABLE, Launcher, enter_from_environment};

#[test]
fn sandbox_entry() {
    if std::env::var_os(JOB_VARIABLE).is_some() {
        let Err(error) = enter_from_environment();
        panic!("{error}");
    }
}

pub(crate) fn launcher() -> Launcher {
    let args = ["entry::sandbox_entry", "--exact", "--nocapture", "--quiet"];
    Launcher { program: std::env::current_exe().unwrap(), args: args.map(str::to_owned).to_vec() }
}
