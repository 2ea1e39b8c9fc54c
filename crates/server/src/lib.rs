//! Faces of ssot for people and programs: the dashboard with its API, and the Model Context
//! Protocol. What they say is said by `ssot_engine`; here it is put into the words of a
//! protocol, and nothing else.

pub mod lsp;
pub mod mcp;
pub mod serve;
