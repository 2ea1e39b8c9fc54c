//! The findings of a project, filtered where they are.

use std::collections::BTreeMap;

use askama::Template;
use ssot_engine::Belonging;
use ssot_model::{Finding, GroupId, ScanReport, Severity};

use super::rendered;
use super::shell::{Shell, segment};
use crate::markup::{encoded, prose};
use crate::summary::{acceptor, saving};
use crate::words::{count, thousands};

/// What findings can stand together by, and the words for it.
const GROUPS: [(&str, &str); 5] = [
    ("", "nothing"),
    ("rule", "rule"),
    ("concept", "concept"),
    ("owner", "owner"),
    ("boundary", "boundary"),
];
/// Findings on one page.
const PAGE: usize = 50;
/// Values of one filter that can be chosen.
const VALUES: usize = 200;

/// The findings of a project.
pub struct FindingsView<'a> {
    /// What stands around it.
    pub shell: Shell,
    /// The last scan; none before the first.
    pub report: Option<&'a ScanReport>,
    /// Whose the findings are, where that is known.
    pub belongings: &'a BTreeMap<GroupId, Belonging>,
    /// Where lines can be opened.
    pub hosted: super::Hosted<'a>,
    /// What is asked for.
    pub query: Query,
}

/// What is asked for. An empty text asks for everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// Words of which each has to be in the name, a path, the id or the fingerprint.
    pub text: String,
    /// The rule.
    pub rule: String,
    /// The verdict; `place` for findings without one.
    pub verdict: String,
    /// The severity.
    pub severity: String,
    /// The owner.
    pub owner: String,
    /// The boundary.
    pub boundary: String,
    /// `open` for what has to change, `accepted`, or `all`; `open` when empty.
    pub show: String,
    /// What stands together: `rule`, `concept`, `owner` or `boundary`; nothing when empty.
    pub group: String,
    /// The page, from 1.
    pub page: usize,
}

impl Query {
    /// The query of an address; what it does not know is left out.
    pub fn of<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut query = Self { page: 1, ..Self::default() };
        for (name, value) in pairs {
            if name == "page" {
                query.page = value.parse().unwrap_or(1).max(1);
            } else if let Some(field) = query.field(name) {
                value.clone_into(field);
            }
        }
        query
    }

    fn field(&mut self, name: &str) -> Option<&mut String> {
        Some(match name {
            "text" => &mut self.text,
            "rule" => &mut self.rule,
            "verdict" => &mut self.verdict,
            "severity" => &mut self.severity,
            "owner" => &mut self.owner,
            "boundary" => &mut self.boundary,
            "show" => &mut self.show,
            "group" => &mut self.group,
            _ => return None,
        })
    }

    /// The address of one of its pages, from the `?` on.
    fn address(&self, page: usize) -> String {
        let Self { text, rule, verdict, severity, owner, boundary, show, group, page: _ } = self;
        let page = if page > 1 { page.to_string() } else { String::new() };
        let pairs = [
            ("text", text),
            ("rule", rule),
            ("verdict", verdict),
            ("severity", severity),
            ("owner", owner),
            ("boundary", boundary),
            ("show", show),
            ("group", group),
            ("page", &page),
        ];
        let pairs = pairs.iter().filter(|(_, value)| !value.is_empty());
        let pairs: Vec<String> =
            pairs.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        format!("?{}", pairs.join("&"))
    }

    fn is_plain(&self) -> bool {
        *self == Self { page: self.page, ..Self::default() }
    }

    /// What a finding stands under.
    fn group_of(&self, finding: &Finding, belonging: Option<&Belonging>) -> String {
        let first = |names: Option<&Vec<String>>| {
            names.and_then(|names| names.first()).cloned().unwrap_or_default()
        };
        match self.group.as_str() {
            "rule" => finding.rule.clone(),
            "concept" => finding.name.clone(),
            "owner" => first(belonging.map(|it| &it.owners)),
            "boundary" => first(belonging.map(|it| &it.boundaries)),
            _ => String::new(),
        }
    }

    fn shows(&self, finding: &Finding) -> bool {
        match self.show.as_str() {
            "all" => true,
            "accepted" => finding.accepted.is_some(),
            _ => finding.is_violation() || (!self.verdict.is_empty() && finding.accepted.is_none()),
        }
    }

    fn fits(&self, finding: &Finding, words: &[String], belonging: Option<&Belonging>) -> bool {
        let is = |asked: &str, value: &str| asked.is_empty() || asked == value;
        let has = |asked: &str, values: Option<&Vec<String>>| {
            asked.is_empty() || values.is_some_and(|values| values.iter().any(|it| it == asked))
        };
        self.shows(finding)
            && is(&self.rule, &finding.rule)
            && is(&self.verdict, verdict(finding))
            && is(&self.severity, severity(finding.severity))
            && has(&self.owner, belonging.map(|it| &it.owners))
            && has(&self.boundary, belonging.map(|it| &it.boundaries))
            && words.iter().all(|word| contains(finding, word))
    }
}

fn verdict(finding: &Finding) -> &'static str {
    finding.verdict.map_or("place", ssot_model::Verdict::as_str)
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// Whether a word is in what a finding is called or where it is.
fn contains(finding: &Finding, word: &str) -> bool {
    let within = |text: &str| {
        let (text, word) = (text.as_bytes(), word.as_bytes());
        text.len() >= word.len()
            && text.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word))
    };
    within(&finding.name)
        || finding.id.as_str() == word
        || within(&finding.fingerprint.to_string())
        || finding
            .members
            .iter()
            .any(|member| within(member.path.as_str()) || within(&member.qualified_name))
}

/// A finding in the list.
struct Row {
    id: String,
    number: String,
    href: String,
    verdict: &'static str,
    badge: String,
    kind: &'static str,
    name: String,
    place: String,
    saving: String,
    sure: String,
    summary: String,
    accepted: String,
    owners: String,
    /// Where each of its places can be opened.
    places: Vec<(String, String)>,
    /// The heading above it, and how many findings stand under it; nothing where it is that of
    /// the row before.
    group: Option<(String, String)>,
}

/// A filter: its name, its label, and what can be chosen.
struct Filter {
    name: &'static str,
    label: &'static str,
    all: &'static str,
    values: Vec<(String, String, bool)>,
}

#[derive(Template)]
#[template(path = "findings.html")]
struct Page<'a> {
    shell: &'a Shell,
    view: &'a FindingsView<'a>,
    rows: Vec<Row>,
    filters: Vec<Filter>,
    said: String,
    before: Option<String>,
    after: Option<String>,
    at: String,
}

impl Page<'_> {
    /// What findings can stand together by.
    const GROUPS: [(&'static str, &'static str); 5] = GROUPS;
    /// The part of the project in which it lies.
    const SECTION: &'static str = "findings";
}

/// The page.
pub fn findings(view: &FindingsView<'_>) -> String {
    let words: Vec<String> =
        view.query.text.split_whitespace().map(str::to_ascii_lowercase).collect();
    let all = view.report.map_or(&[][..], |report| &report.findings);
    let belonging = |finding: &Finding| view.belongings.get(&finding.id);
    let mut fitting: Vec<&Finding> =
        all.iter().filter(|it| view.query.fits(it, &words, belonging(it))).collect();
    fitting
        .sort_by_key(|it| (!it.is_violation(), it.verdict.is_none(), std::cmp::Reverse(it.cost)));
    let sizes = grouped(view, &mut fitting);
    let pages = fitting.len().div_ceil(PAGE).max(1);
    let page = view.query.page.clamp(1, pages);
    let from = (page - 1) * PAGE;
    let shown = fitting.iter().enumerate().skip(from).take(PAGE);
    let mut rows: Vec<Row> = shown.map(|(at, finding)| row(view, at + 1, finding)).collect();
    head(view, &fitting[from..], &sizes, &mut rows);
    let to = |page: usize| view.query.address(page);
    rendered(&Page {
        shell: &view.shell,
        view,
        rows,
        filters: filters(view, all),
        said: match fitting.len() {
            0 => "Nothing fits".to_owned(),
            number => count(number, "finding"),
        },
        before: (page > 1).then(|| to(page - 1)),
        after: (page < pages).then(|| to(page + 1)),
        at: format!("page {} of {}", thousands(page as u64), thousands(pages as u64)),
    })
}

/// Puts findings together that stand under one heading, the largest group first; how many stand
/// under each.
fn grouped(view: &FindingsView<'_>, fitting: &mut [&Finding]) -> BTreeMap<String, usize> {
    let mut sizes: BTreeMap<String, usize> = BTreeMap::new();
    if !GROUPS.iter().any(|(value, _)| !value.is_empty() && *value == view.query.group) {
        return sizes;
    }
    let group = |it: &Finding| view.query.group_of(it, view.belongings.get(&it.id));
    for finding in fitting.iter() {
        *sizes.entry(group(finding)).or_default() += 1;
    }
    // What stands under no heading comes last.
    fitting.sort_by_cached_key(|it| {
        let group = group(it);
        (group.is_empty(), std::cmp::Reverse(sizes.get(&group).copied()), group)
    });
    sizes
}

/// Writes the headings above the rows that begin a group.
fn head(
    view: &FindingsView<'_>,
    shown: &[&Finding],
    sizes: &BTreeMap<String, usize>,
    rows: &mut [Row],
) {
    let mut before = None;
    for (row, finding) in rows.iter_mut().zip(shown) {
        let group = view.query.group_of(finding, view.belongings.get(&finding.id));
        let Some(size) = sizes.get(&group) else { return };
        if before.as_ref() != Some(&group) {
            let name = if group.is_empty() { "nobody's".to_owned() } else { group.clone() };
            row.group = Some((name, count(*size, "finding")));
        }
        before = Some(group);
    }
}

fn row(view: &FindingsView<'_>, number: usize, finding: &Finding) -> Row {
    let place = finding.members.first().map_or_else(String::new, |first| {
        let more = match finding.members.len() - 1 {
            0 => String::new(),
            more => format!(" and {} more", thousands(more as u64)),
        };
        format!("{}:{}{more}", first.path, first.span.start)
    });
    let accepted = finding.accepted.as_ref();
    let owners = view.belongings.get(&finding.id).map(|it| it.owners.join(", "));
    Row {
        id: finding.id.to_string(),
        number: thousands(number as u64),
        href: format!("{}/concepts/{}", view.shell.base(), segment(finding.id.as_str())),
        verdict: verdict(finding),
        badge: finding.verdict.map_or_else(|| finding.rule.clone(), |it| it.as_str().to_owned()),
        kind: finding.kind.as_str(),
        name: finding.name.clone(),
        place,
        saving: saving(finding).unwrap_or_default(),
        sure: match finding.confidence {
            100 => String::new(),
            percent => format!("{percent} % sure"),
        },
        summary: prose(&finding.summary),
        accepted: accepted
            .map(|it| format!("Accepted by {}: {}", acceptor(it.by), it.reason))
            .unwrap_or_default(),
        owners: owners.unwrap_or_default(),
        places: super::places(finding, view.hosted),
        group: None,
    }
}

fn filters(view: &FindingsView<'_>, all: &[Finding]) -> Vec<Filter> {
    let query = &view.query;
    let filter = |name, label, all, chosen: &str, values: BTreeMap<String, usize>| {
        let mut values: Vec<(String, usize)> = values.into_iter().collect();
        values.truncate(VALUES);
        // What was asked for stays chosen, though nothing has it.
        if !chosen.is_empty() && !values.iter().any(|(value, _)| value == chosen) {
            values.push((chosen.to_owned(), 0));
        }
        let value = |(value, number): (String, usize)| {
            let said = format!("{value} ({})", thousands(number as u64));
            let is_chosen = value == chosen;
            (value, said, is_chosen)
        };
        Filter { name, label, all, values: values.into_iter().map(value).collect() }
    };
    let mut counts: [BTreeMap<String, usize>; 5] = Default::default();
    for finding in all.iter().filter(|it| query.shows(it) || it.accepted.is_none()) {
        let [rules, verdicts, severities, owners, boundaries] = &mut counts;
        *rules.entry(finding.rule.clone()).or_default() += 1;
        *verdicts.entry(verdict(finding).to_owned()).or_default() += 1;
        *severities.entry(severity(finding.severity).to_owned()).or_default() += 1;
        let Some(belonging) = view.belongings.get(&finding.id) else { continue };
        for (of, map) in [(&belonging.owners, owners), (&belonging.boundaries, boundaries)] {
            for name in of {
                *map.entry(name.clone()).or_default() += 1;
            }
        }
    }
    let [rules, verdicts, severities, owners, boundaries] = counts;
    let mut filters = vec![
        filter("verdict", "Verdict", "every verdict", &query.verdict, verdicts),
        filter("rule", "Rule", "every rule", &query.rule, rules),
        filter("severity", "Severity", "every severity", &query.severity, severities),
        filter("owner", "Owner", "every owner", &query.owner, owners),
        filter("boundary", "Boundary", "every boundary", &query.boundary, boundaries),
    ];
    filters.retain(|it| !it.values.is_empty());
    filters
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{FindingsView, Query, findings};

    #[test]
    fn an_address_and_a_query_are_one() {
        let query = Query::of([("text", "a b&c"), ("rule", "x"), ("page", "3"), ("else", "y")]);
        assert_eq!(query.address(3), "?text=a%20b%26c&rule=x&page=3");
        assert_eq!(Query::of([("group", "owner")]).address(1), "?group=owner");
        assert_eq!(Query::of([("page", "-1")]).page, 1);
        assert!(Query::of([]).is_plain() && !query.is_plain());
    }

    #[test]
    fn findings_stand_together_under_headings_the_largest_first() {
        let report = crate::sample::report();
        let page = |group: &str| {
            findings(&FindingsView {
                shell: crate::dashboard::Shell::default(),
                report: Some(&report),
                belongings: &BTreeMap::new(),
                hosted: None,
                query: Query::of([("group", group), ("show", "all")]),
            })
        };
        let headings = |page: &str| -> Vec<String> {
            let parts = page.split("<li class=\"group\"><h2>").skip(1);
            parts.filter_map(|it| it.split(" <small>").next()).map(str::to_owned).collect()
        };
        assert!(headings(&page("")).is_empty() && headings(&page("colour")).is_empty());
        let rules = headings(&page("rule"));
        let mut once = rules.clone();
        once.sort();
        once.dedup();
        assert!(rules.len() > 1 && once.len() == rules.len(), "{rules:?}");
        let many = |rule: &String| report.findings.iter().filter(|it| it.rule == *rule).count();
        assert!(rules.is_sorted_by_key(|rule| std::cmp::Reverse(many(rule))), "{rules:?}");
        // What nobody owns stands under one heading.
        assert_eq!(headings(&page("owner")), ["nobody&#39;s"]);
    }
}
