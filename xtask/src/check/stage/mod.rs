//! The stages of the check, in the order in which they run: what is quick
//! and often wrong comes first. A new stage is a constant in a file here and
//! a line in the list.

mod bench;
mod clients;
mod hosts;
mod no_std;
mod rust;
mod scenarios;
mod wasm;

use crate::failure::Result;
use crate::workspace::Workspace;

/// One thing that has to hold.
#[derive(Debug)]
pub(crate) struct Stage {
    /// One word, as `--only` takes it.
    pub(crate) name: &'static str,
    /// What is known once it passed.
    pub(crate) proves: &'static str,
    pub(crate) speed: Speed,
    pub(crate) run: fn(&Workspace) -> Result<()>,
}

/// What a stage asks of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Speed {
    /// Nothing but the compiler that builds for this machine.
    Fast,
    /// Other toolchains, optimised builds, servers or installs.
    Slow,
}

/// Every stage.
pub(crate) const STAGES: &[Stage] = &[
    rust::FORMAT,
    rust::LINT,
    rust::TEST,
    rust::FEATURES,
    rust::DOCS,
    no_std::NO_STD,
    wasm::EDGE,
    scenarios::IN_PROCESS,
    scenarios::ON_MEMORY,
    scenarios::ON_SQLITE,
    hosts::HOSTS,
    wasm::PACKAGE,
    clients::CLIENTS,
    bench::BENCH,
];
