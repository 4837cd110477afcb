//! Subjects: the organisations that a tenancy may share with, as DataTrails'
//! IAM API knows them.

use crate::time::Timestamp;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// A subject of a tenancy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// A UUID.
    pub id: String,
    /// A name for people.
    pub display_name: String,
    /// Public keys of its wallets, hexadecimal.
    pub wallet_pub_key: Vec<String>,
    /// Addresses of its wallets.
    pub wallet_address: Vec<String>,
    /// Public keys of its transaction managers.
    pub tessera_pub_key: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}
