//! Binds a WebAssembly module to JavaScript: what the wasm-bindgen command
//! does, from its library, at exactly the version that the module was
//! compiled against. Its own package, so that xtask stays quick to compile.
//! <https://docs.rs/wasm-bindgen-cli-support>

use std::env;
use std::process::ExitCode;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (module, folder, name, replaceable) = match arguments.as_slice() {
        [module, folder, name] => (module, folder, name, false),
        [module, folder, name, word] if word == "--replaceable" => (module, folder, name, true),
        _ => {
            eprintln!("usage: xtask-bindgen MODULE FOLDER NAME [--replaceable]");
            return ExitCode::from(2);
        }
    };
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(module)
        .out_name(name)
        .typescript(true)
        // Exports what puts a new instance in the place of a broken one.
        .reset_state_function(replaceable)
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
