//! The project's own tasks: `check`, `edge`, `bench`.
fn main() {}
