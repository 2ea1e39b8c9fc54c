//! One written file in both trees, and what is gone and new over all of them.

use std::collections::BTreeSet;
use std::rc::Rc;

use ssot_facts::{DefinitionId, ModuleId, Resolution};
use ssot_model::{DefinitionKind, RepoPath};

use super::code::{Part, spelled};
use super::items::{Item, SLOTS, Text};
use super::{Piece, Prover};

impl Prover<'_> {
    /// Holds the file after against the file before.
    pub(super) fn file(&mut self, path: &RepoPath) {
        let before = self.before.index.module_at(path);
        let after = self.after.index.module_at(path);
        match (before, after) {
            (None, None) => self.breaks(format!("`{path}` is no module: nothing is known of it")),
            (Some(before), Some(after)) => {
                self.bindings(before, after);
                let (mine, theirs) = (self.before.text(path), self.after.text(path));
                self.sequence((path, None), (before, after), mine.items(), theirs.items());
            }
            (Some(hidden), None) if self.is_hidden(hidden) => {
                self.proof.replaced.insert(self.before.index.module(hidden).name.to_string());
            }
            (Some(_), None) => {
                let text = self.before.text(path);
                self.leftovers(path, &text, true);
            }
            (None, Some(_)) => {
                let text = self.after.text(path);
                self.leftovers(path, &text, false);
            }
        }
    }

    fn is_hidden(&self, module: ModuleId) -> bool {
        self.before.index.shadowed().iter().any(|(file, _)| *file == module)
    }

    /// Everything in a file that stands in one tree alone.
    fn leftovers(&mut self, path: &RepoPath, text: &Rc<Text>, gone: bool) {
        for item in text.items() {
            let Some(name) = item.name else {
                let said = spelled(&item.lines[0].words);
                let how = if gone { "is gone" } else { "is new" };
                self.breaks(format!("{path}: `{said}` {how}"));
                continue;
            };
            let piece = Piece { path: path.clone(), class: None, name: name.to_owned() };
            if gone { self.gone.push(piece) } else { self.new.push(piece) }
        }
    }

    /// Names that a module binds lead to the same, also when they are builtins or came with
    /// a star before.
    fn bindings(&mut self, before: ModuleId, after: ModuleId) {
        let (mine, theirs) = (self.before.index.module(before), self.after.index.module(after));
        let names: BTreeSet<&str> =
            theirs.facts.bindings.iter().map(|it| it.name.as_str()).collect();
        for name in names {
            let meant = self.before.index.resolve(before, name);
            if meant.iter().all(|it| matches!(it, Resolution::Unknown(_))) {
                continue;
            }
            if !self.same_name((before, name), (after, name)) {
                let why = self.why_differs((before, name), (after, name));
                self.breaks(format!("{}: `{name}` means something else{why}", mine.path));
            }
        }
    }

    fn why_differs(&mut self, left: (ModuleId, &str), right: (ModuleId, &str)) -> String {
        let mine = self.before.index.resolve(left.0, left.1);
        let theirs = self.after.index.resolve(right.0, right.1);
        let ([Resolution::Definition(one)], [Resolution::Definition(two)]) = (&*mine, &*theirs)
        else {
            return String::new();
        };
        let name = self.after.index.dotted(*two);
        self.assumed.remove(&(*one, *two));
        match self.same_definition(*one, *two) {
            Err(why) => format!(": {name} does not stand for it: {why}"),
            Ok(()) => String::new(),
        }
    }

    /// Items of one file or class in both trees: what stands in both must be equal and in
    /// the same order.
    fn sequence(
        &mut self,
        (path, class): (&RepoPath, Option<&str>),
        sides: (ModuleId, ModuleId),
        left: Vec<Item<'_>>,
        right: Vec<Item<'_>>,
    ) {
        let piece = |name: &str| Piece {
            path: path.clone(),
            class: class.map(str::to_owned),
            name: name.to_owned(),
        };
        let names = |items: &[Item<'_>]| -> BTreeSet<String> {
            items.iter().filter_map(|item| item.name).map(str::to_owned).collect()
        };
        let (mine, theirs) = (names(&left), names(&right));
        self.gone.extend(mine.difference(&theirs).map(|name| piece(name)));
        self.new.extend(theirs.difference(&mine).map(|name| piece(name)));
        let stays = |item: &Item<'_>, others: &BTreeSet<String>| {
            item.name.is_none_or(|name| others.contains(name))
        };
        let mut rest = right.into_iter().filter(|item| stays(item, &mine));
        for one in left.into_iter().filter(|item| stays(item, &theirs)) {
            let Some(two) = rest.next() else {
                self.breaks(format!("{path}: `{}` is gone", spelled(&one.lines[0].words)));
                return;
            };
            self.pair((path, class), sides, one, two);
        }
        if let Some(more) = rest.next() {
            self.breaks(format!("{path}: `{}` is new", spelled(&more.lines[0].words)));
        }
    }

    /// Two items of one place.
    fn pair(
        &mut self,
        (path, class): (&RepoPath, Option<&str>),
        sides: (ModuleId, ModuleId),
        left: Item<'_>,
        right: Item<'_>,
    ) {
        let own = class.or(left.name).unwrap_or_default().to_owned();
        let theirs = class.or(right.name).unwrap_or_default().to_owned();
        let part = |module, lines| Part { module, own: &own, lines };
        if left.class && right.class && left.name == right.name && class.is_none() {
            let heads = (
                &left.lines[..left.head],
                right.head_without(&|base| self.is_new_class(sides.1, base)),
            );
            let (mine, now) = (part(sides.0, heads.0), part(sides.1, &heads.1));
            if let Err(why) = self.same_lines(mine, now, true) {
                self.breaks(format!("{path}: {why}"));
            }
            if let Some(base) = self.base_without_slots(sides.1, &right) {
                self.breaks(format!("{path}: `{own}` has slots, and its new base {base} has none"));
            }
            self.sequence((path, Some(&own)), sides, left.members(), right.members());
            return;
        }
        let mine = part(sides.0, left.lines);
        let other = Part { module: sides.1, own: &theirs, lines: right.lines };
        let becomes_name = (left.class || left.function) && right.is_alias();
        if left.name == right.name && becomes_name && class.is_none() {
            // What the name leads to is compared with the bindings.
            return;
        }
        if left.name != right.name {
            let (was, is) = (spelled(&left.lines[0].words), spelled(&right.lines[0].words));
            self.breaks(format!("{path}: `{is}` stands where `{was}` stood"));
        } else if let Err(why) = self.same_lines(mine, other, true) {
            self.changed((path, class), sides, (left, right), &why);
        }
    }

    /// A definition that is written otherwise than before.
    fn changed(
        &mut self,
        (path, class): (&RepoPath, Option<&str>),
        sides: (ModuleId, ModuleId),
        (left, right): (Item<'_>, Item<'_>),
        why: &str,
    ) {
        let name = left.name.unwrap_or_default().to_owned();
        let piece = Piece { path: path.clone(), class: class.map(str::to_owned), name };
        let dotted = piece.dotted(self.before.index);
        if self.is_called(&dotted, &dotted) {
            self.proof.called.insert(dotted);
        } else if self.answers_still(&piece)
            || left.function && right.function && self.is_parameterised(sides, left, right)
        {
            self.proof.replaced.insert(dotted);
        } else {
            let line = right.first_line();
            self.breaks(format!("{path}:{line}: {why}"));
        }
    }

    /// What is gone must have something equal in its place, and what is new must be
    /// something that is gone.
    pub(super) fn settle(&mut self) {
        for piece in self.new.clone() {
            let candidates: Vec<Piece> =
                self.gone.iter().filter(|it| it.name == piece.name).cloned().collect();
            let members = candidates.is_empty().then(|| self.members_gone(&piece));
            let mut candidates = members.unwrap_or(candidates);
            if candidates.is_empty() {
                candidates = self.renamed(&piece);
            }
            let mut why = "nothing that is gone was called so".to_owned();
            let moved = candidates.iter().any(|from| match self.same_piece(from, &piece) {
                Ok(()) => true,
                Err(reason) => {
                    why = reason;
                    false
                }
            });
            if !moved
                && !self.is_gathered(&piece)
                && !self.is_new_shim(&piece)
                && !self.is_addition(&piece)
            {
                let dotted = piece.dotted(self.after.index);
                self.breaks(format!("`{dotted}` is new: {why}"));
            }
        }
        for piece in self.gone.clone() {
            if self.is_ended_shim(&piece) {
                continue;
            }
            if let Err(why) = self.stands(&piece) {
                let dotted = piece.dotted(self.before.index);
                self.breaks(format!("nothing stands for `{dotted}`: {why}"));
            }
        }
    }

    /// Whether a name stands for a class that the tree before does not have.
    fn is_new_class(&self, module: ModuleId, name: &str) -> bool {
        self.new_class(module, name).is_some()
    }

    fn new_class(&self, module: ModuleId, name: &str) -> Option<DefinitionId> {
        let index = self.after.index;
        let found = index.follow(module, name);
        let [Resolution::Definition(id)] = &*found else { return None };
        let is_class = index.definition(*id).kind == DefinitionKind::Class;
        let is_new = self.before.index.definition_named(&index.dotted(*id)).is_none();
        (is_class && is_new).then_some(*id)
    }

    /// A new base that would give objects of a class with slots a dictionary.
    fn base_without_slots(&self, module: ModuleId, class: &Item<'_>) -> Option<String> {
        if !class.members().iter().any(|member| member.name == Some(SLOTS)) {
            return None;
        }
        let index = self.after.index;
        let mut bases = class.bases().filter_map(|base| self.new_class(module, base));
        let has_slots =
            |id: &DefinitionId| index.definition(*id).members.iter().any(|it| it == SLOTS);
        bases.find(|id| !has_slots(id)).map(|id| index.dotted(id))
    }

    /// Whether a new class holds nothing but members that are gone from others.
    fn is_gathered(&mut self, piece: &Piece) -> bool {
        let text = self.after.text(&piece.path);
        let Some(item) = text.find(None, &piece.name, None).filter(|item| item.class) else {
            return false;
        };
        let mut members = item.members();
        members.retain(|member| !member.is_empty_slots());
        !members.is_empty()
            && item.head == 1
            && members.iter().all(|member| {
                let Some(name) = member.name else { return false };
                let to = Piece {
                    path: piece.path.clone(),
                    class: Some(piece.name.clone()),
                    name: name.to_owned(),
                };
                let from: Vec<Piece> = self
                    .gone
                    .iter()
                    .filter(|it| it.class.is_some() && it.name == name)
                    .cloned()
                    .collect();
                from.iter().any(|from| self.same_piece(from, &to).is_ok())
            })
    }

    /// What is gone from the same place and may be called so now.
    fn renamed(&self, piece: &Piece) -> Vec<Piece> {
        let from_there = |it: &&Piece| it.path == piece.path && it.class == piece.class;
        self.gone.iter().filter(from_there).cloned().collect()
    }

    /// Members of classes that are gone, by name.
    fn members_gone(&mut self, piece: &Piece) -> Vec<Piece> {
        let classes: Vec<Piece> =
            self.gone.iter().filter(|it| it.class.is_none()).cloned().collect();
        let mut found = Vec::new();
        for class in classes {
            let text = self.before.text(&class.path);
            if text.find(Some(&class.name), &piece.name, None).is_some() {
                let name = piece.name.clone();
                found.push(Piece { class: Some(class.name), name, path: class.path });
            }
        }
        found
    }

    /// Whether something stands for a definition or value that is gone.
    fn stands(&mut self, piece: &Piece) -> Result<(), String> {
        if let Some(class) = &piece.class {
            let module = self.module(false, &piece.path)?;
            let module_name = self.after.index.module(module).name.clone();
            let dotted = format!("{module_name}.{class}");
            let class = self.after.index.definition_named(&dotted).ok_or("its class is gone")?;
            let heir = self.inherited(class, &piece.name).ok_or("its class does not inherit it")?;
            return self.same_piece(piece, &heir);
        }
        let before = self.module(true, &piece.path)?;
        let meanings = self.before.index.resolve(before, &piece.name);
        let now = match self.after.index.module_at(&piece.path) {
            Some(after) => self.after.index.resolve(after, &piece.name),
            None => Vec::new(),
        };
        let bound =
            |it: &Resolution| !matches!(it, Resolution::Unknown(_) | Resolution::Builtin(_));
        if now.iter().any(bound) {
            if self.same_meanings(&meanings, &now) {
                return Ok(());
            }
            let ([Resolution::Definition(one)], [Resolution::Definition(two)]) =
                (&*meanings, &*now)
            else {
                return Err("its name leads to something else".to_owned());
            };
            self.assumed.remove(&(*one, *two));
            return self.same_definition(*one, *two);
        }
        let named = self.new.iter().filter(|it| it.path == piece.path && it.class.is_none());
        let named: Vec<Piece> = named.cloned().collect();
        if named.iter().any(|it| self.same_piece(piece, it).is_ok()) {
            return Ok(());
        }
        self.elsewhere(&meanings)
    }

    /// Nobody calls it by its old name any more; something equal must be there.
    fn elsewhere(&mut self, meanings: &[Resolution]) -> Result<(), String> {
        let [Resolution::Definition(gone)] = meanings else {
            return Err("its name is bound no more".to_owned());
        };
        let definition = self.before.index.definition(*gone);
        let (kind, hash) = (definition.kind, definition.hash);
        let index = self.after.index;
        let equal: Vec<DefinitionId> = index
            .definitions()
            .filter(|(_, _, it)| {
                it.kind == kind && it.hash == hash && kind != DefinitionKind::Method
            })
            .map(|(id, _, _)| id)
            .collect();
        let stands = equal.into_iter().any(|id| self.same_definition(*gone, id).is_ok());
        if stands { Ok(()) } else { Err("nothing equal is left".to_owned()) }
    }
}
