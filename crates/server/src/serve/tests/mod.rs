//! A real server on a real port, asked by real clients.

#![expect(clippy::disallowed_methods, reason = "the tests look at what was written")]

mod access;
mod commands;
mod delivery;
mod faults;
mod limits;
mod llm;
mod oidc;
mod origins;
mod pages;
mod provider;
mod steering;
mod world;
