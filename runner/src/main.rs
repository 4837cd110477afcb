//! The `touchmark` command: reads the command line and leaves the rest to
//! the modules.

fn main() {}
