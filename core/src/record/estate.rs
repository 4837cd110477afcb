//! Estate records and their enrichments, as Klarity's External Integrations
//! know them.

use super::ClientId;
use crate::time::{Month, Timestamp};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::{String, ToString};
use core::fmt;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

/// The permanent identity of an estate record, derived from the integration,
/// the record's type and its id (a version 5 UUID of RFC 9562).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nid(Uuid);

impl Nid {
    /// The identity of the record that this integration knows by type and id.
    #[must_use]
    pub fn of(integration: &ClientId, kind: &str, id: &str) -> Self {
        /// The namespace of estate records, itself a UUIDv5 of the DNS
        /// namespace and `estate.touchmark`.
        const ESTATE: Uuid = Uuid::from_u128(0x1e2f_0b1c_55c7_5f0e_9d0a_1f64_3b0f_7c21);
        let mut name = String::new();
        for part in [integration.as_str(), kind, id] {
            // The length in front keeps ("a", "bc") apart from ("ab", "c").
            name.push_str(&part.len().to_string());
            name.push(':');
            name.push_str(part);
        }
        Self(Uuid::new_v5(&ESTATE, name.as_bytes()))
    }

    /// Reads the hyphenated text form.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        (text.len() == 36)
            .then(|| Uuid::try_parse(text).ok().map(Self))
            .flatten()
    }
}

impl fmt::Display for Nid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl fmt::Debug for Nid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl Serialize for Nid {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Nid {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <alloc::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::read(&text).ok_or_else(|| serde::de::Error::custom("not a hyphenated uuid"))
    }
}

/// What a record cost on one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// The ISO 4217 code.
    pub currency: String,
    /// The amount in decimal notation, as it was sent.
    pub value: String,
}

/// An estate record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EstateRecord {
    /// The permanent identity.
    pub nid: Nid,
    /// The integration that made it.
    pub integration: ClientId,
    /// The integration's own identifier.
    pub id: String,
    /// One type, or subtypes separated by `/`.
    #[serde(rename = "type")]
    pub kind: String,
    /// A name for people, the id unless given.
    pub name: String,
    /// Free structured data.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub metadata: Map<String, Value>,
    /// Labels.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// Costs by calendar date.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub costs: BTreeMap<String, Cost>,
    /// The first billing period in which the record exists.
    pub active_from: Month,
    /// The last month in which the record is active; absent means no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_through: Option<Month>,
    /// The billing period from which on the record was deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed_from: Option<Month>,
    /// Single billing periods from which the record was deleted.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub removed_in: BTreeSet<Month>,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl EstateRecord {
    /// Whether the record is active in a billing period.
    #[must_use]
    pub fn is_active_in(&self, period: Month) -> bool {
        self.active_from <= period
            && self.valid_through.is_none_or(|last| period <= last)
            && self.removed_from.is_none_or(|first| period < first)
            && !self.removed_in.contains(&period)
    }
}

/// What an integration adds to a record, which may be another's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Enrichment {
    /// The record.
    pub nid: Nid,
    /// The integration that added it.
    pub integration: ClientId,
    /// The data, replaced whole by the next enrichment.
    pub data: Map<String, Value>,
    /// When it was last replaced.
    pub updated_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::{ClientId, Nid};

    #[test]
    fn a_nid_depends_on_where_its_parts_end() {
        let client = ClientId::new("c");
        assert_eq!(Nid::of(&client, "a/b", "c"), Nid::of(&client, "a/b", "c"));
        assert_ne!(Nid::of(&client, "a", "bc"), Nid::of(&client, "ab", "c"));
        assert_ne!(
            Nid::of(&client, "a", "b"),
            Nid::of(&ClientId::new("d"), "a", "b")
        );
    }

    #[test]
    fn only_the_hyphenated_form_is_a_nid() {
        let text = "6f1f1c1e-4f0e-5d0a-9a58-0c4b9a1f3b77";
        assert!(Nid::read(text).is_some());
        for text in [
            "",
            "6f1f1c1e4f0e5d0a9a580c4b9a1f3b77",
            "{6f1f1c1e-4f0e-5d0a-9a58-0c4b9a1f3b77}",
        ] {
            assert!(Nid::read(text).is_none(), "{text}");
        }
    }
}
