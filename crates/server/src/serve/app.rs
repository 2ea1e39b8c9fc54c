//! What all requests share.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ssot_engine::chat::Conversation;
use ssot_model::{ProjectId, UserId};
use ssot_runtime::child::Starter;
use ssot_runtime::clock::Clock;
use ssot_runtime::llm::Llm;
use ssot_runtime::store::{Project, Role, Store, User};
use tokio::sync::{Mutex, Semaphore, watch};

use super::failure::Failure;
use super::limits::{Buckets, Places, Rate};
use super::metrics::Metrics;
use super::oidc::OidcSettings;
use super::project::ServedProject;
use super::stream::Hub;

/// Repositories that are read at the same time.
const READINGS: usize = 2;
/// Questions that a language model answers at the same time; more wait.
const THOUGHTS: usize = 8;
/// And those of one user, waiting ones included; more are refused.
pub(super) const QUESTIONS: usize = 3;
/// Requests of one user, and messages on its sockets.
const BY_USER: Rate = Rate { burst: 400, each_second: 100 };
/// Tries to sign in, of everybody together: codes are too long to be guessed anyway.
const SIGN_INS: Rate = Rate { burst: 20, each_second: 2 };

/// The server's own. Clones share it.
#[derive(Clone)]
pub(crate) struct App(Arc<Shared>);

/// See [`App`].
pub(crate) struct Shared {
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) conversation: Conversation,
    pub(super) hub: Hub,
    pub(super) metrics: Metrics,
    pub(super) by_user: Buckets<UserId>,
    pub(super) sign_ins: Buckets<()>,
    /// Where this server is reached: what a browser must name as host and origin.
    pub(super) origins: Vec<String>,
    /// The name of the cookie: cookies do not tell ports apart, so it does.
    pub(super) cookie: String,
    /// Whether browsers reach it by TLS alone.
    pub(super) is_secure: bool,
    /// How often a sign of life is asked of sockets, and access is looked at again.
    pub(super) heartbeat: Duration,
    /// Who signs a team in; none where one-time codes are enough.
    pub(super) oidc: Option<OidcSettings>,
    /// Who answers what no intent of the chat covers; none where nobody does.
    pub(super) llm: Option<Llm>,
    /// Places for questions that a language model answers.
    pub(super) thoughts: Arc<Semaphore>,
    /// Who waits for such answers.
    pub(super) askers: Places<UserId>,
    /// Turns true when the server is about to go away.
    pub(super) stopping: watch::Receiver<bool>,
    starter: Starter,
    state: PathBuf,
    readings: Arc<Semaphore>,
    projects: Mutex<BTreeMap<ProjectId, Arc<ServedProject>>>,
}

/// What an app is made of.
pub(super) struct Parts {
    pub(super) is_secure: bool,
    pub(super) store: Store,
    pub(super) conversation: Conversation,
    pub(super) starter: Starter,
    pub(super) state: PathBuf,
    pub(super) origins: Vec<String>,
    pub(super) port: u16,
    pub(super) heartbeat: Duration,
    /// Who signs a team in; none where one-time codes are enough.
    pub(super) oidc: Option<OidcSettings>,
    pub(super) llm: Option<Llm>,
    pub(super) stopping: watch::Receiver<bool>,
}

impl std::ops::Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl App {
    pub(super) fn new(parts: Parts) -> Self {
        let metrics = Metrics::new();
        Self(Arc::new(Shared {
            hub: Hub::new(metrics.clone()),
            metrics,
            by_user: Buckets::new(BY_USER),
            sign_ins: Buckets::new(SIGN_INS),
            cookie: format!("ssot_{}", parts.port),
            is_secure: parts.is_secure,
            origins: parts.origins,
            store: parts.store,
            clock: Clock::system(),
            conversation: parts.conversation,
            heartbeat: parts.heartbeat,
            oidc: parts.oidc,
            llm: parts.llm,
            thoughts: Arc::new(Semaphore::new(THOUGHTS)),
            askers: Places::new(QUESTIONS),
            stopping: parts.stopping,
            starter: parts.starter,
            state: parts.state,
            readings: Arc::new(Semaphore::new(READINGS)),
            projects: Mutex::new(BTreeMap::new()),
        }))
    }

    /// Where the server keeps its own.
    pub(super) fn state(&self) -> &Path {
        &self.state
    }

    /// What starts the program once more.
    pub(super) fn starter(&self) -> &Starter {
        &self.starter
    }

    /// As what a project is open to a user.
    pub(super) async fn role(
        &self,
        user: &User,
        project: &ProjectId,
    ) -> Result<Option<Role>, Failure> {
        if user.is_admin {
            return Ok(Some(Role::Admin));
        }
        Ok(self.store.role(project, &user.user).await?)
    }

    /// A project for a user who may at least do so much in it. One that is not there and one
    /// that is not open to the user are told apart by nothing.
    pub(super) async fn project(
        &self,
        user: &User,
        project: &str,
        needed: Role,
    ) -> Result<Arc<ServedProject>, Failure> {
        let id = ProjectId::new(project);
        let role = self.role(user, &id).await?.ok_or_else(Failure::not_found)?;
        let served = self.served(&id).await?;
        if role < needed { Err(Failure::forbidden(needed.as_str())) } else { Ok(served) }
    }

    /// The project, opened when nobody has asked for it yet.
    async fn served(&self, id: &ProjectId) -> Result<Arc<ServedProject>, Failure> {
        let mut projects = self.projects.lock().await;
        if let Some(served) = projects.get(id) {
            return Ok(Arc::clone(served));
        }
        let all = self.store.projects().await?;
        let project =
            all.into_iter().find(|it| it.project == *id).ok_or_else(Failure::not_found)?;
        let served =
            ServedProject::open(project, Arc::clone(&self.readings), self.metrics.clone()).await?;
        projects.insert(id.clone(), Arc::clone(&served));
        Ok(served)
    }

    /// The projects that are open to a user, with the role in each.
    pub(super) async fn open_to(&self, user: &User) -> Result<Vec<(Project, Role)>, Failure> {
        let mut open = Vec::new();
        for project in self.store.projects().await? {
            if let Some(role) = self.role(user, &project.project).await? {
                open.push((project, role));
            }
        }
        Ok(open)
    }

    /// Asks everything that this server has started to end in good order.
    pub(super) async fn wind_up(&self) {
        for project in self.projects.lock().await.values() {
            project.interrupt().await;
        }
        self.conversation.close().await;
    }
}
