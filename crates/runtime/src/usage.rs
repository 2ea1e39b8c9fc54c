//! What processes and directories use up.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
use ssot_model::AgentUsage;

/// Milliseconds of one unit in which the kernel counts CPU time for `/proc`.
const TICK_MILLIS: u64 = 10;
/// Where the process group stands behind the name of the program in `/proc/PID/stat`.
const GROUP: usize = 2;
/// Where the CPU times stand behind the name of the program in `/proc/PID/stat`: its own
/// in both modes, and those of the children it has waited for.
const TIMES: std::ops::Range<usize> = 11..15;

/// Counts what the commands of one runner cost, and what agents among them say they cost.
#[derive(Debug, Clone, Default)]
pub struct Meter(Arc<Counters>);

#[derive(Debug, Default)]
struct Counters {
    millis: AtomicU64,
    steps: AtomicU64,
    tokens: AtomicU64,
    microdollars: AtomicU64,
}

impl Meter {
    /// Adds milliseconds of CPU time.
    pub(crate) fn add(&self, millis: u64) {
        self.0.millis.fetch_add(millis, Ordering::Relaxed);
    }

    /// All milliseconds of CPU time so far.
    pub fn millis(&self) -> u64 {
        self.0.millis.load(Ordering::Relaxed)
    }

    /// Adds what an agent has used up.
    pub fn add_agents(&self, usage: AgentUsage) {
        self.0.steps.fetch_add(usage.steps, Ordering::Relaxed);
        self.0.tokens.fetch_add(usage.tokens, Ordering::Relaxed);
        self.0.microdollars.fetch_add(usage.microdollars, Ordering::Relaxed);
    }

    /// What agents have used up so far.
    pub fn agents(&self) -> AgentUsage {
        AgentUsage {
            steps: self.0.steps.load(Ordering::Relaxed),
            tokens: self.0.tokens.load(Ordering::Relaxed),
            microdollars: self.0.microdollars.load(Ordering::Relaxed),
        }
    }
}

/// Waits until a child has ended and gives the CPU time of it and of everything that it
/// has waited for, in milliseconds. The child is left to be waited for by its owner.
pub(crate) fn cpu_when_ended(child: Pid) -> u64 {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    // Somebody else has waited for it: its time is lost, and so is nothing else.
    if waitid(WaitId::Pid(child), options).is_err() {
        return 0;
    }
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.as_raw_nonzero()));
    stat.map_or(0, |stat| cpu_in(&stat))
}

/// The CPU time of the living processes of a group and of what they have waited for, in
/// milliseconds. In a process table of its own a group is waited for by nobody outside, so
/// that this is all that can be known of it.
pub(crate) fn cpu_of_group(group: Pid) -> u64 {
    let table = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let stats = table.filter_map(|entry| std::fs::read_to_string(entry.path().join("stat")).ok());
    let group = group.as_raw_nonzero().to_string();
    stats.filter(|stat| fields(stat).nth(GROUP) == Some(&group)).map(|stat| cpu_in(&stat)).sum()
}

/// The CPU time in a line of `/proc/PID/stat`, in milliseconds.
fn cpu_in(stat: &str) -> u64 {
    let times = fields(stat).skip(TIMES.start).take(TIMES.len());
    times.filter_map(|time| time.parse::<u64>().ok()).sum::<u64>() * TICK_MILLIS
}

/// What stands behind the name of the program, which may hold anything, parentheses too.
fn fields(stat: &str) -> impl Iterator<Item = &str> {
    let rest = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    rest.split_whitespace()
}

/// The disk space of everything below a directory, in KiB. Links are not followed; what
/// goes away meanwhile counts for nothing.
pub fn disk_kib(directory: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt;
    let mut open = vec![directory.to_path_buf()];
    let mut blocks = 0;
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(&directory).into_iter().flatten().flatten() {
            let Ok(metadata) = entry.metadata() else { continue };
            blocks += metadata.blocks();
            if metadata.is_dir() {
                open.push(entry.path());
            }
        }
    }
    // A block is 512 bytes, whatever the file system calls one.
    blocks / 2
}

#[cfg(test)]
mod tests {
    use super::{cpu_in, disk_kib};

    #[test]
    fn times_stand_behind_the_name() {
        let line = "7 (a) b) c) Z 1 7 7 0 -1 4 100 0 0 0 3 4 50 60 20 0 1 0 99";
        assert_eq!(cpu_in(line), 1170);
        assert_eq!(cpu_in("7 (a) Z 1"), 0);
        assert_eq!(cpu_in(""), 0);
    }

    #[test]
    fn files_count_with_what_they_occupy() {
        let directory = tempfile::tempdir().expect("temporary directory");
        std::fs::create_dir(directory.path().join("a")).expect("created");
        std::fs::write(directory.path().join("a/b"), vec![1; 300_000]).expect("written");
        assert!((290..400).contains(&disk_kib(directory.path())), "{}", disk_kib(directory.path()));
        assert_eq!(disk_kib(&directory.path().join("none")), 0);
    }
}
