//! A question put to a language model until it has answered it.

use tokio::sync::mpsc;

use super::{Call, Dialogue, LlmError};
use crate::drivers::{Heard, line, summary_of};
use crate::identity::UserExecutionContext;
use crate::tools::ToolDispatcher;

/// Lets a model call tools until it answers in words alone; tells all of it as it happens.
///
/// The calls of one exchange are made one after the other, in the model's order. A tool that
/// refuses, breaks or does not exist is told to the model, which goes on.
pub async fn pursue(
    dialogue: &mut Dialogue,
    tools: &ToolDispatcher,
    context: &UserExecutionContext,
    heard: &mpsc::Sender<Heard>,
) -> Result<String, LlmError> {
    let steps = dialogue.llm().config().steps;
    for _ in 0..steps {
        let reply = dialogue.exchange().await?;
        tell(heard, Heard::Used(reply.spent)).await?;
        if reply.calls.is_empty() {
            return answer(reply.text, reply.is_cut);
        }
        if !reply.text.is_empty() {
            tell(heard, Heard::Said(reply.text)).await?;
        }
        for call in reply.calls {
            let result = made(&call, tools, context, heard).await?;
            dialogue.result(&call, result);
        }
    }
    Err(LlmError::Endless(steps))
}

fn answer(text: String, is_cut: bool) -> Result<String, LlmError> {
    match (text.is_empty(), is_cut) {
        (true, _) => Err(LlmError::Unreadable("it is empty".to_owned())),
        (false, true) => Ok(format!("{text} ...")),
        (false, false) => Ok(text),
    }
}

/// Makes a call, and tells of it; its result as the model reads it.
async fn made(
    call: &Call,
    tools: &ToolDispatcher,
    context: &UserExecutionContext,
    heard: &mpsc::Sender<Heard>,
) -> Result<String, LlmError> {
    let Call { id, tool, arguments } = call;
    let about = line(&summary_of(arguments));
    tell(heard, Heard::ToolStarted { call: id.clone(), tool: tool.clone(), about }).await?;
    let answer = tools.call(context, tool, arguments.clone()).await;
    let (ok, result) = match answer {
        Ok(value) => (true, value.as_str().map_or_else(|| value.to_string(), str::to_owned)),
        Err(error) => (false, error.to_string()),
    };
    let summary = line(&result);
    tell(heard, Heard::ToolEnded { call: id.clone(), ok, summary }).await?;
    Ok(result)
}

async fn tell(heard: &mpsc::Sender<Heard>, what: Heard) -> Result<(), LlmError> {
    heard.send(what).await.map_err(|_| LlmError::Alone)
}
