//! What has one owner, and what is written instead of going past it: a part of `ssot.toml`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Something that only one owner may do. A capability of a built-in name takes the
/// built-in patterns and adds its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Capability {
    /// Its name, for example `environment`.
    pub name: String,
    /// Modules (dotted) or paths that may do it; those below them too.
    #[serde(default)]
    pub owner: Vec<String>,
    /// What it looks like: dotted names as they are imported, `os.environ`,
    /// `uuid.uuid4()`; parentheses ask for a call, `*` stands for any letters.
    #[serde(default)]
    pub patterns: Vec<String>,
    /// Paths where it is allowed beside the owner: bootstrap, child processes.
    #[serde(default)]
    pub allow: Vec<String>,
    /// What to use instead, shown in findings.
    #[serde(default)]
    pub instead: String,
    /// The owner's functions, dotted, by what they do. Of the environment: `get`,
    /// `require`, `contains`, `set`, `delete`, `pop`, `setdefault`, `update`, `all`, and
    /// for tests `patch`, `setenv`, `delenv`. Of ids: the kind, `run_id`, or `any`.
    /// A call on the way is allowed: `app.env.current().get`.
    #[serde(default)]
    pub api: BTreeMap<String, String>,
}

/// A codemod of this repository: every place that fits the pattern turns into the
/// replacement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DeclaredCodemod {
    /// Its name.
    #[schemars(length(min = 1))]
    pub name: String,
    /// A piece of Python with absolute names: `old.module.func($A, key=$B)`. `$A` stands
    /// for one expression, `$$$REST` for any arguments. Names are told by what they mean.
    #[schemars(length(min = 1))]
    pub pattern: String,
    /// What takes its place: `new.func($B, $A)`.
    #[schemars(length(min = 1))]
    pub replacement: String,
    /// What the replacement needs: `new`, `from new import func`.
    #[serde(default)]
    pub import: Vec<String>,
    /// Paths in which it applies; everywhere when empty.
    #[serde(default)]
    pub paths: Vec<String>,
    /// Why, shown in findings.
    #[serde(default)]
    pub reason: String,
}

/// State that is written through its methods alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GuardedWrite {
    /// The attribute that holds the state, for example `metadata`.
    pub attribute: String,
    /// Dotted names or paths in which it may be written directly.
    #[serde(default)]
    pub owner: Vec<String>,
    /// The methods through which it is written.
    #[serde(default)]
    pub methods: Vec<String>,
    /// Last names of objects that carry the attribute (`context`, `self.context`);
    /// any object when empty.
    #[serde(default)]
    pub objects: Vec<String>,
    /// The method for each way of writing, where `ssot fix` may use it.
    #[serde(default)]
    pub forms: GuardForms,
}

/// Methods by what they do to the state: `context.METHOD(...)`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct GuardForms {
    /// `METHOD(key, value)` for `state[key] = value`.
    pub single: Option<String>,
    /// `METHOD({...})` for `state.update({...})`.
    pub batch: Option<String>,
    /// `METHOD(key, value)` for `state[key].append(value)`; `METHOD(value)` for
    /// `state.append(value)`.
    pub append: Option<String>,
    /// `METHOD(key, values)` for `state[key].extend(values)`; `METHOD(values)` for
    /// `state.extend(values)`.
    pub extend: Option<String>,
    /// `METHOD(key, amount)` for `state[key] += amount`.
    pub increment: Option<String>,
    /// `METHOD(key)` for `del state[key]`.
    pub remove: Option<String>,
}
