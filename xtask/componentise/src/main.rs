//! Makes a component of a WebAssembly module that holds the description of its
//! interfaces: what the wasm-tools command does, from its library. Its own
//! package, so that xtask stays quick to compile.
//! <https://docs.rs/wit-component>

use std::env;
use std::fs;
use std::process::ExitCode;

use wit_component::ComponentEncoder;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [module, component] = arguments.as_slice() else {
        eprintln!("usage: xtask-componentise MODULE COMPONENT");
        return ExitCode::from(2);
    };
    let bytes = match fs::read(module) {
        Ok(bytes) => bytes,
        Err(error) => return failed(module, &error),
    };
    let encoded = ComponentEncoder::default()
        .validate(true)
        .module(&bytes)
        .and_then(|mut encoder| encoder.encode());
    match encoded.map(|bytes| fs::write(component, bytes)) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => failed(component, &error),
        Err(error) => failed(
            module,
            &format_args!("cannot be made a component: {error:#}"),
        ),
    }
}

fn failed(file: &str, why: &dyn core::fmt::Display) -> ExitCode {
    eprintln!("error: {file}: {why}");
    ExitCode::FAILURE
}
