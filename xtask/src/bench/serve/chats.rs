//! Many users in conversation at once: each must be told all of their own conversation, in
//! order, and nothing of anybody else's.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use ssot_model::{ProjectId, UserId};
use ssot_runtime::clock::Clock;
use ssot_runtime::ids::Randomness;
use ssot_runtime::store::Store;
use tokio::task::JoinSet;

use super::client::{Applied, Socket, post};
use super::ours::Server;

/// Questions of one user.
const QUESTIONS: u32 = 3;
/// Events of a question and its answer.
const EVENTS: u64 = 7;
/// Longer than all answers take.
const PATIENCE: Duration = Duration::from_mins(5);

/// What one user saw.
#[derive(Default)]
struct Seen {
    wrong: u64,
    foreign: u64,
    slowest: Duration,
}

/// Lets so many users ask at once, for each number of them.
pub(super) async fn table(directory: &Path, users: &[usize]) -> Result<String> {
    let mut text = String::from(
        "\n| users at once | events | missing, doubled or out of order | of somebody else | slowest answer, ms | CPU s |\n\
         |--:|--:|--:|--:|--:|--:|\n",
    );
    for users in users {
        let server = Server::start(directory, *users).await?;
        let threads = threads(directory, &server).await?;
        let begun = super::fanout::cpu(server.id())?;
        let mut asking = JoinSet::new();
        for (number, thread) in threads.into_iter().enumerate() {
            let (address, token) = (server.address.clone(), server.tokens[number].clone());
            asking.spawn(converse(address, token, (server.project.clone(), thread), number));
        }
        let mut all = Seen::default();
        while let Some(seen) = asking.join_next().await {
            let seen = seen??;
            all.wrong += seen.wrong;
            all.foreign += seen.foreign;
            all.slowest = all.slowest.max(seen.slowest);
        }
        let spent = super::fanout::cpu(server.id())? - begun;
        let events = *users as u64 * u64::from(QUESTIONS) * EVENTS;
        let _ = writeln!(
            text,
            "| {users} | {events} | {} | {} | {} | {spent:.2} |",
            all.wrong,
            all.foreign,
            all.slowest.as_millis()
        );
        eprintln!("{users} users: {} wrong, {} foreign", all.wrong, all.foreign);
    }
    Ok(text)
}

/// A conversation for each user, made where the server keeps them.
async fn threads(directory: &Path, server: &Server) -> Result<Vec<String>> {
    let path = directory.join("state/server.db");
    let store = Store::open(&path, Clock::system(), Randomness::system()).await?;
    let project = ProjectId::new(&server.project);
    let users: Vec<UserId> = store.members(&project).await?.into_iter().map(|it| it.user).collect();
    let mut threads = vec![String::new(); server.tokens.len()];
    for user in users {
        let name = store.user(&user).await?.context("a member is a user")?.name;
        let number: usize = name.rsplit(' ').next().unwrap_or_default().parse()?;
        threads[number] = store.add_thread(&project, &user, "bench").await?.thread.to_string();
    }
    Ok(threads)
}

/// Asks, and reads until every answer is complete. Each question has a word that nobody else
/// uses.
async fn converse(
    address: String,
    token: String,
    (project, thread): (String, String),
    number: usize,
) -> Result<Seen> {
    let mut socket = Socket::open(&address, "/api/v1/stream", Some(&token)).await?;
    let subscribe = json!({ "type": "subscribe", "project": project, "stream": thread });
    socket.send(subscribe.to_string()).await?;
    let (mut seen, mut applied) = (Seen::default(), Applied::default());
    for question in 0..QUESTIONS {
        let begun = Instant::now();
        let body = json!({
            "command_id": format!("bench-{number}-{question}"),
            "text": format!("what about canary_{number}_{question}?"),
        });
        let path = format!("/api/v1/projects/{project}/threads/{thread}/messages");
        post(&address, &path, &token, &body).await?;
        let wanted = u64::from(question + 1) * EVENTS;
        while applied.seq < wanted {
            let next = tokio::time::timeout(PATIENCE, socket.next()).await;
            let text = next.context("an answer did not come")??;
            if text.contains("\"type\":\"error\"") {
                bail!("{text}");
            }
            applied.all(&text);
            seen.foreign += foreign(&text, number)?;
        }
        seen.slowest = seen.slowest.max(begun.elapsed());
    }
    seen.wrong = applied.wrong;
    Ok(seen)
}

/// Words of other users in a message.
fn foreign(text: &str, number: usize) -> Result<u64> {
    let message: Value = serde_json::from_str(text)?;
    let own = format!("{number}_");
    let text = message.to_string();
    let words = text.split("canary_").skip(1);
    Ok(words.filter(|word| !word.starts_with(&own)).count() as u64)
}
