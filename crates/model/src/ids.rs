//! Newtypes for identifiers, so that one can never be taken for another.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
        )]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Wraps a text that is known to be an identifier of this kind.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The identifier as it is written in logs, files and commits.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

text_id! {
    /// One execution of a plan, for example `r-20260301-101500-3f9a`.
    RunId
}
text_id! {
    /// Somebody who asks for something.
    UserId
}
text_id! {
    /// A conversation, in which several runs may happen.
    ThreadId
}
text_id! {
    /// A repository that a server serves.
    ProjectId
}
text_id! {
    /// One request of a user.
    RequestId
}
text_id! {
    /// A package of a plan, for example `p03-round-money`.
    PackageId
}
text_id! {
    /// A group of definitions, `g-` and eight hexadecimal digits of its fingerprint.
    GroupId
}
text_id! {
    /// A git commit, forty hexadecimal digits.
    CommitId
}
text_id! {
    /// A git tree, forty hexadecimal digits.
    TreeId
}
text_id! {
    /// The stable identity of a finding, 32 hexadecimal digits. It depends on the
    /// rule and on what the members are, never on line numbers.
    Fingerprint
}

impl Fingerprint {
    /// The short form shown to people.
    pub fn group_id(&self) -> GroupId {
        GroupId::new(format!("g-{}", &self.0[..8.min(self.0.len())]))
    }
}
