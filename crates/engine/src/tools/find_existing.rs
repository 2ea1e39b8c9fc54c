//! `find_existing`: before something is written.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use ssot_model::{DefinitionKind, Existing};
use ssot_runtime::identity::UserExecutionContext;
use ssot_runtime::tools::{CachePolicy, Effect, Permission, Tool, ToolFailure};

use super::{SOON, Workshop, failure};
use crate::existing::Sought;

/// The tool.
pub(super) struct FindExisting(pub(super) Workshop);

/// What is about to be written. Give at least one of `name`, `signature` and `code`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    /// The name it would get, such as `load_user` or `Session.expire`, or a few words that
    /// say what it does, such as `retry with backoff`.
    name: Option<String>,
    /// The signature it would get: `def load_user(session, id) -> User`.
    signature: Option<String>,
    /// Its text as it would be written: a definition, or some statements.
    code: Option<String>,
    /// Only definitions of this kind.
    kind: Option<Kind>,
    /// Also look in tests, scripts, generated and foreign code.
    #[serde(default)]
    everywhere: bool,
    /// Most matches that are told, 10 unless another number is given.
    #[schemars(range(min = 1, max = 100))]
    limit: Option<usize>,
}

/// A kind of definition.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Class,
    Function,
    Method,
    Constant,
}

impl From<Kind> for DefinitionKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Class => Self::Class,
            Kind::Function => Self::Function,
            Kind::Method => Self::Method,
            Kind::Constant => Self::Constant,
        }
    }
}

impl Tool for FindExisting {
    type Input = Question;
    type Output = Existing;
    const NAME: &'static str = "find_existing";
    const DESCRIPTION: &'static str = "Does this exist already? Call it before you write a class, \
        function or constant. Looks through every definition of the repository, work of other \
        worktrees that is not committed yet included, and tells where the same or something like \
        it is. `exists`: import it instead of writing it. `similar`: read the matches first. \
        `new`: nothing is like it.";
    const TIMEOUT: Duration = SOON;
    const EFFECT: Effect = Effect::Idempotent;
    const NEEDS: Permission = Permission::Read;
    // It is answered from memory, and from what others write elsewhere.
    const CACHE: CachePolicy = CachePolicy::Never;

    fn call(&self, _: &UserExecutionContext, question: Question) -> Result<Existing, ToolFailure> {
        let sought = Sought {
            name: question.name,
            signature: question.signature,
            code: question.code,
            kind: question.kind.map(DefinitionKind::from),
            everywhere: question.everywhere,
            limit: question.limit.unwrap_or_default(),
        };
        self.0.with_finder(|finder| finder.find(&sought)).map_err(failure)
    }
}
