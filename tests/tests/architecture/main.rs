//! The laws of the tree's architecture, as tests. Each law is a function from
//! a tree to its breaches; it is run on the tree it was compiled from, and on
//! small trees that break it, so that a law which sees nothing fails.

mod documents;
mod files;
mod homes;
mod imports;
mod places;
mod proofs;
mod source;
mod systems;
mod tree;

use tree::{Breach, Tree};

/// Fails with the list of places where our own tree breaks a law.
fn assert_kept(law: fn(&Tree) -> Vec<Breach>) {
    let breaches = law(&Tree::ours());
    let list: Vec<String> = breaches.iter().map(Breach::to_string).collect();
    assert!(
        list.is_empty(),
        "the tree breaks a law:\n{}",
        list.join("\n")
    );
}
