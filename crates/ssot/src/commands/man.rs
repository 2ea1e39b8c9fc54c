//! `ssot man`: the manual page, with every command in it.

use clap::{Command, CommandFactory};

use crate::cli::Cli;
use crate::exit::Exit;
use crate::output;

pub(crate) fn run() -> anyhow::Result<Exit> {
    let mut page = Vec::new();
    let command = Cli::command();
    clap_mangen::Man::new(command.clone()).render(&mut page)?;
    for verb in command.get_subcommands().filter(|verb| !verb.is_hide_set()) {
        page.extend(section(verb, verb.get_name())?);
        for part in verb.get_subcommands() {
            page.extend(section(part, &format!("{} {}", verb.get_name(), part.get_name()))?);
        }
    }
    output::result(&String::from_utf8_lossy(&page))?;
    Ok(Exit::Clean)
}

/// One command as a section of the page.
fn section(verb: &Command, name: &str) -> anyhow::Result<Vec<u8>> {
    let mut text = format!(".SH \"SSOT {}\"\n", name.to_uppercase()).into_bytes();
    let man = clap_mangen::Man::new(verb.clone());
    man.render_description_section(&mut text)?;
    man.render_options_section(&mut text)?;
    // The parts come as sections of their own; here they are below their command.
    let text = String::from_utf8_lossy(&text)
        .replace(".SH DESCRIPTION\n", ".PP\n")
        .replace(".SH OPTIONS\n", ".PP\n");
    Ok(text.into_bytes())
}
