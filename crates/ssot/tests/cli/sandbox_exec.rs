//! `ssot sandbox-exec`, which nobody types.

use std::path::Path;

use crate::support::ssot;

#[test]
fn without_a_job_nothing_is_run() {
    ssot(Path::new("/"), &["sandbox-exec"]).expect(2).says(&["not for direct use"]);
}
