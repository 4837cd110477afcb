//! Access policies and what they grant, as DataTrails' IAM API knows them.

use crate::time::Timestamp;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// One filter of a list that must all hold; its own terms are alternatives.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// Terms of the form `key=value`, `key!=value` or `key=*`.
    #[serde(default)]
    pub or: Vec<String>,
}

/// What a policy grants to whom.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AccessPermission {
    /// Subjects of other tenancies, as `subjects/<uuid>`.
    pub subjects: Vec<String>,
    /// Behaviours that may be used.
    pub behaviours: Vec<String>,
    /// Attributes that are shown.
    pub include_attributes: Vec<String>,
    /// Asset attributes that may be read.
    pub asset_attributes_read: Vec<String>,
    /// Asset attributes that may be written.
    pub asset_attributes_write: Vec<String>,
    /// Event types that may be read.
    pub event_arc_display_type_read: Vec<String>,
    /// Event types that may be written.
    pub event_arc_display_type_write: Vec<String>,
    /// Conditions on the caller: `email`, `subject` or `jwt_<claim>`.
    pub user_attributes: Vec<Filter>,
    /// Members that this deployment keeps without knowing their meaning.
    #[serde(flatten)]
    pub further: BTreeMap<String, serde_json::Value>,
}

/// An access policy of a tenancy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessPolicy {
    /// A UUID.
    pub id: String,
    /// A name for people.
    pub display_name: String,
    /// Free text for people.
    pub description: String,
    /// Which assets it applies to: all filters must hold.
    pub filters: Vec<Filter>,
    /// What it grants.
    pub access_permissions: Vec<AccessPermission>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}
