//! What `ssot scan` says.

use std::collections::BTreeMap;
use std::fmt::Write;

use ssot_model::{Evidence, Finding, Leaning, ParseIssue, RepoPath, ScanReport, Verdict};

use super::figures::{count, thousands};
use super::{style, verdicts};

/// Pieces of evidence shown with a family.
const EVIDENCE: usize = 2;
/// Places shown with a family.
const PLACES: usize = 8;
/// Families shown unless all are asked for.
const FAMILIES: usize = 50;
/// Files with issues shown at the end.
const ISSUES: usize = 20;

/// The whole text. `argument` is the repository as it was typed, `all` shows
/// the groups that are no violations too.
pub(crate) fn scan(report: &ScanReport, argument: &str, all: bool) -> String {
    let mut text = format!("{}\n", style::strong(&headline(report)));
    let read = [
        count(report.files as usize, "file"),
        count(report.lines as usize, "line"),
        count(report.definitions as usize, "definition"),
    ];
    line(&mut text, &style::faint(&format!("{} read", read.join(", "))));
    text.push_str(&table(&report.findings, all));
    let shown: Vec<&Finding> =
        report.findings.iter().filter(|it| all || it.is_violation()).collect();
    let most = if all { shown.len() } else { FAMILIES };
    for (at, finding) in shown.iter().take(most).enumerate() {
        text.push_str(&family(at + 1, finding, argument));
    }
    if shown.len() > most {
        let hidden = thousands((shown.len() - most) as u64);
        line(&mut text, &format!("\n      and {hidden} more of lesser rank; --all shows them"));
    }
    text.push_str(&next(report, argument));
    text.push_str(&issues(&report.issues));
    text
}

/// The figures in one line.
pub(crate) fn headline(report: &ScanReport) -> String {
    let found = report.violations().count();
    if report.files == 0 {
        return "No source file was found, so nothing was compared".to_owned();
    }
    if found == 0 {
        return "No concept has more than one source of truth".to_owned();
    }
    let verb = if found == 1 { "has" } else { "have" };
    let lines = report.violations().map(lines_that_go).sum::<u32>() as usize;
    let noun = count(found, "concept");
    format!("{noun} {verb} more than one source of truth, {} would go", count(lines, "line"))
}

/// Lines that a consolidation would remove. What has diverged must be decided
/// first, so it promises nothing.
fn lines_that_go(finding: &Finding) -> u32 {
    let lines = finding.members.iter().map(|member| member.span.lines());
    match finding.verdict {
        Some(Verdict::Identical | Verdict::Clone) => {
            lines.clone().sum::<u32>() - lines.max().unwrap_or(0)
        }
        Some(Verdict::Shadowed) => {
            let hidden = finding.members.iter().filter(|it| it.path.file_name() != "__init__.py");
            hidden.map(|member| member.span.lines()).sum()
        }
        _ => 0,
    }
}

/// How many groups of each verdict there are.
fn table(findings: &[Finding], all: bool) -> String {
    let mut groups: BTreeMap<Verdict, (usize, u32)> = BTreeMap::new();
    for finding in findings {
        let Some(verdict) = finding.verdict else { continue };
        let entry = groups.entry(verdict).or_default();
        *entry = (entry.0 + 1, entry.1 + lines_that_go(finding));
    }
    let mut text = String::new();
    for (verdict, (number, lines)) in groups.iter().filter(|(verdict, _)| verdict.is_violation()) {
        let lines = if *lines == 0 { String::new() } else { count(*lines as usize, "line") };
        let (cell, meaning) = (verdicts::cell(*verdict), verdicts::meaning(*verdict));
        let meaning = style::faint(meaning);
        line(&mut text, &format!("  {cell} {number:>5}  {lines:>12}  {meaning}"));
    }
    let silent: Vec<String> = groups
        .iter()
        .filter(|(verdict, _)| !verdict.is_violation())
        .map(|(verdict, (number, _))| format!("{} {}", thousands(*number as u64), verdict.as_str()))
        .collect();
    if !silent.is_empty() {
        let hint = if all { "" } else { " (--all shows them)" };
        let said = format!("  no violation:  {}{hint}", silent.join(", "));
        line(&mut text, &style::faint(&said));
    }
    if text.is_empty() { text } else { format!("\n{text}") }
}

/// One group, its places and what the verdict rests on.
fn family(number: usize, finding: &Finding, argument: &str) -> String {
    let verdict = finding.verdict.map_or_else(|| finding.rule.clone(), verdicts::cell);
    let name = style::strong(&finding.name);
    let lines = match lines_that_go(finding) {
        0 => String::new(),
        lines => format!("  {}", count(lines as usize, "line")),
    };
    let id = style::faint(finding.id.as_str());
    let kind = finding.kind.as_str();
    let mut text = format!("\n{number:>4}  {verdict} {kind} {name}{lines}  {id}\n");
    for member in finding.members.iter().take(PLACES) {
        let place = place(argument, &format!("{}:{}", member.path, member.span.start));
        line(&mut text, &format!("        {place}"));
    }
    let hidden = finding.members.len().saturating_sub(PLACES);
    if hidden > 0 {
        let said = format!("        and {} more", thousands(hidden as u64));
        line(&mut text, &style::faint(&said));
    }
    for fact in finding.evidence.iter().take(EVIDENCE) {
        line(&mut text, &style::faint(&format!("        {}", evidence(fact))));
    }
    text
}

/// A piece of evidence with the way it points.
pub(super) fn evidence(fact: &Evidence) -> String {
    let sign = if fact.leaning == Leaning::For { '+' } else { '-' };
    format!("{sign} {}", fact.text)
}

/// A place as a terminal can open it from the current folder.
pub(super) fn place(argument: &str, place: &str) -> String {
    match argument.trim_start() {
        "" => place.to_owned(),
        quoted if quoted.starts_with('\'') => place.to_owned(),
        folder => format!("{}/{place}", folder.trim_end_matches('/')),
    }
}

fn next(report: &ScanReport, argument: &str) -> String {
    let Some(first) = report.violations().next() else {
        return String::new();
    };
    let rows = [
        (format!("ssot audit {}{argument}", first.id), "compare one group, see who uses what"),
        (format!("ssot plan{argument}"), "what would be done; changes nothing"),
        (format!("ssot run{argument}"), "do it, on a branch of its own"),
        (format!("ssot explain {}", first.rule), "what the rule finds and when it is silent"),
    ];
    format!("\n{}\n{}", style::strong("Next"), commands(&rows))
}

/// Commands to type and what they do, in two columns.
pub(super) fn commands(rows: &[(String, &str)]) -> String {
    let width = rows.iter().map(|(command, _)| command.chars().count()).max().unwrap_or(0);
    let row = |(command, does): &(String, &str)| {
        let command = style::command(&format!("{command:<width$}"));
        format!("  {command}  {}\n", style::faint(does))
    };
    rows.iter().map(row).collect()
}

/// The first issue of each file.
fn issues(issues: &[ParseIssue]) -> String {
    if issues.is_empty() {
        return String::new();
    }
    let mut files: BTreeMap<&RepoPath, Vec<&ParseIssue>> = BTreeMap::new();
    for issue in issues {
        files.entry(&issue.path).or_default().push(issue);
    }
    let said = format!("{} could not be read as a whole", count(files.len(), "file"));
    let mut text = format!("\n{}\n", style::open(&said));
    for (path, issues) in files.iter().take(ISSUES) {
        let Some(first) = issues.first() else { continue };
        let at = if first.line == 0 { String::new() } else { format!(":{}", first.line) };
        let rest = match issues.len() - 1 {
            0 => String::new(),
            rest => style::faint(&format!("  and {} more", thousands(rest as u64))),
        };
        line(&mut text, &format!("  {path}{at}  {}{rest}", first.message));
    }
    if files.len() > ISSUES {
        let hidden = thousands((files.len() - ISSUES) as u64);
        line(&mut text, &format!("  and {hidden} more; `--format json` names all"));
    }
    text
}

pub(super) fn line(text: &mut String, words: &str) {
    writeln!(text, "{words}").expect("a string takes everything");
}

#[cfg(test)]
mod tests {
    use ssot_model::{
        DefinitionKind, Evidence, Finding, Fingerprint, Member, ParseIssue, RepoPath, ScanReport,
        Severity, Span, Verdict,
    };

    use super::scan;

    fn member(path: &str, lines: u32) -> Member {
        Member {
            path: RepoPath::new(path).expect("a plain path"),
            span: Span { start: 3, end: 2 + lines },
            module: path.trim_end_matches(".py").replace('/', "."),
            qualified_name: "slug".to_owned(),
            digest: String::new(),
        }
    }

    fn finding(verdict: Verdict, members: Vec<Member>) -> Finding {
        let fingerprint = Fingerprint::new("0123456789abcdef0123456789abcdef");
        Finding {
            id: fingerprint.group_id(),
            fingerprint,
            rule: "duplicate-definition".to_owned(),
            severity: Severity::Error,
            verdict: Some(verdict),
            confidence: 90,
            name: "slug".to_owned(),
            kind: DefinitionKind::Function,
            summary: String::new(),
            evidence: vec![
                Evidence::supporting("same-body", "the same structure"),
                Evidence::opposing("boundary", "in two services"),
                Evidence::supporting("reach", "not shown"),
            ],
            members,
            cost: 9,
            question: None,
            accepted: None,
        }
    }

    fn report(findings: Vec<Finding>, issues: Vec<ParseIssue>) -> ScanReport {
        let schema = ScanReport::SCHEMA.to_owned();
        ScanReport { schema, files: 1713, lines: 811_385, definitions: 55, issues, findings }
    }

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn every_part_has_its_place() {
        let many = (0..10).map(|at| member(&format!("m{at}.py"), 4)).collect();
        let shadowed = vec![member("a/x.py", 20), member("a/x/__init__.py", 30)];
        let issue = |path: &str, line: u32, message: &str| ParseIssue {
            path: RepoPath::new(path).expect("a plain path"),
            line,
            message: message.to_owned(),
        };
        let findings = vec![
            finding(Verdict::Identical, many),
            finding(Verdict::Shadowed, shadowed),
            finding(Verdict::Variant, vec![member("a.py", 9), member("b.py", 9)]),
            finding(Verdict::Homonym, vec![member("c.py", 9), member("d.py", 9)]),
        ];
        let issues = vec![
            issue("big.py", 0, "larger than 4 MiB"),
            issue("broken.py", 7, "expected a name"),
            issue("broken.py", 9, "expected a colon"),
        ];
        insta::assert_snapshot!(plain(&scan(&report(findings, issues), " my/project", false)));
    }

    #[test]
    fn a_wall_is_cut_where_nobody_reads_on() {
        let one = finding(Verdict::Identical, vec![member("a.py", 9), member("b.py", 9)]);
        let report = report(vec![one; 53], Vec::new());
        let text = plain(&scan(&report, "", false));
        assert!(text.contains("and 3 more of lesser rank; --all shows them"), "{text}");
        assert!(!plain(&scan(&report, "", true)).contains("lesser rank"));
    }
}
