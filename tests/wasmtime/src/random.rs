//! WASI's randomness, which can be made to fail.
//! <https://github.com/WebAssembly/wasi-random>

use wasmtime::component::Linker;
use wasmtime::error::Context as _;

use crate::fault::{self, Fault};

/// Defines the interface in place of the one that is there.
pub(crate) fn add_to_linker<T: 'static>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    linker.allow_shadowing(true);
    let mut interface = linker.instance("wasi:random/random@0.3.0")?;
    interface.func_wrap("get-random-bytes", |_, (length,): (u64,)| {
        if fault::now() == Some(Fault::Randomness) {
            return Ok((Vec::new(),));
        }
        let mut bytes = vec![0; usize::try_from(length)?];
        getrandom::fill(&mut bytes).context("this machine has no randomness")?;
        Ok((bytes,))
    })
}
