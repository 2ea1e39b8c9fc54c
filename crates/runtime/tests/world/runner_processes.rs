use std::time::{Duration, Instant};

use ssot_runtime::runner::{Sources, clean_leftovers};

use crate::fixture::{config, modules, repository, runner, suite, worktree};

/// How many processes mention `word` in their command line.
fn alive(word: &str) -> usize {
    let table = std::fs::read_dir("/proc").unwrap().flatten();
    let lines = table.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    lines.filter(|line| String::from_utf8_lossy(line).contains(word)).count()
}

/// A daemon that leaves the process group, and a parent that does as told.
fn daemon(seconds: &str, then: &str) -> String {
    format!(
        "import os, subprocess, time\nsubprocess.Popen(['sleep', '{seconds}'], start_new_session=True, \
         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)\n{then}\n"
    )
}

#[tokio::test]
async fn a_hanging_command_is_killed_with_all_it_started() {
    let (_directory, repository) =
        repository(&[("hang.py", &daemon("3333.1", "time.sleep(1000)"))]);
    let tree = worktree(&repository);
    let mut config = config("python3 -m hang");
    config.timeout_seconds = 2;
    let begun = Instant::now();
    let run = suite(&repository, &tree, &config, &modules("", &["hang"]), &[""]).await;
    assert!(run.timed_out && !run.success);
    assert!(begun.elapsed() < Duration::from_secs(10));
    assert_eq!(alive("3333.1"), 0);
}

#[tokio::test]
async fn dropping_a_run_leaves_nothing_running() {
    let (_directory, repository) =
        repository(&[("hang.py", &daemon("3333.2", "time.sleep(1000)"))]);
    let tree = worktree(&repository);
    let (config, modules) = (config("python3 -m hang"), modules("", &["hang"]));
    let run = suite(&repository, &tree, &config, &modules, &[""]);
    assert!(tokio::time::timeout(Duration::from_millis(1500), run).await.is_err());
    assert_eq!(alive("3333.2"), 0);
}

#[tokio::test]
async fn leftovers_of_a_death_are_found_by_their_mark() {
    let (_directory, repository) = repository(&[("a.py", "")]);
    let mark = repository.root().to_string_lossy().into_owned();
    let name = format!("ssot-{}-1-1", &blake3::hash(mark.as_bytes()).to_hex()[..10]);
    let directory = std::env::temp_dir().join(&name);
    std::fs::create_dir(&directory).unwrap();
    let mut child = std::process::Command::new("sleep")
        .arg("3333.3")
        .env("SSOT_SANDBOX", &name)
        .spawn()
        .unwrap();
    // The environment shows once the child has become the command.
    std::thread::sleep(Duration::from_millis(100));
    clean_leftovers(&mark);
    assert!(!child.wait().unwrap().success());
    assert!(!directory.exists());
}

#[tokio::test]
async fn cpu_time_of_tests_is_counted() {
    let (_directory, repository) = repository(&[(
        "test_busy.py",
        "import unittest\nclass Busy(unittest.TestCase):\n    def test_busy(self):\n        sum(i * i for i in range(9_000_000))\n",
    )]);
    let tree = worktree(&repository);
    let modules = modules("", &["test_busy"]);
    let sources = Sources { modules: &modules, import_roots: &[String::new()] };
    let runner = runner(&repository, &config("python3 -m unittest -q"));
    let (metered, meter) = runner.metered();
    let run = metered.run_suite(&tree, sources).await.unwrap();
    assert!(run.success, "{}", run.tail);
    assert!(meter.millis() >= 50, "{} ms", meter.millis());
    assert_eq!(runner.cpu_millis(), 0);
}
