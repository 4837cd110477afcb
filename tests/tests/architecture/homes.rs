//! Foreign crates and where they live. A crate with a home is named nowhere
//! else, so that what it does can be exchanged in one place; the packages of
//! the workspace depend on each other in one direction only; and every
//! dependency has its reason written down.

use std::collections::BTreeSet;

use crate::source::Source;
use crate::tree::{Breach, Tree};

/// Crates, and the paths under which alone they may be named.
const HOMES: &[(&[&str], &[&str])] = &[
    (
        &["argon2", "ed25519_dalek", "jwt_compact", "p256", "rsa"],
        &["core/src/token/crypto/", "tests/"],
    ),
    (
        &["getrandom"],
        &["runner/src/", "tests/wasmtime/", "wasm/src/"],
    ),
    (
        &["js_sys", "wasm_bindgen", "web_sys"],
        &["wasm/src/js/", "tests/"],
    ),
    (&["wasm_bindgen_cli_support"], &["xtask/bindgen/"]),
    (
        &["spin_sdk", "wasip2"],
        &["wasm/src/spin/", "tests/verdict/"],
    ),
    (
        &["wasmtime", "wasmtime_wasi", "wasmtime_wasi_http"],
        &["tests/wasmtime/"],
    ),
    (&["wit_component"], &["xtask/componentise/"]),
];

/// Packages of ours, and those of ours that they may depend on.
const DIRECTIONS: &[(&str, &[&str])] = &[
    ("core", &[]),
    ("wasm", &["touchmark-core"]),
    ("runner", &["touchmark-core"]),
    ("tests", &["touchmark-core", "touchmark"]),
    ("tests/no_std", &["touchmark-core"]),
    ("tests/verdict", &["touchmark-core"]),
    ("tests/wasmtime", &[]),
    ("xtask", &[]),
    ("xtask/bindgen", &[]),
    ("xtask/componentise", &[]),
];

/// Crates named away from home.
pub(crate) fn away_from_home(tree: &Tree) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (path, text) in tree.rust() {
        for (name, line) in Source::read(path, text).identifiers() {
            let homeless = HOMES.iter().any(|(crates, homes)| {
                crates.contains(&name.as_str()) && !homes.iter().any(|home| path.starts_with(home))
            });
            if homeless {
                breaches.push(Breach::at(
                    path,
                    line,
                    format!("`{name}` is named away from home"),
                ));
            }
        }
    }
    breaches
}

/// Packages of ours that depend on one which they must not know.
pub(crate) fn wrong_directions(tree: &Tree) -> Vec<Breach> {
    let ours: Vec<String> = tree
        .manifests()
        .filter_map(|(_, text)| package(text))
        .collect();
    let mut breaches = Vec::new();
    for (path, text) in tree.manifests() {
        let folder = path.trim_end_matches("Cargo.toml").trim_end_matches('/');
        if folder.is_empty() {
            continue;
        }
        let Some((_, allowed)) = DIRECTIONS.iter().find(|(known, _)| *known == folder) else {
            breaches.push(Breach::new(
                path,
                "the law of directions does not know this package",
            ));
            continue;
        };
        for name in dependencies(text) {
            if ours.contains(&name) && !allowed.contains(&name.as_str()) {
                breaches.push(Breach::new(path, format!("depends on `{name}`")));
            }
        }
    }
    breaches
}

/// Packages that choose a version by themselves: the workspace does it for all.
pub(crate) fn own_versions(tree: &Tree) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (path, text) in tree.manifests().filter(|(path, _)| *path != "Cargo.toml") {
        each(&manifest(text), &mut |name, value| {
            if value.get("workspace").and_then(toml::Value::as_bool) != Some(true) {
                breaches.push(Breach::new(path, format!("chooses its own `{name}`")));
            }
        });
    }
    breaches
}

/// Dependencies that ARCHITECTURE.md gives no reason for.
pub(crate) fn without_reason(tree: &Tree) -> Vec<Breach> {
    let reasons = tree.file("ARCHITECTURE.md").unwrap_or_default();
    let ours: Vec<String> = tree
        .manifests()
        .filter_map(|(_, text)| package(text))
        .collect();
    let mut named = BTreeSet::new();
    for (_, text) in tree.manifests() {
        named.extend(dependencies(text));
    }
    named
        .into_iter()
        .filter(|name| !ours.contains(name) && !reasons.contains(&format!("`{name}`")))
        .map(|name| Breach::new("ARCHITECTURE.md", format!("gives no reason for `{name}`")))
        .collect()
}

fn manifest(text: &str) -> toml::Table {
    text.parse()
        .expect("cargo has read every manifest before this test ran")
}

fn package(text: &str) -> Option<String> {
    let name = manifest(text)
        .get("package")?
        .get("name")?
        .as_str()?
        .to_owned();
    Some(name)
}

/// The keys of every table of dependencies, those of targets included.
fn dependencies(text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    each(&manifest(text), &mut |name, _| {
        names.insert(name.to_owned());
    });
    names
}

/// Visits every dependency of a manifest.
fn each(table: &toml::Table, visit: &mut impl FnMut(&str, &toml::Value)) {
    for (key, value) in table {
        let Some(inner) = value.as_table() else {
            continue;
        };
        if key == "dependencies" || key.ends_with("-dependencies") {
            inner.iter().for_each(|(name, value)| visit(name, value));
        } else {
            each(inner, visit);
        }
    }
}

mod laws {
    use super::{away_from_home, own_versions, without_reason, wrong_directions};
    use crate::assert_kept;
    use crate::tree::Tree;

    #[test]
    fn crates_are_named_only_at_home() {
        assert_kept(away_from_home);
        let broken = Tree::of([
            (
                "core/src/token/mint.rs",
                "fn f() { getrandom::fill(&mut [0]) }",
            ),
            ("core/src/token/verify.rs", "use jwt_compact::Token;"),
            ("wasm/src/spin/mod.rs", "use js_sys::Array;"),
        ]);
        assert_eq!(away_from_home(&broken).len(), 3);
        let kept = Tree::of([
            ("core/src/token/crypto/es256.rs", "use jwt_compact::Token;"),
            ("runner/src/serve.rs", "use getrandom::fill;"),
            ("wasm/src/js/store.rs", "use js_sys::Array;"),
        ]);
        assert_eq!(away_from_home(&kept), []);
    }

    #[test]
    fn packages_depend_in_one_direction() {
        assert_kept(wrong_directions);
        let core = "[package]\nname = \"touchmark-core\"\n";
        let runner = "[package]\nname = \"touchmark\"\n";
        let kept = Tree::of([
            ("core/Cargo.toml", core),
            (
                "runner/Cargo.toml",
                &format!("{runner}[dependencies]\ntouchmark-core = {{}}\n"),
            ),
        ]);
        assert_eq!(wrong_directions(&kept), []);
        for table in [
            "dependencies",
            "dev-dependencies",
            "target.'cfg(unix)'.dependencies",
        ] {
            let broken = Tree::of([
                (
                    "core/Cargo.toml",
                    &format!("{core}[{table}]\ntouchmark = {{}}\n"),
                ),
                ("runner/Cargo.toml", runner),
            ]);
            assert_eq!(wrong_directions(&broken).len(), 1, "{table}");
        }
    }

    #[test]
    fn an_unknown_package_is_refused() {
        let broken = Tree::of([("extra/Cargo.toml", "[package]\nname = \"extra\"\n")]);
        assert_eq!(wrong_directions(&broken).len(), 1);
    }

    #[test]
    fn versions_stand_in_the_workspace() {
        assert_kept(own_versions);
        for (dependency, breaches) in [
            ("serde = \"1\"", 1),
            ("serde = { version = \"1\" }", 1),
            ("serde.workspace = true", 0),
            ("serde = { workspace = true, features = [\"alloc\"] }", 0),
        ] {
            let text = format!("[dev-dependencies]\n{dependency}\n");
            let tree = Tree::of([("core/Cargo.toml", &text), ("Cargo.toml", &text)]);
            assert_eq!(own_versions(&tree).len(), breaches, "{dependency}");
        }
    }

    #[test]
    fn every_dependency_has_a_reason() {
        assert_kept(without_reason);
    }

    #[test]
    fn a_dependency_without_a_reason_is_found() {
        let tree = |reasons| {
            Tree::of([
                ("ARCHITECTURE.md", reasons),
                ("Cargo.toml", "[workspace.dependencies]\nserde = \"1\"\n"),
            ])
        };
        assert_eq!(without_reason(&tree("* `serde`: the derive.\n")), []);
        assert_eq!(without_reason(&tree("* `serde_json`: text.\n")).len(), 1);
    }
}
