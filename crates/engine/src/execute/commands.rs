//! The Commands gate: what a repository checks besides its tests, before and after.

use std::collections::BTreeMap;

use ssot_model::{GateCommand, GateComparison, RepoPath, TreeId};
use ssot_runtime::git::Worktree;
use ssot_runtime::runner::{CommandRun, Runner};
use tokio::sync::watch;

use super::Job;
use super::gates::{named, sources};
use super::journal::{Judgement, Stop};
use super::kept::Kept;
use crate::Inspection;

/// CPU time that no measurement tells apart, in milliseconds.
const SAME_MILLIS: u64 = 50;
/// Memory that no measurement tells apart, in KiB.
const SAME_KIB: u64 = 4 * 1024;
/// Longest message of a diagnostic that is shown, in letters.
const SHOWN: usize = 160;

/// What every command came to on the untouched tree, by name.
pub(super) type Before = BTreeMap<String, Vec<CommandRun>>;

/// Runs the commands of one job.
pub(super) struct Commands<'a> {
    pub(super) job: &'a Job,
    pub(super) runner: &'a Runner,
    pub(super) cancel: &'a watch::Receiver<bool>,
}

impl Commands<'_> {
    /// Runs every command that a package of the job has to pass on the untouched tree.
    pub(super) async fn before(
        &self,
        tree: &Worktree,
        (id, inspection): (&TreeId, &Inspection),
    ) -> Result<Before, Stop> {
        let mut before = Before::new();
        let written = |gate: &GateCommand| {
            self.job.works.iter().any(|work| concerns(gate, &work.package.write_set))
        };
        for gate in self.job.gates.iter().filter(|gate| written(gate)) {
            let runs = self.execute("base/commands", gate, tree, (id, inspection)).await?;
            if let Some(run) = runs.iter().find(|run| run.cpu_millis.is_none()) {
                let output = run.output.as_deref().unwrap_or_default();
                return Err(Stop::Unrunnable(format!(
                    "the gate `{}` of ssot.toml did not come to an end on the untouched tree: {}\n{}",
                    gate.name,
                    run.ending,
                    end(output)
                )));
            }
            before.insert(gate.name.clone(), runs);
        }
        Ok(before)
    }

    /// Runs the commands that files written by a package concern, and compares.
    pub(super) async fn after(
        &self,
        label: &str,
        (before, written): (&Before, &[RepoPath]),
        tree: &Worktree,
        (id, inspection): (&TreeId, &Inspection),
    ) -> Result<Judgement, Stop> {
        let mut evidence = Vec::new();
        for gate in self.job.gates.iter().filter(|gate| concerns(gate, written)) {
            let Some(earlier) = before.get(&gate.name) else { continue };
            let runs = self.execute(label, gate, tree, (id, inspection)).await?;
            match compare(gate, earlier, &runs) {
                Ok(fine) => evidence.push(format!("{}: {fine}", gate.name)),
                Err(worse) => return Ok(Judgement::new(false, format!("{}: {worse}", gate.name))),
            }
        }
        Ok(if evidence.is_empty() {
            Judgement::skipped("no command of ssot.toml concerns the package's files")
        } else {
            Judgement::new(true, evidence.join("; "))
        })
    }

    async fn execute(
        &self,
        label: &str,
        gate: &GateCommand,
        tree: &Worktree,
        (id, inspection): (&TreeId, &Inspection),
    ) -> Result<Vec<CommandRun>, Stop> {
        let step = format!("{label}/{}", gate.name);
        let kept = Kept::new(self.job, self.runner, "commands", &format!("{step}\n{gate:?}"), id)?;
        let times = match gate.compare {
            GateComparison::ExitCode | GateComparison::Diagnostics => 1,
            GateComparison::Cpu | GateComparison::Memory => gate.repeat.max(1),
        };
        let work = async {
            let mut runs = kept.recall().unwrap_or_else(Vec::new);
            while runs.len() < times as usize {
                runs.push(self.runner.run_command(tree, sources(inspection), gate).await?);
            }
            let ending = runs.last().map_or("", |run| run.ending.as_str()).to_owned();
            Ok((runs, ending))
        };
        let runs = self.job.journal.tool(("run-gate", &step), self.cancel, work).await?;
        kept.keep(&runs).await?;
        Ok(runs)
    }
}

/// Whether one of the files is the matter of a gate.
fn concerns(gate: &GateCommand, files: &[RepoPath]) -> bool {
    let below = |file: &RepoPath, path: &String| {
        let rest = file.as_str().strip_prefix(path.trim_end_matches('/'));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    gate.paths.is_empty()
        || files.iter().any(|file| gate.paths.iter().any(|path| below(file, path)))
}

/// Says what is as good as before, or what is worse.
fn compare(
    gate: &GateCommand,
    before: &[CommandRun],
    after: &[CommandRun],
) -> Result<String, String> {
    let last = after.last().ok_or("it was not run")?;
    if let Some(run) = after.iter().find(|run| run.cpu_millis.is_none()) {
        return Err(format!("it did not come to an end: {}", run.ending));
    }
    let succeeded = before.iter().all(|run| run.success);
    match gate.compare {
        GateComparison::ExitCode if succeeded && !last.success => {
            let output = last.output.as_deref().unwrap_or_default();
            Err(format!("{}, before: exit code 0\n{}", last.ending, end(output)))
        }
        GateComparison::ExitCode if succeeded => Ok(last.ending.clone()),
        GateComparison::ExitCode => Ok("it failed on the untouched tree as well".to_owned()),
        GateComparison::Diagnostics => diagnostics(before, last).and_then(|fine| {
            if succeeded && !last.success {
                return Err(format!("{}, before: exit code 0", last.ending));
            }
            Ok(fine)
        }),
        GateComparison::Cpu => {
            cost(gate, before, after, ("ms of CPU", SAME_MILLIS), |run| run.cpu_millis)
        }
        GateComparison::Memory => cost(gate, before, after, ("KiB", SAME_KIB), |run| run.peak_kib),
    }
}

/// The median of a figure, compared with the one before.
fn cost(
    gate: &GateCommand,
    before: &[CommandRun],
    after: &[CommandRun],
    (unit, same): (&str, u64),
    figure: impl Fn(&CommandRun) -> Option<u64>,
) -> Result<String, String> {
    let median = |runs: &[CommandRun]| {
        let mut figures: Vec<u64> = runs.iter().filter_map(&figure).collect();
        figures.sort_unstable();
        figures.get(figures.len() / 2).copied()
    };
    let (Some(was), Some(is)) = (median(before), median(after)) else {
        return Err("its cost is not known".to_owned());
    };
    let allowed = (was + was * u64::from(gate.tolerance) / 100).max(was + same);
    let text = format!("{was} -> {is} {unit}, {allowed} allowed");
    if is <= allowed { Ok(text) } else { Err(text) }
}

/// No message more often than before, wherever it stands: code moves.
fn diagnostics(before: &[CommandRun], after: &CommandRun) -> Result<String, String> {
    let before = before.last().and_then(|run| run.output.as_deref());
    let (Some(before), Some(after)) = (before, after.output.as_deref()) else {
        return Err("what it writes is longer than can be compared".to_owned());
    };
    let (mut known, mut new) = (BTreeMap::new(), Vec::new());
    for message in before.lines().filter_map(message) {
        *known.entry(message).or_insert(0_u32) += 1;
    }
    let mut count = 0;
    for line in after.lines() {
        let Some(message) = message(line) else { continue };
        count += 1;
        match known.get_mut(message) {
            Some(left @ 1..) => *left -= 1,
            _ => new.push(line.trim().chars().take(SHOWN).collect::<String>()),
        }
    }
    let was: usize = before.lines().filter_map(message).count();
    if new.is_empty() {
        return Ok(format!("{was} -> {count} diagnostics, none new"));
    }
    Err(format!("{} new diagnostics: {}", new.len(), named(&new)))
}

/// What a line says about a place in a file, when it does: the text after
/// `path:line:` or `path:line:column:`. Notes explain what stands beside them.
fn message(line: &str) -> Option<&str> {
    let (path, rest) = line.trim_start().split_once(':')?;
    if !path.contains('.') || path.contains(char::is_whitespace) {
        return None;
    }
    let after_number = |text: &'_ str| -> Option<usize> {
        let digits = text.len() - text.trim_start_matches(|it: char| it.is_ascii_digit()).len();
        (digits > 0).then_some(digits)
    };
    let mut rest = &rest[after_number(rest)?..];
    while let Some(next) = rest.strip_prefix(':')
        && let Some(digits) = after_number(next)
    {
        rest = &next[digits..];
    }
    let text = rest.trim_start_matches([':', ' ', '-']).trim_end();
    (!text.is_empty() && !text.starts_with("note:")).then_some(text)
}

/// The last lines of a text.
pub(super) fn end(output: &str) -> String {
    let lines: Vec<&str> = output.trim_end().lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

#[cfg(test)]
mod tests {
    use ssot_model::{GateCommand, GateComparison};
    use ssot_runtime::runner::CommandRun;

    use super::{compare, message};

    fn gate(compare: GateComparison) -> GateCommand {
        GateCommand {
            name: "g".to_owned(),
            command: "g".to_owned(),
            compare,
            tolerance: 10,
            repeat: 3,
            directory: String::new(),
            timeout_seconds: 9,
            paths: Vec::new(),
        }
    }

    fn run(success: bool, output: &str, cpu: u64) -> CommandRun {
        CommandRun {
            success,
            ending: format!("exit code {}", i32::from(!success)),
            timed_out: false,
            output: Some(output.to_owned()),
            cpu_millis: Some(cpu),
            peak_kib: Some(cpu),
        }
    }

    #[test]
    fn a_diagnostic_is_known_by_what_it_says() {
        for (line, expected) in [
            ("a/b.py:12: error: No name \"x\"  [attr]", Some("error: No name \"x\"  [attr]")),
            ("a/b.py:12:3: E501 too long", Some("E501 too long")),
            ("  ./a/b.py:3:5 - error: wrong (rule)", Some("error: wrong (rule)")),
            ("a/b.py:12: note: see there", None),
            ("Found 3 errors in 1 file (checked 2 source files)", None),
            ("warning: 12: text", None),
            ("error: cannot read b.py: gone", None),
        ] {
            assert_eq!(message(line), expected, "{line}");
        }
    }

    #[test]
    fn nothing_may_be_worse_than_before() {
        use GateComparison::{Cpu, Diagnostics, ExitCode};
        let known = "a.py:1: error: x\nb.py:9: error: x\n";
        for (kind, before, after, passes) in [
            (ExitCode, run(true, "", 1), run(true, "", 1), true),
            (ExitCode, run(true, "", 1), run(false, "", 1), false),
            (ExitCode, run(false, "", 1), run(false, "", 1), true),
            (Diagnostics, run(false, known, 1), run(false, known, 1), true),
            (Diagnostics, run(false, known, 1), run(false, "c.py:4: error: x\n", 1), true),
            (Diagnostics, run(false, known, 1), run(false, "a.py:1: error: y\n", 1), false),
            (Diagnostics, run(true, "", 1), run(false, "crashed", 1), false),
            (Cpu, run(true, "", 1000), run(true, "", 1100), true),
            (Cpu, run(true, "", 1000), run(true, "", 1101), false),
            (Cpu, run(true, "", 10), run(true, "", 60), true),
        ] {
            let found = compare(&gate(kind), &[before], &[after]);
            assert_eq!(found.is_ok(), passes, "{kind:?}: {found:?}");
        }
        let mut dead = run(true, "", 1);
        dead.cpu_millis = None;
        assert!(compare(&gate(ExitCode), &[run(true, "", 1)], &[dead]).is_err());
    }
}
