//! Every page of the dashboard with something on it.

use std::collections::BTreeMap;

use ssot_model::{
    Agent, CompletionStatus, GroupId, Hands, LeftAlone, Plan, RunId, RunOutcome, ScanReport,
    ThreadId, Timestamp, TrendPoint, UnitState, Verdict,
};

use super::{Log, audit, finding, log, member, places, report};
use crate::dashboard::{
    Belonging, ChatEntry, ChatView, ConceptView, ErrorView, Evidence, FindingsView, Happened,
    Health, NewToken, OverviewView, PlanView, ProjectCard, ProjectLink, ProjectMembers,
    ProjectsView, Query, RunCard, RunView, RunsView, SettingsView, Shell, SignInView, ThreadCard,
    ThreadView, TokenRow, User, UserRow, chat, concept, error, findings, overview, plan, projects,
    run, runs, settings, sign_in,
};
use crate::report::Sources;

const NOW: Timestamp = Timestamp(1_772_360_300_000);
const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// Something that looks like a code base.
const NAMES: &[(&str, &str, Verdict, u32)] = &[
    ("round_money", "billing/money", Verdict::Identical, 42),
    ("HttpClient", "core/net", Verdict::Variant, 310),
    ("parse_date", "orders/dates", Verdict::Clone, 28),
    ("Settings", "core/config", Verdict::Variant, 190),
    ("retry", "core/net", Verdict::Twin, 64),
    ("slugify", "web/text", Verdict::Identical, 17),
    ("order_total", "orders/total", Verdict::Variant, 83),
    ("UserCache", "accounts/cache", Verdict::Clone, 121),
    ("send_mail", "accounts/mail", Verdict::Identical, 55),
    ("validate_iban", "billing/bank", Verdict::Identical, 36),
    ("load_fixture", "web/views", Verdict::Shadowed, 74),
    ("tax_rate", "billing/tax", Verdict::Unsure, 31),
];

fn shell(text: &str) -> Shell {
    let project =
        ProjectLink { id: "shop".to_owned(), name: format!("shop {text}").trim().to_owned() };
    let other = ProjectLink { id: "warehouse".to_owned(), name: "warehouse".to_owned() };
    Shell {
        user: Some(User {
            name: if text.is_empty() { "Ada".to_owned() } else { text.to_owned() },
            role: "admin".to_owned(),
            may_operate: true,
            may_approve: true,
            may_administer: true,
        }),
        project: Some(project.clone()),
        projects: vec![project, other],
        csrf: "c5f1".to_owned(),
        unique: "page-1".to_owned(),
    }
}

/// A scan of so many more places.
fn scanned(text: &str, more: u128) -> ScanReport {
    let mut report = report();
    report.findings.clear();
    for (at, (name, folder, verdict, lines)) in NAMES.iter().enumerate() {
        let copies = 2 + at % 4;
        let members = (0..copies).map(|copy| {
            let side = ["services", "shared", "jobs", "legacy"][copy % 4];
            member(&format!("{side}/{folder}_{copy}.py"), 12 + 9 * copy as u32, *lines, name)
        });
        let mut group = finding(at as u128 + 1, *verdict, members.collect());
        group.cost = *lines * copies as u32;
        group.name = format!("{name}{text}");
        group.summary = format!("{} `{name}{text}` is defined {copies} times", group.kind.as_str());
        group.confidence = if *verdict == Verdict::Variant { 84 } else { 100 };
        report.findings.push(group);
    }
    for at in 0..14 + more {
        let file = format!("services/billing/m{}.py", at % 37);
        let mut place = places(at + 100, vec![member(&file, at as u32 % 400 + 1, 1, "run")]);
        place.name = format!("os.environ{text}");
        place.summary = format!("`run{text}` reads the environment past `shared.config`");
        place.cost = 1;
        report.findings.push(place);
    }
    report.lines = 48_213;
    report.definitions = 3904;
    report.file_lines = report
        .findings
        .iter()
        .flat_map(|it| &it.members)
        .map(|it| (it.path.clone(), it.span.end + 260))
        .collect();
    report
}

fn trend() -> Vec<TrendPoint> {
    let point = |at: u32| TrendPoint {
        at: Timestamp(NOW.0 - i64::from(20 - at) * DAY),
        commit: format!("{at:040}"),
        config: "c".to_owned(),
        files: 1713,
        lines: 48_000 + u64::from(at) * 11,
        removable: 2400 - u64::from(at) * 60,
        rules: BTreeMap::from([
            ("duplicate-definition".to_owned(), 40 - at),
            ("environment".to_owned(), 44 - at - at / 3),
        ]),
        verdicts: BTreeMap::from([
            ("identical".to_owned(), 22 - at / 2),
            ("variant".to_owned(), 18 - at / 2 + u32::from(at == 19)),
        ]),
    };
    (0..20).map(point).collect()
}

fn cards(text: &str) -> Vec<RunCard> {
    let card = |number: u32, outcome, waiting, packages: &[(UnitState, u32)]| RunCard {
        run: RunId::new(format!("r-2026030{number}-101500-3f9a")),
        outcome,
        started: Timestamp(NOW.0 - i64::from(number) * 7 * 60 * MINUTE),
        millis: 191_000 * u64::from(number),
        by: Some(if text.is_empty() { "Ada".to_owned() } else { text.to_owned() }),
        target: "ssot/consolidate".to_owned(),
        packages: packages.iter().copied().collect(),
        waiting,
        is_paused: false,
        alerts: usize::from(outcome.is_some()),
    };
    vec![
        card(1, None, 0, &[(UnitState::Done, 4), (UnitState::Gates, 2), (UnitState::Queued, 6)]),
        card(2, None, 1, &[(UnitState::Done, 2), (UnitState::Queued, 3)]),
        card(
            3,
            Some(RunOutcome::Partial),
            0,
            &[(UnitState::Done, 4), (UnitState::Rejected, 1), (UnitState::Blocked, 1)],
        ),
        card(4, Some(RunOutcome::Complete), 0, &[(UnitState::Done, 9)]),
    ]
}

/// Every page by its name; `text` stands wherever somebody else has a word. The findings are
/// so many more.
pub fn pages(text: &str, more: u128) -> Vec<(&'static str, String)> {
    let scan = scanned(text, more);
    let log = log(if text.is_empty() { "one copy of `round_money` rounds half up" } else { text });
    let mut pages = vec![
        ("projects", project_list(text, &scan)),
        (
            "projects-empty",
            projects(&ProjectsView {
                shell: Shell { project: None, ..shell(text) },
                projects: Vec::new(),
                now: NOW,
            }),
        ),
        ("overview", overview_page(text, Some(&scan))),
        ("overview-empty", overview_page(text, None)),
        ("findings", finding_list(text, &scan, "")),
        ("findings-none", finding_list(text, &scan, "nothing has this name")),
        ("concept", one_concept(text)),
        ("runs", runs(&RunsView { shell: shell(text), runs: cards(text), now: NOW })),
        ("runs-empty", runs(&RunsView { shell: shell(text), runs: Vec::new(), now: NOW })),
        (
            "sign-in",
            sign_in(&SignInView {
                error: text.to_owned(),
                provider: Some(("Example Corp".to_owned(), "/sign-in/oidc".to_owned())),
                ..SignInView::default()
            }),
        ),
        ("settings", settings_page(text)),
        (
            "error",
            error(&ErrorView {
                shell: Shell { project: None, ..shell(text) },
                status: 404,
                message: format!("No run has this name, or it is not yours. {text}"),
                hint: "The list of runs has those that you may see.".to_owned(),
            }),
        ),
    ];
    pages.extend(run_pages(text, &log));
    pages.extend(chat_pages(text));
    pages
}

fn project_list(text: &str, scan: &ScanReport) -> String {
    let health = Health::of(scan);
    let card = |id: &str, health, concepts, running, waiting| ProjectCard {
        id: id.to_owned(),
        name: format!("{id}{text}"),
        place: format!("/srv/repositories/{id}{text}"),
        health,
        concepts,
        removable: 1240,
        lines: 48_213,
        trend: if health.is_some() { vec![40, 41, 38, 33, 33, 29, 24, 22] } else { Vec::new() },
        scanned: health.map(|_| Timestamp(NOW.0 - 42 * MINUTE)),
        running,
        waiting,
    };
    let projects_shown = vec![
        card("shop", Some((health.score, health.word())), 22, 1, 1),
        card("warehouse", Some((94, "healthy")), 0, 0, 0),
        card("billing", None, 0, 0, 0),
    ];
    projects(&ProjectsView {
        shell: Shell { project: None, ..shell(text) },
        projects: projects_shown,
        now: NOW,
    })
}

fn overview_page(text: &str, report: Option<&ScanReport>) -> String {
    let trend = trend();
    overview(&OverviewView {
        shell: shell(text),
        report,
        trend: if report.is_some() { &trend } else { &[] },
        running: cards(text).into_iter().take(2).collect(),
        scanned: report.map(|_| Timestamp(NOW.0 - 42 * MINUTE)),
        scanning: false,
        now: NOW,
    })
}

fn finding_list(text: &str, report: &ScanReport, asked: &str) -> String {
    let belongings: BTreeMap<GroupId, Belonging> = report
        .findings
        .iter()
        .enumerate()
        .map(|(at, it)| {
            let owners = vec![format!("@shop/{}{text}", ["billing", "core"][at % 2])];
            let boundaries = vec![["services", "shared"][at % 2].to_owned()];
            (it.id.clone(), Belonging { owners, boundaries })
        })
        .collect();
    findings(&FindingsView {
        shell: shell(text),
        report: Some(report),
        belongings: &belongings,
        hosted: None,
        query: Query { text: asked.to_owned(), page: 1, ..Query::default() },
    })
}

fn one_concept(text: &str) -> String {
    let told = if text.is_empty() { "round_money" } else { text };
    let audit = audit(told);
    let left = "def round_money(amount, currency):\n    scale = 10 ** currency.digits\n    return round(amount * scale) / scale\n";
    let right = "def round_money(amount, currency):\n    scale = 10 ** currency.digits\n    # Half up, as the tax office wants it\n    return floor(amount * scale + 0.5) / scale\n";
    let sources = Sources::of(&[("app/a.py", left), ("app/b.py", right)]);
    concept(&ConceptView {
        shell: shell(text),
        finding: &audit.finding,
        hosted: None,
        audit: Some(&audit),
        sources: &sources,
        package: Some(ssot_model::PackageId::new("p01-round-money")),
    })
}

fn with_rest(text: &str, mut plan: Plan) -> Plan {
    plan.left_alone = vec![LeftAlone {
        group: GroupId::new("g-0000000c"),
        name: format!("tax_rate{text}"),
        verdict: Verdict::Unsure,
        places: vec!["services/billing/tax_0.py:12".to_owned()],
        reason: format!("`tax_rate` differs by country, and nothing says which is meant {text}"),
        hands: Some(Hands::Person),
    }];
    plan
}

fn run_pages(text: &str, log: &Log) -> Vec<(&'static str, String)> {
    let plan_of = with_rest(text, log.plan.clone());
    let planned = PlanView {
        shell: shell(text),
        plan: Some((&plan_of, &log.schedule)),
        only: Vec::new(),
        teams: vec!["billing".to_owned(), "core".to_owned()],
        agents: 4,
        editable: true,
        planned: Some(Timestamp(NOW.0 - 5 * MINUTE)),
        stale: true,
        now: NOW,
    };
    let nothing = PlanView { shell: shell(text), plan: None, ..planned };
    let half = log.events.iter().position(|it| it.kind.name() == "checkpoint_reached");
    let shown = |events, alive, has_plan: bool| {
        run(&RunView {
            shell: shell(text),
            run: &log.run,
            events,
            plan: has_plan.then_some(&log.plan),
            schedule: has_plan.then_some(&log.schedule),
            limits: log.limits,
            by: Some("Ada".to_owned()),
            alive,
            now: Timestamp(log.events[0].at.0 + 140_000),
        })
    };
    let half = half.map_or(log.events.len(), |at| at + 8);
    let planned = PlanView {
        shell: shell(text),
        plan: Some((&plan_of, &log.schedule)),
        teams: vec!["billing".to_owned(), "core".to_owned()],
        only: Vec::new(),
        ..nothing
    };
    let mut pages = vec![("plan", plan(&planned))];
    let nothing = PlanView { plan: None, ..planned };
    pages.extend([
        ("plan-empty", plan(&nothing)),
        ("run-begun", shown(&log.events[..1], true, false)),
        ("run", shown(&log.events[..half], true, true)),
        ("record", shown(&log.events, false, true)),
    ]);
    pages
}

/// What somebody else would have said instead, where that is asked for.
fn say(text: &str, word: &str) -> String {
    if text.is_empty() { word.to_owned() } else { text.to_owned() }
}

fn conversation(text: &str) -> Vec<ChatEntry> {
    let at = |seconds: i64| Timestamp(NOW.0 - 9 * MINUTE + seconds * 1000);
    let say = |word: &str| say(text, word);
    let (agent, status) = (Agent::Data, CompletionStatus::Ok);
    let entry = |seconds, what| ChatEntry { at: at(seconds), what };
    let (tool, call) = (say("audit"), "c1".to_owned());
    vec![
        entry(
            0,
            Happened::Message {
                by: say("Ada"),
                text: say("Why are there two `round_money`, and which one is right?"),
            },
        ),
        entry(1, Happened::Started { agent, task: say("find what is known about `round_money`") }),
        entry(1, Happened::Executing { agent, tool: tool.clone(), call: call.clone() }),
        entry(
            3,
            Happened::Executed {
                agent,
                tool,
                call,
                status,
                summary: say("2 implementations, 1 missed fix"),
            },
        ),
        entry(
            3,
            Happened::Thinking { agent, thought: say("they differ in how halves are rounded") },
        ),
        entry(4, Happened::Completed { agent, status, summary: say("answered from the audit") }),
        entry(
            4,
            Happened::Answer {
                text: say(
                    "`billing.money.round_money` rounds half to even, `shared.money.round_money` half up.\nThe second was changed on 2026-02-11 for the tax office, and the fix never reached the first. 14 modules use the second.",
                ),
                evidence: vec![
                    Evidence {
                        label: say("Comparison"),
                        href: "/p/shop/concepts/g-00000001".to_owned(),
                    },
                    Evidence {
                        label: say("The missed fix"),
                        href: "/p/shop/concepts/g-00000001".to_owned(),
                    },
                    Evidence {
                        label: "never a link".to_owned(),
                        href: "javascript:alert(1)".to_owned(),
                    },
                ],
            },
        ),
        entry(
            40,
            Happened::Message { by: say("Ada"), text: say("Plan it and run it, carefully.") },
        ),
        entry(
            41,
            Happened::Started { agent: Agent::Optimize, task: say("plan `round_money` alone") },
        ),
    ]
}

fn chat_pages(text: &str) -> Vec<(&'static str, String)> {
    let say = |word: &str| say(text, word);
    let entries = conversation(text);
    let thread = |entries: Vec<ChatEntry>| ThreadView {
        id: ThreadId::new("t-7f"),
        title: say("round_money"),
        seq: entries.len() as u64,
        entries,
    };
    let card = |id: &str, title: String, days: i64| ThreadCard {
        id: ThreadId::new(id),
        title,
        at: Timestamp(NOW.0 - days * DAY - 9 * MINUTE),
    };
    let view = |thread| ChatView {
        shell: shell(text),
        threads: vec![
            card("t-7f", say("round_money"), 0),
            card("t-7e", say("What broke in last night's run?"), 1),
            card("t-7d", say("Settings and the environment"), 4),
        ],
        thread,
        suggestions: vec![
            say("What are the worst concepts?"),
            say("What would a plan do?"),
            say("What changed since last week?"),
        ],
        now: NOW,
    };
    vec![
        ("chat", chat(&view(Some(thread(entries))))),
        ("chat-new", chat(&view(Some(thread(Vec::new()))))),
        ("chat-empty", chat(&ChatView { threads: Vec::new(), ..view(None) })),
    ]
}

fn settings_page(text: &str) -> String {
    let say = |word: &str| say(text, word);
    let token = |id: &str, name: &str, used: Option<i64>| TokenRow {
        id: id.to_owned(),
        name: say(name),
        made: Timestamp(NOW.0 - 12 * DAY),
        used: used.map(|minutes| Timestamp(NOW.0 - minutes * MINUTE)),
        expires: used.map(|_| Timestamp(NOW.0 + 60 * DAY)),
    };
    let user = |id: &str, name: &str, role: &str| UserRow {
        id: id.to_owned(),
        name: say(name),
        role: role.to_owned(),
        seen: Some(Timestamp(NOW.0 - 3 * MINUTE)),
    };
    settings(&SettingsView {
        shell: Shell { project: None, ..shell(text) },
        tokens: vec![token("k1", "continuous integration", Some(7)), token("k2", "laptop", None)],
        new_token: Some(NewToken { name: say("editor"), secret: "ssot_0f2c9d81e4b7".to_owned() }),
        users: Some(vec![
            user("u1", "Ada", "admin"),
            user("u2", "Grace", "approver"),
            user("u3", "Linus", "viewer"),
        ]),
        projects: vec![ProjectMembers {
            id: "p-1".to_owned(),
            name: say("shop"),
            members: vec![("u2".to_owned(), say("Grace"), "approver".to_owned())],
            others: vec![("u3".to_owned(), say("Linus"))],
        }],
        project_roles: ["viewer", "operator", "approver", "admin"].map(str::to_owned).to_vec(),
        roles: ["viewer", "operator", "approver", "admin"].map(str::to_owned).to_vec(),
        now: NOW,
    })
}
