//! One client's view of the tools.

use std::sync::Arc;

use rmcp::ErrorData;
use rmcp::handler::server::ServerHandler;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, GetPromptRequestParams,
    GetPromptResponse, Implementation, JsonObject, ListPromptsResult, ListResourceTemplatesResult,
    ListResourcesResult, ListToolsResult, PaginatedRequestParams, ReadResourceRequestParams,
    ReadResourceResponse, ServerCapabilities, ServerConfig, Tool, ToolAnnotations,
};
use rmcp::service::{RequestContext, RoleServer};
use serde_json::Value;
use ssot_engine::{EngineError, Workshop};
use ssot_model::{RequestId, UserId};
use ssot_runtime::identity::UserExecutionContext;
use ssot_runtime::ids::IdManager;
use ssot_runtime::tools::{Effect, Permission, ToolDescription, ToolDispatcher, ToolError};

use super::{pages, prompts};

const INSTRUCTIONS: &str = "ssot knows every definition of this repository and which concepts have \
    more than one source of truth. Before you write a class, a function or a constant, call \
    `find_existing` with its name, its signature or its code, and import what is there. Before \
    you commit, call `check_change`. `canonical_of` says which of several definitions to use.";

/// What one client talks to.
#[derive(Clone)]
pub(super) struct Face {
    workshop: Workshop,
    tools: ToolDispatcher,
    described: Arc<[Tool]>,
    /// Who asks, in which conversation.
    whose: UserExecutionContext,
}

impl Face {
    /// A conversation of a user about a repository.
    pub(super) fn new(workshop: Workshop, user: UserId) -> Result<Self, EngineError> {
        let tools = workshop.tools()?;
        let described = tools.describe().into_iter().map(described).collect();
        // A conversation stands for itself: nothing of it belongs to a run of the engine.
        let ids = IdManager::system();
        let whose = UserExecutionContext::new(user, ids.thread(), ids.run(), ids.request());
        Ok(Self { workshop, tools, described, whose })
    }

    /// Reads the repository while the client introduces itself.
    pub(super) fn warm_up(&self) {
        let workshop = self.workshop.clone();
        // Whoever asks first is told what went wrong.
        drop(tokio::task::spawn_blocking(move || workshop.warm_up()));
    }

    /// Calls a tool for this conversation.
    pub(super) async fn call(
        &self,
        request: &impl std::fmt::Display,
        name: &str,
        arguments: Value,
    ) -> Result<Value, ToolError> {
        let context = self.whose.child(RequestId::new(request.to_string()));
        self.tools.call(&context, name, arguments).await
    }
}

/// A tool with what it declares of itself; none reaches beyond this machine.
fn described(tool: ToolDescription) -> Tool {
    let schema: JsonObject = match tool.input {
        Value::Object(schema) => schema,
        _ => JsonObject::new(),
    };
    let hints = ToolAnnotations::new()
        .read_only(tool.needs == Permission::Read)
        .destructive(tool.needs != Permission::Read)
        .idempotent(tool.effect == Effect::Idempotent)
        .open_world(false);
    Tool::new(tool.name, tool.description, schema).with_annotations(hints)
}

impl ServerHandler for Face {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder()
            .enable_tools()
            .enable_resources()
            .enable_prompts()
            .build();
        ServerConfig::new(capabilities)
            .with_server_info(Implementation::new("ssot", env!("CARGO_PKG_VERSION")))
            .with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(self.described.to_vec()))
    }

    async fn call_tool(
        &self,
        asked: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let arguments = Value::Object(asked.arguments.unwrap_or_default());
        let answer = self.call(&context.id, &asked.name, arguments).await;
        Ok(match answer {
            Ok(value) => CallToolResult::structured(value).into(),
            Err(error @ ToolError::Unknown { .. }) => {
                return Err(ErrorData::invalid_params(error.to_string(), None));
            }
            // Told as a result, so that the agent reads what to do instead.
            Err(error) => CallToolResult::error(vec![ContentBlock::text(error.to_string())]).into(),
        })
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        Ok(ListResourcesResult::with_all_items(pages::list()))
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        Ok(ListResourceTemplatesResult::with_all_items(pages::templates()))
    }

    async fn read_resource(
        &self,
        asked: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        pages::read(self, &context.id, &asked.uri).await.map(Into::into)
    }

    async fn list_prompts(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        Ok(ListPromptsResult::with_all_items(prompts::list()))
    }

    async fn get_prompt(
        &self,
        asked: GetPromptRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        prompts::get(&asked.name, &asked.arguments.unwrap_or_default()).map(Into::into)
    }
}
