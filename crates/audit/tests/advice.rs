//! What an audit says has to be done, and what of it would be wrong to say, for small
//! repositories written as text: `--- path` begins a file.

mod repository;

use repository::Repository;
use ssot_audit::{Audit, Choice};
use ssot_model::audit::{AtomKind, AtomState, Cell, Counterpart, MatrixRow, Way};

const PACKAGES: &str = "--- app/__init__.py\n--- pay/__init__.py\n";

fn audit(files: &str, name: &str, declared: &str) -> Audit {
    Repository::new(&format!("{PACKAGES}{files}")).audit(name, declared)
}

fn row<'a>(audit: &'a Audit, name: &str) -> &'a MatrixRow {
    audit.matrix.rows.iter().find(|row| row.name == name).expect("there is such a row")
}

/// A function that makes an object of `Record`, of which each side has its own.
const REPORT: &str = "
def report(total, names):
    lines = [f'{name}: {total}' for name in names if name]
    record = Record(total, lines)
    record.extend(sorted(names))
    if not lines:
        raise ValueError(total)
    return record
";

fn reports() -> Audit {
    let own = |fields: &str| format!("class Record:\n    def __init__(self, {fields}): pass\n");
    let files = format!(
        "--- app/report.py\n{}{REPORT}--- pay/report.py\n{}{REPORT}",
        own("total, lines"),
        own("total, lines, currency='EUR'")
    );
    audit(&files, "report", "app.report.report")
}

#[test]
fn equal_names_of_other_things_are_no_equal_cells() {
    let audit = reports();
    let reads = row(&audit, "reads");
    assert!(reads.cells.iter().all(|it| matches!(it, Cell::Differs(_))), "{reads:?}");
    let [difference] = &reads.differences[..] else { panic!("{reads:?}") };
    let said = &difference.lines[0].text;
    assert!(said.starts_with("`Record` is pay.report.Record in pay.report"), "{said}");
    assert!(row(&audit, "body").is_equal());
    let advice = audit.advice.expect("there is advice");
    assert_eq!(advice.way, Way::Superset);
    assert!(advice.why.contains("`Record` is"), "{}", advice.why);
    assert_eq!(advice.steps[0], "settle first what the names that it reads mean");
    assert!(advice.risks.iter().any(|risk| risk.contains("`Record` is")), "{:?}", advice.risks);
}

#[test]
fn guards_that_ask_for_another_thing_are_no_reason_to_move_them() {
    let guarded = REPORT.replace("if not lines:", "if total == Record:");
    let files = format!(
        "--- app/report.py\nclass Record(list): pass\n{guarded}\
         --- pay/report.py\nclass Record(dict):\n    size = 1\n{guarded}"
    );
    let audit = audit(&files, "report", "app.report.report");
    assert!(audit.ledger.open().count() > 0);
    let advice = audit.advice.expect("there is advice");
    assert_eq!(advice.way, Way::Superset, "{advice:?}");
    assert!(advice.why.starts_with("the words are the same"), "{}", advice.why);
}

/// A function of ten statements with one of its own at the place of `OWN`.
const FETCH: &str = "
def fetch(session, address):
    parts = address.split('/')
    owner, name = parts[3], parts[4]
    target = f'{owner}/{name}'
    answer = session.get(target)
    OWN
    rows = [row for row in answer.rows if row]
    session.close()
    return rows
";

fn fetches(kept: &str, copy: &str) -> Audit {
    let files = format!(
        "--- app/fetch.py\n{}--- pay/fetch.py\n{}",
        FETCH.replace("OWN", kept),
        FETCH.replace("OWN", copy)
    );
    audit(&files, "fetch", "app.fetch.fetch")
}

#[test]
fn a_copy_with_lines_of_its_own_is_covered_by_no_other() {
    let audit = fetches("session.wait(1)", "session.wait(2)\n    session.confirm(answer)");
    let advice = audit.advice.expect("there is advice");
    // The ledger has no kind for a plain call, and still it would be lost.
    assert_eq!(audit.ledger.open().count(), 0);
    assert_eq!(advice.way, Way::Parameterise, "{advice:?}");
    assert!(advice.why.starts_with("no piece of behaviour and 2 lines"), "{}", advice.why);
}

#[test]
fn what_only_the_one_that_stays_refuses_is_a_risk() {
    let refusal = "if not answer.rows:\n        raise LookupError(target)";
    let risks = |kept: &str, copy: &str| fetches(kept, copy).advice.expect("advice").risks;
    let new =
        "2 conditions and errors are new to the users of a copy: only what would stay has them";
    assert!(risks(refusal, "session.wait(1)").contains(&new.to_owned()));
    assert!(!risks("session.wait(1)", refusal).contains(&new.to_owned()));
}

#[test]
fn what_stays_importable_breaks_nobody() {
    let twice = REPORT.replace("Record(", "dict(");
    let files = format!(
        "--- app/report.py\n{twice}--- app/bill.py\n{twice}--- app/use.py\n\
         from app.bill import report\nreport(1, [])\n"
    );
    let audit = audit(&files, "report", "app.report.report");
    assert!(matches!(audit.choice, Choice::Redirect { .. }), "{}", audit.reason);
    let advice = audit.advice.expect("there is advice");
    assert_eq!(advice.breaking, [""; 0]);
    let put = "put an import of app.report.report in the place of app.bill.report";
    assert_eq!(advice.steps, [put, "run the tests that reach the places"]);
}

/// A method and a function that does the same: `ME` is the object.
const INPUTS: &str = r#"
    pattern = re.compile(r"\{(.+?)\}")
    required: set = set()

    for task in ME.tasks:
        text = f"{task.description or ''} {task.expected or ''}"
        required.update(pattern.findall(text))

    for agent in ME.agents:
        text = f"{agent.role or ''} {agent.goal or ''} {agent.backstory or ''}"
        required.update(pattern.findall(text))

    return required
"#;

#[test]
fn a_head_that_stays_loses_nothing_and_a_test_of_the_method_counts() {
    let method = INPUTS.replace("ME", "self").replace('\n', "\n    ");
    let files = format!(
        "--- app/crew.py\nimport re\nclass Crew:\n    size = 1\n    \
         def fetch_inputs(self):{method}\n--- app/chat.py\nimport re\n\
         from app.crew import Crew\ndef fetch_required_inputs(crew: Crew):{}\n\
         def ask(crew: Crew):\n    return fetch_required_inputs(crew)\n--- tests/test_crew.py\n\
         from app.crew import Crew\ndef test_crew():\n    crew = Crew()\n    \
         assert crew.fetch_inputs()\n",
        INPUTS.replace("ME", "crew")
    );
    let audit = audit(&files, "fetch_required_inputs", "app.crew.Crew.fetch_inputs");
    assert!(matches!(audit.choice, Choice::Delegate { .. }), "{}", audit.reason);
    let parameter = audit.ledger.entries[0].atoms.iter().find(|it| it.kind == AtomKind::Parameter);
    let parameter = parameter.expect("it takes the object");
    assert_eq!(parameter.state, AtomState::Preserved);
    assert!(
        matches!(&parameter.counterpart, Counterpart::Equivalent { why, .. } if why == "its head stays"),
        "{parameter:?}"
    );
    let risks = audit.advice.expect("there is advice").risks;
    assert_eq!(risks, [""; 0]);
}

#[test]
fn what_a_class_below_hands_up_is_a_call_like_another() {
    let class = |head: &str, own: &str| {
        format!(
            "class Deadline:\n    def __init__(self, seconds, {head}clock=None):\n        \
             if seconds <= 0:\n            raise ValueError('past')\n        self.clock = clock\n{own}        \
             self.until = clock() + seconds\n\n    def remaining(self):\n        \
             return max(0.0, self.until - self.clock())\n\n    def check(self, what):\n        \
             if self.remaining() == 0.0:\n            raise TimeoutError(what)\n"
        )
    };
    let below = "\n\nclass Picking(Deadline):\n    def __init__(self, lines, clock=None):\n        \
                 super().__init__(30.0 * lines, 60.0, clock)\n";
    let files = format!(
        "--- app/pacing.py\n{}--- app/picking.py\n{}{below}",
        class("", ""),
        class("grace, ", "        self.grace = grace\n")
    );
    let audit = audit(&files, "Deadline", "app.pacing.Deadline");
    let best = &audit.candidates[0];
    assert_eq!(best.dotted, "app.pacing.Deadline");
    let said: Vec<String> =
        best.breaks.iter().map(|it| format!("{} {}", it.place, it.why)).collect();
    assert_eq!(said, ["app/picking.py:19 3 values are given by position, it takes 2"]);
}
