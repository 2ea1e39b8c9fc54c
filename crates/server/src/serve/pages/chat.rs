//! Pages of conversations.

use axum::extract::{Path, State};
use axum::response::Html;
use ssot_model::{Event, EventKind, ThreadId};
use ssot_pages::dashboard::{
    self, ChatEntry, ChatView, Evidence, Happened, Shell, ThreadCard, ThreadView, address,
};
use ssot_runtime::store::Thread;

use super::super::app::App;
use super::super::failure::Failure;
use super::super::project::ServedProject;
use super::Shown;
use super::shell::{Guest, of_project};

/// Events of a conversation that are on its page; what comes after them comes as a stream.
const EVENTS: u32 = 2000;
/// What could be asked.
const SUGGESTIONS: [&str; 4] =
    ["How does it stand?", "Which fixes were missed?", "What would be done?", "help"];

pub(super) async fn threads(
    State(app): State<App>,
    guest: Guest,
    Path(project): Path<String>,
) -> Shown {
    let (served, shell) = of_project(&app, &guest, &project).await?;
    let view = view(&app, &guest, (&served, shell), None).await?;
    Ok(Html(dashboard::chat(&view)))
}

pub(super) async fn thread(
    State(app): State<App>,
    guest: Guest,
    Path((project, thread)): Path<(String, String)>,
) -> Shown {
    let (served, shell) = of_project(&app, &guest, &project).await?;
    let (id, user) = (&served.project.project, &guest.0.user);
    let known = app.store.thread(id, &user.user, &ThreadId::new(thread)).await?;
    let thread = known.ok_or_else(Failure::not_found)?;
    let view = view(&app, &guest, (&served, shell), Some(thread)).await?;
    Ok(Html(dashboard::chat(&view)))
}

async fn view(
    app: &App,
    guest: &Guest,
    (served, shell): (&ServedProject, Shell),
    open: Option<Thread>,
) -> Result<ChatView, Failure> {
    let project = &served.project.project;
    let threads = app.store.threads(project, &guest.0.user.user).await?;
    let card =
        |thread: Thread| ThreadCard { id: thread.thread, title: thread.title, at: thread.created };
    let thread = match open {
        None => None,
        Some(open) => {
            let events = app.conversation.events(&open.thread, 0, EVENTS).await?;
            let seq = events.last().map_or(0, |event| event.seq);
            let entries = events.into_iter().filter_map(|it| entry(project.as_str(), it));
            let entries = entries.collect();
            Some(ThreadView { id: open.thread, title: open.title, entries, seq })
        }
    };
    Ok(ChatView {
        shell,
        threads: threads.into_iter().map(card).collect(),
        thread,
        suggestions: SUGGESTIONS.map(str::to_owned).to_vec(),
        now: app.clock.now(),
    })
}

/// An event as the page shows it; nothing for kinds that a conversation does not have.
fn entry(project: &str, event: Event) -> Option<ChatEntry> {
    let what = match event.kind {
        // A conversation is its owner's alone.
        EventKind::MessagePosted { text, .. } => Happened::Message { by: "You".to_owned(), text },
        EventKind::AnswerGiven { text, evidence } => {
            let evidence = evidence
                .into_iter()
                .map(|it| Evidence { href: address(project, &it.subject), label: it.label });
            Happened::Answer { text, evidence: evidence.collect() }
        }
        EventKind::AgentStarted { agent, task, .. } => Happened::Started { agent, task },
        EventKind::AgentThinking { agent, thought, .. } => Happened::Thinking { agent, thought },
        EventKind::ToolExecuting { agent, tool, call } => Happened::Executing { agent, tool, call },
        EventKind::ToolCompleted { agent, tool, call, status, summary } => {
            Happened::Executed { agent, tool, call, status, summary }
        }
        EventKind::AgentCompleted { agent, status, summary, .. } => {
            Happened::Completed { agent, status, summary }
        }
        _ => return None,
    };
    Some(ChatEntry { at: event.at, what })
}
