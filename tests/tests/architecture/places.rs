//! The law about the outside: the tree names no path of the machine that it
//! was written on, and no server that packages come from. Both would break,
//! or mislead, on every other machine.

use crate::tree::{Breach, Tree};

/// Every line that names such a place.
pub(crate) fn breaches(tree: &Tree) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (path, text) in tree.files() {
        for (index, line) in text.lines().enumerate() {
            if let Some(folder) = machine_path(line) {
                breaches.push(Breach::at(path, index + 1, format!("names `{folder}`")));
            }
            if let Some(host) = registry(line) {
                breaches.push(Breach::at(path, index + 1, format!("names `{host}`")));
            }
            let is_lock = path.ends_with("package-lock.json");
            // A package of this tree is linked by its path.
            let origin = line.trim_start().strip_prefix("\"resolved\": ");
            if is_lock && origin.is_some_and(|origin| !origin.starts_with("\"../")) {
                breaches.push(Breach::at(
                    path,
                    index + 1,
                    "names where a package came from",
                ));
            }
        }
    }
    breaches
}

/// The folder of a person or a build machine, at the start of a path.
fn machine_path(line: &str) -> Option<&'static str> {
    HOMES.iter().copied().find(|home| {
        line.match_indices(home).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            !before.is_some_and(|c| c.is_alphanumeric() || "._-/$}~".contains(c))
        })
    })
}

/// The server of a package registry, in an address.
fn registry(line: &str) -> Option<&str> {
    line.match_indices("://").find_map(|(at, scheme)| {
        let rest = &line[at + scheme.len()..];
        let end = rest.find(|c: char| !(c.is_alphanumeric() || ".-".contains(c)));
        let host = &rest[..end.unwrap_or(rest.len())];
        REGISTRIES
            .iter()
            .any(|registry| host == *registry || host.ends_with(&format!(".{registry}")))
            .then_some(host)
    })
}

// In pieces, or this file would break its own law.
const HOMES: &[&str] = &[
    concat!("/ho", "me/"),
    concat!("/ro", "ot/"),
    concat!("/wo", "rk/"),
    concat!("/Us", "ers/"),
];

const REGISTRIES: &[&str] = &[
    "crates.io",
    "debian.org",
    "npmjs.com",
    "npmjs.org",
    "pypi.org",
    "pythonhosted.org",
];

mod laws {
    use super::{HOMES, REGISTRIES, breaches};
    use crate::tree::Tree;

    fn count(path: &str, text: &str) -> usize {
        breaches(&Tree::of([(path, text)])).len()
    }

    #[test]
    fn the_tree_names_no_place_outside() {
        crate::assert_kept(breaches);
    }

    #[test]
    fn paths_of_a_machine_are_found() {
        for home in HOMES {
            assert_eq!(count("README.md", &format!("see {home}me/x")), 1, "{home}");
            assert_eq!(
                count("a.rs", &format!("const A: &str = \"{home}me\";")),
                1,
                "{home}"
            );
            assert_eq!(
                count("a.rs", &format!("an address: host{home}me")),
                0,
                "{home}"
            );
            assert_eq!(count("a.rs", &format!("relative: .{home}me")), 0, "{home}");
        }
    }

    #[test]
    fn servers_of_registries_are_found() {
        for host in REGISTRIES {
            assert_eq!(
                count(".npmrc", &format!("registry=https://{host}/x")),
                1,
                "{host}"
            );
            assert_eq!(
                count("a.json", &format!("\"https://files.{host}:443\"")),
                1,
                "{host}"
            );
            assert_eq!(count("a.md", &format!("packages of {host}")), 0, "{host}");
            assert_eq!(
                count("Cargo.lock", &format!("https://other.org/{host}-index")),
                0
            );
        }
    }

    #[test]
    fn a_lock_file_names_no_origin() {
        let text = "{\n  \"resolved\": \"x.tgz\",\n  \"integrity\": \"sha512\"\n}\n";
        assert_eq!(count("tests/hosts/package-lock.json", text), 1);
        assert_eq!(count("tests/hosts/other.json", text), 0);
        let link = "{\n  \"resolved\": \"../../wasm/npm\",\n  \"link\": true\n}\n";
        assert_eq!(count("tests/npm/package-lock.json", link), 0);
    }
}
