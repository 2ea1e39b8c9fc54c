//! Pages as browsers without scripts see them, and as somebody hostile would like them.

use super::world::{Answer, Asker, World, word};

async fn form(asker: &Asker, path: &str, fields: &[(&str, &str)]) -> Answer {
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(fields);
    let origin = asker.origin();
    let headers =
        [("Origin", origin.as_str()), ("Content-Type", "application/x-www-form-urlencoded")];
    asker.ask("POST", path, &headers, body.finish().as_bytes()).await
}

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

#[tokio::test]
async fn whoever_has_not_signed_in_is_led_to_where_one_does() {
    let world = World::new().await;
    let nobody = world.nobody();
    for path in ["/", "/settings", "/p/x", "/p/x/findings", "/p/x/plan", "/p/x/runs", "/p/x/chat"] {
        let answer = nobody.get(path).await;
        assert_eq!((answer.status, answer.header("location")), (303, Some("/sign-in")), "{path}");
    }
    assert_eq!(nobody.get("/sign-in").await.status, 200);
}

#[tokio::test]
async fn every_page_is_shown_and_a_foreign_one_is_not() {
    let world = World::new().await;
    let stranger = world.user("Eve", None).await;
    let findings = world.owner.get(&world.path("/findings")).await.json();
    let group = findings["findings"][0]["id"].as_str().expect("a finding").to_owned();
    let thread = world.thread(&world.owner).await;
    world.say(&world.owner, &thread, "overview").await;
    for rest in [
        String::new(),
        "/findings".to_owned(),
        "/findings?text=order&verdict=identical&page=9".to_owned(),
        format!("/concepts/{group}"),
        "/plan".to_owned(),
        "/runs".to_owned(),
        "/chat".to_owned(),
        format!("/chat/{thread}"),
    ] {
        let path = format!("/p/{}{rest}", world.project);
        let answer = world.owner.get(&path).await;
        assert_eq!(answer.status, 200, "{path} {}", text(&answer));
        assert!(text(&answer).starts_with("<!doctype html>"), "{path}");
        let foreign = stranger.get(&path).await;
        let missing = stranger.get(&path.replace(&world.project, "p-0")).await;
        assert_eq!((foreign.status, text(&foreign)), (404, text(&missing)), "{path}");
    }
    let other = world.user("Ada", Some("admin")).await;
    let path = format!("/p/{}/chat/{thread}", world.project);
    assert_eq!(other.get(&path).await.status, 404);
}

#[tokio::test]
async fn what_is_asked_for_comes_back_as_text() {
    let world = World::new().await;
    let hostile = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E";
    for rest in ["/findings?text=", "/findings?rule=", "/findings?owner=", "/plan?only="] {
        let path = format!("/p/{}{rest}{hostile}", world.project);
        let answer = world.owner.get(&path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(!text(&answer).contains("<script>alert"), "{path}");
    }
}

#[tokio::test]
async fn what_was_said_stays_text() {
    let world = World::new().await;
    let hostile = "<img src=x onerror=alert(1)> `</textarea><script>alert(2)</script>`";
    let path = format!("/p/{}/chat", world.project);
    let fields = [("command_id", &*word()), ("title", hostile), ("text", hostile)];
    let begun = form(&world.owner, &path, &fields).await;
    assert_eq!(begun.status, 303, "{begun:?}");
    let page = world.owner.get(begun.header("location").expect("a page")).await;
    let page = text(&page);
    assert!(page.contains("&lt;img") || page.contains("&#60;img"), "{page}");
    for out in ["<img src=x", "<script>alert", "</textarea><script"] {
        assert!(!page.contains(out), "{page}");
    }
    let user = world.user("</title><script>alert(3)</script>", None).await;
    for page in [world.owner.get("/settings").await, user.get("/settings").await] {
        assert!(!text(&page).contains("<script>alert"), "{}", text(&page));
    }
}

#[tokio::test]
async fn forms_do_without_scripts_what_the_api_does() {
    let world = World::new().await;
    let code = world.code_for(&world.owner.user).await;
    let nobody = world.nobody();
    let wrong = form(&nobody, "/sign-in", &[("command_id", &word()), ("code", "x")]).await;
    assert_eq!(wrong.status, 403, "{wrong:?}");
    let right = form(&nobody, "/sign-in", &[("command_id", &word()), ("code", &code)]).await;
    assert_eq!((right.status, right.header("location")), (303, Some("/")));
    assert!(right.header("set-cookie").is_some());
    let findings = world.owner.get(&world.path("/findings")).await.json();
    let group = findings["findings"][0]["id"].as_str().expect("a finding").to_owned();
    let path = format!("/p/{}/findings", world.project);
    let fields = [
        ("command_id", &*word()),
        ("action", "accept"),
        ("group", &group),
        ("reason", "it moves away in May"),
        ("owner", "Ada"),
        ("expires", ""),
    ];
    let accepted = form(&world.owner, &path, &fields).await;
    assert_eq!(accepted.status, 303, "{}", text(&accepted));
    let written = std::fs::read_to_string(world.root.join("ssot.toml")).expect("a file");
    assert!(written.contains(&group) && written.contains("it moves away in May"), "{written}");
    let fields = [("command_id", &*word()), ("action", "token"), ("name", "for CI")];
    let made = form(&world.owner, "/settings", &fields).await;
    assert!(text(&made).contains("ssot_token_"), "{}", text(&made));
    let again = world.owner.get("/settings").await;
    assert!(text(&again).contains("for CI") && !text(&again).contains("ssot_token_"));
    let foreign =
        [("Origin", "http://evil.example"), ("Content-Type", "application/x-www-form-urlencoded")];
    let refused = world.owner.ask("POST", &path, &foreign, b"action=accept").await;
    assert_eq!(refused.status, 403);
}

#[tokio::test]
async fn files_are_kept_until_they_change() {
    let world = World::new().await;
    let first = world.nobody().get("/assets/client.js").await;
    assert_eq!(
        (first.status, first.header("content-type")),
        (200, Some("text/javascript; charset=utf-8"))
    );
    let etag = first.header("etag").expect("a tag");
    let again =
        world.nobody().ask("GET", "/assets/client.js", &[("If-None-Match", etag)], b"").await;
    assert_eq!((again.status, again.body.len()), (304, 0));
    for name in ["..%2fCargo.toml", "%2e%2e/Cargo.toml", "none.js", ""] {
        assert_eq!(world.nobody().get(&format!("/assets/{name}")).await.status, 404, "{name}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_told_to_whom_it_is() {
    let world = World::new().await;
    let html = [("Accept", "text/html")];
    for path in ["/nowhere", "/p/p-nothing", "/p/p-nothing/runs/r-20260301-101500-3f9a"] {
        let page = world.owner.ask("GET", path, &html, b"").await;
        let text = String::from_utf8_lossy(&page.body).into_owned();
        assert_eq!(page.status, 404, "{path}");
        assert!(text.contains("To the projects") && !text.contains(">Sign in<"), "{path}: {text}");
        assert!(page.header("content-security-policy").is_some());
    }
    let page = world.nobody().ask("GET", "/nowhere", &html, b"").await;
    assert!(page.status == 404 && String::from_utf8_lossy(&page.body).contains(">Sign in<"));
}

#[tokio::test]
async fn members_are_let_in_and_out_on_the_page_of_settings() {
    let world = World::new().await;
    let ada = world.user("Ada", None).await;
    let origin = world.owner.origin();
    let form = [("Origin", origin.as_str()), ("Content-Type", "application/x-www-form-urlencoded")];
    let send = async |by: &Asker, body: String| {
        by.ask("POST", "/settings", &form, body.as_bytes()).await.status
    };
    let (project, user) = (&world.project, &ada.user);
    let add = |role: &str| {
        let command = word();
        format!("command_id={command}&action=member&project={project}&user={user}&role={role}")
    };
    assert_eq!(send(&world.owner, add("operator")).await, 303);
    let page = world.owner.get("/settings").await;
    let text = String::from_utf8_lossy(&page.body).into_owned();
    assert!(text.contains("Members of shop") && text.contains("Role of Ada in shop"), "{text}");
    assert_eq!(ada.get("/api/v1/projects").await.json()[0]["role"], "operator");
    // Whoever is no admin of the project sees no members and changes none.
    let page = ada.get("/settings").await;
    assert!(!String::from_utf8_lossy(&page.body).contains("Members of"));
    assert_eq!(send(&ada, add("admin")).await, 403);
    let command = word();
    let remove = format!("command_id={command}&action=unmember&project={project}&id={user}");
    assert_eq!(send(&world.owner, remove).await, 303);
    assert_eq!(ada.get("/api/v1/projects").await.json(), serde_json::json!([]));
}

#[tokio::test]
async fn the_document_says_what_a_word_for_a_command_is() {
    let world = World::new().await;
    let document = world.owner.get("/api/v1/openapi.json").await.json();
    let word = &document["components"]["schemas"]["CommandId"];
    assert_eq!(word["pattern"], "^[A-Za-z0-9_-]+$", "{word}");
    assert_eq!((&word["minLength"], &word["maxLength"]), (&8.into(), &64.into()));
}

#[tokio::test]
async fn when_a_token_was_used_and_a_user_was_here_is_remembered() {
    let world = World::new().await;
    let ada = world.user("Ada", Some("viewer")).await;
    let seen = async || {
        let users = world.owner.get("/api/v1/users").await.json();
        let users = users.as_array().expect("users").clone();
        users.into_iter().find(|it| it["name"] == "Ada").expect("Ada")["seen"].clone()
    };
    assert!(seen().await.is_null());
    let token = ada.with_token().await;
    let used = async || ada.get("/api/v1/tokens").await.json()[0]["used"].clone();
    assert!(used().await.is_null());
    assert_eq!(token.get("/api/v1/me").await.status, 200);
    // It is noted beside the answer: nobody waits for it.
    while used().await.is_null() || seen().await.is_null() {
        tokio::task::yield_now().await;
    }
    assert!(used().await.is_i64() && seen().await.is_i64());
}
