//! What the server does when what it stands on goes away, and when clients do not go on.

use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::world::{PATIENCE, Setup, World, word};

#[tokio::test]
async fn nothing_is_acknowledged_while_the_database_is_gone_and_nothing_is_lost() {
    let world = World::new().await;
    let before = world.thread(&world.owner).await;
    let (file, away) = (world.kept("server.db"), world.kept("away.db"));
    std::fs::rename(&file, &away).expect("moved away");
    let threads = world.path("/threads");
    let begin = json!({ "command_id": word(), "title": "while it is gone" });
    let refused = world.owner.post(&threads, &begin).await;
    assert_eq!((refused.status, refused.code().as_str()), (503, "store"), "{refused:?}");
    assert_eq!(world.nobody().get("/readyz").await.status, 503);
    assert_eq!(world.nobody().get("/livez").await.status, 200);
    // Another file in its place is not the database either.
    std::fs::copy(&away, &file).expect("copied");
    assert_eq!(world.owner.post(&threads, &begin).await.status, 503);
    std::fs::rename(&away, &file).expect("back again");
    assert_eq!(world.nobody().get("/readyz").await.status, 200);
    // The same word is taken now: it was not before.
    assert_eq!(world.owner.post(&threads, &begin).await.status, 201);
    let known = world.owner.get(&threads).await.json();
    let known: Vec<&str> =
        known.as_array().expect("threads").iter().filter_map(|it| it["thread"].as_str()).collect();
    assert_eq!(known.len(), 2);
    assert!(known.contains(&before.as_str()), "{known:?}");
}

#[tokio::test]
async fn what_is_said_while_the_log_is_gone_is_refused_and_the_log_goes_on() {
    let world = World::new().await;
    let thread = world.thread(&world.owner).await;
    assert_eq!(world.say(&world.owner, &thread, "help").await.status, 202);
    let (file, away) = (world.kept("chat.db"), world.kept("away.db"));
    std::fs::rename(&file, &away).expect("moved away");
    let refused = world.say(&world.owner, &thread, "plan").await;
    assert!(refused.status >= 500, "{refused:?}");
    std::fs::rename(&away, &file).expect("back again");
    assert_eq!(world.say(&world.owner, &thread, "help").await.status, 202);
    let mut socket = world.owner.socket().await;
    socket.subscribe(&world.project, &thread, 0).await;
    let told = socket.stored().await;
    let posted = told.iter().filter(|(_, kind)| kind == "message_posted").count();
    let answered = told.iter().filter(|(_, kind)| kind == "answer_given").count();
    assert_eq!((posted, answered), (2, 2));
}

/// Waits until the server closes, and says what it sent before.
async fn closed(stream: &mut TcpStream) -> String {
    let mut said = Vec::new();
    let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut said)).await;
    // An end without a word and one by force are both ends.
    _ = read.expect("the server lets the client wait for ever");
    String::from_utf8_lossy(&said).into_owned()
}

#[tokio::test]
async fn heads_that_do_not_come_to_an_end_are_not_waited_for() {
    let patience = Duration::from_millis(400);
    let world = World::with(Setup { patience, ..Setup::default() }).await;
    let address = &world.owner.address;
    // Nothing at all, the beginning of a line, a head without its last line.
    let beginnings = ["", "GET /live", "GET /livez HTTP/1.1\r\nHost: x\r\n"];
    for beginning in beginnings {
        let mut stream = TcpStream::connect(address).await.expect("connected");
        stream.write_all(beginning.as_bytes()).await.expect("sent");
        let said = closed(&mut stream).await;
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 408"), "{beginning}: {said}");
    }
    // One letter after the other does not buy time.
    let stream = TcpStream::connect(address).await.expect("connected");
    let (mut read, mut write) = stream.into_split();
    let drip = tokio::spawn(async move {
        let head = "GET /livez HTTP/1.1\r\nX-Long: ";
        let letters = head.bytes().chain(std::iter::repeat(b'x'));
        for letter in letters {
            if write.write_all(&[letter]).await.is_err() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let mut said = Vec::new();
    let ended = tokio::time::timeout(PATIENCE, read.read_to_end(&mut said)).await;
    _ = ended.expect("the server lets the client drip for ever");
    drip.abort();
    // Whoever asks in one go is answered, and nobody else was disturbed.
    assert_eq!(world.nobody().get("/livez").await.status, 200);
}
