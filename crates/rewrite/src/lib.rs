//! Codemods: sources, facts and a decision to edits that leave every other byte alone.
//!
//! [`apply`] turns decisions into a [`Patch`] or says why it will not. It reads
//! nothing but what it is handed, and writes nothing: a dry run and the real one
//! are the same call. What it cannot prove to be harmless it refuses.

mod edit;
mod python;
mod refused;

use std::collections::BTreeSet;
use std::sync::Arc;

use ssot_facts::python::template::{Cover, Template};
use ssot_facts::{DefinitionId, Index, ModuleId};
use ssot_model::{Patch, RepoPath};

pub use python::learn::{Learned, Unlearned, Version, learn, statements};
pub use python::sites::{Codemod, Fix, Left, Put, Substitution, Wanted};
pub use refused::Refused;

/// What is to be done about one group of definitions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Delete each copy and import the canonical definition where it stood.
    Redirect {
        /// The definition that stays.
        canonical: DefinitionId,
        /// The definitions that go.
        copies: Vec<DefinitionId>,
        /// Whether those who import a copy import the canonical definition instead.
        rewrite_imports: bool,
    },
    /// Move a definition into a new module and import it where the members stood.
    /// Decisions with the same new module move their definitions together.
    Extract {
        /// The definition that is moved.
        source: DefinitionId,
        /// The definitions that go, the source among them.
        members: Vec<DefinitionId>,
        /// The dotted name of the new module.
        module: String,
        /// The file of the new module.
        path: RepoPath,
        /// Whether those who import a member import the new module instead.
        rewrite_imports: bool,
    },
    /// Delete methods that are inherited from now on.
    PullUp {
        /// The method whose text stays, or moves into the base.
        source: DefinitionId,
        /// The methods that go; the source among them unless it is the base's own.
        members: Vec<DefinitionId>,
        /// The class above theirs that has the method afterwards.
        base: DefinitionId,
    },
    /// Move methods into a new class, which their classes inherit from before all others.
    /// Decisions with the same new class move their methods together.
    NewBase(Inherited),
    /// Give a function parameters for the values that its copies have instead, and let
    /// each copy call it with its own.
    Parameterise {
        /// The function that stays.
        canonical: DefinitionId,
        /// The functions that become faces of it, each with what tells it apart.
        copies: Vec<(DefinitionId, Template)>,
    },
    /// Give a function a parameter for the one place in which its copy does something else,
    /// and let the copy call it.
    Branch {
        /// The function that stays.
        canonical: DefinitionId,
        /// The function that becomes a face of it.
        copy: DefinitionId,
        /// The parameter.
        flag: String,
    },
    /// Let functions call the method of their first argument that does the same.
    Delegate {
        /// The method, which stays.
        method: DefinitionId,
        /// The functions that become faces of it, each as it is laid beside the method.
        copies: Vec<(DefinitionId, Template)>,
    },
    /// Let a class take in what only its copies have, and import it where they stood.
    Merge(Merged),
    /// Give a text a name in a module.
    Constant(NewConstant),
    /// Put new definitions behind everything in a module.
    Append(Appended),
    /// Give a definition another name, and let everything that says the old one follow.
    Rename(Renamed),
    /// Let the old places of definitions that other decisions remove answer for them with a
    /// warning, instead of importing what took their place.
    Shim {
        /// The definitions that go.
        copies: Vec<DefinitionId>,
        /// The last day on which they are answered for, `YYYY-MM-DD`.
        until: String,
    },
    /// Delete a module that cannot be reached.
    DeleteModule {
        /// The module.
        module: ModuleId,
    },
    /// Change places of one file; what cannot be changed stays.
    Fix(Fix),
}

/// What decisions came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Applied {
    /// The changes of files.
    pub patch: Patch,
    /// Places that were changed: file and line, counted from one.
    pub fixed: BTreeSet<(RepoPath, u32)>,
    /// Places that stay.
    pub left: Vec<Left>,
}

/// Equal methods of which one moves into a class that is not there yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inherited {
    /// The method whose text moves.
    pub source: DefinitionId,
    /// The methods that go, the source among them.
    pub members: Vec<DefinitionId>,
    /// The name of the new class.
    pub class: String,
    /// The dotted name of its module: the one of all its heirs, or a new one.
    pub module: String,
    /// The file of that module.
    pub path: RepoPath,
}

/// A constant that is not there yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewConstant {
    /// Its module.
    pub module: ModuleId,
    /// Its name.
    pub name: String,
    /// The text that it holds.
    pub text: String,
}

/// Definitions that are not there yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// Their module.
    pub module: ModuleId,
    /// Their names, which must be free.
    pub names: Vec<String>,
    /// Their text, with plain line ends and without blank lines around it.
    pub text: String,
    /// What they need.
    pub wanted: Vec<Wanted>,
}

/// A definition that gets another name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renamed {
    /// The definition.
    pub definition: DefinitionId,
    /// Its new name.
    pub to: String,
    /// Other files in which a text may say its dotted name.
    pub texts: Vec<RepoPath>,
    /// Modules that go on answering for the old name, with a warning.
    pub shims: Vec<ModuleId>,
    /// The last day on which they do, `YYYY-MM-DD`.
    pub until: String,
}

/// A class that stands for others, which have nothing of its own that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// The class that stays.
    pub canonical: DefinitionId,
    /// The classes that go, each with what the one that stays has of it.
    pub copies: Vec<(DefinitionId, Cover)>,
    /// Whether nobody may use one of the classes as a whole who would then see more
    /// members than today.
    pub counted: bool,
    /// Whether those who import a copy import the class that stays instead.
    pub rewrite_imports: bool,
}

/// The current bytes of a file, none when there is no such file.
pub type Sources<'a> = dyn Fn(&RepoPath) -> Option<Arc<[u8]>> + 'a;

/// Turns decisions into changes of files. All decisions about one file must be
/// handed over in one call: they are applied together, and two that touch the
/// same lines are refused.
pub fn apply(
    index: &Index,
    sources: &Sources<'_>,
    decisions: &[Decision],
) -> Result<Patch, Refused> {
    Ok(python::apply(index, sources, decisions)?.patch)
}

/// The same, with what became of each place.
pub fn apply_and_tell(
    index: &Index,
    sources: &Sources<'_>,
    decisions: &[Decision],
) -> Result<Applied, Refused> {
    python::apply(index, sources, decisions)
}
