//! Whether something exists already, in this tree or in what others write right now.

mod neighbours;
mod tree;

use ssot_model::{
    DefinitionKind, Existence, Existing, Match, OtherTree, RepoPath, Span, Timestamp,
};
use ssot_rules::catalogue::{Catalogue, Hit, Scope, Wanted};
use ssot_runtime::clock::Clock;

use crate::{EngineError, ScanOptions, configuration};
use neighbours::Neighbours;
use tree::Tree;

/// How long what was seen of the disk is good for, in milliseconds.
const FRESH_MILLIS: i64 = 2000;
/// Matches that are told unless another number is asked for.
pub const FEW_MATCHES: usize = 10;
/// Most matches that can be asked for.
pub const MOST_MATCHES: usize = 100;

/// What is looked for. At least one of name, signature and code has to be given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sought {
    /// A name, or words that say what is meant.
    pub name: Option<String>,
    /// A signature such as `def load_user(session, id) -> User`.
    pub signature: Option<String>,
    /// A definition, or statements that would stand in one.
    pub code: Option<String>,
    /// Of one kind alone.
    pub kind: Option<DefinitionKind>,
    /// Also in tests, scripts, generated and foreign code.
    pub everywhere: bool,
    /// Most matches that are told; [`FEW_MATCHES`] when zero.
    pub limit: usize,
}

/// Likeness in percent from which a definition that somebody writes is told what it is
/// like without having asked.
const LEAST_ALIKE: u8 = 85;

/// A definition of a file and what is like it elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alike {
    /// Its name in the file, `Class.method` for a method.
    pub name: String,
    /// Its lines.
    pub span: Span,
    /// What is like it, the most alike first; never empty.
    pub matches: Vec<Match>,
}

/// Knows what there is, and keeps up with the disk.
pub struct Finder {
    clock: Clock,
    seen: Option<Timestamp>,
    catalogue: Catalogue,
    tree: Tree,
    neighbours: Neighbours,
}

impl Finder {
    /// Reads a tree. The cache is let go afterwards, so that other commands may use it.
    pub fn open(options: &ScanOptions) -> Result<Self, EngineError> {
        let config = configuration::load(&options.root, options.config.as_deref())?.config.scan;
        let mut catalogue = Catalogue::default();
        let clock = Clock::system();
        let tree = Tree::read(options, &config, &mut catalogue, &clock)?;
        let neighbours = Neighbours::new(&options.root, &config);
        Ok(Self { clock, seen: None, catalogue, tree, neighbours })
    }

    /// Answers, after a look at the disk when the last one is older than two seconds.
    pub fn find(&mut self, sought: &Sought) -> Result<Existing, EngineError> {
        let wanted = wanted(sought)?;
        self.look()?;
        let limit = if sought.limit == 0 { FEW_MATCHES } else { sought.limit.min(MOST_MATCHES) };
        Ok(self.answer(&wanted, Scope { kind: sought.kind, everywhere: sought.everywhere, limit }))
    }

    /// What is like the definitions of a file as it would be, wherever else it is.
    pub fn alike(&mut self, path: &RepoPath, text: &str) -> Result<Vec<Alike>, EngineError> {
        self.look()?;
        let mut alike = Vec::new();
        for (entry, wanted) in Wanted::each(text) {
            let scope = Scope { kind: None, everywhere: false, limit: FEW_MATCHES };
            let hits = self.catalogue.find(&wanted, scope).hits.into_iter();
            let others = hits.filter(|hit| hit.likeness >= LEAST_ALIKE && hit.place.path != *path);
            let matches: Vec<Match> = others.map(|hit| self.told(hit)).collect();
            if !matches.is_empty() {
                alike.push(Alike { name: entry.name.to_string(), span: entry.span, matches });
            }
        }
        Ok(alike)
    }

    /// Looks at the disk when the last look is older than two seconds.
    fn look(&mut self) -> Result<(), EngineError> {
        let now = self.clock.now();
        let is_fresh = self.seen.is_some_and(|seen| now.0 - seen.0 < FRESH_MILLIS);
        if !is_fresh {
            self.tree.refresh(&mut self.catalogue, &self.clock)?;
            self.neighbours.refresh(self.tree.names(), &mut self.catalogue);
            // Counted from the end: a look may take longer than it is good for.
            self.seen = Some(self.clock.now());
        }
        Ok(())
    }

    fn answer(&self, wanted: &[Wanted], scope: Scope) -> Existing {
        let mut matches: Vec<Match> = Vec::new();
        let (mut more, mut aside) = (0, 0);
        for wanted in wanted {
            let found = self.catalogue.find(wanted, scope);
            more += found.more;
            aside += found.aside;
            for hit in found.hits {
                add(&mut matches, self.told(hit));
            }
        }
        matches.sort_by_key(|it| std::cmp::Reverse(it.likeness));
        more += matches.len().saturating_sub(scope.limit);
        matches.truncate(scope.limit);
        Existing {
            schema: Existing::SCHEMA,
            answer: Existence::of(matches.first().map(|it| it.likeness)),
            matches,
            more,
            aside,
            definitions: self.catalogue.len(),
            worktrees: self.neighbours.told(),
            notes: self.neighbours.notes(),
        }
    }

    fn told(&self, hit: Hit<'_>) -> Match {
        let Hit { place, module, role, entry, likeness, reasons } = hit;
        let returns =
            if entry.returns.is_empty() { String::new() } else { format!(" -> {}", entry.returns) };
        Match {
            likeness,
            reasons,
            kind: entry.kind,
            dotted: format!("{module}.{}", entry.name),
            path: place.path.clone(),
            span: entry.span,
            signature: format!("{}{returns}", entry.signature),
            summary: entry.summary.to_string(),
            role: role.as_str(),
            worktree: self.neighbours.name(place.tree).map(str::to_owned),
            directory: self.neighbours.directory(place.tree),
        }
    }
}

/// Looks once.
pub fn find(options: &ScanOptions, sought: &Sought) -> Result<Existing, EngineError> {
    // A question that cannot be asked costs no reading.
    wanted(sought)?;
    Finder::open(options)?.find(sought)
}

/// Adds a match; of one definition that was found twice the better reasons stay in front.
fn add(matches: &mut Vec<Match>, new: Match) {
    let same = |it: &&mut Match| {
        (&it.path, it.span, &it.dotted, &it.worktree)
            == (&new.path, new.span, &new.dotted, &new.worktree)
    };
    let Some(old) = matches.iter_mut().find(same) else {
        matches.push(new);
        return;
    };
    let (best, mut rest) =
        if new.likeness > old.likeness { (new, old.clone()) } else { (old.clone(), new) };
    *old = best;
    rest.reasons.retain(|reason| !old.reasons.contains(reason));
    old.reasons.append(&mut rest.reasons);
}

/// Everything that is asked; an error when that is nothing.
fn wanted(sought: &Sought) -> Result<Vec<Wanted>, EngineError> {
    let name = sought.name.as_deref().map(Wanted::named);
    let signature = sought.signature.as_deref().map(Wanted::with_signature);
    let code = sought.code.as_deref().map(Wanted::written);
    let wanted: Vec<Wanted> = [name, signature, code]
        .into_iter()
        .flatten()
        .collect::<Result<_, _>>()
        .map_err(EngineError::user)?;
    if wanted.is_empty() {
        return Err(EngineError::user("say what to look for: a name, a signature or code"));
    }
    Ok(wanted)
}

/// A tree of the same repository, as answers tell it.
fn other_tree(path: &std::path::Path, branch: Option<String>, files: usize) -> OtherTree {
    OtherTree { path: path.display().to_string(), branch, files }
}
