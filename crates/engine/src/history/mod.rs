//! The past of audited groups: git read once for all of them.

mod excerpts;
mod gone;
mod trail;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use ssot_audit::Audit;
use ssot_audit::history::{CopyTimeline, GoneSource, Timeline, TimelineCommit, Version, trace};
use ssot_facts::python;
use ssot_model::audit::{CommitRef, History};
use ssot_model::{Member, RepoPath};
use ssot_runtime::cache::Cache;
use ssot_runtime::files;
use ssot_runtime::git::{HistoryCommit, HistoryLog, Repository};

use crate::survey::day;
use excerpts::{Excerpts, Questions};
use trail::{Paths, Trail};

/// Moves of one definition that are followed.
const MOVES: usize = 12;
/// What the files end in whose statements are understood.
const PYTHON: [&str; 2] = [".py", ".pyi"];

/// A definition by the path that git has for its file and its qualified name.
type Known = (String, String);

/// Gives each audit the history of its group. Whatever is missing is said in a note.
pub(crate) fn attach(audits: &mut [Audit], root: &Path, cache: Option<&Cache>, limit: u64) {
    if audits.is_empty() {
        return;
    }
    match read(audits, root, cache, limit) {
        Ok(histories) => {
            for (audit, history) in audits.iter_mut().zip(histories) {
                audit.history = Some(history);
            }
        }
        Err(note) => {
            for audit in audits {
                audit.history = Some(History { notes: vec![note.clone()], ..History::default() });
            }
        }
    }
}

fn read(
    audits: &[Audit],
    root: &Path,
    cache: Option<&Cache>,
    limit: u64,
) -> Result<Vec<History>, String> {
    let repository = Repository::open(root).map_err(|error| error.to_string())?;
    let below = files::below(repository.root(), root).map_err(|error| error.to_string())?;
    let is_wanted = |path: &str| PYTHON.iter().any(|end| path.ends_with(end));
    let log = repository.history(is_wanted).map_err(|error| error.to_string())?;
    let paths = Paths::new(&log);
    let mut excerpts = Excerpts::new(&repository, cache, limit);
    let known = |member: &Member| -> Known {
        let path = below.join(member.path.as_str()).to_string_lossy().into_owned();
        (path, member.qualified_name.clone())
    };
    let members = audits.iter().flat_map(|audit| &audit.finding.members);
    let mut trails: HashMap<Known, Trail<'_>> = members
        .map(known)
        .map(|known| {
            let trail = Trail::new(&known.0, &known.1);
            (known, trail)
        })
        .collect();
    follow(&mut trails, &log, &paths, &mut excerpts);
    let gone = gone::sources(&trails, &log, &paths, &mut excerpts);
    let past = Past { root, limit, log: &log, trails: &trails, gone: &gone, note: note(&excerpts) };
    let timeline = |audit: &Audit| {
        let members = audit.finding.members.iter().map(|member| (known(member), member));
        trace(&past.timeline(members.collect()))
    };
    Ok(audits.iter().map(timeline).collect())
}

/// Follows all definitions together: each round one batch of contents for all of them.
fn follow<'a>(
    trails: &mut HashMap<Known, Trail<'a>>,
    log: &'a HistoryLog,
    paths: &Paths<'a>,
    excerpts: &mut Excerpts<'_>,
) {
    for _ in 0..MOVES {
        let mut questions = Questions::default();
        for trail in trails.values_mut() {
            trail.ask(paths, log, &mut questions);
        }
        excerpts.answer(questions);
        for trail in trails.values_mut() {
            trail.read(excerpts);
        }
        let mut questions = Questions::default();
        for trail in trails.values_mut() {
            trail.ask_for_source(log, &mut questions);
        }
        excerpts.answer(questions);
        let mut questions = Questions::default();
        for trail in trails.values() {
            trail.ask_for_vanished(log, excerpts, &mut questions);
        }
        excerpts.answer(questions);
        for trail in trails.values_mut() {
            trail.move_on(log, excerpts);
        }
        if trails.values().all(|trail| trail.done) {
            break;
        }
    }
}

fn note(excerpts: &Excerpts<'_>) -> Option<String> {
    let missing = excerpts.missing.len();
    (missing > 0).then(|| {
        format!("{missing} old contents are missing or too large: changes in them are not known")
    })
}

/// What was read of the past, for all groups.
struct Past<'a> {
    root: &'a Path,
    limit: u64,
    log: &'a HistoryLog,
    trails: &'a HashMap<Known, Trail<'a>>,
    gone: &'a HashMap<Known, GoneSource>,
    note: Option<String>,
}

impl Past<'_> {
    fn timeline(&self, members: Vec<(Known, &Member)>) -> Timeline {
        let copies: Vec<CopyTimeline> =
            members.into_iter().map(|(known, member)| self.copy(&known, member)).collect();
        let positions = copies.iter().flat_map(|copy| &copy.changes).map(|change| change.commit);
        let mut places: BTreeMap<usize, usize> = positions.map(|commit| (commit, 0)).collect();
        places.values_mut().enumerate().for_each(|(at, place)| *place = at);
        let commits = places.keys().map(|at| timeline_commit(&self.log.commits[*at])).collect();
        let mut notes = self.log.notes.clone();
        notes.extend(self.note.clone());
        for copy in &copies {
            if copy.changes.is_empty() {
                notes.push(format!("no commit has `{}`", place_of(copy)));
            }
        }
        let mut timeline =
            Timeline { commits_read: self.log.commits.len(), notes, commits, copies };
        for change in timeline.copies.iter_mut().flat_map(|copy| &mut copy.changes) {
            change.commit = places[&change.commit];
        }
        timeline
    }

    fn copy(&self, known: &Known, member: &Member) -> CopyTimeline {
        let trail = self.trails.get(known);
        CopyTimeline {
            path: member.path.clone(),
            qualified_name: member.qualified_name.clone(),
            now: self.now(&member.path, &member.qualified_name),
            changes: trail.map(|trail| trail.changes.clone()).unwrap_or_default(),
            gone: self.gone.get(known).cloned(),
        }
    }

    /// The definition as it is in the checkout, uncommitted work included.
    fn now(&self, path: &RepoPath, name: &str) -> Option<Arc<Version>> {
        let bytes = files::read(self.root, path, self.limit).ok()?;
        let excerpt = python::excerpt(&String::from_utf8_lossy(&bytes), name)?;
        Some(Arc::new(Version::new(excerpt)))
    }
}

fn place_of(copy: &CopyTimeline) -> String {
    format!("{}:{}", copy.path, copy.qualified_name)
}

fn timeline_commit(commit: &HistoryCommit) -> TimelineCommit {
    let files = commit.changes.iter().flat_map(|change| [&change.old, &change.new]).flatten();
    let mut names = files.map(|file| file.path.as_str());
    TimelineCommit {
        commit: commit_ref(commit),
        message: commit.message.clone(),
        files: commit.files,
        tests: names.any(|path| path.contains("test")),
        boundary: commit.boundary,
    }
}

fn commit_ref(commit: &HistoryCommit) -> CommitRef {
    CommitRef {
        id: commit.id.clone(),
        at: commit.at,
        date: day(commit.at),
        author: commit.author.clone(),
        subject: commit.message.trim_start().lines().next().unwrap_or_default().to_owned(),
    }
}
