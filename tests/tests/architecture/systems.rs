//! The law about docs/systems/README.md, the table of what each system speaks
//! and what proves it. A row is of one request, by method and path, or of one
//! rule; its last cell names proofs between backticks:
//!
//! * `` `file.yaml: name of the step` ``, of the system's folder of scenarios
//!   unless a folder is named. A status before it is one that the step expects.
//! * `` `path/to/file.rs::name_of_the_test` ``.
//!
//! A system that has a page beside the table has a section in it, and there a
//! row for each of its routes. A path that it has below a prefix as well has
//! one row for both.

use touchmark_core::dialect::{self, Route};
use touchmark_core::record::System;

use crate::proofs::{is_test, quoted, step};
use crate::tree::{Breach, Tree};

const TABLE: &str = "docs/systems/README.md";

/// A row of a table, with its line.
struct Row<'a> {
    line: usize,
    cells: Vec<&'a str>,
}

/// Rows without a proof, routes without a row, and rows without a route.
pub(crate) fn unproven(tree: &Tree) -> Vec<Breach> {
    let routes = |system| dialect::of(system).map_or(&[][..], |dialect| dialect.routes());
    let systems: Vec<_> = System::ALL
        .into_iter()
        .map(|system| (system.as_str(), routes(system)))
        .collect();
    breaches(tree, &systems)
}

fn breaches(tree: &Tree, systems: &[(&str, &[Route])]) -> Vec<Breach> {
    let Some(text) = tree.file(TABLE) else {
        return vec![Breach::new(TABLE, "is missing")];
    };
    let mut breaches = Vec::new();
    let mut described = Vec::new();
    for (heading, rows) in sections(text) {
        let heading = heading.to_lowercase();
        let system = systems.iter().find(|(name, _)| heading.starts_with(name));
        let folder = system.map_or("", |(name, _)| name);
        for row in &rows {
            breaches.extend(without_proof(tree, folder, row));
        }
        if let Some((name, routes)) = system {
            described.push(*name);
            breaches.extend(without_row(&rows, routes));
            breaches.extend(without_route(&rows, routes));
        }
    }
    for (name, _) in systems {
        let page = format!("docs/systems/{name}.md");
        if tree.file(&page).is_some() && !described.contains(name) {
            breaches.push(Breach::new(&page, format!("has no section in {TABLE}")));
        }
    }
    breaches
}

/// The rows of the tables below each heading, without those that are their
/// heads.
fn sections(text: &str) -> Vec<(&str, Vec<Row<'_>>)> {
    let mut sections: Vec<(&str, Vec<Row<'_>>)> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if let Some(heading) = line.strip_prefix("## ") {
            sections.push((heading, Vec::new()));
        }
        let Some((_, rows)) = sections.last_mut() else {
            continue;
        };
        if line.starts_with("|---") {
            rows.pop();
        } else if let Some(cells) = line.strip_prefix('|') {
            let cells = cells.trim_end().trim_end_matches('|').split('|');
            rows.push(Row {
                line: index + 1,
                cells: cells.map(str::trim).collect(),
            });
        }
    }
    sections
}

fn without_proof(tree: &Tree, folder: &str, row: &Row<'_>) -> Vec<Breach> {
    let cell = row.cells.last().copied().unwrap_or_default();
    let proofs = quoted(cell);
    if proofs.is_empty() {
        return vec![Breach::at(TABLE, row.line, "names no proof")];
    }
    // What stands before each proof: words, or the status it shows.
    let before = cell.split('`').step_by(2);
    let problems = proofs.iter().zip(before).filter_map(|(proof, before)| {
        let status = before.trim_matches([' ', ',', ';', '·']);
        problem_of(tree, folder, proof, status)
    });
    problems
        .map(|problem| Breach::at(TABLE, row.line, problem))
        .collect()
}

/// What is wrong with a proof, if it is none.
fn problem_of(tree: &Tree, folder: &str, proof: &str, status: &str) -> Option<String> {
    let absent = || Some(format!("there is no `{proof}`"));
    let Some((file, name)) = proof.split_once(".yaml: ") else {
        return if is_test(tree, proof) { None } else { absent() };
    };
    let path = match file.contains('/') {
        true => format!("{file}.yaml"),
        false => format!("scenarios/{folder}/{file}.yaml"),
    };
    let Some(lines) = step(tree, &path, name) else {
        return absent();
    };
    let is_status = status.len() == 3 && status.bytes().all(|byte| byte.is_ascii_digit());
    let expected = lines.iter().any(|line| {
        let mut after = line.split("status: ").skip(1);
        after.any(|rest| rest.starts_with(status))
    });
    (is_status && !expected).then(|| format!("`{proof}` does not expect {status}"))
}

fn name_of(route: &Route) -> String {
    format!("{} {}", route.method.as_str(), route.template.as_str())
}

fn without_row(rows: &[Row<'_>], routes: &[Route]) -> Vec<Breach> {
    let has_row = |route: &Route| {
        let name = name_of(route);
        rows.iter()
            .any(|row| quoted(row.cells[0]).contains(&name.as_str()))
    };
    let is_covered = |route: &Route| {
        routes.iter().any(|other| {
            let below = route.template.as_str().ends_with(other.template.as_str());
            below
                && other.method == route.method
                && other.operation == route.operation
                && has_row(other)
        })
    };
    routes
        .iter()
        .filter(|route| !is_covered(route))
        .map(|route| Breach::new(TABLE, format!("`{}` has no row", name_of(route))))
        .collect()
}

fn without_route(rows: &[Row<'_>], routes: &[Route]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for row in rows {
        for request in quoted(row.cells[0]) {
            let is_request = request
                .split_once(' ')
                .is_some_and(|(method, path)| is_method(method) && path.starts_with('/'));
            if is_request && !routes.iter().any(|route| name_of(route) == request) {
                let what = format!("`{request}` is no route");
                breaches.push(Breach::at(TABLE, row.line, what));
            }
        }
    }
    breaches
}

fn is_method(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_uppercase())
}

mod laws {
    use super::{breaches, unproven};
    use crate::tree::{Breach, Tree};
    use touchmark_core::dialect::Route;
    use touchmark_core::http::Method;
    use touchmark_core::operation::Name;

    const ROUTES: &[Route] = &[
        Route::new(Method::Get, "/a/{id}", Name::GetUser),
        Route::new(Method::Get, "/below/{x}/a/{id}", Name::GetUser),
        Route::new(Method::Post, "/a", Name::CreateUser),
    ];
    const SCENARIO: &str = "steps:\n  - step: ask\n    expect: { status: 200 }\n  - step: other\n";
    const GOOD: &str = "| `GET /a/{id}` | 200 `b.yaml: ask` |\n| `POST /a` | `a.rs::it_holds` |\n";

    fn found(rows: &str) -> Vec<String> {
        let text =
            format!("# A\n\n## Horizon, the system\n\n| request | proof |\n|---|---|\n{rows}");
        let tree = Tree::of([
            ("docs/systems/README.md", &text),
            ("docs/systems/horizon.md", "# Horizon"),
            ("scenarios/horizon/b.yaml", SCENARIO),
            ("a.rs", "#[test]\nfn it_holds() {}\n"),
        ]);
        let systems = [("horizon", ROUTES), ("ionos", ROUTES)];
        breaches(&tree, &systems)
            .iter()
            .map(Breach::to_string)
            .collect()
    }

    #[test]
    fn what_our_systems_speak_is_proven() {
        crate::assert_kept(unproven);
    }

    #[test]
    fn rows_with_proofs_pass() {
        assert_eq!(found(GOOD), [""; 0]);
        let whole = GOOD.replace("b.yaml", "scenarios/horizon/b.yaml");
        assert_eq!(
            found(&format!("{whole}| a rule | ours | `b.yaml: ask` |\n")),
            [""; 0]
        );
    }

    #[test]
    fn a_row_without_a_proof_is_found() {
        for (row, problem) in [
            ("| a rule | |", "names no proof"),
            ("| a rule | b.yaml: ask |", "names no proof"),
            ("| a rule | `b.yaml: asks` |", "there is no `b.yaml: asks`"),
            ("| a rule | `c.yaml: ask` |", "there is no `c.yaml: ask`"),
            (
                "| a rule | `a.rs::it_does_not` |",
                "there is no `a.rs::it_does_not`",
            ),
            (
                "| a rule | 404 `b.yaml: ask` |",
                "`b.yaml: ask` does not expect 404",
            ),
            (
                "| a rule | 200 `b.yaml: ask`, 200 `b.yaml: other` |",
                "`b.yaml: other` does not expect 200",
            ),
        ] {
            let place = "docs/systems/README.md:9";
            assert_eq!(
                found(&format!("{GOOD}{row}\n")),
                [format!("{place}: {problem}")],
                "{row}"
            );
        }
    }

    #[test]
    fn a_route_without_a_row_and_a_row_without_a_route_are_found() {
        assert_eq!(
            found("| `GET /a/{name}` | `b.yaml: ask` |\n"),
            [
                "docs/systems/README.md: `GET /a/{id}` has no row",
                "docs/systems/README.md: `GET /below/{x}/a/{id}` has no row",
                "docs/systems/README.md: `POST /a` has no row",
                "docs/systems/README.md:7: `GET /a/{name}` is no route",
            ]
        );
    }

    #[test]
    fn a_page_without_a_section_is_found() {
        let tree = Tree::of([
            ("docs/systems/README.md", "# A\n\n## Horizonless\n"),
            ("docs/systems/ionos.md", "# IONOS"),
        ]);
        let systems = [("ionos", ROUTES)];
        let found: Vec<_> = breaches(&tree, &systems)
            .iter()
            .map(Breach::to_string)
            .collect();
        assert_eq!(
            found,
            ["docs/systems/ionos.md: has no section in docs/systems/README.md"]
        );
        assert_eq!(
            breaches(&Tree::default(), &systems)[0].to_string(),
            "docs/systems/README.md: is missing"
        );
    }
}
