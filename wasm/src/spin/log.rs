//! What an operator is told: lines in the host's log of the component. The
//! target that the component is compiled for has no standard error of its own,
//! so the host's is asked for; by the interface of WASI 0.2, which can be
//! called where nothing can wait, as in a panic.

use core::fmt::Display;
use std::panic;

use wasip2::cli::stderr::get_stderr;

/// Writes a line.
pub(super) fn write(line: &impl Display) {
    let line = format!("touchmark: {line}\n");
    // One call takes this much. A log that cannot be written to is no reason
    // to fail.
    for part in line.as_bytes().chunks(4096) {
        let _ = get_stderr().blocking_write_and_flush(part);
    }
}

/// Has panics written, which are bugs. They end the instance, and the host
/// answers its request with 500.
pub(super) fn panics() {
    panic::set_hook(Box::new(|panic| write(panic)));
}
