//! The records that Touchmark keeps, as plain data: what they are and which
//! values they admit. How they are stored, shown or changed is decided elsewhere.

pub mod tenant;

pub use tenant::{InvalidTenant, Tenant};
