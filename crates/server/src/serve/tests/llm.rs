//! Free questions: a language model that says what it is told to say, behind a real socket.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use ssot_model::{LlmConfig, LlmProvider};
use ssot_runtime::environment::Environment;
use ssot_runtime::llm::Llm;
use ssot_runtime::net::LocalListener;
use tokio::sync::Semaphore;

use super::world::{Setup, World};

const KEY: &str = "sk-of-nobody-else";

/// What is said in one exchange.
#[derive(Clone)]
enum Line {
    Words(&'static str),
    Call(&'static str, Value),
    /// The same call so many times.
    Calls(usize, &'static str),
    /// What the next line says, when the test lets it.
    Held,
    /// A status, and a body that repeats the key.
    Refusal(u16),
}

/// A model that follows its script and remembers what it was asked. The last line is said
/// again and again.
#[derive(Clone)]
struct Script {
    lines: Arc<Mutex<VecDeque<Line>>>,
    asked: Arc<Mutex<Vec<Value>>>,
    gate: Arc<Semaphore>,
}

impl Script {
    /// A world with this model.
    async fn play(lines: Vec<Line>) -> (Self, World) {
        let script = Self {
            lines: Arc::new(Mutex::new(lines.into())),
            asked: Arc::new(Mutex::new(Vec::new())),
            gate: Arc::new(Semaphore::new(0)),
        };
        let listener = LocalListener::bind(0).await.expect("a port");
        let endpoint = format!("http://127.0.0.1:{}/v1/", listener.address().port());
        let router =
            Router::new().route("/v1/chat/completions", post(answer)).with_state(script.clone());
        tokio::spawn(async move { axum::serve(listener.into_inner(), router).await });
        let config = LlmConfig {
            provider: LlmProvider::Openai,
            name: "scripted".to_owned(),
            endpoint: Some(endpoint),
            key_variable: Some("MODEL_KEY".to_owned()),
            key_file: None,
            steps: 4,
            output_tokens: 256,
            patience_seconds: 30,
            input_price: 0,
            output_price: 0,
        };
        let environment: Environment = [("MODEL_KEY", KEY)].into_iter().collect();
        let llm = Llm::open(&config, &environment).expect("a model");
        let world = World::with(Setup { llm: Some(llm), ..Setup::default() }).await;
        (script, world)
    }

    fn asked(&self) -> Vec<Value> {
        self.asked.lock().expect("a lock").clone()
    }

    /// Waits until the model has been asked so many times.
    async fn until_asked(&self, times: usize) {
        while self.asked().len() < times {
            tokio::task::yield_now().await;
        }
    }

    async fn line(&self) -> Line {
        let line = self.next();
        if !matches!(line, Line::Held) {
            return line;
        }
        self.gate.acquire().await.expect("a gate").forget();
        self.next()
    }

    fn next(&self) -> Line {
        let mut lines = self.lines.lock().expect("a lock");
        let line = if lines.len() > 1 { lines.pop_front() } else { None };
        line.or_else(|| lines.front().cloned()).expect("a line")
    }
}

/// A call of a tool as it is written to the model's client.
fn call(tool: &str, arguments: &Value) -> Value {
    json!({
        "id": "call-1", "type": "function",
        "function": { "name": tool, "arguments": arguments.to_string() },
    })
}

async fn answer(
    State(script): State<Script>,
    headers: HeaderMap,
    Json(asked): Json<Value>,
) -> Response {
    assert_eq!(headers["authorization"], format!("Bearer {KEY}").as_str());
    script.asked.lock().expect("a lock").push(asked);
    let calls = match script.line().await {
        Line::Words(words) => return said(&json!({ "role": "assistant", "content": words })),
        Line::Call(tool, arguments) => vec![call(tool, &arguments)],
        Line::Calls(times, tool) => vec![call(tool, &json!({})); times],
        Line::Held => panic!("a line follows"),
        Line::Refusal(status) => {
            let status = StatusCode::from_u16(status).expect("a status");
            return (status, format!("the key {KEY} is not known")).into_response();
        }
    };
    said(&json!({ "role": "assistant", "content": "I look it up.", "tool_calls": calls }))
}

fn said(message: &Value) -> Response {
    Json(json!({
        "id": "1", "object": "chat.completion", "model": "scripted",
        "choices": [{ "index": 0, "message": message, "finish_reason": "stop" }],
        "usage": { "prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12 },
    }))
    .into_response()
}

/// Asks, and hears everything up to the answer.
async fn hear(world: &World, question: &str) -> Vec<Value> {
    let thread = world.thread(&world.owner).await;
    assert_eq!(world.say(&world.owner, &thread, question).await.status, 202);
    answered(world, &thread, 1).await
}

/// What is said in a conversation up to so many answers.
async fn answered(world: &World, thread: &str, answers: usize) -> Vec<Value> {
    let mut socket = world.owner.socket().await;
    socket.subscribe(&world.project, thread, 0).await;
    let mut events: Vec<Value> = Vec::new();
    let is_answer = |it: &&Value| it["kind"] == "answer_given";
    while events.iter().filter(is_answer).count() < answers {
        let message = socket.next().await.expect("a message");
        let more = message["events"].as_array().into_iter().flatten();
        events.extend(more.cloned());
    }
    events
}

async fn metrics(world: &World) -> String {
    let metrics = world.nobody().get("/metrics").await.body;
    String::from_utf8_lossy(&metrics).into_owned()
}

fn kinds(events: &[Value]) -> Vec<&str> {
    events.iter().map(|it| it["kind"].as_str().expect("a kind")).collect()
}

const QUESTION: &str =
    "How do the two ways of making a key of an order differ, and does it matter?";

#[tokio::test]
async fn a_free_question_is_looked_up_and_the_answer_names_its_evidence() {
    let look = json!({ "definition": "order_key" });
    let (script, world) = Script::play(vec![
        Line::Call("canonical_of", look),
        Line::Words("Both make the same key: `order_key` is there twice."),
    ])
    .await;
    let events = hear(&world, QUESTION).await;
    let expected = [
        "message_posted",
        "agent_started",
        "agent_thinking",
        "tool_executing",
        "tool_completed",
        "agent_completed",
        "answer_given",
    ];
    assert_eq!(kinds(&events), expected);
    // The server counts what it looked up, wherever that was asked.
    let metrics = world.nobody().get("/metrics").await.body;
    let metrics = String::from_utf8_lossy(&metrics);
    for line in [
        r#"ssot_tool_calls_total{tool="canonical_of",outcome="ok"} 1"#,
        r#"ssot_tool_seconds_count{tool="canonical_of"} 1"#,
        r#"ssot_tool_seconds_bucket{le="+Inf",tool="canonical_of"} 1"#,
    ] {
        assert!(metrics.contains(line), "{line} in {metrics}");
    }
    let answer = &events[6];
    assert_eq!(answer["text"], "Both make the same key: `order_key` is there twice.");
    assert_eq!(answer["evidence"][0]["to"], "group", "{answer}");
    // What the model is given: our instructions, the question and tools that read.
    let asked = script.asked();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[0]["messages"][1]["content"], QUESTION);
    let result = asked[1]["messages"].as_array().expect("messages").last().expect("a result");
    assert_eq!(result["role"], "tool");
    let tools: Vec<&str> = asked[0]["tools"]
        .as_array()
        .expect("tools")
        .iter()
        .filter_map(|it| it["function"]["name"].as_str())
        .collect();
    assert_eq!(
        tools,
        [
            "audit",
            "canonical_of",
            "check_change",
            "explain_finding",
            "explain_rule",
            "find_existing",
            "plan",
            "run_status"
        ]
    );
}

#[tokio::test]
async fn what_intents_cover_asks_no_model() {
    let (script, world) = Script::play(vec![Line::Words("never said")]).await;
    for question in ["order_key", "plan", "help", "explain exact-clone"] {
        let events = hear(&world, question).await;
        assert_ne!(events.last().expect("an answer")["text"], "never said", "{question}");
    }
    assert_eq!(script.asked(), Vec::<Value>::new());
}

#[tokio::test]
async fn an_answer_that_rests_on_nothing_says_so() {
    let (_, world) = Script::play(vec![Line::Words("There are 14 of them.")]).await;
    let events = hear(&world, QUESTION).await;
    let answer = &events.last().expect("an answer");
    assert_eq!(
        answer["text"],
        "There are 14 of them.\n\n(This rests on nothing that was found in the repository.)"
    );
    assert_eq!(answer["evidence"], json!([]));
}

#[tokio::test]
async fn a_refusal_is_told_without_the_key() {
    let (_, world) = Script::play(vec![Line::Refusal(401)]).await;
    let events = hear(&world, QUESTION).await;
    let answer = &events.last().expect("an answer");
    assert_eq!(
        answer["text"],
        "There is no answer: the language model's provider answered 401: the key [key] is not known."
    );
    assert!(events.iter().all(|it| !it.to_string().contains(KEY)));
    assert!(metrics(&world).await.contains("ssot_llm_failures_total 1"));
}

#[tokio::test]
async fn a_model_that_goes_in_circles_is_stopped() {
    let (script, world) = Script::play(vec![Line::Call("run_everything", json!({}))]).await;
    let events = hear(&world, QUESTION).await;
    let answer = &events.last().expect("an answer");
    assert_eq!(
        answer["text"],
        "There is no answer: the language model was not done after 4 exchanges."
    );
    assert_eq!(script.asked().len(), 4);
    // Each call has one end, and the model was told that there is no such tool.
    let count = |kind: &str| kinds(&events).into_iter().filter(|it| *it == kind).count();
    assert_eq!((count("tool_executing"), count("tool_completed")), (4, 4));
    let told = script.asked()[1]["messages"].as_array().expect("messages").last().cloned();
    let told = told.expect("a result")["content"].to_string();
    assert!(told.contains("there is no tool `run_everything`"), "{told}");
}

#[tokio::test]
async fn nobody_has_more_than_some_questions_answered_at_the_same_time() {
    let held = vec![Line::Held; 3].into_iter();
    let (script, world) = Script::play(held.chain([Line::Words("At last.")]).collect()).await;
    let thread = world.thread(&world.owner).await;
    for _ in 0..3 {
        assert_eq!(world.say(&world.owner, &thread, QUESTION).await.status, 202);
    }
    let refused = world.say(&world.owner, &thread, QUESTION).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "thinking"), "{refused:?}");
    // What needs no model is answered all the same.
    assert_eq!(world.say(&world.owner, &thread, "help").await.status, 202);
    script.gate.add_permits(3);
    answered(&world, &thread, 4).await;
    let places = || async { world.say(&world.owner, &thread, QUESTION).await.status == 202 };
    while !places().await {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_log_that_takes_no_more_ends_the_question_and_says_so_when_it_is_back() {
    let (script, world) =
        Script::play(vec![Line::Held, Line::Calls(100, "nothing"), Line::Words("Done.")]).await;
    let thread = world.thread(&world.owner).await;
    assert_eq!(world.say(&world.owner, &thread, QUESTION).await.status, 202);
    script.until_asked(1).await;
    let (file, away) = (world.kept("chat.db"), world.kept("away.db"));
    std::fs::rename(&file, &away).expect("moved away");
    script.gate.add_permits(1);
    while !metrics(&world).await.contains("ssot_llm_failures_total 1") {
        tokio::task::yield_now().await;
    }
    std::fs::rename(&away, &file).expect("back again");
    let events = answered(&world, &thread, 1).await;
    let answer = events.last().expect("an answer");
    assert_eq!(answer["text"], "There is no answer: what led to it could not be kept. Ask again.");
    assert_eq!(kinds(&events).iter().filter(|it| **it == "agent_completed").count(), 1);
}
