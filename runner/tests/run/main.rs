//! `touchmark run` from outside: the real binary against a small deployment on
//! loopback, and against the embedded one.

mod course;
mod deployment;
mod golden;
mod leaks;
mod process;
