//! The server as its users meet it: the real command in a process of its own,
//! asked over loopback.
#![cfg(unix)]

mod client;
mod clients;
mod content;
mod ending;
mod fixtures;
mod identity;
mod kill;
mod life;
mod process;
mod start;
