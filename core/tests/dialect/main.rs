//! The dialects from outside: whole requests through `edge::answer` into a
//! store in memory, and the laws that every dialect keeps.

mod datatrails;
mod excess;
mod faults;
mod graphql;
mod horizon;
mod klarity;
mod laws;
mod noise;
mod sample;
mod setup;
mod standard;
