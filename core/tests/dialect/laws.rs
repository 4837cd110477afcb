//! The laws that every dialect keeps: what it writes it reads back, whatever
//! it is sent it answers, and what it refuses it refuses in its own shape.

use crate::sample::{carried, operation, outcome, spoken};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use std::collections::BTreeSet;
use touchmark_core::dialect::{self, ClientDialect, Dialect, Route, Site};
use touchmark_core::http::{Captures, Request};
use touchmark_core::operation::Name;
use touchmark_core::record::System;

pub(crate) const SITE: Site<'static> = Site {
    base: "https://tm.example",
    tenant: "default",
    json_depth: 64,
};

/// Every dialect that there is.
pub(crate) fn dialects() -> impl Iterator<Item = &'static dyn ClientDialect> {
    System::ALL.into_iter().filter_map(dialect::client_of)
}

/// The operations that a dialect answers to.
fn operations(dialect: &dyn Dialect) -> BTreeSet<&'static str> {
    dialect
        .routes()
        .iter()
        .map(|route| route.operation.as_str())
        .collect()
}

/// The route of a dialect that a request fits.
fn find(dialect: &'static dyn Dialect, request: &Request) -> Option<(&'static Route, Captures)> {
    let mut routes = dialect.routes().iter();
    routes.find_map(|route| {
        let captures = route.template.matches(&request.path)?;
        (route.method == request.method).then_some((route, captures))
    })
}

/// Tries a law on samples of every operation of every dialect.
fn check(law: impl Fn(&'static dyn ClientDialect, Name, &mut TestRunner)) {
    for dialect in dialects() {
        for name in operations(dialect) {
            let name = Name::named(name).expect("a route names an operation");
            law(dialect, name, &mut runner());
        }
    }
}

/// The same samples in every run.
pub(crate) fn runner() -> TestRunner {
    let config = ProptestConfig {
        failure_persistence: None,
        cases: 64,
        ..ProptestConfig::default()
    };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

fn describe(dialect: &dyn Dialect, name: Name) -> String {
    format!("{} {}", dialect.system(), name.as_str())
}

#[test]
fn what_a_dialect_asks_it_reads() {
    check(|dialect, name, runner| {
        let place = describe(dialect, name);
        let samples = operation(name);
        let samples = samples.prop_map(|operation| spoken(dialect.system(), operation));
        let result = runner.run(&samples, |operation| {
            let request = dialect
                .write_request(&operation)
                .map_err(|unspoken| TestCaseError::fail(unspoken.to_string()))?;
            let (route, captures) = find(dialect, &request)
                .ok_or_else(|| TestCaseError::fail(format!("no route for {}", request.path)))?;
            let read = dialect.read_request(route, &captures, &request, &SITE);
            prop_assert_eq!(read, Ok(operation));
            Ok(())
        });
        result.unwrap_or_else(|error| panic!("{place}: {error}"));
    });
}

#[test]
fn what_a_dialect_answers_it_reads() {
    check(|dialect, name, runner| {
        let place = describe(dialect, name);
        let questions = operation(name);
        let answers = outcome(name);
        let questions = questions.prop_map(|operation| spoken(dialect.system(), operation));
        let result = runner.run(&(questions, answers), |(question, answer)| {
            let request = dialect
                .write_request(&question)
                .map_err(|unspoken| TestCaseError::fail(unspoken.to_string()))?;
            let route = find(dialect, &request).map(|(route, _)| route);
            let expected = carried(dialect.system(), answer.clone());
            let response = dialect.write_response(route, &request, &Ok(answer), &SITE);
            let read = dialect.read_response(&question, &response);
            prop_assert_eq!(read, Ok(expected));
            Ok(())
        });
        result.unwrap_or_else(|error| panic!("{place}: {error}"));
    });
}

#[test]
fn a_dialect_speaks_nothing_that_it_does_not_route() {
    for dialect in dialects() {
        let routed = operations(dialect);
        for name in Name::ALL
            .iter()
            .filter(|name| !routed.contains(name.as_str()))
        {
            let sample = operation(*name).new_tree(&mut runner());
            let sample = sample.expect("a sample").current();
            let request = dialect.write_request(&sample);
            assert!(request.is_err(), "{}", describe(dialect, *name));
        }
    }
}
