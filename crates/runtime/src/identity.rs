//! Whose work something is.

use std::sync::Arc;

use ssot_model::{RequestId, RunId, ThreadId, UserId};

/// The identity of one request: who asks, in which conversation, in which run.
///
/// It never changes, and there is neither a default nor a global one: it is made where a
/// request comes in and handed down by reference. Nothing is reachable from it but names,
/// so that holding one gives access to nothing of anybody else.
///
/// ```
/// use ssot_model::{RequestId, RunId, ThreadId, UserId};
/// use ssot_runtime::identity::UserExecutionContext;
///
/// let context = UserExecutionContext::new(
///     UserId::new("ada"),
///     ThreadId::new("t-1"),
///     RunId::new("r-20260301-101500-3f9a"),
///     RequestId::new("q-1"),
/// );
/// let child = context.child(RequestId::new("q-2"));
/// assert_eq!(child.user(), context.user());
/// assert_eq!(child.parent(), Some(context.request()));
/// ```
///
/// Nobody gets one by accident:
///
/// ```compile_fail
/// let nobody = ssot_runtime::identity::UserExecutionContext::default();
/// ```
///
/// and nobody turns one into another's:
///
/// ```compile_fail
/// # fn with(mut context: ssot_runtime::identity::UserExecutionContext) {
/// context.user = ssot_model::UserId::new("eve");
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct UserExecutionContext(Arc<Identity>);

#[derive(Debug, Clone)]
struct Identity {
    user: UserId,
    thread: ThreadId,
    run: RunId,
    request: RequestId,
    parent: Option<RequestId>,
}

impl UserExecutionContext {
    /// The identity of a request that came in.
    pub fn new(user: UserId, thread: ThreadId, run: RunId, request: RequestId) -> Self {
        Self(Arc::new(Identity { user, thread, run, request, parent: None }))
    }

    /// The identity of what a request asks for in turn: the same user, conversation and run.
    #[must_use]
    pub fn child(&self, request: RequestId) -> Self {
        let parent = Some(self.0.request.clone());
        Self(Arc::new(Identity { request, parent, ..Identity::clone(&self.0) }))
    }

    /// Who asks.
    pub fn user(&self) -> &UserId {
        &self.0.user
    }

    /// The conversation.
    pub fn thread(&self) -> &ThreadId {
        &self.0.thread
    }

    /// The run.
    pub fn run(&self) -> &RunId {
        &self.0.run
    }

    /// The request.
    pub fn request(&self) -> &RequestId {
        &self.0.request
    }

    /// The request that this one was made for, if it was.
    pub fn parent(&self) -> Option<&RequestId> {
        self.0.parent.as_ref()
    }
}

#[cfg(test)]
impl UserExecutionContext {
    pub(crate) fn example(user: &str) -> Self {
        Self::new(
            UserId::new(user),
            ThreadId::new("thread"),
            RunId::new("r-20260301-101500-3f9a"),
            RequestId::new("request"),
        )
    }
}
