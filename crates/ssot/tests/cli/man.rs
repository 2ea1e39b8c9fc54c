//! `ssot man` and `ssot --help`.

use std::path::Path;

use crate::support::ssot;

#[test]
fn the_manual_has_every_command_and_the_exit_codes() {
    let page = ssot(Path::new("/"), &["man"]).expect(0).stdout;
    let help = ssot(Path::new("/"), &["--help"]).expect(0).stdout;
    for text in [&page, &help] {
        for word in ["rollback", "an internal error", "interrupted"] {
            assert!(text.contains(word), "`{word}` is not in:\n{text}");
        }
        assert!(!text.contains("sandbox-exec"), "what is hidden stays hidden");
    }
    assert!(page.contains(".SH \"SSOT DEMO\""), "{page}");
}

#[test]
fn usage_errors_have_their_code() {
    for args in
        [&["nonsense"][..], &[], &["run", "--agents", "0"], &["scan", "--format", "nonsense"]]
    {
        let answer = ssot(Path::new("/"), args).expect(2);
        assert!(answer.stdout.is_empty() && !answer.stderr.is_empty());
    }
}
