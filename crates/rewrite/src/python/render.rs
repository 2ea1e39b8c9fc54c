//! One file put together from its plan.

use std::collections::BTreeSet;

use ruff_python_ast::Stmt;
use ssot_facts::{Module, ModuleId};

use super::aliases::aliases_of;
use super::imports;
use super::layout::{self, Block};
use super::names::{self, Names};
use super::scan::Scan;
use super::source::SourceFile;
use super::work::{Cut, FilePlan, Removal, Replacement, Work};
use super::{form, joining, style};
use crate::Refused;
use crate::edit::{self, Edit};

/// The new bytes of a file.
pub(super) fn render(
    work: &Work<'_>,
    id: ModuleId,
    file: &SourceFile,
    plan: &FilePlan,
) -> Result<Vec<u8>, Refused> {
    let renderer = Renderer::new(work, id, file, plan)?;
    let mut blocks = renderer.blocks(plan);
    let mut edits = plan.edits.clone();
    for Cut { spot, line } in &plan.cuts {
        match line {
            Some(line) => {
                let ending = file.newline_of(spot.lines.end - 1);
                let lines = file.line_range(spot.lines.clone());
                edits.push(Edit::replace(lines, format!("{line}{ending}")));
            }
            None => blocks.push(Block { lines: spot.lines.clone(), line: None }),
        }
    }
    let scan = Scan::of(file);
    for site in &scan.imports {
        imports::change(&renderer, plan, *site, &mut edits, &mut blocks);
    }
    blocks.sort_by_key(|block| block.lines.start);
    if let Some(pair) = blocks.windows(2).find(|pair| pair[0].lines.end > pair[1].lines.start) {
        let line = pair[1].lines.start as u32 + 1;
        return Err(Refused::Overlap { path: file.path.clone(), line });
    }
    let index = work.index;
    let is_internal = |stmt: &Stmt| match stmt {
        Stmt::ImportFrom(import) => {
            let module = import.module.as_ref().map_or("", |module| module.as_str());
            import.level > 0 || index.is_internal(module)
        }
        other => aliases_of(other).iter().any(|alias| index.is_internal(&alias.name)),
    };
    edits.extend(layout::edits(file, &blocks, &is_internal));
    let text = edit::apply(&file.text, edits).map_err(|at| Refused::Overlap {
        path: file.path.clone(),
        line: file.line(at) as u32 + 1,
    })?;
    // A file that begins with its first line still does, and one that does not end its last
    // line still does not, whatever stood there.
    let begins = !file.text.starts_with(['\r', '\n']);
    let text = if begins { text.trim_start_matches(['\r', '\n']).to_owned() } else { text };
    let text = if file.text.ends_with('\n') { &text } else { text.trim_end_matches(['\r', '\n']) };
    file.rewritten(text)
}

/// What a file keeps and what it loses, and how it is written.
pub(super) struct Renderer<'a> {
    pub(super) work: &'a Work<'a>,
    pub(super) id: ModuleId,
    pub(super) module: &'a Module,
    pub(super) file: &'a SourceFile,
    relative: bool,
    /// Names that the remaining statements read.
    pub(super) read: Names,
    /// Those of them that are read by code, not by examples in docstrings.
    looked_up: Names,
    /// Names that the removed statements read.
    pub(super) released: Names,
}

impl<'a> Renderer<'a> {
    pub(super) fn new(
        work: &'a Work<'a>,
        id: ModuleId,
        file: &'a SourceFile,
        plan: &FilePlan,
    ) -> Result<Self, Refused> {
        let module = work.index.module(id);
        let removals = plan.removals.iter().map(|removal| removal.spot.statement.start);
        let faces = plan.faces.iter().map(|face| face.statement);
        let removed: BTreeSet<usize> = removals.chain(faces).collect();
        let cuts: BTreeSet<usize> = plan.cuts.iter().map(|cut| cut.spot.statement.start).collect();
        let without: BTreeSet<usize> = plan.chains.union(&cuts).copied().collect();
        let is_removed = |stmt: &&Stmt| removed.contains(&SourceFile::range(*stmt).start);
        let looks_up = names::looks_up_by_string(file);
        let suite = || file.suite().iter();
        let kept = || suite().filter(|stmt| !is_removed(stmt));
        let mut read = names::read_by(file, kept(), looks_up, &without);
        let mut looked_up = names::looked_up_by(file, kept(), looks_up, &cuts);
        for face in &plan.faces {
            let new = SourceFile::parse(&file.path, face.text.as_bytes())?;
            read.extend(names::read_by(&new, new.suite().iter(), looks_up, &BTreeSet::new()));
            looked_up.extend(names::looked_up_by(
                &new,
                new.suite().iter(),
                looks_up,
                &BTreeSet::new(),
            ));
        }
        read.extend(plan.kept.iter().map(Into::into));
        looked_up.extend(plan.kept.iter().map(Into::into));
        Ok(Self {
            work,
            id,
            module,
            file,
            relative: form::prefers_relative(work.index, module),
            read,
            looked_up,
            released: names::read_by(
                file,
                suite().filter(is_removed).chain(names::functions_at(file, &cuts)),
                false,
                &BTreeSet::new(),
            ),
        })
    }

    /// What stands where definitions stood: imports of one module with nothing between them
    /// share a statement.
    fn blocks(&self, plan: &FilePlan) -> Vec<Block> {
        let mut removals: Vec<&Removal> = plan.removals.iter().collect();
        removals.sort_by_key(|removal| removal.spot.lines.start);
        let mut blocks: Vec<Block> = Vec::new();
        let mut at = 0;
        while at < removals.len() {
            let together = removals[at + 1..].iter().zip(&removals[at..]);
            let together = together.take_while(|(next, previous)| self.share(previous, next));
            let run = &removals[at..at + 1 + together.count()];
            blocks.push(Block { lines: run[0].spot.lines.clone(), line: self.line_for(run) });
            blocks.extend(
                run[1..]
                    .iter()
                    .map(|removal| Block { lines: removal.spot.lines.clone(), line: None }),
            );
            at += run.len();
        }
        blocks
    }

    /// Whether two imports can be one statement.
    fn share(&self, first: &Removal, second: &Removal) -> bool {
        let target = |removal: &Removal| match &removal.replacement {
            Replacement::Import { module, name } => {
                let for_others = self.is_for_others(&removal.name);
                let is_marked = *name != removal.name && for_others;
                let is_plain = *name == removal.name && !for_others;
                let shares = !is_marked && (is_plain || joining::combines(self.file));
                shares.then(|| module.clone())
            }
            _ => None,
        };
        let mut between = first.spot.lines.end..second.spot.lines.start;
        target(first).is_some()
            && target(first) == target(second)
            && between.all(|line| self.file.is_blank(line))
    }

    /// Whether a name is there for others alone.
    pub(super) fn is_for_others(&self, bound: &str) -> bool {
        !self.looked_up.contains(bound) && !self.is_exported(bound)
    }

    /// What stands where the definition stood. A name that the module itself does
    /// not read is re-exported in the form that linters and type checkers keep.
    fn line_for(&self, run: &[&Removal]) -> Option<String> {
        let (module, name) = match &run[0].replacement {
            Replacement::Nothing => return None,
            Replacement::Alias(name) => return Some(format!("{} = {name}", run[0].name)),
            Replacement::Import { module, name } => (module, name),
        };
        let word = |removal: &&Removal| match &removal.replacement {
            Replacement::Import { name, .. } => {
                form::word(name, &removal.name, self.is_for_others(&removal.name))
            }
            _ => removal.name.to_string(),
        };
        let mut words: Vec<String> = run.iter().map(word).collect();
        words.sort_by_key(|word| joining::key(word));
        let clause = form::from_clause(self.module, module, self.relative);
        let longest = style::longest_line(self.work, &self.file.path);
        let line = form::from_import(&clause, &words, longest, self.file.newline());
        Some(form::marked(line, name, &run[0].name, self.is_for_others(&run[0].name)))
    }

    pub(super) fn is_exported(&self, name: &str) -> bool {
        self.module.facts.all.iter().flatten().any(|exported| exported == name)
    }
}
