//! The ratchet: which findings the baseline knows, which are new, which are gone.
//!
//! Members are compared, not groups: a family may be found under another rule or
//! another representative, but a member that nobody accepted is new.
//!
//! - A definition is known when the baseline has it under its dotted name with the
//!   same content; or with other content, as long as it is still in the company of
//!   a member of the same entry; or under a name that is gone, with the same content:
//!   it was moved or renamed.
//! - A place is known when the baseline has as many equal places in the definition
//!   around it, or in one that is gone and of which this is what became.

use std::collections::{BTreeMap, BTreeSet};

use ssot_facts::Index;
use ssot_model::{
    Acceptance, AcceptedBy, Baseline, BaselineEntry, BaselineMember, DefinitionKind, Finding,
    Member, Tombstone,
};

use crate::identity::module_digest;

/// What the baseline says about findings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// Positions of the new findings, each with the positions of its new members.
    pub new: Vec<(usize, Vec<usize>)>,
    /// Entries of the baseline of which nothing is left.
    pub fixed: Vec<BaselineEntry>,
    /// The entry under which each known finding was accepted, by position.
    entries: BTreeMap<usize, usize>,
    /// Members of the baseline that nothing in the tree corresponds to.
    lost: Vec<(usize, usize)>,
}

/// Who accepts, when and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Why.
    pub reason: String,
    /// The day, `YYYY-MM-DD`.
    pub since: String,
    /// Who; empty when nobody says.
    pub by: String,
}

/// Compares the violations among the findings with the baseline.
pub fn compare(index: &Index, findings: &[Finding], baseline: &Baseline) -> Standing {
    let mut matching = Matching::new(index, baseline);
    let mut standing = Standing::default();
    let violations = || findings.iter().enumerate().filter(|(_, finding)| finding.is_violation());
    // What is plainly the same comes first, so that no neighbour is taken for it.
    for (_, finding) in violations().filter(|(_, it)| it.kind == DefinitionKind::Place) {
        matching.claim_in_place(finding);
    }
    for likeness in Likeness::ALL {
        for (_, finding) in violations().filter(|(_, it)| it.kind != DefinitionKind::Place) {
            matching.claim_gone(finding, likeness);
        }
    }
    for (at, finding) in violations() {
        let known = matching.known(finding);
        let new: Vec<usize> = (0..known.len()).filter(|member| known[*member].is_none()).collect();
        if let (true, Some(entry)) = (new.is_empty(), known.iter().flatten().next()) {
            standing.entries.insert(at, *entry);
        } else {
            standing.new.push((at, new));
        }
    }
    for (at, entry) in baseline.entries.iter().enumerate() {
        let members = 0..entry.members.len();
        let lost: Vec<usize> = members.filter(|it| !matching.used.contains(&(at, *it))).collect();
        if lost.len() == entry.members.len() {
            standing.fixed.push(entry.clone());
        }
        standing.lost.extend(lost.into_iter().map(|member| (at, member)));
    }
    standing
}

/// Marks what the baseline knows as accepted.
pub fn accept(findings: &mut [Finding], baseline: &Baseline, standing: &Standing) {
    for (at, entry) in &standing.entries {
        let reason = baseline.entries[*entry].reason.clone();
        findings[*at].accepted = Some(Acceptance { by: AcceptedBy::Baseline, reason });
    }
}

/// The next baseline: every violation that there is. What was known keeps its
/// reason, what is gone leaves a tombstone, and a removed definition that was let in
/// again loses it.
pub fn record(index: &Index, findings: &[Finding], old: &Baseline, note: &Note) -> Baseline {
    let standing = compare(index, findings, old);
    let mut baseline = Baseline::default();
    let mut returned: BTreeSet<String> = BTreeSet::new();
    for (at, finding) in findings.iter().enumerate().filter(|(_, it)| it.is_violation()) {
        if finding.rule == crate::rules::tombstone_returned::RULE.name {
            returned.insert(finding.name.clone());
            continue;
        }
        let known = standing.entries.get(&at).map(|entry| &old.entries[*entry]);
        let note = known.map_or_else(
            || note.clone(),
            |it| Note { reason: it.reason.clone(), since: it.since.clone(), by: it.by.clone() },
        );
        baseline.entries.push(entry(index, finding, note));
    }
    let kept = old.tombstones.iter().filter(|it| !returned.contains(&it.definition));
    baseline.tombstones.extend(kept.cloned());
    baseline.tombstones.extend(buried(index, old, &standing, &note.since));
    sort(&mut baseline);
    baseline
}

/// The order in which a baseline is written.
pub fn sort(baseline: &mut Baseline) {
    baseline.entries.sort_by(|a, b| {
        let key = |entry: &BaselineEntry| {
            (entry.rule.clone(), entry.members.first().cloned(), entry.fingerprint.clone())
        };
        key(a).cmp(&key(b))
    });
    baseline.tombstones.sort();
    baseline.tombstones.dedup_by(|b, a| a.definition == b.definition && a.kind == b.kind);
}

fn entry(index: &Index, finding: &Finding, note: Note) -> BaselineEntry {
    let member = |member: &Member| BaselineMember {
        definition: member.dotted(),
        path: member.path.clone(),
        digest: member.digest.clone(),
        around: around(index, finding, member),
    };
    let mut members: Vec<BaselineMember> = finding.members.iter().map(member).collect();
    members.sort();
    BaselineEntry {
        rule: finding.rule.clone(),
        name: finding.name.clone(),
        kind: finding.kind,
        verdict: finding.verdict,
        fingerprint: finding.fingerprint.clone(),
        reason: note.reason,
        since: note.since,
        by: note.by,
        members,
    }
}

/// Tombstones of the members that are gone.
fn buried<'a>(
    index: &'a Index,
    old: &'a Baseline,
    standing: &'a Standing,
    since: &'a str,
) -> impl Iterator<Item = Tombstone> + 'a {
    let dead = standing.lost.iter().map(|(at, member)| {
        let entry = &old.entries[*at];
        (entry, &entry.members[*member])
    });
    let is_definition = |entry: &BaselineEntry| {
        !matches!(entry.kind, DefinitionKind::Place | DefinitionKind::Module)
    };
    dead.filter(move |(entry, member)| {
        is_definition(entry) && index.definition_named(&member.definition).is_none()
    })
    .filter_map(move |(entry, member)| {
        let companions: Vec<&str> = entry.members.iter().map(|it| it.definition.as_str()).collect();
        let instead = companions.iter().find(|name| index.definition_named(name).is_some());
        let (name, digest) = (&member.definition, &member.digest);
        let tombstone = tombstone(index, name, entry.kind, digest, instead.copied(), since);
        // Content that lives on where it was not before was moved or renamed, not removed.
        let moved = tombstone.survivors.iter().any(|name| !companions.contains(&name.as_str()));
        (!moved).then_some(tombstone)
    })
}

/// The tombstone of a definition, written when it is gone. What has its content now
/// is meant to stay.
pub fn tombstone(
    index: &Index,
    definition: &str,
    kind: DefinitionKind,
    digest: &str,
    instead: Option<&str>,
    since: &str,
) -> Tombstone {
    let equal = index.definitions().filter(|(id, _, it)| {
        let counts = it.owner.is_none() || kind == DefinitionKind::Method;
        it.kind == kind && counts && index.member(*id).digest == digest
    });
    let names = equal.map(|(id, ..)| index.dotted(id)).filter(|name| name != definition);
    Tombstone {
        definition: definition.to_owned(),
        kind,
        digest: digest.to_owned(),
        survivors: names.collect(),
        instead: instead.unwrap_or_default().to_owned(),
        since: since.to_owned(),
    }
}

/// Hash of what stands around a place: of the definition, or of all definitions of
/// the module. It survives moves, renames and reformatting.
fn around(index: &Index, finding: &Finding, member: &Member) -> String {
    if finding.kind != DefinitionKind::Place {
        return String::new();
    }
    if !member.qualified_name.is_empty() {
        let id = index.definition_named(&member.dotted());
        return id.map(|id| index.member(id).digest).unwrap_or_default();
    }
    let module = index.module_at(&member.path);
    module.map(|id| module_digest(index.module(id))).unwrap_or_default()
}

/// Findings about groups are one class, whichever rule reports them: a renamed copy
/// is found by another rule than before. Other rules are classes of their own.
fn class(rule: &str, is_group: bool) -> &str {
    if is_group { "" } else { rule }
}

/// What is claimed of the baseline.
struct Matching<'a> {
    index: &'a Index,
    baseline: &'a Baseline,
    /// Entries and members by class and dotted name.
    by_name: BTreeMap<(&'a str, &'a str), Vec<(usize, usize)>>,
    /// Entries and members whose name is gone, by class and digest.
    gone: BTreeMap<(&'a str, &'a str), Vec<(usize, usize)>>,
    /// Members of the baseline that stand for something in the tree.
    used: BTreeSet<(usize, usize)>,
    /// Gone names, and the name that each has now: one becomes one, the second is a copy.
    renamed: BTreeMap<(&'a str, &'a str), String>,
    /// The names on the other side, by class.
    became: BTreeSet<(String, String)>,
    /// Places, by position in `gone`'s lists, that are spoken for.
    places: BTreeSet<(usize, usize)>,
}

impl<'a> Matching<'a> {
    fn new(index: &'a Index, baseline: &'a Baseline) -> Self {
        let mut by_name: BTreeMap<_, Vec<(usize, usize)>> = BTreeMap::new();
        let mut gone: BTreeMap<_, Vec<(usize, usize)>> = BTreeMap::new();
        for (at, entry) in baseline.entries.iter().enumerate() {
            let class = class(&entry.rule, entry.verdict.is_some());
            for (number, member) in entry.members.iter().enumerate() {
                let name = member.definition.as_str();
                by_name.entry((class, name)).or_default().push((at, number));
                // A package may be imported by more names than the one that is recorded.
                let definition = index.definition_named(name).map(|id| index.dotted(id));
                let module = index.module_named(name).map(|id| index.module(id).name.as_str());
                let here = definition.as_deref().or(module) == Some(name);
                if !here && !member.digest.is_empty() {
                    gone.entry((class, member.digest.as_str())).or_default().push((at, number));
                }
            }
        }
        Self {
            index,
            baseline,
            by_name,
            gone,
            used: BTreeSet::new(),
            renamed: BTreeMap::new(),
            became: BTreeSet::new(),
            places: BTreeSet::new(),
        }
    }

    fn member(&self, (entry, member): (usize, usize)) -> &'a BaselineMember {
        &self.baseline.entries[entry].members[member]
    }

    /// Claims the places that are where they were.
    fn claim_in_place(&mut self, finding: &Finding) {
        for member in &finding.members {
            if let Some(place) = self.place_in_place(finding, member) {
                self.places.insert(place);
            }
        }
    }

    /// Gives names that are gone to the members of equal content that are like them.
    fn claim_gone(&mut self, finding: &Finding, likeness: Likeness) {
        let class = class(&finding.rule, finding.verdict.is_some());
        for member in &finding.members {
            let name = member.dotted();
            let gone = self.gone.get(&(class, member.digest.as_str())).into_iter().flatten();
            let is_known = self.by_name.contains_key(&(class, name.as_str()));
            if is_known || self.became.contains(&(class.to_owned(), name.clone())) {
                continue;
            }
            let mut free = gone.map(|place| (self.class_of(*place), self.member(*place)));
            let found = free.find(|(class, old)| {
                likeness.holds(old, member)
                    && !self.renamed.contains_key(&(*class, old.definition.as_str()))
            });
            if let Some((class, old)) = found {
                self.renamed.insert((class, old.definition.as_str()), name.clone());
                self.became.insert((class.to_owned(), name));
            }
        }
    }

    fn class_of(&self, (entry, _): (usize, usize)) -> &'a str {
        let entry = &self.baseline.entries[entry];
        class(&entry.rule, entry.verdict.is_some())
    }

    fn place_in_place(&self, finding: &Finding, member: &Member) -> Option<(usize, usize)> {
        let name = member.dotted();
        let key = (class(&finding.rule, false), name.as_str());
        let known = self.by_name.get(&key)?.iter().copied();
        let mut equal = known.filter(|it| self.member(*it).digest == member.digest);
        equal.find(|it| !self.places.contains(it))
    }

    /// For each member the entry that knows it.
    fn known(&mut self, finding: &Finding) -> Vec<Option<usize>> {
        if finding.kind == DefinitionKind::Place {
            self.known_places(finding)
        } else {
            self.known_definitions(finding)
        }
    }

    fn known_places(&mut self, finding: &Finding) -> Vec<Option<usize>> {
        let mut known = Vec::new();
        for member in &finding.members {
            // The places that did not move were counted before; now they are handed out.
            let name = member.dotted();
            let in_place = self.by_name.get(&(finding.rule.as_str(), name.as_str()));
            let in_place = in_place.into_iter().flatten().copied().find(|it| {
                self.places.contains(it)
                    && !self.used.contains(it)
                    && self.member(*it).digest == member.digest
            });
            let found = in_place.or_else(|| self.moved_place(finding, member));
            known.push(found.map(|it| {
                self.used.insert(it);
                it.0
            }));
        }
        known
    }

    /// A place of a definition that is gone, of which the one around this place is
    /// what became: it stands in the same file, has the same content or the same name.
    fn moved_place(&self, finding: &Finding, member: &Member) -> Option<(usize, usize)> {
        let key = (finding.rule.as_str(), member.digest.as_str());
        let around = around(self.index, finding, member);
        let same_name = |old: &BaselineMember| {
            if member.qualified_name.is_empty() {
                old.path.file_name() == member.path.file_name()
            } else {
                old.definition.ends_with(&format!(".{}", member.qualified_name))
            }
        };
        let candidates = self.gone.get(&key)?.iter().copied();
        let mut free = candidates.filter(|it| !self.used.contains(it));
        free.find(|it| {
            let old = self.member(*it);
            old.path == member.path || same_name(old) || !around.is_empty() && old.around == around
        })
    }

    fn known_definitions(&mut self, finding: &Finding) -> Vec<Option<usize>> {
        let class = class(&finding.rule, finding.verdict.is_some()).to_owned();
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        let claims: Vec<Claim> = finding
            .members
            .iter()
            .map(|member| {
                let number = seen.entry(member.dotted()).or_default();
                *number += 1;
                self.claim(&class, member, *number)
            })
            .collect();
        let known: Vec<Option<(usize, usize)>> = (0..claims.len())
            .map(|at| match &claims[at] {
                Claim::Same(place) => Some(*place),
                Claim::Changed(places) => {
                    places.iter().copied().find(|place| self.has_company(*place, at, &claims))
                }
                Claim::Unknown => None,
            })
            .collect();
        self.used.extend(known.iter().flatten());
        for place in known.iter().flatten() {
            // The same definition may be in several entries; all of them live on.
            let old = self.member(*place).definition.as_str();
            let all = self.by_name.get(&(self.class_of(*place), old));
            self.used.extend(all.into_iter().flatten().copied());
        }
        known.into_iter().map(|place| place.map(|it| it.0)).collect()
    }

    /// Whether another member of the finding comes from the same entry.
    fn has_company(&self, (entry, _): (usize, usize), at: usize, claims: &[Claim]) -> bool {
        self.baseline.entries[entry].members.len() == 1
            || claims.iter().enumerate().any(|(other, claim)| {
                other != at
                    && match claim {
                        Claim::Same(place) => place.0 == entry,
                        Claim::Changed(places) => places.iter().any(|place| place.0 == entry),
                        Claim::Unknown => false,
                    }
            })
    }

    /// What the baseline has for the `number`-th definition of a name in a finding.
    fn claim(&self, class: &str, member: &Member, number: usize) -> Claim {
        let name = member.dotted();
        if let Some(places) = self.by_name.get(&(class, name.as_str())) {
            let of_entry = |entry| places.iter().filter(|it| it.0 == entry).count();
            let enough = places.iter().filter(|it| of_entry(it.0) >= number).copied();
            let enough: Vec<(usize, usize)> = enough.collect();
            let same = enough.iter().find(|it| self.member(**it).digest == member.digest);
            return match same {
                Some(place) => Claim::Same(*place),
                None if enough.is_empty() => Claim::Unknown,
                None => Claim::Changed(enough),
            };
        }
        if member.digest.is_empty() {
            return Claim::Unknown;
        }
        let mut gone = self.gone.get(&(class, member.digest.as_str())).into_iter().flatten();
        let became = gone.find(|place| {
            let old = self.member(**place).definition.as_str();
            self.renamed.get(&(self.class_of(**place), old)) == Some(&name)
        });
        became.map_or(Claim::Unknown, |place| Claim::Same(*place))
    }
}

/// How much a definition is like one that is gone, beside its content.
#[derive(Clone, Copy)]
enum Likeness {
    /// It stands in the same file: it was renamed.
    File,
    /// Its file and it are called the same: the file was moved.
    FileName,
    /// It is called the same.
    Name,
    /// Nothing but the content.
    Content,
}

impl Likeness {
    /// The greatest first.
    const ALL: [Self; 4] = [Self::File, Self::FileName, Self::Name, Self::Content];

    fn holds(self, old: &BaselineMember, member: &Member) -> bool {
        let same_name = || old.definition.ends_with(&format!(".{}", member.qualified_name));
        match self {
            Self::File => old.path == member.path,
            Self::FileName => old.path.file_name() == member.path.file_name() && same_name(),
            Self::Name => same_name(),
            Self::Content => true,
        }
    }
}

/// What the baseline has for a definition.
enum Claim {
    /// The same content under this name, or under one that is gone.
    Same((usize, usize)),
    /// The name with other content.
    Changed(Vec<(usize, usize)>),
    /// Nothing.
    Unknown,
}
