//! What is sent again is not done again.

use serde_json::json;

use super::world::{World, word};

#[tokio::test]
async fn the_same_word_with_the_same_body_brings_the_same_answer() {
    let world = World::new().await;
    let body = json!({ "command_id": word(), "title": "once" });
    let first = world.owner.post(&world.path("/threads"), &body).await;
    let again = world.owner.post(&world.path("/threads"), &body).await;
    assert_eq!((first.status, &first.body), (201, &again.body));
    assert_eq!(again.status, 201);
    let threads = world.owner.get(&world.path("/threads")).await.json();
    assert_eq!(threads.as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn the_same_word_with_another_body_or_address_is_refused() {
    let world = World::new().await;
    let command = word();
    let body = |title: &str| json!({ "command_id": command, "title": title });
    assert_eq!(world.owner.post(&world.path("/threads"), &body("one")).await.status, 201);
    let changed = world.owner.post(&world.path("/threads"), &body("two")).await;
    assert_eq!((changed.status, changed.code().as_str()), (409, "command-id-used"));
    let elsewhere = json!({ "command_id": command, "name": "x" });
    assert_eq!(world.owner.post("/api/v1/tokens", &elsewhere).await.status, 409);
    // Words belong to their users.
    let other = world.user("Ada", Some("viewer")).await;
    assert_eq!(other.post(&world.path("/threads"), &body("two")).await.status, 201);
}

#[tokio::test]
async fn of_many_at_once_one_is_done() {
    let world = World::new().await;
    let body = json!({ "command_id": word(), "title": "once" });
    let sent = (0..16).map(|_| {
        let (owner, path, body) = (world.owner.clone(), world.path("/threads"), body.clone());
        tokio::spawn(async move { owner.post(&path, &body).await.status })
    });
    for status in sent.collect::<Vec<_>>() {
        // Whoever comes while it is being done is told so.
        assert!(matches!(status.await.expect("it ended"), 201 | 409));
    }
    let threads = world.owner.get(&world.path("/threads")).await.json();
    assert_eq!(threads.as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn what_was_done_is_remembered_when_the_server_comes_back() {
    let world = World::new().await;
    let body = json!({ "command_id": word(), "title": "once" });
    let path = world.path("/threads");
    let first = world.owner.post(&path, &body).await;
    let world = world.again().await;
    let again = world.owner.post(&path, &body).await;
    assert_eq!((again.status, again.body), (201, first.body));
}

#[tokio::test]
async fn a_secret_is_told_once() {
    let world = World::new().await;
    let body = json!({ "command_id": word(), "name": "program" });
    let first = world.owner.post("/api/v1/tokens", &body).await.json();
    assert!(first["secret"].as_str().is_some_and(|it| it.starts_with("ssot_token_")));
    let again = world.owner.post("/api/v1/tokens", &body).await.json();
    assert_eq!((&again["secret"], &again["id"]), (&json!(""), &first["id"]));
    let held = world.owner.get("/api/v1/tokens").await.json();
    assert_eq!(held.as_array().map(Vec::len), Some(1));
}
