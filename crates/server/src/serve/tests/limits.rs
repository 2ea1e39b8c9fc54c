//! Too much, too deep, too often, and what is no text.

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use super::world::{World, word};

async fn raw(world: &World, body: &[u8], more: &[(&str, &str)]) -> (u16, String) {
    let own = world.owner.origin();
    let mut headers = vec![("Content-Type", "application/json"), ("Origin", own.as_str())];
    headers.extend(more);
    let answer = world.owner.ask("POST", &world.path("/threads"), &headers, body).await;
    (answer.status, answer.code())
}

#[tokio::test]
async fn bodies_that_are_too_large_or_no_json_are_refused_by_name() {
    let world = World::new().await;
    let titled = |title: &str| json!({ "command_id": word(), "title": title }).to_string();
    let large = titled(&"x".repeat(1024 * 1024));
    assert_eq!(raw(&world, large.as_bytes(), &[]).await, (413, "too-large".into()));
    let deep = format!("{}{}", "[".repeat(30_000), "]".repeat(30_000));
    assert!(matches!(raw(&world, deep.as_bytes(), &[]).await.0, 400 | 422));
    let inside = format!("{{\"command_id\":\"{}\",\"title\":{deep}}}", word());
    assert!(matches!(raw(&world, inside.as_bytes(), &[]).await.0, 400 | 413 | 422));
    let mut broken = titled("abc").into_bytes();
    let at = broken.iter().position(|byte| *byte == b'b').expect("it is there");
    broken[at] = 0xff;
    assert_eq!(raw(&world, &broken, &[]).await, (400, "unreadable".into()));
    for (body, status) in
        [("", 400), ("null", 422), ("{", 400), ("[]", 422), ("{}", 422), ("1e999", 400)]
    {
        assert_eq!(raw(&world, body.as_bytes(), &[]).await.0, status, "{body}");
    }
    let twice =
        format!("{{\"command_id\":\"{0}\",\"command_id\":\"{0}\",\"title\":\"x\"}}", word());
    assert_eq!(raw(&world, twice.as_bytes(), &[]).await.0, 422);
}

#[tokio::test]
async fn what_is_packed_is_not_unpacked() {
    let world = World::new().await;
    // The beginning of a gzip stream: nothing here would unpack it, however much it holds.
    let packed = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    let (status, code) = raw(&world, &packed, &[("Content-Encoding", "gzip")]).await;
    assert_eq!((status, code.as_str()), (400, "unreadable"));
}

#[tokio::test]
async fn long_texts_are_refused() {
    let world = World::new().await;
    let thread = world.thread(&world.owner).await;
    assert_eq!(world.say(&world.owner, &thread, &"x".repeat(4000)).await.status, 202);
    assert_eq!(world.say(&world.owner, &thread, &"x".repeat(4001)).await.status, 422);
    assert_eq!(world.say(&world.owner, &thread, "  ").await.status, 422);
}

#[tokio::test]
async fn whoever_asks_too_often_waits_and_nobody_else_does() {
    let world = World::new().await;
    let (eve, ada) = (world.user("Eve", None).await, world.user("Ada", None).await);
    let mut asked = 0;
    let refused = loop {
        let asks = (0..50).map(|_| {
            let eve = eve.clone();
            tokio::spawn(async move { eve.get("/api/v1/me").await })
        });
        let mut refused = None;
        for answer in asks.collect::<Vec<_>>() {
            let answer = answer.await.expect("it ended");
            refused = refused.or((answer.status == 429).then_some(answer));
        }
        asked += 50;
        if let Some(refused) = refused {
            break refused;
        }
        assert!(asked < 5000, "nobody was told to wait");
    };
    assert_eq!(refused.code(), "too-many");
    let seconds: u64 = refused.header("retry-after").expect("a time").parse().expect("seconds");
    assert!((1..10).contains(&seconds), "{seconds}");
    assert_eq!(ada.get("/api/v1/me").await.status, 200);
}

#[tokio::test]
async fn guessing_codes_is_slow() {
    let world = World::new().await;
    let nobody = world.nobody();
    let mut statuses = Vec::new();
    for _ in 0..60 {
        statuses.push(nobody.post("/api/v1/sign-in", &json!({ "code": "x" })).await.status);
        if statuses.last() == Some(&429) {
            return;
        }
    }
    panic!("{statuses:?}");
}

#[tokio::test]
async fn frames_that_no_client_sends_end_the_socket() {
    let world = World::new().await;
    let large = json!({ "type": "subscribe", "project": "x".repeat(5000), "stream": "y" });
    for message in [
        Message::text(large.to_string()),
        Message::text("x".repeat(10_000_000)),
        Message::binary(vec![1, 2, 3]),
    ] {
        let mut socket = world.owner.socket().await;
        socket.send_raw(message).await;
        assert!(socket.next().await.is_err());
    }
}

#[tokio::test]
async fn messages_that_cannot_be_read_are_answered_and_do_no_harm() {
    let world = World::new().await;
    let thread = world.thread(&world.owner).await;
    let mut socket = world.owner.socket().await;
    for message in [
        json!(null),
        json!({ "type": "publish", "stream": thread }),
        json!({ "type": "subscribe" }),
        json!({ "type": "subscribe", "project": world.project, "stream": thread, "after_seq": -1 }),
        json!({ "type": "subscribe", "project": world.project, "stream": thread, "admin": true }),
    ] {
        socket.send(&message).await;
        assert_eq!(socket.next().await.expect("an answer")["code"], "unreadable", "{message}");
    }
    socket.subscribe(&world.project, &thread, 0).await;
    assert_eq!(socket.stored().await, []);
}

#[tokio::test]
async fn so_many_streams_and_no_more_are_watched_on_one_socket() {
    let world = World::new().await;
    let mut socket = world.owner.socket().await;
    let mut refused: Vec<Value> = Vec::new();
    for _ in 0..40 {
        let thread = world.thread(&world.owner).await;
        socket.subscribe(&world.project, &thread, 0).await;
        let answer = socket.next().await.expect("an answer");
        if answer["type"] == "error" {
            refused.push(answer["code"].clone());
        }
    }
    assert_eq!(refused, vec![json!("too-many"); 8]);
}
