//! How the program ends: the one translation from errors to messages and codes.

use std::process::ExitCode;

use ssot_engine::{EngineError, ErrorKind};

use crate::{output, text::style};

/// How a command ended that did its job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Nothing to complain about.
    Clean,
    /// Findings, or a package that did not land.
    Findings,
    /// Stopped from outside.
    Interrupted,
}

impl Exit {
    /// Findings unless `clean`.
    pub(crate) fn clean_if(clean: bool) -> Self {
        if clean { Self::Clean } else { Self::Findings }
    }
}

/// What was asked for cannot be done; the user can change that.
#[derive(Debug)]
pub(crate) struct Usage(pub(crate) String);

impl std::fmt::Display for Usage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

const FINDINGS: u8 = 1;
const USAGE: u8 = 2;
const INTERNAL: u8 = 3;
const INTERRUPTED: u8 = 130;

/// The exit code of a result; an error is told on the way.
pub(crate) fn code(result: anyhow::Result<Exit>) -> ExitCode {
    let error = match result {
        Ok(Exit::Clean) => return ExitCode::SUCCESS,
        Ok(Exit::Findings) => return FINDINGS.into(),
        Ok(Exit::Interrupted) => return INTERRUPTED.into(),
        // Whoever reads the result has read enough.
        Err(error) if is_closed_pipe(&error) => return ExitCode::SUCCESS,
        Err(error) => error,
    };
    output::message(&format!("{} {error:#}", style::bad("error:")));
    let code = number(&error);
    if code == INTERNAL {
        output::message(
            "This is a fault of ssot or of the machine. Your files are untouched; `ssot resume` \
             takes up a run that had begun.",
        );
    }
    code.into()
}

fn number(error: &anyhow::Error) -> u8 {
    if error.downcast_ref::<Usage>().is_some() {
        return USAGE;
    }
    match error.downcast_ref::<EngineError>().map(EngineError::kind) {
        Some(ErrorKind::User | ErrorKind::Config) => USAGE,
        Some(ErrorKind::Internal) | None => INTERNAL,
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<std::io::Error>()
        .is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use super::{INTERNAL, USAGE, Usage, is_closed_pipe, number};

    #[test]
    fn who_must_act_decides_the_code() {
        let usage = anyhow::Error::new(Usage("no such rule".to_owned()));
        assert_eq!(number(&usage), USAGE);
        assert_eq!(number(&usage.context("while explaining")), USAGE);
        assert_eq!(number(&anyhow::anyhow!("unforeseen")), INTERNAL);
    }

    #[test]
    fn a_reader_that_leaves_is_no_error() {
        let closed = std::io::Error::from(std::io::ErrorKind::BrokenPipe);
        assert!(is_closed_pipe(&closed.into()));
        let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
        assert!(!is_closed_pipe(&full.into()));
    }
}
