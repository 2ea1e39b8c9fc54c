//! What people decided about findings: entries of `ssot.toml` and comments in the
//! code. The one place where a finding is accepted or an unsure group is settled.

use std::collections::{BTreeMap, BTreeSet};

use ssot_facts::ModuleId;
use ssot_model::{
    Acceptance, AcceptedBy, Decision, DefinitionKind, Evidence, Finding, Member, Severity, Verdict,
};

use crate::identity::fingerprint;
use crate::{Scene, evidence, place};

/// Which decisions and comments had something to say.
#[derive(Debug, Default)]
pub(crate) struct Used {
    /// By position in the configuration.
    pub(crate) decisions: BTreeSet<usize>,
    /// The module, and the positions of the comment and of the rule in it.
    pub(crate) comments: BTreeSet<(ModuleId, usize, usize)>,
}

/// Accepts what was accepted and settles what was answered.
pub(crate) fn apply(scene: &Scene<'_>, findings: &mut [Finding]) -> Used {
    let mut used = Used::default();
    let mut answers: Vec<Answer<'_>> = Vec::new();
    for finding in findings.iter_mut() {
        for (at, decision) in scene.config.decision.iter().enumerate() {
            if !has_expired(scene, decision) && is_about(decision, finding) {
                used.decisions.insert(at);
                answers.extend(decide(scene, decision, finding));
            }
        }
        accept_by_comment(scene, finding, &mut used);
    }
    let answers = agreed(answers);
    for finding in findings {
        use_for_the_like(scene, &answers, finding);
    }
    used
}

/// Whether the last day of a decision has passed.
pub(crate) fn has_expired(scene: &Scene<'_>, decision: &Decision) -> bool {
    has_passed(scene, decision.expires.as_deref())
}

/// Whether a last day has passed.
pub(crate) fn has_passed(scene: &Scene<'_>, last: Option<&str>) -> bool {
    match (last, &scene.circumstances.today) {
        (Some(last), Some(today)) => last < today.as_str(),
        _ => false,
    }
}

/// Whether a decision speaks about a finding: by its id, by a member, by the class
/// or function around a member. A decision about one rule may name a whole module.
fn is_about(decision: &Decision, finding: &Finding) -> bool {
    if decision.rule.as_ref().is_some_and(|rule| *rule != finding.rule) {
        return false;
    }
    decision.group == finding.id.as_str()
        || finding.members.iter().any(|member| names(decision, member))
}

fn names(decision: &Decision, member: &Member) -> bool {
    let group = decision.group.as_str();
    let Some(rest) = group.strip_prefix(member.module.as_str()) else { return false };
    if rest.is_empty() {
        return member.qualified_name.is_empty() || decision.rule.is_some();
    }
    let Some(named) = rest.strip_prefix('.') else { return false };
    let inside = member.qualified_name.strip_prefix(named);
    inside.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Applies one decision; gives the answer back when it settled an unsure group.
fn decide<'a>(
    scene: &Scene<'_>,
    decision: &'a Decision,
    finding: &mut Finding,
) -> Option<Answer<'a>> {
    let unsure = finding.verdict == Some(Verdict::Unsure);
    if let Some(verdict) = decision.verdict.filter(|verdict| unsure && is_answer(*verdict)) {
        let text = format!("decided in ssot.toml: {}", decision.reason);
        settle(scene, finding, verdict, text);
        let (rule, kind, modules) = (finding.rule.clone(), finding.kind, modules(finding));
        return Some(Answer { key: (rule, kind, modules), verdict, decision });
    }
    let stays = decision.verdict.is_none_or(|verdict| !verdict.is_violation());
    if !counts(finding) || !stays {
        return None;
    }
    let by_id = decision.group == finding.id.as_str();
    let covered: Vec<bool> =
        finding.members.iter().map(|member| by_id || names(decision, member)).collect();
    // Groups are decided as a whole, places one by one.
    if finding.kind != DefinitionKind::Place || covered.iter().all(|it| *it) {
        let reason = decision.reason.clone();
        finding.accepted.get_or_insert(Acceptance { by: AcceptedBy::Decision, reason });
    } else {
        without(finding, &covered, "in ssot.toml", &decision.reason);
    }
    None
}

/// What a person can say. Equality is proved, never declared.
pub(crate) fn is_answer(verdict: Verdict) -> bool {
    !matches!(verdict, Verdict::Identical | Verdict::Clone | Verdict::Shadowed | Verdict::Unsure)
}

/// Whether the finding would count if nobody had accepted it.
fn counts(finding: &Finding) -> bool {
    finding.verdict.is_none_or(Verdict::is_violation)
}

fn settle(scene: &Scene<'_>, finding: &mut Finding, verdict: Verdict, text: String) {
    finding.verdict = Some(verdict);
    finding.confidence = 100;
    finding.question = None;
    finding.evidence.insert(0, Evidence::supporting("decision", text));
    finding.severity = match scene.config.severity.get(&finding.rule) {
        _ if !verdict.is_violation() => Severity::Note,
        Some(level) => place::severity_of(*level),
        None => evidence::severity(verdict),
    };
}

/// The rule, the kind and the modules of a group.
type Likeness = (String, DefinitionKind, BTreeSet<String>);

/// A person's answer to the question of an unsure group.
struct Answer<'a> {
    key: Likeness,
    verdict: Verdict,
    decision: &'a Decision,
}

fn modules(finding: &Finding) -> BTreeSet<String> {
    finding.members.iter().map(|member| member.module.clone()).collect()
}

/// One answer for each kind of group; none where two answers contradict each other.
fn agreed(answers: Vec<Answer<'_>>) -> BTreeMap<Likeness, Answer<'_>> {
    let mut agreed: BTreeMap<Likeness, Answer<'_>> = BTreeMap::new();
    let mut disputed: BTreeSet<Likeness> = BTreeSet::new();
    for answer in answers {
        match agreed.get(&answer.key) {
            Some(first) if first.verdict != answer.verdict => {
                disputed.insert(answer.key);
            }
            Some(_) => {}
            None => {
                agreed.insert(answer.key.clone(), answer);
            }
        }
    }
    agreed.retain(|key, _| !disputed.contains(key));
    agreed
}

/// An unsure group is like a decided one when the same rule found it between the
/// same modules: who said that the `Session` of two modules are two concepts was
/// asked about those modules, and is not asked again for their `Item`.
fn use_for_the_like(
    scene: &Scene<'_>,
    answers: &BTreeMap<Likeness, Answer<'_>>,
    finding: &mut Finding,
) {
    if finding.verdict != Some(Verdict::Unsure) || answers.is_empty() {
        return;
    }
    let key = (finding.rule.clone(), finding.kind, modules(finding));
    if let Some(Answer { verdict, decision, .. }) = answers.get(&key) {
        let text = format!(
            "answered like `{}`, which lies in the same modules: {}",
            decision.group, decision.reason
        );
        settle(scene, finding, *verdict, text);
    }
}

/// Applies the comments at the members. A group is accepted when all members but
/// one carry one, because that one is no group any more; otherwise the members that
/// carry one are taken out.
fn accept_by_comment(scene: &Scene<'_>, finding: &mut Finding, used: &mut Used) {
    let comments: Vec<Option<(String, String)>> =
        finding.members.iter().map(|member| comment(scene, finding, member, used)).collect();
    let Some((at, reason)) = comments.iter().flatten().next().cloned() else { return };
    if !counts(finding) {
        return;
    }
    let covered: Vec<bool> = comments.iter().map(Option::is_some).collect();
    let open = covered.iter().filter(|it| !**it).count();
    let allowed = usize::from(finding.verdict.is_some() && finding.members.len() > 1);
    if open <= allowed {
        finding.accepted.get_or_insert(Acceptance { by: AcceptedBy::Comment, reason });
    } else {
        without(finding, &covered, &format!("at {at}"), &reason);
    }
}

/// The comment that accepts a member for the finding's rule: its place and reason.
fn comment(
    scene: &Scene<'_>,
    finding: &Finding,
    member: &Member,
    used: &mut Used,
) -> Option<(String, String)> {
    let id = scene.index.module_at(&member.path)?;
    let facts = &scene.index.module(id).facts;
    let first = member.span.start;
    // The line of the name comes after those of the decorators.
    let head = scene
        .index
        .definition_at(&member.path, member.span)
        .map_or(first, |id| first + scene.index.definition(id).decorators.len() as u32);
    for (at, accept) in facts.accepts.iter().enumerate() {
        let beside = (first..=head).contains(&accept.line);
        let above = accept.alone && accept.line + 1 == first;
        let rule = accept.rules.iter().position(|rule| *rule == finding.rule);
        let Some(rule) = rule.filter(|_| beside || above) else { continue };
        used.comments.insert((id, at, rule));
        if !accept.reason.is_empty() {
            return Some((format!("{}:{}", member.path, accept.line), accept.reason.to_string()));
        }
    }
    None
}

/// Takes accepted members out of a finding; the others remain one.
fn without(finding: &mut Finding, covered: &[bool], at: &str, reason: &str) {
    let mut covered = covered.iter();
    let before = finding.members.len();
    finding.members.retain(|_| !covered.next().copied().unwrap_or(false));
    let accepted = before - finding.members.len();
    if accepted == 0 {
        return;
    }
    let verb = if accepted == 1 { "is" } else { "are" };
    let text = format!("{accepted} more {verb} accepted {at}: {reason}");
    finding.evidence.push(Evidence::opposing("accepted", text));
    finding.fingerprint = if finding.verdict.is_some() {
        let names: Vec<String> = finding.members.iter().map(Member::dotted).collect();
        fingerprint(&finding.rule, finding.kind, names.iter().map(String::as_str))
    } else {
        place::identity(&finding.rule, finding.kind, &finding.members)
    };
    finding.id = finding.fingerprint.group_id();
}
