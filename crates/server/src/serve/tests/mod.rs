//! A real server on a real port, asked by real clients.

mod access;
mod commands;
mod delivery;
mod limits;
mod origins;
mod pages;
mod world;
