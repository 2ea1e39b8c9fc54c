//! One finding of the list: a line that opens.

use ssot_engine::audit::Audit;
use ssot_model::{DefinitionKind, Finding, Leaning, Severity, Verdict};

use super::Setting;
use super::difference::{difference, excerpt};
use crate::markup::{escaped, prose};
use crate::sources::Sources;
use crate::summary::{acceptor, saving};
use crate::words::{add, count, thousands};

/// Places listed.
const PLACES: usize = 40;
/// Places whose names the filter knows.
const SEARCHED: usize = 12;

/// The finding; with the sources its first places are shown too.
pub(super) fn item(
    number: usize,
    finding: &Finding,
    setting: &Setting<'_>,
    sources: Option<&Sources>,
) -> String {
    let word = finding.verdict.map_or("place", Verdict::as_str);
    let mut figures = String::new();
    if let Some(saving) = saving(finding) {
        add(&mut figures, format!("<span class=\"saving\">{saving}</span>"));
    }
    let sure = match finding.confidence {
        100 => String::new(),
        percent => format!("<span class=\"sure\">{percent} % sure</span>"),
    };
    let accepted =
        if finding.accepted.is_some() { "<span class=\"sure\">accepted</span>" } else { "" };
    let audit = setting.audit(finding);
    let told = audit.map(super::audit::figures).unwrap_or_default();
    // What was asked for alone is open.
    let open = if setting.audits.len() == 1 && audit.is_some() { " open" } else { "" };
    let badge = if finding.verdict.is_some() { word } else { finding.rule.as_str() };
    let place = finding.members.first().map_or_else(String::new, |first| {
        let more = match finding.members.len() - 1 {
            0 => String::new(),
            more => format!(" and {} more", thousands(more as u64)),
        };
        format!("<span class=\"place\">{}{more}</span>", escaped(&setting.place(first)))
    });
    format!(
        "<li class=\"finding\" id=\"{id}\" data-verdict=\"{word}\" data-rule=\"{rule}\" data-text=\"{search}\">\n\
         <details{open}><summary><span class=\"rank\">{number}</span>\
         <span class=\"badge {word}\">{badge}</span>\
         <span class=\"name\"><span class=\"kind\">{kind}</span> <b>{name}</b>{place}</span>\
         <span class=\"figures\">{figures}{told}{sure}{accepted}</span></summary>\n\
         <div class=\"body\">\n{body}</div></details></li>\n",
        id = finding.id,
        rule = escaped(&finding.rule),
        search = escaped(&searched(finding)),
        badge = escaped(badge),
        kind = finding.kind.as_str(),
        name = escaped(&finding.name),
        body = body(finding, setting, sources),
    )
}

/// What the filter looks through.
fn searched(finding: &Finding) -> String {
    let members = finding.members.iter().take(SEARCHED);
    let places = members.map(|member| format!("{} {}", member.path, member.qualified_name));
    let places: Vec<String> = places.collect();
    format!("{} {} {}", finding.name, finding.fingerprint, places.join(" ")).to_lowercase()
}

fn body(finding: &Finding, setting: &Setting<'_>, sources: Option<&Sources>) -> String {
    let mut body = format!("<p>{}.</p>\n", prose(&finding.summary));
    if let Some(question) = &finding.question {
        add(&mut body, format!("<p class=\"question\">{}</p>\n", prose(question)));
    }
    if let Some(accepted) = &finding.accepted {
        let by = acceptor(accepted.by);
        let reason = prose(&accepted.reason);
        add(&mut body, format!("<p class=\"accepted\">Accepted by {by}: {reason}</p>\n"));
    }
    body.push_str(&evidence(finding));
    body.push_str(&places(finding, setting));
    if let Some(sources) = sources {
        body.push_str(&source(finding, sources));
    }
    body.extend(setting.audit(finding).map(super::audit::parts));
    let severity = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    add(
        &mut body,
        format!(
            "<p class=\"facts\">rule <code>{}</code>, {severity}, cost {}, <code>{}</code></p>\n",
            escaped(&finding.rule),
            thousands(u64::from(finding.cost)),
            finding.fingerprint
        ),
    );
    body
}

/// Others of a group that are held against the first.
const BESIDE: usize = 6;

/// All that is known of a finding, for a page of its own: evidence, places, every version
/// beside the first, and the audit.
pub(super) fn whole(finding: &Finding, audit: Option<&Audit>, sources: &Sources) -> String {
    let setting =
        Setting { argument: "", name: "", prefix: "", all: true, trend: &[], audits: &[] };
    let mut body = evidence(finding);
    body.push_str(&places(finding, &setting));
    body.push_str(&source(finding, sources));
    if let (Some(verdict), [first, _, others @ ..]) = (finding.verdict, finding.members.as_slice())
        && verdict != Verdict::Shadowed
    {
        for other in others.iter().take(BESIDE) {
            let told = difference(first, other, sources);
            if !told.is_empty() {
                let name = escaped(&setting.place(other));
                add(
                    &mut body,
                    format!(
                        "<details class=\"more\"><summary>beside <code>{name}</code></summary>{told}</details>\n"
                    ),
                );
            }
        }
    }
    body.extend(audit.map(super::audit::parts));
    body
}

/// The first two members side by side, or the first place.
fn source(finding: &Finding, sources: &Sources) -> String {
    match (finding.verdict, finding.members.as_slice()) {
        // A hidden module and the package before it are no two versions of one text.
        (Some(Verdict::Shadowed), _) | (_, []) => String::new(),
        (Some(_), [left, right, ..]) => difference(left, right, sources),
        (_, [only, ..]) => excerpt(only, sources),
    }
}

fn evidence(finding: &Finding) -> String {
    let mut list = String::new();
    for fact in &finding.evidence {
        let (class, word) = match fact.leaning {
            Leaning::For => ("for", "for"),
            Leaning::Against => ("against", "against"),
        };
        add(
            &mut list,
            format!(
                "<li class=\"{class}\"><span class=\"hidden\">{word}: </span>{} <small>{}</small></li>\n",
                prose(&fact.text),
                escaped(&fact.signal)
            ),
        );
    }
    if list.is_empty() {
        list
    } else {
        format!("<ul class=\"evidence\" aria-label=\"Evidence\">\n{list}</ul>\n")
    }
}

fn places(finding: &Finding, setting: &Setting<'_>) -> String {
    let mut list = String::new();
    for member in finding.members.iter().take(PLACES) {
        let (place, lines) = (escaped(&setting.place(member)), member.span.lines());
        let lines = match finding.kind {
            DefinitionKind::Place => String::new(),
            _ => format!(" <small>{}</small>", count(lines as usize, "line")),
        };
        add(&mut list, format!("<li><code>{place}</code>{lines}</li>\n"));
    }
    let hidden = finding.members.len().saturating_sub(PLACES);
    if hidden > 0 {
        add(&mut list, format!("<li>and {} more</li>\n", thousands(hidden as u64)));
    }
    format!("<ul class=\"places\" aria-label=\"Places\">\n{list}</ul>\n")
}
