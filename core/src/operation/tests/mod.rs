//! The laws of the domain, on a store that fails when it is told to.

mod api_token;
mod dashboard;
mod expiry;
mod faults;
mod grant;
mod identity;
mod monitoring;
mod passwords;
mod principal;
mod records;
mod registration;
mod session;
mod setup;
mod telemetry;
mod upstream;
mod user;
