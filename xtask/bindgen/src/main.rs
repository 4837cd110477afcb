//! Binds a WebAssembly module to JavaScript: what the wasm-bindgen command
//! does, from its library, at exactly the version that the module was
//! compiled against. Its own package, so that xtask stays quick to compile.
//! <https://docs.rs/wasm-bindgen-cli-support>

use std::env;
use std::process::ExitCode;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [module, folder, name] = arguments.as_slice() else {
        eprintln!("usage: xtask-bindgen MODULE FOLDER NAME");
        return ExitCode::from(2);
    };
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(module)
        .out_name(name)
        .typescript(true)
        .remove_name_section(true)
        .remove_producers_section(true);
    // The glue for browsers works in every host, if it is handed the module.
    let bound = bindgen
        .web(true)
        .and_then(|bindgen| bindgen.generate(folder));
    match bound {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {module} cannot be bound: {error:#}");
            ExitCode::FAILURE
        }
    }
}
