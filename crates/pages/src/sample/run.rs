//! A run that tests tell: six packages in two teams, of which one is rejected, one waits for
//! approval at the half of the log and one is rolled back at the end.

use ssot_model::{
    Agent, ApprovalSubject, BudgetLimits, CheckpointResult, CommitId, CompletionStatus, Event,
    EventKind, GateName, GateOutcome, PackageId, Phase, Plan, PlannedPackage, Priority, RepoPath,
    Resource, RunId, RunOutcome, Schedule, StageTimes, Timestamp, TreeId, UnitState, Usage,
};

/// When the run began.
const BEGAN: i64 = 1_772_360_100_000;
/// Packages: number, what they are about, team, lane, planned start and end in seconds.
type Row = (&'static str, &'static str, &'static str, usize, u64, u64);
const PACKAGES: &[Row] = &[
    ("p01-round-money", "Take `round_money` from `shop.money`", "billing", 0, 0, 70),
    ("p02-slugify", "Take `slugify` from `shop.text`", "core", 2, 0, 45),
    ("p03-http-client", "Let `ApiClient` take in the retries of `HttpClient`", "core", 3, 0, 150),
    ("p04-parse-date", "Take `parse_date` from `shop.dates`", "billing", 0, 70, 120),
    ("p05-settings", "Read the environment in `shop.settings` alone", "core", 2, 45, 110),
    ("p06-order-total", "Take `order_total` from `shop.orders`", "billing", 1, 150, 172),
];

/// A whole run.
pub struct Log {
    /// The run.
    pub run: RunId,
    /// What it executes.
    pub plan: Plan,
    /// When what was expected.
    pub schedule: Schedule,
    /// What happened.
    pub events: Vec<Event>,
    /// What it may use up.
    pub limits: BudgetLimits,
}

/// Writes a log, in any order.
struct Pen {
    run: RunId,
    events: Vec<Event>,
}

impl Pen {
    fn write(&mut self, seconds: i64, kind: EventKind) {
        let seq = self.events.len() as u64 + 1;
        let step = format!("{}/{seq}", kind.name());
        let (run, at) = (self.run.clone(), Timestamp(BEGAN + seconds * 1000));
        self.events.push(Event { v: 1, epoch: 1, run, seq, at, step, kind });
    }

    fn agent(&mut self, at: (i64, i64), agent: Agent, text: [&str; 3], tools: &[(&str, &str)]) {
        let [task, thought, summary] = text.map(str::to_owned);
        self.write(at.0, EventKind::AgentStarted { agent, package: None, task });
        for (number, (tool, said)) in tools.iter().enumerate() {
            let (tool, call) = ((*tool).to_owned(), format!("{}-{number}", agent.as_str()));
            let (status, summary) = (CompletionStatus::Ok, (*said).to_owned());
            self.write(
                at.0,
                EventKind::ToolExecuting { agent, tool: tool.clone(), call: call.clone() },
            );
            self.write(at.0 + 1, EventKind::ToolCompleted { agent, tool, call, status, summary });
        }
        self.write(at.1, EventKind::AgentThinking { agent, package: None, thought });
        let status = CompletionStatus::Ok;
        self.write(at.1, EventKind::AgentCompleted { agent, package: None, status, summary });
    }

    fn state(&mut self, at: i64, id: &str, state: UnitState, reason: Option<&str>) {
        let (package, reason) = (PackageId::new(id), reason.map(str::to_owned));
        self.write(at, EventKind::PackageChanged { package, state, reason });
    }

    fn gate(
        &mut self,
        at: (i64, i64),
        id: Option<&str>,
        gate: GateName,
        phase: Phase,
        said: (GateOutcome, &str),
    ) {
        let package = id.map(PackageId::new);
        self.write(at.0, EventKind::GateStarted { package: package.clone(), gate, phase });
        let (outcome, evidence) = (said.0, said.1.to_owned());
        let millis = (at.1 - at.0).unsigned_abs() * 1000 + 240;
        let suite = None;
        self.write(
            at.1,
            EventKind::GateCompleted { package, gate, phase, outcome, evidence, suite, millis },
        );
    }

    /// The way of a package up to its landing.
    fn way(&mut self, id: &str, at: i64, tests: (GateOutcome, &str)) {
        self.state(at, id, UnitState::Worktree, None);
        self.state(at + 2, id, UnitState::Rewrite, None);
        self.state(at + 5, id, UnitState::Gates, None);
        let passed = GateOutcome::Passed;
        for (gate, said) in [
            (GateName::Parse, "4 written files parse"),
            (GateName::Imports, "no new unresolved import in 1,713 files"),
            (GateName::Proof, "every name leads where it led; `2` definitions have an equal"),
        ] {
            self.gate((at + 5, at + 6), Some(id), gate, Phase::After, (passed, said));
        }
        self.gate((at + 6, at + 30), Some(id), GateName::Tests, Phase::After, tests);
    }

    fn land(&mut self, id: &str, at: i64) {
        self.state(at, id, UnitState::Land, None);
        let said = "undoing it gives the tree from before, to the byte";
        self.gate(
            (at, at + 1),
            Some(id),
            GateName::Rollback,
            Phase::Landing,
            (GateOutcome::Passed, said),
        );
        let package = PackageId::new(id);
        let tree = TreeId::new("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
        self.write(
            at + 1,
            EventKind::RollbackRehearsed { package: package.clone(), tree: tree.clone() },
        );
        let commit = CommitId::new(format!("{:0<40}", format!("c{}", &id[1..3])));
        let previous = CommitId::new("0123456789abcdef0123456789abcdef01234567");
        let files = vec![path("shop/a.py"), path("shop/b.py")];
        self.write(
            at + 3,
            EventKind::PackageLanded { package: package.clone(), commit, previous, tree, files },
        );
        self.state(at + 3, id, UnitState::Done, None);
        let usage =
            Usage { millis: 34_000, cpu_millis: 61_000, disk_kib: 48 * 1024, ..Usage::default() };
        self.write(at + 3, EventKind::ResourcesUsed { package: Some(package), usage });
    }
}

fn path(text: &str) -> RepoPath {
    RepoPath::new(text).expect("a plain path")
}

/// The run. `text` stands wherever a repository, or whoever works on it, has a word.
pub fn log(text: &str) -> Log {
    let run = RunId::new("r-20260301-101500-3f9a");
    let mut pen = Pen { run: run.clone(), events: Vec::new() };
    begin(&mut pen, text);
    work(&mut pen, text);
    end(&mut pen, text);
    pen.events.sort_by_key(|event| event.at);
    for (event, seq) in pen.events.iter_mut().zip(1..) {
        event.seq = seq;
    }
    let (plan, schedule) = planned(text);
    let limits =
        BudgetLimits { seconds: Some(300), cpu_seconds: Some(480), ..BudgetLimits::default() };
    Log { run, plan, schedule, events: pen.events, limits }
}

fn begin(pen: &mut Pen, text: &str) {
    let tree = TreeId::new("bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb");
    let base = CommitId::new("0123456789abcdef0123456789abcdef01234567");
    let (target, missing) = ("ssot/consolidate".to_owned(), vec!["network namespace".to_owned()]);
    pen.write(
        0,
        EventKind::RunStarted { base, tree, target, packages: 6, missing_sandbox_layers: missing },
    );
    let phase = Phase::Before;
    pen.write(1, EventKind::TreeInspected { phase, violations: 214, files: 1713 });
    pen.agent(
        (1, 9),
        Agent::Triage,
        [
            "find and rank concepts with more than one source of truth",
            text,
            "214 violations in 1,713 files",
        ],
        &[("index", "1,713 files, 811,385 lines"), ("detect", "14 rules, 214 findings")],
    );
    pen.agent(
        (9, 16),
        Agent::Data,
        [
            "collect evidence about 38 groups",
            "`round_money` has diverged in one of its copies",
            "38 groups audited",
        ],
        &[("audit", "38 groups, 4 missed fixes"), ("history", text)],
    );
    pen.agent(
        (16, 20),
        Agent::Optimize,
        [
            "choose canonical definitions and plan",
            "six packages, two of which have to wait",
            "6 packages on 4 lanes",
        ],
        &[("plan", "6 packages, disjoint by construction")],
    );
    let (agent, task) = (Agent::Actions, "execute 6 packages on 4 lanes".to_owned());
    pen.write(20, EventKind::AgentStarted { agent, package: None, task });
    let said = (GateOutcome::Passed, "2,412 passed, 3 skipped, 0 failed");
    pen.gate((20, 27), None, GateName::Tests, Phase::Before, said);
}

fn work(pen: &mut Pen, text: &str) {
    let green = (GateOutcome::Passed, "2,412 passed, as before");
    let agent = Agent::Actions;
    let call = |name: &str| EventKind::ToolExecuting {
        agent,
        tool: "edit".to_owned(),
        call: name.to_owned(),
    };
    pen.way("p01-round-money", 28, green);
    pen.way("p02-slugify", 29, green);
    pen.write(60, call("edit-1"));
    pen.land("p02-slugify", 60);
    let (tool, status) = ("edit".to_owned(), CompletionStatus::Timeout);
    let summary = format!("120 s were up: {text}");
    pen.write(
        62,
        EventKind::ToolCompleted { agent, tool, call: "edit-1".to_owned(), status, summary },
    );
    pen.land("p01-round-money", 66);
    specialist(pen, 67, text);
    let red = (GateOutcome::Failed, "tests/test_http.py::test_retry passed before and fails now");
    pen.way("p03-http-client", 68, red);
    let why = format!("tests: 1 test fails that passed before; {text}");
    pen.state(99, "p03-http-client", UnitState::Rejected, Some(&why));
    let package = PackageId::new("p03-http-client");
    let commit = CommitId::new("dddddddddddddddddddddddddddddddddddddddd");
    let reference = "refs/ssot/kept/p03-http-client".to_owned();
    pen.write(99, EventKind::PackageKept { package, commit, reference });
    pen.way("p04-parse-date", 100, green);
    pen.write(130, call("edit-2"));
    let package = Some(PackageId::new("p04-parse-date"));
    pen.write(131, EventKind::ApprovalRequested { subject: ApprovalSubject::Landing, package });
    let checkpoint = CheckpointResult {
        of: "P0".to_owned(),
        after_minutes: 2,
        wanted: 100,
        landed: 1,
        packages: 2,
    };
    pen.write(132, EventKind::CheckpointReached { checkpoint });
    pen.way("p05-settings", 133, green);
}

/// A package that was handed to a coding agent.
fn specialist(pen: &mut Pen, at: i64, text: &str) {
    let (agent, package) = (Agent::Consolidator, Some(PackageId::new("p03-http-client")));
    let task = "merge `HttpClient` (try 1)".to_owned();
    pen.write(at, EventKind::AgentStarted { agent, package: package.clone(), task });
    let thought = format!("The retry differs: {text}");
    pen.write(at, EventKind::AgentThinking { agent, package: package.clone(), thought });
    let (tool, call) = ("edit http/client.py".to_owned(), "p03/agent/1/call/1".to_owned());
    let begun = EventKind::ToolExecuting { agent, tool: tool.clone(), call: call.clone() };
    pen.write(at, begun);
    let (status, summary) = (CompletionStatus::Ok, "edited".to_owned());
    pen.write(at, EventKind::ToolCompleted { agent, tool, call, status, summary });
    let summary = "changed http/client.py".to_owned();
    pen.write(at, EventKind::AgentCompleted { agent, package, status, summary });
}

fn end(pen: &mut Pen, text: &str) {
    let agent = Agent::Actions;
    let (tool, status) = ("edit".to_owned(), CompletionStatus::Ok);
    let summary = "3 files".to_owned();
    pen.write(
        164,
        EventKind::ToolCompleted { agent, tool, call: "edit-2".to_owned(), status, summary },
    );
    let (subject, package) = (ApprovalSubject::Landing, Some(PackageId::new("p04-parse-date")));
    pen.write(170, EventKind::ApprovalGiven { subject, package, by: text.to_owned() });
    pen.land("p04-parse-date", 171);
    pen.land("p05-settings", 176);
    pen.state(180, "p06-order-total", UnitState::Blocked, Some("it waits for p03-http-client"));
    let (resource, used, limit) = (Resource::Cpu, 490_000, 480_000);
    pen.write(181, EventKind::BudgetExceeded { package: None, resource, used, limit });
    let package = PackageId::new("p02-slugify");
    let commit = CommitId::new("eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee");
    let tree = TreeId::new("ffffffffffffffffffffffffffffffffffffffff");
    pen.write(182, EventKind::PackageRolledBack { package, commit, tree: tree.clone() });
    let (status, summary) = (CompletionStatus::Ok, "4 of 6 packages landed".to_owned());
    pen.write(183, EventKind::AgentCompleted { agent, package: None, status, summary });
    let said = (GateOutcome::Passed, "2,412 passed, as before");
    pen.gate((183, 190), None, GateName::Tests, Phase::Final, said);
    let phase = Phase::Final;
    pen.write(190, EventKind::TreeInspected { phase, violations: 197, files: 1709 });
    let usage =
        Usage { millis: 191_000, cpu_millis: 490_000, disk_kib: 210 * 1024, ..Usage::default() };
    pen.write(190, EventKind::ResourcesUsed { package: None, usage });
    pen.agent(
        (190, 191),
        Agent::Report,
        ["tell what came of it", "one package needs a person", "the report is written"],
        &[],
    );
    pen.write(191, EventKind::RunCompleted { outcome: RunOutcome::Partial, tree });
}

/// The plan of the run and its schedule.
fn planned(text: &str) -> (Plan, Schedule) {
    let (mut plan, mut schedule) = super::plan(text);
    let model = plan.packages[0].clone();
    let package = |(id, title, team, ..): &Row| {
        let mut package = model.clone();
        package.id = PackageId::new(*id);
        let more = if text.len() > 40 { text } else { "" };
        package.title = format!("{title} {more}");
        package.team = Some((*team).to_owned());
        package.enabled = true;
        package.depends_on = match *id {
            "p04-parse-date" => vec![PackageId::new("p01-round-money")],
            "p06-order-total" => vec![PackageId::new("p03-http-client")],
            _ => Vec::new(),
        };
        if *id < "p03" {
            package.priority = Priority::P0;
        }
        package
    };
    plan.packages = PACKAGES.iter().map(package).collect();
    let planned = |(id, _, _, lane, start, end): &Row| PlannedPackage {
        id: PackageId::new(*id),
        priority: Priority::P1,
        lane: *lane,
        stages: StageTimes { landing: 8000, ..StageTimes::default() },
        start: start * 1000,
        end: end * 1000,
        slack: if matches!(*lane, 1 | 3) { 0 } else { 20_000 },
        critical: matches!(*id, "p03-http-client" | "p06-order-total"),
    };
    schedule.packages = PACKAGES.iter().map(planned).collect();
    schedule.lanes = ["billing 1", "billing 2", "core 1", "core 2"]
        .map(|name| ssot_model::Lane { name: name.to_owned() })
        .to_vec();
    schedule.before = 27_000;
    schedule.after = 8000;
    schedule.makespan = 205_000;
    schedule.critical = 172_000;
    schedule.makespans = [(1, 480_000), (2, 270_000), (3, 214_000), (4, 205_000)]
        .map(|(workers, millis)| ssot_model::Makespan { workers, millis })
        .to_vec();
    schedule.basis.runs = 3;
    (plan, schedule)
}
