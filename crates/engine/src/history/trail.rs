//! One definition followed back through files and names.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use ssot_audit::history::{CopyChange, Version, likeness};
use ssot_facts::python::Excerpt;
use ssot_runtime::git::{FileVersion, HistoryLog, PathChange};

use super::excerpts::{Excerpts, Questions, Wanted};

/// Files of one commit in which a definition that appears there is looked for.
const FILES: usize = 60;
/// Changes of one file that are read, the newest.
const CHANGES: usize = 4000;
/// Percent of equal statements from which a definition that disappears and one that
/// appears in the same commit are the same.
const MOVED: u8 = 60;

/// The changes of each path, by position of the commit, the newest first.
pub(super) struct Paths<'a>(HashMap<&'a str, Vec<(usize, &'a PathChange)>>);

impl<'a> Paths<'a> {
    pub(super) fn new(log: &'a HistoryLog) -> Self {
        let mut paths: HashMap<&str, Vec<(usize, &PathChange)>> = HashMap::new();
        for (at, commit) in log.commits.iter().enumerate().rev() {
            for change in &commit.changes {
                let old = change.old.as_ref().map(|file| file.path.as_str());
                let new = change.new.as_ref().map(|file| file.path.as_str());
                if let Some(path) = new.or(old) {
                    paths.entry(path).or_default().push((at, change));
                }
            }
        }
        Self(paths)
    }

    /// Whether the log knows the path before some commit.
    pub(super) fn is_before(&self, path: &str, commit: usize) -> bool {
        self.0.get(path).is_some_and(|changes| changes.iter().any(|(at, _)| *at < commit))
    }

    /// The changes of a file before a commit, the newest first, through its renames.
    fn follow(&self, path: &'a str, before: usize) -> Vec<(usize, &'a PathChange)> {
        let (mut path, mut before) = (path, before);
        let mut found: Vec<(usize, &PathChange)> = Vec::new();
        'renames: loop {
            let changes = self.0.get(path).map(Vec::as_slice).unwrap_or_default();
            for (at, change) in changes.iter().filter(|(at, _)| *at < before) {
                found.push((*at, *change));
                if found.len() == CHANGES {
                    break 'renames;
                }
                if let (Some(old), Some(new)) = (&change.old, &change.new)
                    && old.path != new.path
                {
                    (path, before) = (&old.path, *at);
                    continue 'renames;
                }
            }
            break;
        }
        found
    }
}

/// A definition on its way back.
pub(super) struct Trail<'a> {
    /// The changes found so far, the oldest first.
    pub(super) changes: Vec<CopyChange>,
    /// Where it is looked for next: path, name, and before which commit.
    path: String,
    name: String,
    before: usize,
    /// The changes of the file that are being read.
    followed: Vec<(usize, &'a PathChange)>,
    /// Whether its beginning was found, or there is nothing more.
    pub(super) done: bool,
}

impl<'a> Trail<'a> {
    /// Begins at the newest commit.
    pub(super) fn new(path: &str, name: &str) -> Self {
        Self {
            changes: Vec::new(),
            path: path.to_owned(),
            name: name.to_owned(),
            before: usize::MAX,
            followed: Vec::new(),
            done: false,
        }
    }

    /// Asks for the definition in every content of its file.
    pub(super) fn ask(&mut self, paths: &Paths<'a>, log: &'a HistoryLog, open: &mut Questions) {
        if self.done {
            return;
        }
        let path = log_path(log, paths, &self.path);
        self.followed = path.map(|path| paths.follow(path, self.before)).unwrap_or_default();
        let files = self.followed.iter().flat_map(|(_, change)| [&change.old, &change.new]);
        for file in files.flatten() {
            open.ask(&file.blob, Wanted::Definition(self.name.clone()));
        }
    }

    /// Takes what was read: the changes down to the commit in which the definition appears.
    pub(super) fn read(&mut self, excerpts: &mut Excerpts<'_>) {
        if self.done {
            return;
        }
        let mut found = Vec::new();
        for (at, change) in self.followed.iter().rev() {
            let version = |file: &Option<FileVersion>| {
                file.as_ref().and_then(|file| excerpts.one(&file.blob, &self.name))
            };
            let (before, after) = (version(&change.old), version(&change.new));
            let moved = change.old.as_ref().zip(change.new.as_ref());
            let moved = moved.filter(|(old, new)| old.path != new.path && before.is_some());
            let moved = moved.map(|(old, _)| (old.path.clone(), self.name.clone()));
            if text(before.as_ref()) == text(after.as_ref()) && moved.is_none() {
                continue;
            }
            let path = change.new.as_ref().or(change.old.as_ref()).map(|file| file.path.clone());
            found.push(CopyChange {
                commit: *at,
                path: path.unwrap_or_default(),
                name: self.name.clone(),
                moved_from: moved,
                before: before.map(|it| excerpts.version(&it)),
                after: after.map(|it| excerpts.version(&it)),
            });
        }
        // On parallel branches it may appear more than once; the first time counts.
        let mut born = false;
        found.retain(|change| {
            let again = born && change.before.is_none();
            born |= change.before.is_none();
            !again
        });
        self.changes.splice(0..0, found);
        if self.changes.first().is_none_or(|first| first.before.is_some()) {
            self.done = true;
        }
    }

    /// Asks for what disappeared in the commit in which the definition appears.
    pub(super) fn ask_for_source(&mut self, log: &HistoryLog, open: &mut Questions) {
        let Some(birth) = self.birth() else { return };
        if log.commits[birth.commit].boundary || self.name.is_empty() {
            self.done = true;
            return;
        }
        for change in touched(log, birth.commit) {
            let own = is_own(change, &birth.path);
            for file in [&change.old, &change.new].into_iter().flatten() {
                let wanted =
                    if own { Wanted::Names } else { Wanted::Definition(self.name.clone()) };
                open.ask(&file.blob, wanted);
            }
        }
    }

    /// Asks for the definitions that disappeared from the file itself.
    pub(super) fn ask_for_vanished(
        &self,
        log: &HistoryLog,
        excerpts: &Excerpts<'_>,
        open: &mut Questions,
    ) {
        let Some(birth) = self.birth() else { return };
        for change in touched(log, birth.commit).filter(|it| is_own(it, &birth.path)) {
            let Some(old) = &change.old else { continue };
            for name in vanished_names(change, excerpts) {
                open.ask(&old.blob, Wanted::Definition(name));
            }
        }
    }

    /// Goes on with the definition that disappeared when this one appeared, if there is one.
    pub(super) fn move_on(&mut self, log: &HistoryLog, excerpts: &mut Excerpts<'_>) {
        let Some(birth) = self.birth() else { return };
        let Some(version) = birth.after.clone() else {
            self.done = true;
            return;
        };
        let (commit, own_path) = (birth.commit, birth.path.clone());
        let mut best: Option<(u8, String, String, Arc<Version>)> = None;
        for change in touched(log, commit) {
            let Some(old) = &change.old else { continue };
            for (name, excerpt) in vanished(change, &own_path, &self.name, excerpts) {
                let candidate = excerpts.version(&excerpt);
                let alike = likeness(&version, &candidate);
                if alike >= MOVED && best.as_ref().is_none_or(|(most, ..)| *most < alike) {
                    best = Some((alike, old.path.clone(), name, candidate));
                }
            }
        }
        let Some((_, path, name, source)) = best else {
            self.done = true;
            return;
        };
        if let Some(birth) = self.changes.first_mut() {
            birth.before = Some(source);
            birth.moved_from = Some((path.clone(), name.clone()));
        }
        (self.path, self.name, self.before) = (path, name, commit);
    }

    /// The change in which the definition appears, while that is not explained.
    fn birth(&self) -> Option<&CopyChange> {
        self.changes.first().filter(|first| !self.done && first.before.is_none())
    }
}

fn text(excerpt: Option<&Arc<Excerpt>>) -> Option<&str> {
    excerpt.map(|excerpt| excerpt.text.as_str())
}

/// The path as the log holds it.
fn log_path<'a>(log: &'a HistoryLog, paths: &Paths<'a>, path: &str) -> Option<&'a str> {
    let (at, _) = paths.0.get(path)?.first()?;
    let files = log.commits[*at].changes.iter().flat_map(|change| [&change.new, &change.old]);
    files.flatten().map(|file| file.path.as_str()).find(|it| *it == path)
}

/// The files of a commit that had a content before, not too many.
fn touched(log: &HistoryLog, commit: usize) -> impl Iterator<Item = &PathChange> {
    log.commits[commit].changes.iter().filter(|change| change.old.is_some()).take(FILES)
}

fn is_own(change: &PathChange, path: &str) -> bool {
    change.new.as_ref().is_some_and(|file| file.path == path)
}

/// Definitions that a change took out of a file: of the file in which ours appears any,
/// of another file the one of the same name.
fn vanished(
    change: &PathChange,
    own_path: &str,
    name: &str,
    excerpts: &Excerpts<'_>,
) -> Vec<(String, Excerpt)> {
    let (old, new) = (change.old.as_ref(), change.new.as_ref());
    if is_own(change, own_path) {
        let Some(old) = old else { return Vec::new() };
        let found = vanished_names(change, excerpts).into_iter();
        return found
            .filter_map(|name| {
                let excerpt = excerpts.one(&old.blob, &name)?;
                Some((name, (*excerpt).clone()))
            })
            .collect();
    }
    let one = |file: Option<&FileVersion>| file.and_then(|file| excerpts.one(&file.blob, name));
    match (one(old), one(new)) {
        (Some(before), None) => vec![(name.to_owned(), (*before).clone())],
        _ => Vec::new(),
    }
}

/// The names that a change took out of a file.
fn vanished_names(change: &PathChange, excerpts: &Excerpts<'_>) -> Vec<String> {
    let names = |file: Option<&FileVersion>| {
        file.map(|file| excerpts.names(&file.blob)).unwrap_or_default()
    };
    let (before, after) = (names(change.old.as_ref()), names(change.new.as_ref()));
    let after: BTreeSet<&String> = after.iter().collect();
    before.iter().filter(|name| !after.contains(name)).cloned().collect()
}
