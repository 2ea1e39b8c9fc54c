//! Signing in with a provider, and what somebody in its place could try.

use serde_json::json;

use super::provider::{Mistake, Provider};
use super::world::{Answer, Asker, Setup, World};

/// A browser on its way: what it was told to keep, and where the provider led it.
struct Led {
    kept: String,
    back: String,
}

fn cookie(answer: &Answer, name: &str) -> Option<String> {
    let lines = answer.headers.lines().filter_map(|line| line.split_once(": "));
    let mut cookies = lines.filter(|(key, _)| key.eq_ignore_ascii_case("set-cookie"));
    let found = cookies.find(|(_, value)| value.contains(name))?.1;
    Some(found.split(';').next()?.to_owned())
}

fn path(address: &str) -> &str {
    let rest = address.split_once("://").expect("an address").1;
    &rest[rest.find('/').expect("a path")..]
}

/// Goes to the provider and lets it lead back.
async fn led(world: &World, provider: &Provider) -> Led {
    let begun = world.nobody().get("/sign-in/provider").await;
    assert_eq!(begun.status, 303, "{begun:?}");
    let there = begun.header("location").expect("an address").to_owned();
    assert!(there.starts_with(&format!("{}/authorize?", provider.issuer())), "{there}");
    let at_provider =
        Asker { address: provider.address().to_owned(), key: None, user: String::new() };
    let led = at_provider.get(path(&there)).await;
    let back = path(led.header("location").expect("an address")).to_owned();
    Led { kept: cookie(&begun, "_begun").expect("a cookie"), back }
}

async fn come_back(world: &World, led: &Led) -> Answer {
    world.nobody().ask("GET", &led.back, &[("Cookie", &led.kept)], b"").await
}

/// Signs in all the way; the answer, and the browser when it was let in.
async fn signed_in(world: &World, provider: &Provider) -> (Answer, Option<Asker>) {
    let led = led(world, provider).await;
    let answer = come_back(world, &led).await;
    let port = world.address.rsplit(':').next().expect("a port");
    let session = cookie(&answer, &format!("ssot_{port}=ssot_session_"));
    let asker = session.map(|session| Asker {
        address: world.address.clone(),
        key: Some(("Cookie".to_owned(), session)),
        user: String::new(),
    });
    (answer, asker)
}

#[tokio::test]
async fn a_team_signs_in_with_its_provider() {
    let provider = Provider::start().await;
    let world = World::with(Setup { oidc: Some(provider.settings()), ..Setup::default() }).await;
    let page = world.nobody().get("/sign-in").await;
    assert!(String::from_utf8_lossy(&page.body).contains("Sign in with The Team"));
    let (answer, ada) = signed_in(&world, &provider).await;
    let ada = ada.unwrap_or_else(|| panic!("{answer:?}"));
    let me = ada.get("/api/v1/me").await.json();
    assert_eq!((&me["name"], &me["is_admin"]), (&json!("Ada Lovelace"), &json!(false)));
    let projects = ada.get("/api/v1/projects").await.json();
    assert_eq!(projects[0]["role"], "operator", "{projects}");

    // The same identity is the same user, with what the provider says of it now.
    provider.says(json!("root"));
    let (_, again) = signed_in(&world, &provider).await;
    let now = again.expect("let in").get("/api/v1/me").await.json();
    assert_eq!((&now["user"], &now["is_admin"]), (&me["user"], &json!(true)));
    provider.says(json!(["staff"]));
    let (_, again) = signed_in(&world, &provider).await;
    let again = again.expect("let in");
    assert_eq!(again.get("/api/v1/me").await.json()["is_admin"], false);
    assert_eq!(again.get("/api/v1/projects").await.json(), json!([]));
    // What was open by an earlier session is closed as well: rights are the user's.
    assert_eq!(ada.get(&world.path("/runs")).await.status, 404);

    assert_eq!(again.send("POST", "/api/v1/sign-out", &json!({})).await.status, 200);
    assert_eq!(again.get("/api/v1/me").await.status, 401);
    let out = world.nobody().get("/sign-in/provider-out").await;
    let place = out.header("location").expect("an address");
    assert!(place.starts_with(&format!("{}/out?from=here&client_id=ssot&", provider.issuer())));
}

#[tokio::test]
async fn whom_nothing_is_open_to_is_not_let_in() {
    let provider = Provider::start().await;
    let world = World::with(Setup { oidc: Some(provider.settings()), ..Setup::default() }).await;
    for groups in [json!(["strangers"]), json!([]), json!(null), json!({ "staff": true }), json!(7)]
    {
        provider.says(groups.clone());
        let (answer, session) = signed_in(&world, &provider).await;
        assert!(answer.status == 403 && session.is_none(), "{groups}: {answer:?}");
    }
    assert_eq!(world.owner.get("/api/v1/users").await.json().as_array().map(Vec::len), Some(1));
    // Somebody to whom everything was closed stays outside.
    provider.says(json!(["staff"]));
    let (_, ada) = signed_in(&world, &provider).await;
    let user = ada.expect("let in").get("/api/v1/me").await.json()["user"].clone();
    let path = format!("/api/v1/users/{}", user.as_str().expect("a user"));
    let close = json!({ "command_id": super::world::word(), "is_closed": true });
    assert_eq!(world.owner.send("PATCH", &path, &close).await.status, 200);
    let (answer, session) = signed_in(&world, &provider).await;
    assert!(answer.status == 403 && session.is_none());
}

/// Of each mistake the status, and a word of why.
async fn refuses(mistakes: &[(Mistake, u16, &str)]) {
    for (mistake, status, why) in mistakes {
        // Each on a server of its own: sign-ins are limited.
        let provider = Provider::start().await;
        let world =
            World::with(Setup { oidc: Some(provider.settings()), ..Setup::default() }).await;
        let led = led(&world, &provider).await;
        provider.makes(*mistake);
        let answer = come_back(&world, &led).await;
        let said = String::from_utf8_lossy(&answer.body).into_owned();
        assert!(answer.status == *status && said.contains(why), "{mistake:?}: {answer:?} {said}");
        assert!(cookie(&answer, "ssot_session_").is_none(), "{mistake:?}");
        assert_eq!(provider.led_astray(), 0, "{mistake:?}");
        let users = world.owner.get("/api/v1/users").await.json();
        assert_eq!(users.as_array().map(Vec::len), Some(1), "{mistake:?}");
    }
}

#[tokio::test]
async fn a_token_about_somebody_or_something_else_is_refused() {
    refuses(&[
        (Mistake::Issuer, 403, "somebody else issued it"),
        (Mistake::Audience, 403, "meant for somebody else"),
        (Mistake::SharedAudience, 403, "meant for somebody else"),
        (Mistake::AuthorisedParty, 403, "meant for somebody else"),
        (Mistake::Nonce, 403, "another sign-in"),
        (Mistake::NoNonce, 403, "does not say what it has to"),
        (Mistake::NoSubject, 403, "names nobody"),
    ])
    .await;
}

#[tokio::test]
async fn a_token_of_another_time_is_refused() {
    refuses(&[
        (Mistake::Expired, 403, "its time is over"),
        (Mistake::ExpiryAsText, 403, "does not say what it has to"),
        (Mistake::Old, 403, "its time is over"),
        (Mistake::NotYet, 403, "its time has not come"),
    ])
    .await;
}

#[tokio::test]
async fn a_token_that_no_key_of_the_provider_has_signed_is_refused() {
    refuses(&[
        (Mistake::AlgorithmNone, 403, "signed in a way"),
        (Mistake::AlgorithmOfThePublicKey, 403, "signed in a way"),
        (Mistake::AnotherKey, 403, "no key of the provider"),
        (Mistake::AnotherName, 403, "no key of the provider"),
        (Mistake::ChangedAfterwards, 403, "no key of the provider"),
        (Mistake::CriticalHeader, 403, "demands what is not known"),
    ])
    .await;
}

#[tokio::test]
async fn a_provider_leads_this_server_nowhere() {
    refuses(&[
        (Mistake::AnotherIssuer, 502, "calls itself"),
        (Mistake::HugeMetadata, 502, "cannot be used"),
        (Mistake::MetadataElsewhere, 502, "status 307"),
        (Mistake::TokenElsewhere, 502, "status 307"),
        (Mistake::KeysInTheCloud, 502, "169.254.169.254, which is not allowed"),
        (Mistake::LeadsToScript, 502, "leads browsers to"),
    ])
    .await;
}

#[tokio::test]
async fn settings_that_lead_inside_are_not_followed() {
    let provider = Provider::start().await;
    for (issuer, status) in [
        // Without the permission not even this machine is asked.
        (format!("https://{}", provider.address()), 502),
        ("https://169.254.169.254".to_owned(), 502),
        ("https://[::ffff:10.0.0.1]".to_owned(), 502),
        ("https://localhost:1".to_owned(), 502),
    ] {
        let settings = super::super::OidcSettings {
            issuer: issuer.clone(),
            allow_loopback: false,
            ..provider.settings()
        };
        let world = World::with(Setup { oidc: Some(settings), ..Setup::default() }).await;
        let begun = world.nobody().get("/sign-in/provider").await;
        let said = String::from_utf8_lossy(&begun.body).into_owned();
        assert_eq!(begun.status, status, "{issuer}: {said}");
        assert!(said.contains("which is not allowed"), "{issuer}: {said}");
    }
    for issuer in ["http://id.example.org", "file:///etc/passwd", "id.example.org", "https://x/?a"]
    {
        let settings = super::super::OidcSettings {
            issuer: issuer.to_owned(),
            allow_loopback: false,
            ..provider.settings()
        };
        assert!(settings.check().is_err(), "{issuer}");
    }
}

#[tokio::test]
async fn a_sign_in_is_ended_once_and_by_the_browser_that_began_it() {
    let provider = Provider::start().await;
    let world = World::with(Setup { oidc: Some(provider.settings()), ..Setup::default() }).await;
    let (mine, yours) = (led(&world, &provider).await, led(&world, &provider).await);
    // Somebody's answer in the browser of somebody else, and in none.
    for kept in [yours.kept.as_str(), "x=y"] {
        let swapped = Led { kept: kept.to_owned(), back: mine.back.clone() };
        let answer = come_back(&world, &swapped).await;
        assert!(answer.status == 403 && cookie(&answer, "ssot_session_").is_none(), "{answer:?}");
    }
    let first = come_back(&world, &mine).await;
    assert!(first.status == 200 && cookie(&first, "ssot_session_").is_some(), "{first:?}");
    let replayed = come_back(&world, &mine).await;
    assert!(replayed.status == 403 && cookie(&replayed, "ssot_session_").is_none());
    // A state that nobody has begun, an answer of another issuer, and a refusal.
    let guessed = Led { kept: yours.kept.clone(), back: "/sign-in/back?code=1&state=2".to_owned() };
    assert_eq!(come_back(&world, &guessed).await.status, 403);
    let mixed = format!("{}&iss=https%3A%2F%2Fid.example.org", yours.back);
    let answer = come_back(&world, &Led { kept: yours.kept.clone(), back: mixed }).await;
    assert!(String::from_utf8_lossy(&answer.body).contains("somebody else than the provider"));
    let third = led(&world, &provider).await;
    let denied = third.back.replace("code=", "error=%3Cscript%3E&x=");
    let answer = come_back(&world, &Led { kept: third.kept, back: denied }).await;
    let said = String::from_utf8_lossy(&answer.body).into_owned();
    assert!(
        answer.status == 403 && !said.contains("<script>&") && said.contains("script"),
        "{said}"
    );
}

#[tokio::test]
async fn without_a_provider_there_is_nothing_to_begin() {
    let world = World::new().await;
    for path in ["/sign-in/provider", "/sign-in/back?code=1&state=2", "/sign-in/provider-out"] {
        assert_eq!(world.nobody().get(path).await.status, 404, "{path}");
    }
    let page = world.nobody().get("/sign-in").await;
    assert!(!String::from_utf8_lossy(&page.body).contains("/sign-in/provider"));
}
