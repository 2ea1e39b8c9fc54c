use std::path::Path;
use std::time::Duration;

use ssot_runtime::process::{self, Finished};
use ssot_runtime::sandbox::{Job, Policy, probe_layers};

use crate::entry::launcher;

/// Runs a shell script that may write to `writable` only.
pub(crate) async fn shell(writable: &Path, memory_mib: u64, script: &str) -> Finished {
    let job = Job {
        policy: Policy {
            writable: vec![writable.to_path_buf()],
            readable: Vec::new(),
            memory_mib,
            network: false,
        },
        program: "/bin/sh".to_owned(),
        args: vec!["-c".to_owned(), script.to_owned()],
        env: [("PATH".to_owned(), "/usr/bin:/bin".to_owned())].into(),
    };
    let line = launcher().command_line(&job, writable, Duration::from_secs(30)).unwrap();
    process::run(&line).await.unwrap()
}

#[tokio::test]
async fn only_the_tree_is_written_and_foreign_directories_are_not_read() {
    let (tree, foreign) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let secret = foreign.path().join("secret");
    std::fs::write(&secret, "password").unwrap();
    let secret = secret.display();
    let foreign = foreign.path().display();
    let script = format!(
        "echo mine > own && cat own && echo x > /dev/null || exit 1
         cat {secret} && exit 2
         ls {foreign} && exit 3
         echo x > {foreign}/new && exit 4
         echo x > {secret} && exit 5
         rm {secret} && exit 6
         ln {secret} linked && exit 7
         ls \"$HOME\" /root && exit 8
         exit 0"
    );
    let finished = shell(tree.path(), 1024, &script).await;
    assert!(finished.ending.success(), "{:?} {}", finished.ending, finished.stderr.text());
    assert!(finished.stdout.text().contains("mine"));
    assert!(probe_layers().landlock_abi >= 1);
}

#[tokio::test]
async fn the_environment_is_the_given_one() {
    let tree = tempfile::tempdir().unwrap();
    let finished = shell(tree.path(), 1024, "env").await;
    let text = finished.stdout.text();
    assert!(text.contains("PATH=/usr/bin:/bin") && !text.contains("SSOT_SANDBOX_JOB"), "{text}");
    assert!(!text.contains("CARGO"), "{text}");
}

#[test]
fn missing_layers_are_named() {
    let layers = probe_layers();
    assert!(layers.seccomp && layers.rlimits);
    let none = ssot_runtime::sandbox::Layers {
        landlock_abi: 0,
        seccomp: false,
        rlimits: false,
        bubblewrap: None,
    };
    assert_eq!(none.missing().len(), 4);
}
