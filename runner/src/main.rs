//! The `touchmark` command.

fn main() {}
