//! The embedded PromQL against a real Prometheus 2.42 over the same samples:
//! values, and what is said of expressions that are refused.
//!
//! Needs the programs `prometheus` and `promtool`; Debian's package
//! `prometheus` has both. The tests fail without them. The server listens on
//! loopback only, keeps its data in a folder of its own, and ends with the test.
//!
//! Values must be equal to the last digit, with two exceptions, where a relative
//! difference of 1e-12 is let pass: what comes from a power, a logarithm, an
//! exponential or a trigonometric function, of which libraries round the last
//! digit differently; and sums over the elements of an operation, which
//! Prometheus adds up in an order that changes from run to run.

mod catalogue;
mod compare;
mod generate;
mod mutate;
mod samples;
mod server;
mod vectors;
