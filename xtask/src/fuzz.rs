//! `cargo xtask fuzz`: every fuzzer for a while, from its seeds and what it found before.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::shell::Run;
use crate::workspace;

/// Largest input, in bytes.
const LONGEST_INPUT: u32 = 4096;
/// Seconds after which one input counts as one on which the program hangs.
const HANGS: u32 = 20;
/// Memory after which one input counts as one that eats it, in MiB.
const MEMORY: u32 = 2048;

/// How a build tells the fuzzer which way an input took; what cargo-fuzz sets without a
/// sanitizer, which safe code can do without.
const INSTRUMENTED: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares \
    -Ccodegen-units=1 --cfg fuzzing";

/// What is fuzzed, and for how long.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Seconds for each target
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// Only these targets
    targets: Vec<String>,
}

/// Builds the fuzzers and runs one after the other; the first that finds something ends it.
pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    let folder = root.join("fuzz");
    let known = names(&folder.join("fuzz_targets"))?;
    if let Some(unknown) = options.targets.iter().find(|name| !known.contains(name)) {
        bail!("no fuzzer is called `{unknown}`; there are {}", known.join(", "));
    }
    let target = workspace::target().join("fuzz");
    let host = host()?;
    // The versions are those of the workspace; cargo adds the fuzzer's own.
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).context("copying Cargo.lock")?;
    // With a named host, build scripts and macros stay without instrumentation.
    Run::cargo()
        .args(["build", "--release", "--target", host.as_str(), "--manifest-path"])
        .arg(folder.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(&target)
        .env("RUSTFLAGS", INSTRUMENTED)
        .check()?;
    for name in known.iter().filter(|it| options.targets.is_empty() || options.targets.contains(it))
    {
        let (corpus, artifacts) =
            (folder.join("corpus").join(name), folder.join("artifacts").join(name));
        for place in [&corpus, &artifacts] {
            fs::create_dir_all(place).with_context(|| format!("{}", place.display()))?;
        }
        eprintln!("fuzz: {name}, {} seconds", options.seconds);
        Run::new(target.join(&host).join("release").join(name))
            .args([&corpus, &folder.join("seeds").join(name)])
            .arg(format!("-max_total_time={}", options.seconds))
            .arg(format!("-max_len={LONGEST_INPUT}"))
            .arg(format!("-timeout={HANGS}"))
            .arg(format!("-rss_limit_mb={MEMORY}"))
            .arg("-print_final_stats=1")
            .arg(format!("-artifact_prefix={}/", artifacts.display()))
            .check()
            .with_context(|| format!("{name}: the input is in {}", artifacts.display()))?;
    }
    eprintln!("fuzz: nothing found");
    Ok(())
}

/// The names of the Rust files of a folder, sorted.
fn names(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("{}", folder.display()))? {
        let path: PathBuf = entry?.path();
        if path.extension().is_some_and(|it| it == "rs")
            && let Some(stem) = path.file_stem()
        {
            names.push(stem.to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// The platform for which the toolchain builds when none is named.
fn host() -> Result<String> {
    let said = Run::new("rustc").arg("-vV").output()?;
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("rustc does not say for which host it builds")
}
