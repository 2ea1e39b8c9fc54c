//! `ssot completions`.

use std::path::Path;

use crate::support::ssot;

#[test]
fn every_shell_has_a_script() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = ssot(Path::new("/"), &["completions", shell]).expect(0).stdout;
        assert!(script.contains("ssot") && script.contains("rollback"), "{shell}");
    }
    ssot(Path::new("/"), &["completions", "nonsense"]).expect(2).says(&["nonsense", "bash"]);
}
