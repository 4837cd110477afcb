//! The import law: which top-level module of the core may name which. A
//! module is named by `crate::…` or by enough `super::` to reach the root.

use proc_macro2::{Delimiter, TokenTree};

use crate::source::{Source, identifier, is, line};
use crate::tree::{Breach, Tree};

/// Who may name whom. A module that is missing here may not exist.
const LAW: &[(&str, &[&str])] = &[
    ("time", &[]),
    ("json", &[]),
    ("http", &["json", "time"]),
    ("record", &["json", "time"]),
    ("token", &["json", "time"]),
    ("telemetry", &["json", "time"]),
    ("store", &["record", "time"]),
    ("telemetry", &["json"]),
    ("flow", &["record", "token", "time"]),
    (
        "operation",
        &[
            "flow",
            "store",
            "telemetry",
            "record",
            "token",
            "json",
            "time",
        ],
    ),
    ("dialect", &["operation", "http", "record", "json", "time"]),
    (
        "edge",
        &["dialect", "operation", "http", "store", "record", "time"],
    ),
];

/// Every name in the core that the law does not allow.
pub(crate) fn breaches(tree: &Tree) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (path, text) in tree.rust() {
        let Some(module) = module_of(path) else {
            continue;
        };
        let Some(top) = module.first() else {
            continue;
        };
        let Some((_, allowed)) = LAW.iter().find(|(name, _)| name == top) else {
            breaches.push(Breach::new(
                path,
                format!("the import law knows no `{top}`"),
            ));
            continue;
        };
        let source = Source::read(path, text);
        let mut named = Vec::new();
        collect(source.tokens(), module.len(), &mut named);
        for (name, line) in named {
            if name != *top && !allowed.contains(&name.as_str()) {
                let what = format!("`{top}` may not name `crate::{name}`");
                breaches.push(Breach::at(path, line, what));
            }
        }
    }
    breaches
}

/// The module that a file of the core holds; the root's is empty.
fn module_of(path: &str) -> Option<Vec<&str>> {
    let inner = path.strip_prefix("core/src/")?.strip_suffix(".rs")?;
    let mut module: Vec<&str> = inner.split('/').collect();
    if module == ["lib"] || module.last() == Some(&"mod") {
        module.pop();
    }
    Some(module)
}

/// Collects the names that follow the crate's root, however it is reached.
fn collect(tokens: &[TokenTree], depth: usize, named: &mut Vec<(String, usize)>) {
    let mut index = 0;
    while let Some(token) = tokens.get(index) {
        index += 1;
        match token {
            TokenTree::Group(group) => {
                let inner: Vec<_> = group.stream().into_iter().collect();
                let opens_module = group.delimiter() == Delimiter::Brace
                    && index >= 3
                    && tokens.get(index - 3).and_then(identifier).as_deref() == Some("mod");
                collect(&inner, depth + usize::from(opens_module), named);
            }
            TokenTree::Ident(ident) if ident == "crate" => after_root(tokens, index, named),
            TokenTree::Ident(ident) if ident == "super" => {
                let mut supers = 1;
                while is_path(tokens, index)
                    && tokens.get(index + 2).and_then(identifier).as_deref() == Some("super")
                {
                    supers += 1;
                    index += 3;
                }
                if supers >= depth {
                    after_root(tokens, index, named);
                }
            }
            _ => {}
        }
    }
}

fn is_path(tokens: &[TokenTree], index: usize) -> bool {
    is(tokens.get(index), ':') && is(tokens.get(index + 1), ':')
}

/// Notes what is named behind the root: one name, or the first name of every
/// branch of a `use` tree. `*` would be every module at once.
fn after_root(tokens: &[TokenTree], index: usize, named: &mut Vec<(String, usize)>) {
    if !is_path(tokens, index) {
        return;
    }
    match tokens.get(index + 2) {
        Some(TokenTree::Group(group)) => {
            let inner: Vec<_> = group.stream().into_iter().collect();
            for branch in inner.split(|token| is(Some(token), ',')) {
                if let Some(first) = branch.first() {
                    named.push((first.to_string(), line(first)));
                }
            }
        }
        Some(first) => named.push((first.to_string(), line(first))),
        None => {}
    }
}

mod laws {
    use super::breaches;
    use crate::tree::Tree;

    fn refused(path: &str, text: &str) -> Vec<String> {
        let breaches = breaches(&Tree::of([(path, text)]));
        breaches.into_iter().map(|breach| breach.what).collect()
    }

    #[test]
    fn the_core_keeps_to_its_layers() {
        crate::assert_kept(breaches);
    }

    #[test]
    fn a_layer_may_name_what_lies_below_it() {
        let text = "use crate::record::Tenant;\nuse super::Batch;\nuse crate::store::Key;";
        assert_eq!(refused("core/src/store/memory.rs", text), [""; 0]);
    }

    #[test]
    fn a_layer_may_not_name_what_lies_above_it() {
        assert_eq!(
            refused("core/src/token/mint.rs", "use crate::store::Store;"),
            ["`token` may not name `crate::store`"]
        );
    }

    #[test]
    fn every_branch_of_a_use_tree_is_looked_at() {
        assert_eq!(
            refused(
                "core/src/http/mod.rs",
                "use crate::{json, edge::{self, answer}};"
            ),
            ["`http` may not name `crate::edge`"]
        );
    }

    #[test]
    fn a_path_in_an_expression_or_a_macro_counts() {
        let text = "fn f() { vec![crate::flow::X]; crate::token::mint() }";
        assert_eq!(
            refused("core/src/json/mod.rs", text),
            [
                "`json` may not name `crate::flow`",
                "`json` may not name `crate::token`"
            ]
        );
    }

    #[test]
    fn super_reaches_other_layers_too() {
        assert_eq!(
            refused("core/src/json/error.rs", "use super::super::http::Status;"),
            ["`json` may not name `crate::http`"]
        );
        assert_eq!(
            refused("core/src/json/mod.rs", "use super::http::Status;"),
            ["`json` may not name `crate::http`"]
        );
        assert_eq!(
            refused("core/src/json/mod.rs", "mod inner { use super::http; }"),
            [""; 0]
        );
    }

    #[test]
    fn everything_at_once_is_refused() {
        assert_eq!(
            refused("core/src/json/mod.rs", "use crate::*;"),
            ["`json` may not name `crate::*`"]
        );
    }

    #[test]
    fn an_unknown_module_is_refused() {
        assert_eq!(
            refused("core/src/shared.rs", ""),
            ["the import law knows no `shared`"]
        );
    }

    #[test]
    fn tests_and_visibility_are_free() {
        let text = "pub(crate) fn f() {}\n#[cfg(test)]\nmod tests { use crate::edge::answer; }";
        assert_eq!(refused("core/src/json/mod.rs", text), [""; 0]);
    }
}
