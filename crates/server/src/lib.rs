//! Faces of ssot for programs. What they say is said by `ssot_engine`; here it is put into
//! the words of a protocol, and nothing else.

pub mod mcp;
