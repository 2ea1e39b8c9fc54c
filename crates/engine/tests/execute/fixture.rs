//! A small platform with duplicates, and packages that remove them.
//!
//! A line `# dup NAME` stands for a violation, `# lost NAME` for a name that
//! resolves to nothing, `# broken` for a syntax error.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use ssot_engine::Inspection;
use ssot_engine::execute::{self, Crew, Edits, ExecuteError, ExecuteSummary, Job, Journal, Work};
use ssot_facts::{Index, Source};
use ssot_model::{
    CommitId, CompletionStatus, Doer, EventKind, FileChange, Package, PackageId, Patch, Priority,
    RepoPath, RunId, TestConfig, Timestamp, UnitState,
};
use ssot_runtime::git::Repository;
use ssot_runtime::runner::AgentPost;
use tempfile::TempDir;
use tokio::sync::watch;

/// The branch that landings advance in these tests.
pub(crate) const TARGET: &str = "ssot/consolidate";

const TESTS: &str = "
import unittest
from app import a, b, c, d

class Values(unittest.TestCase):
    def test_a(self):
        self.assertEqual(a.VALUE, 1)
    def test_b(self):
        self.assertEqual(b.VALUE, 1)
    def test_c(self):
        self.assertEqual(c.VALUE, 1)
    def test_d(self):
        self.assertEqual(d.VALUE, 1)
";

pub(crate) const FILES: [(&str, &str); 7] = [
    ("app/__init__.py", ""),
    ("app/a.py", "VALUE = 1\n"),
    ("app/b.py", "# dup b\nVALUE = 1\n"),
    ("app/c.py", "# dup c\nVALUE = 1\n"),
    ("app/d.py", "# dup d\nVALUE = 1\n"),
    ("tests/__init__.py", ""),
    ("tests/test_values.py", TESTS),
];

/// What happens at each event, before it is recorded.
pub(crate) type Hook = Arc<dyn Fn(&str, &EventKind) + Send + Sync>;

/// The events of a run, kept as the log keeps them.
#[derive(Clone, Default)]
pub(crate) struct Events(Arc<Mutex<Vec<(String, EventKind)>>>);

impl Events {
    pub(crate) fn all(&self) -> Vec<(String, EventKind)> {
        self.0.lock().unwrap().clone()
    }

    /// How often a kind of event was recorded.
    pub(crate) fn count(&self, kind: &str) -> usize {
        self.all().iter().filter(|(_, event)| event.name() == kind).count()
    }

    /// The evidence of a gate by its step.
    pub(crate) fn evidence(&self, step: &str) -> String {
        let found = self.all().into_iter().find_map(|(at, event)| match event {
            EventKind::GateCompleted { evidence, outcome, .. } if at == step => {
                Some(format!("{outcome:?}: {evidence}"))
            }
            _ => None,
        });
        found.unwrap_or_else(|| panic!("no gate {step} in {:#?}", self.steps()))
    }

    pub(crate) fn steps(&self) -> Vec<String> {
        self.all().into_iter().map(|(step, event)| format!("{step} {}", event.name())).collect()
    }

    /// Ends the calls that a death left open, as whoever takes up a run does.
    pub(crate) fn close_interrupted(&self) {
        let all = self.all();
        for (step, event) in &all {
            let EventKind::ToolExecuting { agent, tool, call } = event.clone() else { continue };
            if !all.iter().any(|(at, end)| at == step && end.name() == "tool_completed") {
                let (status, summary) = (CompletionStatus::Interrupted, String::new());
                let end = EventKind::ToolCompleted { agent, tool, call, status, summary };
                self.0.lock().unwrap().push((step.clone(), end));
            }
        }
    }

    /// `stop` is asked before each new event; true makes the log stand still.
    pub(crate) fn journal(
        &self,
        hook: Hook,
        stop: Arc<dyn Fn(usize) -> bool + Send + Sync>,
    ) -> Journal {
        let (events, time) = (self.clone(), Arc::new(Mutex::new(0)));
        Journal {
            append: Arc::new(move |step, kind| {
                let (events, hook, stop) = (events.clone(), Arc::clone(&hook), Arc::clone(&stop));
                Box::pin(async move {
                    hook(&step, &kind);
                    let known = {
                        let all = events.0.lock().unwrap();
                        all.iter().any(|(at, old)| *at == step && old.name() == kind.name())
                    };
                    if known {
                        return Ok(());
                    }
                    let count = events.0.lock().unwrap().len();
                    if stop(count) {
                        std::future::pending::<()>().await;
                    }
                    events.0.lock().unwrap().push((step, kind));
                    Ok(())
                })
            }),
            clock: Arc::new(move || {
                let mut time = time.lock().unwrap();
                *time += 1;
                Timestamp(*time)
            }),
        }
    }
}

/// A repository and how packages are executed in it.
pub(crate) struct Platform {
    _directory: TempDir,
    pub(crate) repository: Repository,
    pub(crate) base: CommitId,
    pub(crate) events: Events,
    pub(crate) hook: Hook,
    pub(crate) test: Option<TestConfig>,
    pub(crate) agents: usize,
    pub(crate) agent: Option<AgentPost>,
    pub(crate) allow_untested: bool,
    pub(crate) control: execute::Control,
    pub(crate) run: RunId,
    /// Whether trees are inspected with their facts.
    pub(crate) facts: bool,
}

pub(crate) fn git(directory: &Path, args: &[&str]) -> String {
    let output = Command::new("git")
        .args([
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@localhost",
            "-c",
            "init.defaultBranch=main",
        ])
        .args(args)
        .current_dir(directory)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

pub(crate) fn config(command: &str) -> TestConfig {
    TestConfig {
        command: command.to_owned(),
        directory: String::new(),
        path: Vec::new(),
        readable: Vec::new(),
        env: BTreeMap::new(),
        timeout_seconds: 60,
        memory_mib: 4096,
        repeat: 2,
        coverage: Vec::new(),
        category: Vec::new(),
    }
}

impl Platform {
    pub(crate) fn new() -> Self {
        Self::with(&[])
    }

    /// The platform with other or further files.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        git(directory.path(), &["init", "-q"]);
        for (path, text) in FILES.iter().chain(files) {
            let path = directory.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        git(directory.path(), &["add", "-A"]);
        git(directory.path(), &["commit", "-q", "-m", "first"]);
        let repository = Repository::open(directory.path()).unwrap();
        Self {
            base: repository.head().unwrap(),
            _directory: directory,
            repository,
            events: Events::default(),
            hook: Arc::new(|_, _| {}),
            test: Some(config("python3 -m unittest -q")),
            agents: 2,
            agent: None,
            allow_untested: false,
            control: execute::Control::default(),
            run: RunId::new("r-1"),
            facts: false,
        }
    }

    pub(crate) fn root(&self) -> &Path {
        self.repository.root()
    }

    pub(crate) fn job(&self, works: Vec<Work>) -> Job {
        Job {
            repository: self.repository.clone(),
            run: self.run.clone(),
            started: Timestamp(1_700_000_000_000),
            base: self.base.clone(),
            target: TARGET.to_owned(),
            works,
            crew: Crew::of(self.agents),
            test: self.test.clone(),
            services: BTreeMap::new(),
            gates: Vec::new(),
            behaviour: ssot_model::BehaviourConfig { inputs: 30, ..Default::default() },
            agent: self.agent.clone(),
            allow_untested: self.allow_untested,
            control: self.control.clone(),
            launcher: crate::entry::launcher(),
            inspect: {
                let facts = self.facts;
                Arc::new(move |tree| Ok(inspect(tree, facts)))
            },
            journal: self.events.journal(Arc::clone(&self.hook), Arc::new(|_| false)),
        }
    }

    pub(crate) async fn run(&self, works: Vec<Work>) -> Result<ExecuteSummary, ExecuteError> {
        let (_stop, cancel) = watch::channel(false);
        execute::run(self.job(works), cancel).await
    }

    /// A file on the target branch.
    pub(crate) fn landed(&self, path: &str) -> Option<String> {
        let path = RepoPath::new(path).unwrap();
        let bytes = self.repository.content_at(TARGET, &path).unwrap();
        bytes.map(|bytes| String::from_utf8(bytes).unwrap())
    }

    /// A file as a package that did not land would have left it.
    pub(crate) fn kept(&self, package: &str, path: &str) -> String {
        let place = format!("refs/ssot/unlanded/{}/{package}:{path}", self.run);
        git(self.repository.root(), &["show", &place]) + "\n"
    }

    /// A file below `.ssot/`.
    pub(crate) fn state(&self, name: &str) -> PathBuf {
        self.repository.state_dir().join(name)
    }

    /// Nothing of ours is left, and the checkout was never touched.
    pub(crate) fn assert_clean(&self) {
        assert_eq!(self.repository.dirt().unwrap(), []);
        assert_eq!(self.repository.head().unwrap(), self.base);
        assert!(!self.state(&format!("worktrees/{}", self.run)).exists());
        assert_eq!(git(self.root(), &["worktree", "list"]).lines().count(), 1);
    }

    /// Commits a file to the target branch as somebody else.
    pub(crate) fn somebody_commits(root: &Path, path: &str, text: &str) {
        let index = root.join(".git/somebody");
        let run = |args: &[&str], input: &str| {
            use std::io::Write;
            let mut child = Command::new("git")
                .args(args)
                .current_dir(root)
                .env("GIT_INDEX_FILE", &index)
                .envs([("GIT_AUTHOR_NAME", "o"), ("GIT_AUTHOR_EMAIL", "o@localhost")])
                .envs([("GIT_COMMITTER_NAME", "o"), ("GIT_COMMITTER_EMAIL", "o@localhost")])
                .stdin(std::process::Stdio::piped())
                .stdout(std::process::Stdio::piped())
                .spawn()
                .unwrap();
            child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "{args:?}");
            String::from_utf8(output.stdout).unwrap().trim().to_owned()
        };
        run(&["read-tree", TARGET], "");
        let blob = run(&["hash-object", "-w", "--stdin"], text);
        run(&["update-index", "--add", "--cacheinfo", &format!("100644,{blob},{path}")], "");
        let tree = run(&["write-tree"], "");
        let commit = run(&["commit-tree", &tree, "-p", TARGET, "-m", "somebody else"], "");
        run(&["update-ref", &format!("refs/heads/{TARGET}"), &commit], "");
    }
}

fn inspect(tree: &Path, facts: bool) -> Inspection {
    let mut found = Inspection { import_roots: vec![String::new()], ..Inspection::default() };
    let (mut open, mut sources) = (vec![tree.to_path_buf()], Vec::new());
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(&directory).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                open.push(entry.path());
            } else if entry.path().extension().is_some_and(|extension| extension == "py") {
                let path = entry.path().strip_prefix(tree).unwrap().to_string_lossy().into_owned();
                let text = std::fs::read_to_string(entry.path()).unwrap();
                look(&mut found, &path, &text);
                let facts = ssot_facts::python::extract(text.as_bytes());
                sources.push(Source { path: RepoPath::new(&path).unwrap(), facts });
            }
        }
    }
    found.index = facts.then(|| Arc::new(Index::build(sources)));
    found
}

fn look(found: &mut Inspection, path: &str, text: &str) {
    let module = path.trim_end_matches(".py").trim_end_matches("/__init__").replace('/', ".");
    found.modules.insert(module, RepoPath::new(path).unwrap());
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("# dup ") {
            found.violations.insert(format!("{path} {name}"), "a duplicate".to_owned());
        } else if let Some(name) = line.strip_prefix("# lost ") {
            found.unresolved.insert(format!("{path}: {name}"));
        } else if line == "# broken" {
            found.parse_issues.insert(format!("{path}: broken"));
        }
    }
}

/// A package that writes one file; for `app/x.py` it closes the duplicate `x`.
pub(crate) fn work(id: &str, path: &str, text: &str) -> Work {
    let file = RepoPath::new(path).unwrap();
    let package = Package {
        id: PackageId::new(id),
        title: format!("Consolidate {path}"),
        priority: Priority::P1,
        score: 0,
        team: None,
        enabled: true,
        doer: Doer::Codemod,
        depends_on: Vec::new(),
        write_set: vec![file.clone()],
        read_set: vec![RepoPath::new("app/a.py").unwrap()],
        read_symbols: Vec::new(),
        groups: Vec::new(),
        places: Vec::new(),
    };
    let change = FileChange::Write(text.as_bytes().to_vec());
    Work {
        package,
        edits: Some(Edits {
            patch: Patch { files: [(file.clone(), change)].into() },
            before: BTreeMap::new(),
        }),
        assignment: None,
        message: format!("Consolidate {path}\n\nOne source of truth."),
        touched_modules: vec![format!("app.{}", file.file_stem())],
        closes: vec![format!("{path} {}", file.file_stem())],
        pairs: Vec::new(),
    }
}

/// What the codemod of a package writes.
pub(crate) fn patch(work: &mut Work) -> &mut Patch {
    &mut work.edits.as_mut().unwrap().patch
}

/// The good package for `app/<name>.py`.
pub(crate) fn good(name: &str) -> Work {
    work(&format!("p-{name}"), &format!("app/{name}.py"), GOOD)
}

pub(crate) const GOOD: &str = "from app.a import VALUE\n";

/// Where a package ended and why.
pub(crate) fn ended(summary: &ExecuteSummary, id: &str) -> (UnitState, String) {
    let result = &summary.packages[&PackageId::new(id)];
    (result.state, result.reason.clone().unwrap_or_default())
}
