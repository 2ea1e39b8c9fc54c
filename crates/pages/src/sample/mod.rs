//! Reports that tests tell.

mod audit;
mod dashboard;
mod plan;
mod run;

pub use audit::audit;
pub use dashboard::pages;
pub use plan::{HOSTILE, plan};
pub use run::{Log, log};

use std::collections::BTreeMap;

use ssot_model::{
    Acceptance, AcceptedBy, DefinitionKind, Evidence, Finding, Fingerprint, Member, ParseIssue,
    RepoPath, ScanReport, Severity, Span, Verdict,
};

/// A plain path.
///
/// # Panics
///
/// When it is none.
pub fn path(text: &str) -> RepoPath {
    RepoPath::new(text).expect("a plain path")
}

/// A definition of so many lines.
pub fn member(file: &str, start: u32, lines: u32, name: &str) -> Member {
    Member {
        path: path(file),
        span: Span { start, end: start + lines - 1 },
        module: file.trim_end_matches(".py").replace('/', "."),
        qualified_name: name.to_owned(),
        digest: String::new(),
    }
}

/// A group of functions.
pub fn finding(number: u128, verdict: Verdict, members: Vec<Member>) -> Finding {
    let fingerprint = Fingerprint::new(format!("{number:08x}{:024x}", 0));
    let name = members[0].qualified_name.clone();
    Finding {
        id: fingerprint.group_id(),
        fingerprint,
        // No rule of the registry: its page may change without a form changing.
        rule: "sample-groups".to_owned(),
        severity: if verdict.is_violation() { Severity::Error } else { Severity::Note },
        verdict: Some(verdict),
        confidence: 99,
        summary: format!("function `{name}` is {}", verdict.as_str()),
        name,
        kind: DefinitionKind::Function,
        evidence: vec![Evidence::supporting("same-body", "the same structure")],
        members,
        cost: 9,
        question: None,
        accepted: None,
    }
}

/// A finding about places.
pub fn places(number: u128, members: Vec<Member>) -> Finding {
    let mut finding = finding(number, Verdict::Unsure, members);
    "sample-places".clone_into(&mut finding.rule);
    finding.verdict = None;
    finding.severity = Severity::Warning;
    finding.confidence = 85;
    finding.kind = DefinitionKind::Place;
    "Session.state".clone_into(&mut finding.name);
    "`Session.state` is written past its methods".clone_into(&mut finding.summary);
    finding
}

/// Something of everything: verdicts, places, what was accepted, what is open.
pub fn report() -> ScanReport {
    let slug = |file: &str| member(file, 4, 8, "slug");
    let mut variant = finding(
        2,
        Verdict::Variant,
        vec![member("a/b.py", 3, 30, "split"), member("c.py", 9, 41, "split")],
    );
    variant.severity = Severity::Warning;
    variant.confidence = 72;
    variant.cost = 40;
    variant.evidence = vec![
        Evidence::supporting(
            "overlap",
            "a.b.split and c.split share 71 % of their statements and 100 % of their parameters, so one of them was written from the other",
        ),
        Evidence::opposing("callers", "nobody calls both"),
        Evidence::opposing("reach", "a third fact, which only --all shows"),
    ];
    let mut unsure =
        finding(3, Verdict::Unsure, vec![member("a.py", 1, 9, "key"), member("b.py", 1, 9, "key")]);
    unsure.confidence = 50;
    unsure.question = Some("May a.key and b.key answer differently for one order?".to_owned());
    let mut accepted = finding(4, Verdict::Identical, vec![slug("old/a.py"), slug("old/b.py")]);
    accepted.accepted =
        Some(Acceptance { by: AcceptedBy::Baseline, reason: "before the ratchet".to_owned() });
    let mut commented = places(5, vec![member("d.py", 7, 1, "")]);
    commented.accepted =
        Some(Acceptance { by: AcceptedBy::Comment, reason: "a test double".to_owned() });
    let many = (0..8).map(|at| slug(&format!("app/m{at}.py"))).collect();
    let mut findings =
        vec![finding(1, Verdict::Identical, many), variant, unsure, accepted, commented];
    findings.extend((10..15).map(|at| {
        let file = format!("app/m{}.py", at % 3);
        places(at, vec![member(&file, at as u32, 1, "run"), member("app/z.py", at as u32, 1, "")])
    }));
    whole(findings)
}

fn whole(findings: Vec<Finding>) -> ScanReport {
    let issue = |file: &str, line: u32, message: &str| ParseIssue {
        path: path(file),
        line,
        message: message.to_owned(),
    };
    let members = || findings.iter().flat_map(|finding| &finding.members);
    let file_lines: BTreeMap<RepoPath, u32> =
        members().map(|member| (member.path.clone(), member.span.end + 20)).collect();
    ScanReport {
        schema: ScanReport::SCHEMA.to_owned(),
        files: 1713,
        lines: 811_385,
        definitions: 55,
        issues: vec![
            issue("big.py", 0, "larger than 4 MiB"),
            issue("broken.py", 7, "expected a name"),
        ],
        findings,
        file_lines,
    }
}

/// Names that would leave every form that lets them.
pub fn hostile() -> ScanReport {
    const NAMES: [&str; 6] = [
        "</script><script>alert(1)</script>",
        "a%0A::error::b\r::error::",
        "\"'><img src=x onerror=alert(1)>",
        "`|`]]>\u{1b}[31m\u{202e}",
        "{{0}} [x](javascript:alert(1))",
        "<!--<script>",
    ];
    let mut findings = Vec::new();
    for (at, name) in NAMES.into_iter().enumerate() {
        let file = format!("{name}.py");
        let mut group = finding(
            at as u128,
            Verdict::Identical,
            vec![member(&file, 1, 9, name), member("b.py", 1, 9, name)],
        );
        let mut place = places(at as u128 + 10, vec![member(&file, 1, 1, name)]);
        for finding in [&mut group, &mut place] {
            name.clone_into(&mut finding.name);
            finding.summary = format!("function `{name}` and {name}\n::error::x");
            finding.evidence = vec![Evidence::supporting("same-body", name)];
            finding.question = Some(name.to_owned());
        }
        place.accepted = Some(Acceptance { by: AcceptedBy::Comment, reason: name.to_owned() });
        findings.extend([group, place]);
    }
    let mut report = whole(findings);
    NAMES[0].clone_into(&mut report.issues[0].message);
    report
}
