//! A language model with tools of this program, as one more agent: it has no process, no
//! network and no files but what its tools show and change.

use tokio::sync::mpsc;

use super::{Conversation, Driver, Ended, Heard};
use crate::identity::UserExecutionContext;
use crate::llm::{Dialogue, Llm, LlmError, pursue};
use crate::tools::ToolDispatcher;

/// A language model as an agent.
#[derive(Clone)]
pub struct Model {
    /// The model.
    pub llm: Llm,
    /// What it may call; they decide themselves what may be changed.
    pub tools: ToolDispatcher,
    /// Whose work it is.
    pub whose: UserExecutionContext,
    /// What it is told before everything else; words of this program alone.
    pub instructions: &'static str,
}

impl Driver for Model {
    fn converse(
        &self,
        mut prompts: mpsc::Receiver<String>,
        heard: mpsc::Sender<Heard>,
    ) -> Conversation {
        let Self { llm, tools, whose, instructions } = self.clone();
        Box::pin(async move {
            let mut dialogue = Dialogue::begin(&llm, instructions);
            dialogue.offer(tools.describe());
            while let Some(prompt) = prompts.recv().await {
                dialogue.say(prompt);
                let over = match pursue(&mut dialogue, &tools, &whose, &heard).await {
                    Ok(words) => {
                        if heard.send(Heard::Said(words)).await.is_err() {
                            return Ended("nobody listens".to_owned());
                        }
                        Heard::Done
                    }
                    Err(error @ LlmError::Endless(_)) => Heard::GaveUp(error.to_string()),
                    Err(error) => return Ended(error.to_string()),
                };
                if heard.send(over).await.is_err() {
                    return Ended("nobody listens".to_owned());
                }
            }
            Ended("nothing more was asked".to_owned())
        })
    }
}
