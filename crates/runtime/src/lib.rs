//! The one door to the outside world: files, processes, git, clock, sandbox, event log.
