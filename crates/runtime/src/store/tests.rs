//! What the store promises, on real files.

use ssot_model::{Timestamp, UserId};

use super::{Claim, CommandKey, Role, SecretKind, Store, StoreError};
use crate::clock::Clock;
use crate::ids::Randomness;

const NOW: i64 = 1_772_360_100_000;

async fn open(directory: &std::path::Path, at: i64) -> Store {
    let clock = Clock::fixed(Timestamp(at));
    Store::open(&directory.join("server.db"), clock, Randomness::system()).await.expect("a store")
}

#[tokio::test]
async fn secrets_open_the_door_until_they_end_and_codes_once() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = open(directory.path(), NOW).await;
    let ada = store.add_user("Ada", false).await.expect("added").user;
    for kind in [SecretKind::Session, SecretKind::Token] {
        let grant = store.grant(&ada, kind, "x").await.expect("granted");
        let digest = grant.secret.digest();
        let at = |at: i64| open(directory.path(), at);
        for (moment, opens) in [(NOW, true), (grant.expires.0 - 1, true), (grant.expires.0, false)]
        {
            let holder = at(moment).await.holder(digest, kind).await.expect("read");
            assert_eq!(holder.is_some_and(|it| it.user == ada), opens, "{kind:?} {moment}");
        }
        assert!(store.holder(digest, SecretKind::Code).await.expect("read").is_none());
    }
    let code = store.grant(&ada, SecretKind::Code, "x").await.expect("granted");
    let late = open(directory.path(), code.expires.0).await;
    assert!(late.spend(code.secret.digest()).await.expect("read").is_none());
    assert!(store.spend(code.secret.digest()).await.expect("read").is_some());
    assert!(store.spend(code.secret.digest()).await.expect("read").is_none());
}

#[tokio::test]
async fn no_secret_is_in_the_file() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = open(directory.path(), NOW).await;
    let ada = store.add_user("Ada", false).await.expect("added").user;
    let grant = store.grant(&ada, SecretKind::Token, "x").await.expect("granted");
    let secret = grant.secret.reveal().trim_start_matches("ssot_token_").to_owned();
    for entry in std::fs::read_dir(directory.path()).expect("a directory") {
        let bytes = std::fs::read(entry.expect("a file").path()).expect("read");
        assert!(!bytes.windows(secret.len()).any(|it| it == secret.as_bytes()));
    }
}

#[tokio::test]
async fn a_project_is_open_to_its_members_as_what_they_are() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = open(directory.path(), NOW).await;
    let ada = store.add_user("Ada", false).await.expect("added").user;
    let project = store.add_project("shop", "/srv/shop".as_ref()).await.expect("added").project;
    let again = store.add_project("other", "/srv/shop".as_ref()).await;
    assert!(matches!(again, Err(StoreError::Taken(_))));
    assert_eq!(store.role(&project, &ada).await, Ok(None));
    for role in [Role::Viewer, Role::Admin, Role::Operator] {
        store.set_member(&project, &ada, role).await.expect("set");
        assert_eq!(store.role(&project, &ada).await, Ok(Some(role)));
        // What was written is there when the server comes back.
        assert_eq!(open(directory.path(), NOW).await.role(&project, &ada).await, Ok(Some(role)));
    }
    assert_eq!(store.remove_member(&project, &ada).await, Ok(true));
    assert_eq!(store.role(&project, &ada).await, Ok(None));
    assert!(Role::Viewer < Role::Operator && Role::Approver < Role::Admin);
}

#[tokio::test]
async fn a_command_is_new_once() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = open(directory.path(), NOW).await;
    let user = UserId::new("u-1");
    let key = |body: &str| CommandKey::new(&user, "word", "POST /x", body.as_bytes());
    assert_eq!(store.claim(&key("a")).await, Ok(Claim::New));
    assert_eq!(store.claim(&key("a")).await, Ok(Claim::Unfinished));
    assert_eq!(store.claim(&key("b")).await, Ok(Claim::Another));
    store.conclude(&key("a"), 201, "{}").await.expect("kept");
    let done = Claim::Done { status: 201, answer: "{}".to_owned() };
    assert_eq!(open(directory.path(), NOW).await.claim(&key("a")).await, Ok(done));
    // Where the address ends is told: a letter more there and less in the body is another.
    let moved = CommandKey::new(&user, "word", "POST /xa", b"");
    assert_eq!(store.claim(&moved).await, Ok(Claim::Another));
    assert!(store.is_writable().await);
}
