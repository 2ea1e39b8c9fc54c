//! The agent of `docs/runtime.md`: it works, and the page shows it as it is.

use std::path::Path;

#[expect(dead_code, reason = "its `main` is for whoever runs it as a program")]
#[path = "../../examples/agent.rs"]
mod agent;

const EXPECTED: [&str; 4] =
    ["agent_started", "tool_executing", "tool_completed", "agent_completed"];

#[tokio::test]
async fn the_agent_of_the_page_works() {
    let directory = tempfile::tempdir().unwrap();
    let told = agent::run(directory.path(), "ada", "one text of five words").await.unwrap();
    assert_eq!(told, EXPECTED);
    // Each run is one of its own, in the same log.
    let told = agent::run(directory.path(), "eve", "").await.unwrap();
    assert_eq!(told, EXPECTED);
}

#[test]
fn the_page_shows_the_agent_as_it_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("../../docs/runtime.md")).unwrap();
    let agent = std::fs::read_to_string(root.join("examples/agent.rs")).unwrap();
    let block = page.split("```rust\n").nth(1).unwrap().split("```\n").next().unwrap();
    assert_eq!(block, agent, "docs/runtime.md quotes crates/runtime/examples/agent.rs");
}
