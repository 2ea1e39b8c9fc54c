//! Conversations as the agents document them, line by line.

use super::super::stream::{Lines, Reading};
use super::super::{Heard, Spent};
use super::{claude_code, codex, gemini, opencode, plain};

/// What is heard of lines, one line each, and what is known at the end.
fn heard(dialect: Lines, lines: &[&str]) -> (Vec<String>, Option<String>, Option<String>) {
    let mut reading = Reading::default();
    for line in lines {
        (dialect.read)(line, &mut reading);
    }
    let last = reading.pieces.take();
    let told = reading.heard.iter().chain(&last).map(|heard| match heard {
        Heard::Said(said) => format!("said {said}"),
        Heard::ToolStarted { call, tool, about } => format!("{call} {tool}: {about}"),
        Heard::ToolEnded { call, ok, summary } => format!("{call} ok={ok}: {summary}"),
        Heard::Used(Spent { tokens, microdollars }) => format!("used {tokens}, {microdollars}"),
        Heard::Done | Heard::GaveUp(_) => panic!("a line does not end a turn: {heard:?}"),
    });
    (told.collect(), reading.conversation, reading.failure)
}

#[test]
fn any_program_says_what_it_writes() {
    let (told, conversation, failure) = heard(plain::DIALECT, &["reading", "", "{\"not\": 1}"]);
    assert_eq!(told, ["said reading\n\n{\"not\": 1}"]);
    assert_eq!((conversation, failure), (None, None));
}

#[test]
fn claude_code() {
    let told = heard(
        claude_code::DIALECT,
        &[
            r#"{"type":"system","subtype":"init","session_id":"s-7","cwd":"/w","tools":["Edit"]}"#,
            r#"{"type":"assistant","message":{"role":"assistant","content":[{"type":"text","text":"I will look."},{"type":"tool_use","id":"t1","name":"Read","input":{"file_path":"a.py"}}]},"session_id":"s-7"}"#,
            r#"{"type":"user","message":{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"def a():\n    pass"}]}}"#,
            r#"{"type":"assistant","message":{"content":[{"type":"tool_use","id":"t2","name":"Edit","input":{"file_path":"a.py","old_string":"a"}}]}}"#,
            r#"{"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"t2","is_error":true,"content":[{"type":"text","text":"no match"}]}]}}"#,
            "not json",
            r#"{"type":"result","subtype":"success","is_error":false,"num_turns":3,"result":"ok","session_id":"s-7","total_cost_usd":0.0125,"usage":{"input_tokens":10,"cache_read_input_tokens":100,"output_tokens":5}}"#,
        ],
    );
    assert_eq!(
        told,
        (
            vec![
                "said I will look.".to_owned(),
                "t1 Read: a.py".to_owned(),
                "t1 ok=true: def a(): pass".to_owned(),
                r#"t2 Edit: {"file_path":"a.py","old_string":"a"}"#.to_owned(),
                "t2 ok=false: no match".to_owned(),
                "used 115, 12500".to_owned(),
            ],
            Some("s-7".to_owned()),
            None,
        )
    );
    let (.., failure) = heard(
        claude_code::DIALECT,
        &[r#"{"type":"result","subtype":"error_max_turns","is_error":true,"session_id":"s-7"}"#],
    );
    assert_eq!(failure.as_deref(), Some("error_max_turns"));
}

#[test]
fn codex() {
    let told = heard(
        codex::DIALECT,
        &[
            r#"{"type":"thread.started","thread_id":"th-1"}"#,
            r#"{"type":"turn.started"}"#,
            r#"{"type":"item.completed","item":{"id":"i0","type":"reasoning","text":"Look first"}}"#,
            r#"{"type":"item.started","item":{"id":"i1","type":"command_execution","command":"ls","status":"in_progress"}}"#,
            r#"{"type":"item.completed","item":{"id":"i1","type":"command_execution","command":"ls","aggregated_output":"a.py\n","exit_code":0,"status":"completed"}}"#,
            r#"{"type":"item.started","item":{"id":"i2","type":"file_change","changes":[{"path":"a.py"}],"status":"in_progress"}}"#,
            r#"{"type":"item.completed","item":{"id":"i2","type":"file_change","changes":[{"path":"a.py"}],"status":"failed"}}"#,
            r#"{"type":"item.completed","item":{"id":"i3","type":"agent_message","text":"Done."}}"#,
            r#"{"type":"turn.completed","usage":{"input_tokens":20,"cached_input_tokens":5,"output_tokens":4}}"#,
        ],
    );
    assert_eq!(
        told,
        (
            vec![
                "said Look first".to_owned(),
                "i1 command_execution: ls".to_owned(),
                "i1 ok=true: a.py".to_owned(),
                r#"i2 file_change: [{"path":"a.py"}]"#.to_owned(),
                "i2 ok=false: failed".to_owned(),
                "said Done.".to_owned(),
                "used 24, 0".to_owned(),
            ],
            Some("th-1".to_owned()),
            None,
        )
    );
    let (.., failure) =
        heard(codex::DIALECT, &[r#"{"type":"turn.failed","error":{"message":"no credit"}}"#]);
    assert_eq!(failure.as_deref(), Some("no credit"));
}

#[test]
fn gemini() {
    let told = heard(
        gemini::DIALECT,
        &[
            r#"{"type":"init","session_id":"g-1","model":"m"}"#,
            r#"{"type":"message","role":"user","content":"merge them"}"#,
            r#"{"type":"message","role":"assistant","content":"I will ","delta":true}"#,
            r#"{"type":"message","role":"assistant","content":"look.","delta":true}"#,
            r#"{"type":"tool_use","tool_name":"read_file","tool_id":"r1","parameters":{"path":"a.py"}}"#,
            r#"{"type":"tool_result","tool_id":"r1","status":"success","output":"text"}"#,
            r#"{"type":"error","severity":"warning","message":"slow"}"#,
            r#"{"type":"result","status":"success","stats":{"total_tokens":30,"tool_calls":1}}"#,
        ],
    );
    assert_eq!(
        told,
        (
            vec![
                "said I will look.".to_owned(),
                "r1 read_file: a.py".to_owned(),
                "r1 ok=true: text".to_owned(),
                "said slow".to_owned(),
                "used 30, 0".to_owned(),
            ],
            None,
            None,
        )
    );
    let (.., failure) = heard(
        gemini::DIALECT,
        &[r#"{"type":"result","status":"error","error":{"message":"quota"},"stats":{}}"#],
    );
    assert_eq!(failure.as_deref(), Some("quota"));
}

#[test]
fn opencode() {
    let told = heard(
        opencode::DIALECT,
        &[
            r#"{"type":"step_start","sessionID":"o-1","part":{"type":"step-start"}}"#,
            r#"{"type":"text","sessionID":"o-1","part":{"type":"text","text":"Looking."}}"#,
            r#"{"type":"tool_use","sessionID":"o-1","part":{"callID":"c1","tool":"bash","state":{"status":"completed","input":{"command":"ls"},"output":"a.py"}}}"#,
            r#"{"type":"tool_use","sessionID":"o-1","part":{"callID":"c2","tool":"edit","state":{"status":"error","input":{"filePath":"a.py"},"error":"no match"}}}"#,
            r#"{"type":"step_finish","sessionID":"o-1","part":{"reason":"stop","cost":0.001,"tokens":{"input":7,"output":3,"reasoning":1,"cache":{"read":0,"write":0}}}}"#,
        ],
    );
    assert_eq!(
        told,
        (
            vec![
                "said Looking.".to_owned(),
                "c1 bash: ls".to_owned(),
                "c1 ok=true: a.py".to_owned(),
                "c2 edit: a.py".to_owned(),
                "c2 ok=false: no match".to_owned(),
                "used 11, 1000".to_owned(),
            ],
            Some("o-1".to_owned()),
            None,
        )
    );
    let (.., failure) = heard(
        opencode::DIALECT,
        &[
            r#"{"type":"error","sessionID":"o-1","error":{"name":"APIError","data":{"message":"401"}}}"#,
        ],
    );
    assert_eq!(failure.as_deref(), Some("401"));
}
