//! What a definition that would go contains, and what stands for it in the one that
//! would stay.

mod across;
mod fixes;
mod hidden;
mod matching;
mod meaning;
mod renaming;

use std::collections::BTreeMap;

use compact_str::CompactString;
use ssot_facts::{ClassRef, DefinitionId, Hierarchy, Index};
use ssot_model::audit::{
    Atom, AtomKind, AtomState, CallChange, Counterpart, Ledger, LedgerEntry, NameUse,
};
use ssot_model::{AnsweredAtom, DefinitionKind, GroupId};

use crate::answers::{self, Answers};
use crate::dissect::{Sources, Specimen, dissect};
use crate::{Choice, MroReport, consumers};

pub use across::{Side, lost_across};
pub(crate) use fixes::add_fixes;
pub(crate) use hidden::entries as hidden;
pub(crate) use meaning::other_meanings;

/// Atoms named in the reason for leaving a group alone.
const NAMED: usize = 3;
/// Classes above the canonical one that are looked through.
const ANCESTORS: usize = 12;

/// The definition that would stay with the classes it inherits from.
pub(crate) struct Keeper {
    own: Specimen,
    above: Vec<Specimen>,
}

impl Keeper {
    pub(crate) fn new(
        index: &Index,
        hierarchy: Option<&Hierarchy>,
        sources: &Sources<'_>,
        own: Specimen,
    ) -> Self {
        let order = hierarchy.and_then(|it| it.linearisation(own.id).ok());
        let above = order.iter().flat_map(|order| order.iter().skip(1)).take(ANCESTORS);
        let above = above.filter_map(ClassRef::internal);
        Self { above: above.map(|id| dissect(index, sources, id)).collect(), own }
    }
}

/// The entry of one definition that would go.
pub(crate) fn entry(
    index: &Index,
    gone: &Specimen,
    keeper: &Keeper,
    chosen: bool,
    mro: Option<&MroReport>,
) -> LedgerEntry {
    let others = other_meanings(index, gone.id, keeper.own.id);
    let equal = index.definition(gone.id).hash == index.definition(keeper.own.id).hash;
    LedgerEntry {
        definition: gone.dotted.clone(),
        place: gone.place(gone.line),
        canonical: keeper.own.dotted.clone(),
        chosen,
        unread: gone.unread || keeper.own.unread,
        atoms: atoms(gone, keeper, equal, &others),
        names_used: names_used(index, gone, keeper, mro),
        tests: consumers::of_member(index, gone.id).tests,
    }
}

fn atoms(
    gone: &Specimen,
    keeper: &Keeper,
    equal: bool,
    others: &BTreeMap<CompactString, String>,
) -> Vec<Atom> {
    let parts = &gone.anatomy.atoms;
    let own = &keeper.own;
    // Two trees of one hash have the same parts in the same order, however their
    // literals are spelt.
    let counterparts: Vec<Counterpart> = if equal && parts.len() == own.anatomy.atoms.len() {
        let places = own.anatomy.atoms.iter().map(|part| own.place(part.line));
        places.map(|place| Counterpart::Same { place }).collect()
    } else {
        matching::counterparts(gone, own, &keeper.above)
    };
    let meant = parts.iter().zip(counterparts);
    let mut atoms: Vec<Atom> = meant
        .map(|(part, found)| (part, meaning::weighed(part, found, others)))
        .map(|(part, counterpart)| Atom {
            kind: part.kind,
            text: part.text.clone(),
            place: gone.place(part.line),
            within: part.within.to_string(),
            state: match counterpart {
                Counterpart::Missing { .. } => AtomState::Open,
                _ => AtomState::Preserved,
            },
            counterpart,
        })
        .collect();
    atoms.sort_by_key(|atom| atom.kind);
    atoms
}

/// Where a codemod keeps the head of what it empties, callers see what they see today; and
/// it lays what would stay beside each copy, statement by statement, before it writes.
pub(crate) fn keep_heads(choice: &Choice, ledger: &mut Ledger) {
    let why = match choice {
        Choice::Delegate { .. } => "laid beside the method statement by statement",
        Choice::Parameterise { .. } => "laid beside the function with the values of this copy",
        Choice::Branch { .. } => "laid beside the function with the statements of this copy",
        _ => return,
    };
    let head = |kind: AtomKind| {
        matches!(kind, AtomKind::Parameter | AtomKind::Decorator | AtomKind::Async)
    };
    let atoms = ledger.entries.iter_mut().flat_map(|entry| &mut entry.atoms);
    for atom in atoms.filter(|atom| atom.state == AtomState::Open) {
        let (place, text) = match &atom.counterpart {
            Counterpart::Missing { nearest: Some(near) } if !head(atom.kind) => {
                (near.place.clone(), near.text.clone())
            }
            _ => (atom.place.clone(), atom.text.clone()),
        };
        let why = if head(atom.kind) { "its head stays" } else { why }.to_owned();
        atom.counterpart = Counterpart::Equivalent { place, text, why };
        atom.state = AtomState::Preserved;
    }
}

/// The own name, and for a class the methods that are called on its objects.
fn names_used(
    index: &Index,
    gone: &Specimen,
    keeper: &Keeper,
    mro: Option<&MroReport>,
) -> Vec<NameUse> {
    let used = consumers::of_member(index, gone.id);
    let own = [used.production, used.tests, used.strings].concat();
    let mut names = vec![NameUse {
        name: index.definition(gone.id).name.to_string(),
        available: index.definition(gone.id).name == index.definition(keeper.own.id).name,
        places: own,
    }];
    let mut calls: BTreeMap<&str, NameUse> = BTreeMap::new();
    for call in mro.iter().flat_map(|mro| &mro.calls).filter(|call| call.class == gone.dotted) {
        let name = call.today.as_deref().or(call.after.as_deref()).unwrap_or(&call.call);
        let name = name.rsplit('.').next().unwrap_or(name);
        let entry = calls.entry(name).or_insert_with(|| NameUse {
            name: name.to_owned(),
            places: Vec::new(),
            available: call.change != CallChange::Broken,
        });
        entry.places.push(call.place.clone());
    }
    names.extend(calls.into_values());
    names.retain(|name| !name.places.is_empty());
    names
}

/// What carrying out a choice would lose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Loss {
    /// Nothing for which nobody has answered; with what somebody has answered for.
    Answered(Vec<AnsweredAtom>),
    /// More than that: why it may not be carried out.
    Open(String),
}

/// What the choice about a group would lose. Equal trees lose nothing, so nothing is read
/// for them.
pub fn loss(
    index: &Index,
    sources: &Sources<'_>,
    answers: &Answers<'_>,
    group: &GroupId,
    choice: &Choice,
) -> Loss {
    let mut ledger = Ledger { entries: at_stake(index, sources, choice) };
    answers.apply(group, &mut ledger);
    if let Some(entry) = ledger.entries.iter().find(|entry| entry.unread) {
        return Loss::Open(format!("what {} contains could not be read", entry.definition));
    }
    let open: Vec<(&LedgerEntry, &Atom)> = ledger.open().collect();
    let Some((first, _)) = open.first() else {
        return Loss::Answered(answers::answered(&ledger));
    };
    let named = |(_, atom): &(&LedgerEntry, &Atom)| {
        format!("{} `{}` at {}", atom.kind.as_str(), atom.text, atom.place)
    };
    let more = open.len().saturating_sub(NAMED);
    let shown = open.iter().take(NAMED).map(named).collect::<Vec<_>>().join(", ");
    let tail = if more == 0 { String::new() } else { format!(" and {more} more") };
    Loss::Open(format!(
        "{} would be lost: nothing in {} stands for {shown}{tail}; [[waiver]] and [[covered]] in \
         ssot.toml answer for it",
        open.len(),
        first.canonical
    ))
}

/// The accounts of the definitions that a choice removes and that differ from what stays.
fn at_stake(index: &Index, sources: &Sources<'_>, choice: &Choice) -> Vec<LedgerEntry> {
    let (canonical, going): (DefinitionId, &[DefinitionId]) = match choice {
        Choice::Redirect { canonical, copies } => (*canonical, copies),
        Choice::Extract { source, members, .. }
        | Choice::PullUp { source, members, .. }
        | Choice::NewBase { source, members, .. } => (*source, members),
        Choice::Delete { module, taker } => {
            let hierarchy = Hierarchy::new(index);
            return hidden(index, &hierarchy, sources, (*module, *taker), true);
        }
        // Of those that differ the codemod lays what stays beside each copy.
        Choice::Parameterise { .. }
        | Choice::Branch { .. }
        | Choice::Delegate { .. }
        | Choice::Merge { .. }
        | Choice::Accept => return Vec::new(),
    };
    let kept = index.definition(canonical).hash;
    let differs = |id: &&DefinitionId| index.definition(**id).hash != kept;
    let mut differing = going.iter().filter(differs).peekable();
    if differing.peek().is_none() {
        return Vec::new();
    }
    let is_class = index.definition(canonical).kind == DefinitionKind::Class;
    let hierarchy = is_class.then(|| Hierarchy::new(index));
    let own = dissect(index, sources, canonical);
    let keeper = Keeper::new(index, hierarchy.as_ref(), sources, own);
    differing.map(|id| entry(index, &dissect(index, sources, *id), &keeper, true, None)).collect()
}
