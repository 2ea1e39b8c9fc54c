//! What the server can carry: events to many sockets, beside what others use for that; a storm
//! of clients that come back; and many users in conversation at once, each of whom must see
//! all of their own and nothing of anybody else's.

mod chats;
mod client;
mod fanout;
mod others;
mod ours;

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use nix::sys::resource::{Resource, getrlimit, setrlimit};

use fanout::Carried;

/// Sockets of the comparison, and of the larger round that only ssot is asked for.
const SOCKETS: usize = 1000;
const MORE_SOCKETS: usize = 8000;
/// Events of one round, and of the larger one.
const EVENTS: u64 = 1000;
const FEWER_EVENTS: u64 = 250;
/// Users in conversation at once.
const USERS: [usize; 4] = [25, 50, 100, 1000];
/// Files that are open besides the sockets.
const OTHER_FILES: u64 = 1000;

/// Measures everything and prints two tables.
pub(super) fn table(root: &Path, working: &Path, rounds: u32) -> Result<String> {
    allow_files(2 * MORE_SOCKETS as u64 + OTHER_FILES)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("no threads for the clients")?;
    let directory = working.join("serve");
    std::fs::create_dir_all(&directory)?;
    let others = others::install(root, &directory)?;
    runtime.block_on(async {
        let mut text = fan_out(&directory, &others, rounds).await?;
        text.push_str(&chats::table(&directory, &USERS).await?);
        Ok(text)
    })
}

/// Both ends of every socket are files of this process and of the server.
fn allow_files(wanted: u64) -> Result<()> {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    if soft < wanted {
        setrlimit(Resource::RLIMIT_NOFILE, wanted.min(hard), hard)
            .context("so many sockets cannot be opened; raise `ulimit -n`")?;
    }
    Ok(())
}

async fn fan_out(directory: &Path, others: &[others::Other], rounds: u32) -> Result<String> {
    let mut rows: Vec<(String, Vec<Carried>)> = Vec::new();
    for round in 0..rounds {
        let mut measured = Vec::new();
        for other in others {
            let carried = other.carry(SOCKETS, EVENTS).await?;
            measured.push((format!("{}, {SOCKETS} sockets", other.name), carried));
        }
        for (sockets, events) in [(SOCKETS, EVENTS), (MORE_SOCKETS, FEWER_EVENTS)] {
            let carried = ours::carry(directory, sockets, events).await?;
            measured.push((format!("ssot serve, {sockets} sockets"), carried));
        }
        for (name, carried) in measured {
            eprintln!("round {round}: {name}: {carried:?}");
            match rows.iter_mut().find(|(known, _)| *known == name) {
                Some((_, all)) => all.push(carried),
                None => rows.push((name, vec![carried])),
            }
        }
    }
    let mut text = String::from(
        "| server | deliveries per CPU second | KiB per socket | coming back: CPU s | missing or doubled |\n\
         |---|--:|--:|--:|--:|\n",
    );
    for (name, mut all) in rows {
        all.sort_by(|a, b| a.per_cpu_second().total_cmp(&b.per_cpu_second()));
        let wrong: u64 = all.iter().map(|it| it.wrong).sum();
        let median = &all[all.len() / 2];
        let storm = median.storm.map_or("no replay".to_owned(), |cpu| format!("{cpu:.2}"));
        let _ = writeln!(
            text,
            "| {name} | {:.0} | {:.1} | {storm} | {wrong} |",
            median.per_cpu_second(),
            median.kib_each,
        );
    }
    Ok(text)
}
