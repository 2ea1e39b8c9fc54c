//! Equal methods leave their classes, and a new class, the first base of theirs, has one
//! of them.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use ruff_python_ast::{self as ast, ExprRef};
use ruff_text_size::Ranged;
use ssot_facts::{DefinitionId, ModuleId};
use ssot_model::{FileChange, RepoPath};

use super::extract::{self, Place, needs_of};
use super::moved::{self, Origin};
use super::pull_up::{self, class_of, class_statement, indent_of, refusal};
use super::redirect::movable;
use super::scan::Scan;
use super::sites::{self, Wanted};
use super::source::{SourceFile, check_syntax};
use super::spot::{Spot, is_pragma};
use super::style;
use super::work::Work;
use crate::edit::Edit;
use crate::{Inherited, Refused};

/// A class that is not there yet.
struct NewClass<'d> {
    name: &'d str,
    place: Place,
    /// The class whose methods move, and these, in the order of its body.
    source: DefinitionId,
    methods: Vec<DefinitionId>,
    /// The classes that inherit from it, each with what it loses.
    heirs: BTreeMap<DefinitionId, Vec<DefinitionId>>,
}

/// Plans all new classes: methods that move into one come there together.
pub(super) fn new_bases(work: &mut Work<'_>, all: &[&Inherited]) -> Result<(), Refused> {
    let mut together: BTreeMap<(&RepoPath, &str, &str), Vec<&Inherited>> = BTreeMap::new();
    for one in all {
        together.entry((&one.path, &one.module, &one.class)).or_default().push(one);
    }
    let mut new: BTreeMap<(&RepoPath, &str), Vec<NewClass<'_>>> = BTreeMap::new();
    for ((path, module, name), decisions) in &together {
        let class = NewClass::of(work, name, decisions)?;
        for method in class.heirs.values().flatten() {
            work.go(*method)?;
        }
        match work.index.module_at(path) {
            Some(home) => class.beside(work, home)?,
            None => new.entry((path, module)).or_default().push(class),
        }
    }
    for (_, mut classes) in new {
        classes.sort_by_key(|class| class.methods[0]);
        apart(work, &classes)?;
    }
    Ok(())
}

/// Puts classes into a new module, from which their heirs import them.
fn apart(work: &mut Work<'_>, classes: &[NewClass<'_>]) -> Result<(), Refused> {
    let index = work.index;
    let Some(NewClass { place, source, .. }) = classes.first() else { return Ok(()) };
    extract::vacant(work, place)?;
    let file = work.file(source.module)?;
    let (mut needed, mut texts) = (Vec::new(), Vec::new());
    let mut importers: BTreeSet<ModuleId> = BTreeSet::new();
    for class in classes {
        if class.source.module != source.module {
            let why = "would come from another module than what moves with it";
            return Err(refusal(index, class.methods[0], why));
        }
        importers.extend(class.heirs.keys().map(|class| class.module));
    }
    let all: Vec<ModuleId> = importers.iter().copied().collect();
    for class in classes {
        let def = class_statement(&file, movable(index, class.source)?)?;
        for method in &class.methods {
            let stmt = pull_up::method_statement(&file, def, index.definition(*method))?;
            needed.extend(needs_of(index, &file, (*method, stmt), &all, &|_| false)?);
        }
        texts.push(class.text(work, &file, false)?);
    }
    let names = importers.iter().map(|id| index.module(*id).name.to_string()).collect();
    let docstring = in_common(names, "modules", "", style::longest_line(work, &place.path));
    let origin = Origin { file: &file, module: index.module(source.module) };
    let text = moved::assemble(work, place, &origin, &docstring, needed, &texts);
    check_syntax(&place.path, &text)?;
    for class in classes {
        for (heir, methods) in &class.heirs {
            pull_up::take(work, *heir, methods, false)?;
            class.inherit(work, *heir)?;
        }
    }
    work.change(place.path.clone(), FileChange::Write(text.into_bytes()))
}

/// The docstring that says what some things share.
fn in_common(mut names: Vec<String>, things: &str, indent: &str, longest: usize) -> String {
    /// Names that are told.
    const TOLD: usize = 4;
    names.sort_unstable();
    names.dedup();
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let line = match &names[..] {
        [only] => format!("What every {only} has."),
        [rest @ .., last] if names.len() <= TOLD => {
            format!("What {} and {last} have in common.", rest.join(", "))
        }
        [first, rest @ ..] => {
            format!("What {first} and {} others have in common.", rest.len())
        }
        [] => String::new(),
    };
    let quotes = "\"\"\"";
    if names.len() > TOLD || format!("{indent}{quotes}{line}{quotes}").chars().count() <= longest {
        return format!("{quotes}{line}{quotes}");
    }
    let names: Vec<String> = names.iter().map(|name| format!("{indent}- {name}\n")).collect();
    let names = names.concat();
    format!("{quotes}What these {things} have in common.\n\n{names}{indent}{quotes}")
}

impl<'d> NewClass<'d> {
    fn of(work: &Work<'_>, name: &'d str, decisions: &[&'d Inherited]) -> Result<Self, Refused> {
        let index = work.index;
        let first = decisions[0];
        let source = class_of(index, first.source)?;
        let mut heirs: BTreeMap<DefinitionId, Vec<DefinitionId>> = BTreeMap::new();
        for one in decisions {
            if class_of(index, one.source)? != source || !one.members.contains(&one.source) {
                let why = "would come from another class than what moves with it";
                return Err(refusal(index, one.source, why));
            }
            for member in &one.members {
                heirs.entry(class_of(index, *member)?).or_default().push(*member);
            }
        }
        if let Some((_, lost)) = heirs.iter().find(|(_, lost)| lost.len() != decisions.len()) {
            let why = "is not in every class that would inherit it";
            return Err(refusal(index, lost[0], why));
        }
        let mut methods: Vec<DefinitionId> = decisions.iter().map(|one| one.source).collect();
        methods.sort_by_key(|id| index.definition(*id).span.start);
        let place = Place { path: first.path.clone(), module: first.module.clone() };
        Ok(Self { name, place, source, methods, heirs })
    }

    /// Puts the class above the first of its heirs, which share a module.
    fn beside(&self, work: &mut Work<'_>, home: ModuleId) -> Result<(), Refused> {
        let index = work.index;
        let module = index.module(home);
        let is_elsewhere = |class: &&DefinitionId| class.module != home;
        if let Some(stranger) = self.heirs.keys().find(is_elsewhere) {
            return Err(refusal(index, *stranger, "stands in another module than the new class"));
        }
        if module.facts.bindings_of(self.name).next().is_some() {
            let (path, name) = (module.path.clone(), self.name.to_owned());
            return Err(Refused::BoundTwice { path, name });
        }
        let file = work.file(home)?;
        let text = self.text(work, &file, true)?;
        let longest = style::longest_line(work, &file.path);
        let mut edits = Vec::new();
        let mut top = usize::MAX;
        for (class, methods) in &self.heirs {
            pull_up::take(work, *class, methods, false)?;
            let definition = movable(index, *class)?;
            let def = class_statement(&file, definition)?;
            let spot = Spot::of(&file, file.statement_of(definition)?, &definition.name)?;
            top = top.min(file.start_of(spot.lines.start));
            edits.push(first_base(&file, def, self.name, longest));
        }
        let gap = file.newline().repeat(3);
        edits.push(Edit::replace(top..top, format!("{text}{gap}")));
        let plan = work.plans.entry(home).or_default();
        plan.edits.extend(edits);
        let read = self.methods.iter().flat_map(|id| &index.definition(*id).free);
        plan.kept.extend(read.map(ToString::to_string));
        Ok(())
    }

    /// Imports the class where one of its heirs stands, and makes it its first base.
    fn inherit(&self, work: &mut Work<'_>, class: DefinitionId) -> Result<(), Refused> {
        let index = work.index;
        let file = work.file(class.module)?;
        let def = class_statement(&file, movable(index, class)?)?;
        let wanted = Wanted::name(&self.place.module, self.name);
        let at = SourceFile::range(def).start;
        let known = sites::known(work, class.module, &file, &Scan::of(&file), &wanted, at);
        if known.map_err(|why| refusal(index, class, &format!("cannot inherit: {why}")))?.is_some()
        {
            return Err(refusal(index, class, "knows the new class already"));
        }
        let longest = style::longest_line(work, &file.path);
        let edit = first_base(&file, def, self.name, longest);
        let plan = work.plans.entry(class.module).or_default();
        let first = plan.wanted.entry(wanted).or_insert(at);
        *first = at.min(*first);
        plan.edits.push(edit);
        Ok(())
    }

    /// The text of the class. Beside its heirs nothing in it has to change.
    fn text(
        &self,
        work: &Work<'_>,
        file: &Rc<SourceFile>,
        beside: bool,
    ) -> Result<String, Refused> {
        let index = work.index;
        let newline = file.newline();
        let def = class_statement(file, movable(index, self.source)?)?;
        let indent = indent_of(file, def);
        let longest = style::longest_line(work, &self.place.path);
        let names = self.heirs.keys().map(|class| index.definition(*class).name.to_string());
        let docstring = in_common(names.collect(), "classes", indent, longest);
        let mut parts = vec![format!(
            "class {}:{newline}{indent}{}",
            self.name,
            docstring.replace('\n', newline)
        )];
        // A base without slots would give objects that have no dictionary one.
        let has_slots = |class: &DefinitionId| {
            index.definition(*class).members.iter().any(|it| it == "__slots__")
        };
        if self.heirs.keys().any(has_slots) {
            parts.push(format!("{indent}__slots__ = ()"));
        }
        for id in &self.methods {
            let method = index.definition(*id);
            let stmt = pull_up::method_statement(file, def, method)?;
            if let Some(why) = super::class_scope::tie_to_body(def, None, stmt) {
                return Err(refusal(index, *id, &why));
            }
            let spot = Spot::of(file, stmt, &method.name)?;
            let text = if beside {
                let whole = &file.text[file.line_range(spot.lines.clone())];
                whole.trim_end_matches(['\n', '\r']).to_owned()
            } else {
                moved::text(index.module(id.module).package(), file, stmt, &spot)?
            };
            parts.push(text);
        }
        Ok(parts.join(&newline.repeat(2)))
    }
}

/// The edit that puts a base before all others.
fn first_base(file: &SourceFile, def: &ast::StmtClassDef, name: &str, longest: usize) -> Edit {
    let Some(arguments) = &def.arguments else {
        let head = def.type_params.as_ref().map_or(def.name.range(), |it| it.range());
        let at = head.end().to_usize();
        return Edit::replace(at..at, format!("({name})"));
    };
    let whole = SourceFile::range(&**arguments);
    let open = whole.start + 1;
    let bases = arguments.args.iter().map(|it| SourceFile::range(it).start);
    let keywords = arguments.keywords.iter().map(|it| SourceFile::range(it).start);
    let Some(first) = bases.chain(keywords).min() else {
        return Edit::replace(open..open, name.to_owned());
    };
    // A base in parentheses begins before its node.
    let first = open + file.text[open..first].find('(').unwrap_or(first - open);
    let line = file.line(first);
    let indent = &file.text[file.start_of(line)..first];
    if indent.trim().is_empty() {
        return Edit::replace(first..first, format!("{name},{}{indent}", file.newline()));
    }
    let is_too_long = file.line_text(line).chars().count() + name.len() + 2 > longest;
    // A comment that instructs a type checker counts for the line of the class.
    let is_bound = file.comments(file.line_range(line..line + 1)).any(is_pragma);
    if is_too_long && !is_bound && file.lines(&**arguments).len() == 1 {
        let newline = file.newline();
        let mut all: Vec<(usize, &str)> = Vec::new();
        all.extend(
            arguments
                .args
                .iter()
                .map(|it| (SourceFile::range(it).start, outer(file, it.into(), arguments))),
        );
        all.extend(arguments.keywords.iter().map(|it| {
            let range = SourceFile::range(it);
            (range.start, &file.text[range])
        }));
        all.sort_unstable();
        let lines = std::iter::once(name).chain(all.into_iter().map(|(_, text)| text));
        let lines: Vec<String> = lines.map(|it| format!("    {it},{newline}")).collect();
        return Edit::replace(whole, format!("({newline}{})", lines.concat()));
    }
    Edit::replace(first..first, format!("{name}, "))
}

/// The text of a base with the parentheses around it.
fn outer<'f>(file: &'f SourceFile, base: ExprRef<'_>, arguments: &ast::Arguments) -> &'f str {
    &file.text[file.outer_range(base, arguments.into())]
}

#[cfg(test)]
mod tests {
    use ruff_python_ast::Stmt;
    use ssot_model::RepoPath;

    use super::{SourceFile, first_base};
    use crate::edit;

    #[test]
    fn a_base_comes_before_all_others() {
        for (before, after) in [
            ("class A: pass\n", "class A(N): pass\n"),
            ("class A[T]: pass\n", "class A[T](N): pass\n"),
            ("class A(): pass\n", "class A(N): pass\n"),
            ("class A(B, c=1): pass\n", "class A(N, B, c=1): pass\n"),
            ("class A(c=1): pass\n", "class A(N, c=1): pass\n"),
            ("class A((B)): pass\n", "class A(N, (B)): pass\n"),
            ("class A(\n    B,\n): pass\n", "class A(\n    N,\n    B,\n): pass\n"),
            ("class A(*b): pass\n", "class A(N, *b): pass\n"),
            (
                "class Another(FirstBase, Other):  # type: ignore\n    pass\n",
                "class Another(N, FirstBase, Other):  # type: ignore\n    pass\n",
            ),
            (
                "class Another(FirstBase, (Other), k=1): pass\n",
                "class Another(\n    N,\n    FirstBase,\n    (Other),\n    k=1,\n): pass\n",
            ),
        ] {
            let path = RepoPath::new("a.py").expect("plain");
            let file = SourceFile::parse(&path, before.as_bytes()).expect("it parses");
            let Some(Stmt::ClassDef(def)) = file.suite().first() else { panic!("{before}") };
            let text = edit::apply(&file.text, vec![first_base(&file, def, "N", 40)]);
            assert_eq!(text.as_deref(), Ok(after));
        }
    }
}
