//! Nobody gets what is not theirs.

use std::time::Duration;

use serde_json::{Value, json};

use super::world::{Asker, Setup, World, word};

/// Every operation of the document with its path.
async fn operations(world: &World) -> Vec<(String, String)> {
    let document = world.owner.get("/api/v1/openapi.json").await.json();
    let paths = document["paths"].as_object().expect("paths").clone();
    let mut all = Vec::new();
    for (path, methods) in paths {
        for method in methods.as_object().expect("methods").keys() {
            all.push((method.to_uppercase(), format!("/api/v1{path}")));
        }
    }
    assert!(all.len() > 25, "{}", all.len());
    all
}

/// A body that every command can read, so that what is refused is refused for who asks.
fn body() -> Value {
    json!({ "command_id": word() })
}

#[tokio::test]
async fn nothing_is_open_to_nobody() {
    let world = World::new().await;
    let nobody = world.nobody();
    for (method, path) in operations(&world).await {
        if path.ends_with("/sign-in") {
            continue;
        }
        let path = path.replace("{project}", &world.project);
        let answer = nobody.send(&method, &path, &body()).await;
        assert_eq!((answer.status, answer.code().as_str()), (401, "signed-out"), "{method} {path}");
    }
}

#[tokio::test]
async fn an_id_of_another_system_is_explained_and_still_not_there() {
    let world = World::new().await;
    let old = "thread_shop_run_7_run_1700000000000_0123abcd";
    let missing = world.owner.get(&world.path(&format!("/runs/{old}"))).await;
    assert_eq!((missing.status, missing.code().as_str()), (404, "not-found"));
    let hint = missing.json()["error"]["hint"].as_str().expect("a hint").to_owned();
    assert!(hint.contains("of the thread `shop_run_7`, minted at 2023-11-14"), "{hint}");
}

#[tokio::test]
async fn a_foreign_project_and_one_that_is_not_there_look_the_same() {
    let world = World::new().await;
    let stranger = world.user("Eve", None).await;
    assert_eq!(stranger.get("/api/v1/projects").await.json(), json!([]));
    for (method, path) in operations(&world).await {
        if !path.contains("{project}") {
            continue;
        }
        let of = |project: &str| path.replace("{project}", project);
        // A body that cannot be read is refused before anything else, alike for both.
        let foreign = stranger.send(&method, &of(&world.project), &body()).await;
        let missing = stranger.send(&method, &of("p-0000000000000000"), &body()).await;
        assert_eq!(foreign.status, missing.status, "{method} {path}");
        assert_eq!(foreign.body, missing.body, "{method} {path}");
        assert!(matches!(foreign.status, 404 | 422), "{method} {path} {}", foreign.status);
    }
}

#[tokio::test]
async fn a_foreign_conversation_is_not_read_nor_written() {
    let world = World::new().await;
    let (ada, eve) =
        (world.user("Ada", Some("admin")).await, world.user("Eve", Some("admin")).await);
    let thread = world.thread(&ada).await;
    assert_eq!(world.say(&ada, &thread, "overview").await.status, 202);
    let missing = "t-0000000000000000";
    for other in [&eve, &world.owner] {
        let (foreign, none) =
            (world.say(other, &thread, "hello").await, world.say(other, missing, "hello").await);
        assert_eq!((foreign.status, foreign.body), (404, none.body));
        let events = |thread: &str| world.path(&format!("/streams/{thread}/events"));
        let (foreign, none) =
            (other.get(&events(&thread)).await, other.get(&events(missing)).await);
        assert_eq!((foreign.status, foreign.body), (404, none.body));
        assert_eq!(other.get(&world.path("/threads")).await.json(), json!([]));
        let mut socket = other.socket().await;
        let mut answers = Vec::new();
        for stream in [thread.as_str(), missing, "r-20260101-000000-0000", "../../x", ""] {
            socket.subscribe(&world.project, stream, 0).await;
            let mut answer = socket.next().await.expect("an answer");
            answer["stream"].take();
            answers.push(answer);
        }
        assert!(answers.iter().all(|answer| answer["code"] == "not-found"), "{answers:?}");
        assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
    }
}

#[tokio::test]
async fn a_foreign_cursor_leads_nowhere() {
    let world = World::new().await;
    let stranger = world.user("Eve", None).await;
    let thread = world.thread(&world.owner).await;
    world.say(&world.owner, &thread, "help").await;
    let mut socket = stranger.socket().await;
    for after in [0, 1, 3, u64::MAX] {
        socket.subscribe(&world.project, &thread, after).await;
        assert_eq!(socket.next().await.expect("an answer")["code"], "not-found");
    }
}

async fn refusal(asker: &Asker, method: &str, path: &str, body: Value) -> u16 {
    asker.send(method, path, &body).await.status
}

#[tokio::test]
async fn roles_end_where_they_end() {
    let world = World::new().await;
    let viewer = world.user("Vera", Some("viewer")).await;
    let operator = world.user("Otto", Some("operator")).await;
    let group = "/findings/g-00000000/accept";
    let decided = || json!({ "command_id": word(), "reason": "r", "owner": "o" });
    assert_eq!(refusal(&viewer, "POST", &world.path("/scan"), body()).await, 403);
    assert_eq!(refusal(&viewer, "POST", &world.path("/runs"), body()).await, 403);
    assert_eq!(refusal(&viewer, "POST", &world.path(group), decided()).await, 403);
    assert_eq!(refusal(&operator, "POST", &world.path("/scan"), body()).await, 202);
    // What approves and undoes is asked for by nobody below the role, whatever the run.
    let run = "/runs/r-20260101-000000-0000";
    assert_eq!(
        refusal(&operator, "POST", &world.path(&format!("{run}/approve")), body()).await,
        403
    );
    let all = json!({ "command_id": word(), "scope": "full" });
    assert_eq!(refusal(&operator, "POST", &world.path(&format!("{run}/rollback")), all).await, 403);
}

#[tokio::test]
async fn nobody_raises_their_own_role() {
    let world = World::new().await;
    for role in ["viewer", "operator", "approver"] {
        let user = world.user("Eve", Some(role)).await;
        let raised = json!({ "command_id": word(), "user": user.user, "role": "admin" });
        assert_eq!(refusal(&user, "POST", &world.path("/members"), raised).await, 403, "{role}");
        let added = json!({ "command_id": word(), "name": "x", "role": "admin" });
        assert_eq!(refusal(&user, "POST", "/api/v1/users", added).await, 403);
        let opened = json!({ "command_id": word(), "is_closed": false });
        let path = format!("/api/v1/users/{}", user.user);
        assert_eq!(refusal(&user, "PATCH", &path, opened).await, 403);
        let code = format!("/api/v1/users/{}/code", world.owner.user);
        assert_eq!(refusal(&user, "POST", &code, body()).await, 403);
        let project = json!({ "command_id": word(), "name": "x", "path": "/" });
        assert_eq!(refusal(&user, "POST", "/api/v1/projects", project).await, 403);
        assert_eq!(user.get("/api/v1/users").await.status, 403);
        assert_eq!(user.get("/api/v1/deeds").await.status, 403);
    }
}

#[tokio::test]
async fn fields_that_nobody_offered_are_refused() {
    let world = World::new().await;
    let user = world.user("Eve", Some("viewer")).await;
    for (path, body) in [
        ("/threads", json!({ "title": "x", "user": "u-0000000000000000" })),
        ("/threads", json!({ "title": "x", "project": "p-0000000000000000" })),
        ("/threads", json!({ "title": "x", "thread": "t-mine" })),
    ] {
        let mut body = body;
        body["command_id"] = json!(word());
        let answer = user.post(&world.path(path), &body).await;
        assert_eq!((answer.status, answer.code().as_str()), (422, "invalid"), "{body}");
    }
    for extra in ["is_admin", "user", "expires", "kind"] {
        let body = json!({ "command_id": word(), "name": "x", extra: true });
        assert_eq!(user.post("/api/v1/tokens", &body).await.status, 422, "{extra}");
    }
}

#[tokio::test]
async fn a_code_opens_the_door_once_whoever_is_fast() {
    let world = World::new().await;
    let used = world.nobody().post("/api/v1/sign-in", &json!({ "code": world.used_code() })).await;
    assert_eq!((used.status, used.code().as_str()), (401, "bad-code"));
    let user = world.user("Ada", None).await;
    let code = world.code_for(&user.user).await;
    let tries = (0..12).map(|_| {
        let (nobody, code) = (world.nobody(), code.clone());
        tokio::spawn(async move {
            nobody.post("/api/v1/sign-in", &json!({ "code": code })).await.status
        })
    });
    let mut opened = 0;
    for one in tries.collect::<Vec<_>>() {
        opened += u32::from(one.await.expect("it ended") == 200);
    }
    assert_eq!(opened, 1);
}

#[tokio::test]
async fn secrets_of_one_kind_are_not_taken_for_another() {
    let world = World::new().await;
    let user = world.user("Ada", None).await;
    let token = user.with_token().await;
    assert_eq!(token.get("/api/v1/me").await.status, 200);
    let (_, cookie) = user.key.clone().expect("a session");
    let (name, session) = cookie.split_once('=').expect("a pair");
    let (_, bearer) = token.key.clone().expect("a token");
    let secret = bearer.trim_start_matches("Bearer ");
    let code = world.code_for(&user.user).await;
    for key in [
        ("Authorization", format!("Bearer {session}")),
        ("Authorization", format!("Bearer {code}")),
        ("Authorization", format!("Basic {secret}")),
        ("Cookie", format!("{name}={secret}")),
        ("Cookie", format!("{name}={code}")),
        ("Cookie", format!("{name}=")),
        ("Cookie", format!("other={session}")),
    ] {
        let key = Some((key.0.to_owned(), key.1));
        let asker = Asker { key: key.clone(), ..user.clone() };
        assert_eq!(asker.get("/api/v1/me").await.status, 401, "{key:?}");
    }
    // A wrong token is not made good by a session beside it.
    let both = [("Authorization", "Bearer wrong")];
    assert_eq!(user.ask("GET", "/api/v1/me", &both, b"").await.status, 401);
}

#[tokio::test]
async fn whoever_is_shut_out_is_out_at_once() {
    let world = World::new().await;
    let user = world.user("Ada", Some("viewer")).await;
    let token = user.with_token().await;
    let body = json!({ "command_id": word(), "is_closed": true });
    let path = format!("/api/v1/users/{}", user.user);
    assert_eq!(world.owner.send("PATCH", &path, &body).await.status, 200);
    for asker in [&user, &token] {
        assert_eq!(asker.get("/api/v1/me").await.status, 401);
    }
    // Nobody shuts themselves out.
    let path = format!("/api/v1/users/{}", world.owner.user);
    let body = json!({ "command_id": word(), "is_closed": true });
    assert_eq!(world.owner.send("PATCH", &path, &body).await.status, 422);
}

#[tokio::test]
async fn a_session_that_ends_ends_its_sockets() {
    let world =
        World::with(Setup { heartbeat: Duration::from_millis(50), ..Setup::default() }).await;
    let user = world.user("Ada", Some("viewer")).await;
    let mut socket = user.socket().await;
    let out = user.send("POST", "/api/v1/sign-out", &json!({})).await;
    assert_eq!(out.status, 200);
    assert!(out.header("set-cookie").is_some_and(|it| it.contains("Max-Age=0")));
    assert_eq!(socket.next().await, Err(Some(4401)));
    let token = world.owner.with_token().await;
    let mut socket = token.socket().await;
    let held = world.owner.get("/api/v1/tokens").await.json();
    let name = held[0]["name"].as_str().expect("a name").to_owned();
    let gone = world.owner.send("DELETE", &format!("/api/v1/tokens/{name}"), &json!({})).await;
    assert_eq!(gone.status, 200);
    assert_eq!(socket.next().await, Err(Some(4401)));
}

#[tokio::test]
async fn a_project_that_is_closed_to_somebody_ends_their_streams() {
    let world =
        World::with(Setup { heartbeat: Duration::from_millis(50), ..Setup::default() }).await;
    let user = world.user("Ada", Some("viewer")).await;
    let thread = world.thread(&user).await;
    let mut socket = user.socket().await;
    socket.subscribe(&world.project, &thread, 0).await;
    assert_eq!(socket.stored().await, []);
    let path = world.path(&format!("/members/{}", user.user));
    assert_eq!(world.owner.send("DELETE", &path, &json!({})).await.status, 200);
    assert_eq!(socket.next().await.expect("a message")["code"], "not-found");
}

#[tokio::test]
async fn nobody_takes_the_tokens_of_others_away() {
    let world = World::new().await;
    let (ada, eve) = (world.user("Ada", None).await, world.user("Eve", None).await);
    ada.with_token().await;
    let held = ada.get("/api/v1/tokens").await.json();
    let path = format!("/api/v1/tokens/{}", held[0]["name"].as_str().expect("a name"));
    let missing = eve.send("DELETE", "/api/v1/tokens/k-0", &json!({})).await;
    let foreign = eve.send("DELETE", &path, &json!({})).await;
    assert_eq!((foreign.status, foreign.body), (404, missing.body));
    assert_eq!(ada.get("/api/v1/tokens").await.json(), held);
    assert!(held[0].get("secret").is_none(), "{held}");
}

#[tokio::test]
async fn what_was_done_is_noted_with_who_did_it() {
    let world = World::new().await;
    let user = world.user("Ada", Some("operator")).await;
    user.post(&world.path("/scan"), &body()).await;
    user.with_token().await;
    let deeds = world.owner.get("/api/v1/deeds").await.json();
    let told: Vec<(&str, &str)> = deeds
        .as_array()
        .expect("deeds")
        .iter()
        .map(|it| (it["what"].as_str().expect("a word"), it["user"].as_str().expect("a user")))
        .collect();
    for (what, who) in [
        ("secret-made", user.user.as_str()),
        ("signed-in", user.user.as_str()),
        ("user-added", world.owner.user.as_str()),
        ("member-set", world.owner.user.as_str()),
    ] {
        assert!(told.contains(&(what, who)), "{what} {told:?}");
    }
    // Neither the notes nor the figures have a secret.
    let figures = world.owner.get("/metrics").await;
    for text in [deeds.to_string(), String::from_utf8_lossy(&figures.body).into_owned()] {
        assert!(!text.contains("ssot_token_") && !text.contains("ssot_code_"), "{text}");
        assert!(!text.contains("ssot_session_"), "{text}");
    }
}
