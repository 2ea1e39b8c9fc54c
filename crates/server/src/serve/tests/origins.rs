//! Other pages, other names, other kinds of requests.

use serde_json::json;

use super::world::{Socket, World, word};

#[tokio::test]
async fn a_page_of_somebody_else_changes_nothing() {
    let world = World::new().await;
    let path = world.path("/threads");
    let body = json!({ "command_id": word(), "title": "x" }).to_string();
    let own = world.owner.origin();
    for origin in
        [None, Some("null"), Some("http://evil.example"), Some("http://127.0.0.1"), Some("")]
    {
        let mut headers = vec![("Content-Type", "application/json")];
        headers.extend(origin.map(|it| ("Origin", it)));
        let answer = world.owner.ask("POST", &path, &headers, body.as_bytes()).await;
        assert_eq!((answer.status, answer.code().as_str()), (403, "foreign-origin"), "{origin:?}");
    }
    let headers = [("Content-Type", "application/json"), ("Origin", own.as_str())];
    assert_eq!(world.owner.ask("POST", &path, &headers, body.as_bytes()).await.status, 201);
}

#[tokio::test]
async fn forms_and_plain_text_are_no_commands() {
    let world = World::new().await;
    let own = world.owner.origin();
    let body = json!({ "command_id": word(), "title": "x" }).to_string();
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""] {
        let headers = [("Content-Type", kind), ("Origin", own.as_str())];
        let path = world.path("/threads");
        let answer = world.owner.ask("POST", &path, &headers, body.as_bytes()).await;
        assert_eq!(answer.status, 415, "{kind}");
    }
}

#[tokio::test]
async fn a_socket_of_somebody_elses_page_is_refused() {
    let world = World::new().await;
    for origin in ["http://evil.example", "null", "http://localhost:1"] {
        let mut request = world.owner.handshake();
        request.headers_mut().insert("Origin", origin.parse().expect("a header"));
        assert_eq!(Socket::open(&world.address, request).await.err(), Some(403), "{origin}");
    }
    let mut request = world.owner.handshake();
    request.headers_mut().remove("Origin");
    assert_eq!(Socket::open(&world.address, request).await.err(), Some(403));
    let nobody = world.nobody().handshake();
    assert_eq!(Socket::open(&world.address, nobody).await.err(), Some(401));
    // A program with a token has no origin.
    let token = world.owner.with_token().await;
    let mut request = token.handshake();
    request.headers_mut().remove("Origin");
    assert!(Socket::open(&world.address, request).await.is_ok());
}

#[tokio::test]
async fn a_name_that_was_bent_to_this_machine_is_refused() {
    let world = World::new().await;
    for host in ["evil.example", "127.0.0.1", "localhost:1", "127.0.0.1.evil.example", ""] {
        let answer = world.owner.ask("GET", "/api/v1/me", &[("Host", host)], b"").await;
        assert!(matches!(answer.status, 421 | 400), "{host} {}", answer.status);
    }
    // Probes of machines that know only the address are answered, and tell nothing.
    for path in ["/livez", "/readyz", "/startupz"] {
        let answer = world.nobody().ask("GET", path, &[("Host", "10.0.0.1")], b"").await;
        assert_eq!(answer.status, 200, "{path}");
    }
}

#[tokio::test]
async fn every_answer_forbids_what_it_does_not_need() {
    let world = World::new().await;
    for path in ["/api/v1/me", "/", "/sign-in", "/nowhere", "/livez"] {
        let answer = world.owner.get(path).await;
        let policy = answer.header("content-security-policy").unwrap_or_default();
        assert!(policy.starts_with("default-src 'none'"), "{path} {policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("x-frame-options"), Some("DENY"), "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), None, "{path}");
    }
    assert_eq!(world.owner.get("/api/v1/me").await.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn the_cookie_is_for_this_server_alone() {
    let world = World::new().await;
    let code = world.code_for(&world.owner.user).await;
    let answer = world.nobody().post("/api/v1/sign-in", &json!({ "code": code })).await;
    let cookie = answer.header("set-cookie").expect("a cookie");
    for part in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
}

#[tokio::test]
async fn a_path_never_leads_out() {
    let world = World::new().await;
    let document = world.owner.get("/api/v1/openapi.json").await.json();
    let paths = document["paths"].as_object().expect("paths");
    let hostile = [
        "..%2f..%2f..%2fetc%2fpasswd",
        "%2e%2e",
        "..",
        "%00",
        "%0d%0aSet-Cookie:%20x=1",
        "%ff",
        "r-20260101-000000-..%2f",
        "'%20OR%20'1'='1",
        "%F0%9F%92%A5",
    ];
    for (path, methods) in paths {
        for at in path.split('/').filter(|part| part.starts_with('{')) {
            for bad in hostile {
                let path = path.replace(at, bad).replace("{project}", &world.project);
                let path = format!("/api/v1{path}");
                for method in methods.as_object().expect("methods").keys() {
                    let body = json!({ "command_id": word() });
                    let answer = world.owner.send(&method.to_uppercase(), &path, &body).await;
                    assert!(
                        matches!(answer.status, 400 | 404 | 422),
                        "{method} {path} {} {}",
                        answer.status,
                        String::from_utf8_lossy(&answer.body)
                    );
                    assert_eq!(answer.header("set-cookie"), None, "{path}");
                }
            }
        }
    }
}

#[tokio::test]
async fn texts_with_control_characters_go_nowhere() {
    let world = World::new().await;
    for bad in ["a\r\nX-Evil: 1", "a\u{0}b", "a\u{1b}[2Jb", "\n"] {
        let body = json!({ "command_id": word(), "title": bad });
        assert_eq!(world.owner.post(&world.path("/threads"), &body).await.status, 422, "{bad:?}");
        let body = json!({ "command_id": word(), "name": bad, "role": "member" });
        assert_eq!(world.owner.post("/api/v1/users", &body).await.status, 422, "{bad:?}");
        let body = json!({ "command_id": word(), "name": bad });
        assert_eq!(world.owner.post("/api/v1/tokens", &body).await.status, 422, "{bad:?}");
    }
}

#[tokio::test]
async fn a_project_is_a_folder_of_this_machine_and_nothing_is_fetched() {
    let world = World::new().await;
    for path in [
        "http://169.254.169.254/latest/meta-data",
        "https://example.org/x.git",
        "git@example.org:x.git",
        "file:///etc",
        "ext::sh -c id",
        "../..",
        "",
        "/etc/passwd",
        "/proc/self",
        "--upload-pack=id",
    ] {
        let body = json!({ "command_id": word(), "name": "x", "path": path });
        let answer = world.owner.post("/api/v1/projects", &body).await;
        assert_eq!((answer.status, answer.code().as_str()), (422, "invalid"), "{path}");
    }
    // One that is served is there already, under whatever way to it.
    let path = world.root.join("shop/..").display().to_string();
    let body = json!({ "command_id": word(), "name": "x", "path": path });
    assert_eq!(world.owner.post("/api/v1/projects", &body).await.status, 409);
}

#[test]
fn cookies_go_through_tls_alone_where_a_team_does() {
    for (named, expected) in [
        (&[][..], false),
        (&["https://ssot.example.org"][..], true),
        (&["https://ssot.example.org", "https://other.example.org"][..], true),
        (&["https://ssot.example.org", "http://other.example.org"][..], false),
    ] {
        let named: Vec<String> = named.iter().map(|it| (*it).to_owned()).collect();
        assert_eq!(super::super::is_secure(&named), expected, "{named:?}");
    }
}
