//! Decisions about small repositories, and what becomes of their files.

mod cases;
mod properties;
mod support;
