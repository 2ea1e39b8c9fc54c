//! One stream to many sockets: what it costs the server.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tokio::task::JoinSet;

use super::client::{Applied, Socket};

/// Longer than a round takes.
const PATIENCE: Duration = Duration::from_mins(5);
/// In what the kernel counts CPU time.
const TICKS_EACH_SECOND: f64 = 100.0;
/// Sockets that are opened at the same time.
pub(super) const OPENING: usize = 100;

/// What a server carried.
#[derive(Debug, Clone, Copy)]
pub(super) struct Carried {
    /// Events that reached somebody.
    pub(super) deliveries: u64,
    /// CPU time of the server for that, in seconds.
    pub(super) cpu: f64,
    /// Memory for each socket, in KiB.
    pub(super) kib_each: f64,
    /// CPU time until all who came back at once had everything, in seconds.
    pub(super) storm: Option<f64>,
    /// Events that were missing, doubled or out of order.
    pub(super) wrong: u64,
}

impl Carried {
    /// Deliveries in a second of CPU.
    pub(super) fn per_cpu_second(&self) -> f64 {
        self.deliveries as f64 / self.cpu.max(0.001)
    }
}

/// Reads until every socket has the events from the first to this number.
pub(super) async fn receive(sockets: Vec<Socket>, last: u64) -> Result<(Vec<Socket>, u64)> {
    receive_after(sockets, 0, last).await
}

/// The same for sockets that have the events up to a number.
pub(super) async fn receive_after(
    sockets: Vec<Socket>,
    known: u64,
    last: u64,
) -> Result<(Vec<Socket>, u64)> {
    let mut reading = JoinSet::new();
    for mut socket in sockets {
        reading.spawn(async move {
            let mut applied = Applied { seq: known, wrong: 0 };
            while applied.seq < last {
                applied.all(&socket.next().await?);
            }
            Ok::<_, anyhow::Error>((socket, applied.wrong))
        });
    }
    let all = async {
        let (mut sockets, mut wrong) = (Vec::new(), 0);
        while let Some(read) = reading.join_next().await {
            let (socket, more) = read??;
            sockets.push(socket);
            wrong += more;
        }
        Ok((sockets, wrong))
    };
    tokio::time::timeout(PATIENCE, all).await.context("not every event arrived")?
}

/// Opens sockets, some at a time.
pub(super) async fn open<F>(count: usize, each: impl Fn(usize) -> F) -> Result<Vec<Socket>>
where
    F: Future<Output = Result<Socket>> + Send + 'static,
{
    let (mut opening, mut sockets) = (JoinSet::new(), Vec::with_capacity(count));
    for number in 0..count {
        if opening.len() >= OPENING {
            sockets.push(opening.join_next().await.context("somebody is opening")???);
        }
        opening.spawn(each(number));
    }
    while let Some(opened) = opening.join_next().await {
        sockets.push(opened??);
    }
    ensure!(sockets.len() == count, "not every socket was opened");
    Ok(sockets)
}

/// The CPU time of a process so far, in seconds.
pub(super) fn cpu(process: u32) -> Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name stands between brackets and may have spaces.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split(' ').collect();
    let ticks = |at: usize| -> Result<f64> { Ok(fields.get(at).context("no time")?.parse()?) };
    Ok((ticks(12)? + ticks(13)?) / TICKS_EACH_SECOND)
}

/// The memory of a process, in KiB.
pub(super) fn memory(process: u32) -> Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next()).context("no memory")?;
    Ok(number.parse()?)
}
