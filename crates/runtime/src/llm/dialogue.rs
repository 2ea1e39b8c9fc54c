//! One dialogue with a language model.

use genai::chat::{
    ChatMessage, ChatOptions, ChatRequest, ChatResponse, Tool, ToolCall, ToolResponse,
};
use serde_json::Value;

use super::{Llm, LlmError};
use crate::drivers::Spent;
use crate::tools::ToolDescription;

/// One dialogue: what was said so far and what the model may call.
pub struct Dialogue {
    llm: Llm,
    request: ChatRequest,
    options: ChatOptions,
    results: Vec<String>,
}

/// What the model says in one exchange.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// In words; empty when it only calls.
    pub text: String,
    /// What it calls. Each call needs a [`Dialogue::result`] before the next exchange.
    pub calls: Vec<Call>,
    /// What the exchange has used up.
    pub spent: Spent,
    /// Whether its words were cut off because there were too many.
    pub is_cut: bool,
}

/// A call of a tool.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Identity of the call in the dialogue.
    pub id: String,
    /// The tool.
    pub tool: String,
    /// What it is called with.
    pub arguments: Value,
}

impl Dialogue {
    /// Begins one. `instructions` come from this program alone: text of a repository or of
    /// somebody who asks is said with [`Self::say`].
    pub fn begin(llm: &Llm, instructions: &str) -> Self {
        Self {
            request: ChatRequest::from_system(instructions),
            options: ChatOptions::default().with_max_tokens(llm.config.output_tokens),
            llm: llm.clone(),
            results: Vec::new(),
        }
    }

    /// Says which tools there are.
    pub fn offer(&mut self, tools: Vec<ToolDescription>) {
        let tool = |it: ToolDescription| {
            Tool::new(it.name).with_description(it.description).with_schema(it.input)
        };
        self.request.tools = Some(tools.into_iter().map(tool).collect());
    }

    /// The model.
    pub fn llm(&self) -> &Llm {
        &self.llm
    }

    /// Says something to the model; it answers with [`Self::exchange`].
    pub fn say(&mut self, text: impl Into<String>) {
        self.request.messages.push(ChatMessage::user(text.into()));
    }

    /// Recalls what the model said in an earlier dialogue.
    pub fn recall(&mut self, text: impl Into<String>) {
        self.request.messages.push(ChatMessage::assistant(text.into()));
    }

    /// Tells what came of a call.
    pub fn result(&mut self, call: &Call, text: String) {
        let answer = ToolResponse::new(call.id.clone(), text.as_str()).with_fn_name(&call.tool);
        self.results.push(text);
        self.request.messages.push(ChatMessage::from(answer));
    }

    /// What came of the calls so far, oldest first.
    pub fn results(&self) -> impl Iterator<Item = &str> {
        self.results.iter().map(String::as_str)
    }

    /// Lets the model answer what was said.
    pub async fn exchange(&mut self) -> Result<Reply, LlmError> {
        let asked = self.llm.client.exec_chat(
            self.llm.target.clone(),
            self.request.clone(),
            Some(&self.options),
        );
        let answer = asked.await.map_err(|error| LlmError::of(&error, self.llm.key.as_ref()))?;
        let reply = self.reply(&answer);
        // With what some models sign of their thoughts: they want it back.
        self.request.messages.push(ChatMessage::assistant(answer.content));
        Ok(reply)
    }

    fn reply(&self, answer: &ChatResponse) -> Reply {
        let count = |tokens: Option<i32>| tokens.and_then(|it| u64::try_from(it).ok());
        let read = count(answer.usage.prompt_tokens).unwrap_or(0);
        let written = count(answer.usage.completion_tokens).unwrap_or(0);
        let config = &self.llm.config;
        // Cents a million tokens are hundredths of a millionth of a dollar a token.
        let price = read * u64::from(config.input_price) + written * u64::from(config.output_price);
        let call = |call: &ToolCall| Call {
            id: call.call_id.clone(),
            tool: call.fn_name.clone(),
            arguments: call.fn_arguments.clone(),
        };
        Reply {
            text: answer.texts().join("\n").trim().to_owned(),
            calls: answer.tool_calls().into_iter().map(call).collect(),
            spent: Spent { tokens: read + written, microdollars: price.div_ceil(100) },
            is_cut: answer.stop_reason.as_ref().is_some_and(genai::chat::StopReason::is_max_tokens),
        }
    }
}
