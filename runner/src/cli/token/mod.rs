//! `touchmark token`: looking at tokens, verifying and minting them by hand.
//! A token is never printed but by `mint`, a key never.

mod inspect;
mod mint;
mod show;
mod verify;

use std::io;

use clap::{Args, Subcommand};

use crate::exit::Exit;

/// Look at, verify and mint tokens.
#[derive(Debug, Args)]
pub(super) struct Token {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show what a token says, without verifying anything.
    Inspect(inspect::Inspect),
    /// Verify a token and show its claims, or why it is refused.
    Verify(verify::Verify),
    /// Mint a token with a key of your own.
    Mint(mint::Mint),
}

impl Token {
    pub(super) fn run(self) -> io::Result<Exit> {
        match self.command {
            Command::Inspect(inspect) => inspect.run(),
            Command::Verify(verify) => verify.run(),
            Command::Mint(mint) => mint.run(),
        }
    }
}
