//! The dashboard: what there is in the deployment, in figures.

use super::{Caller, Context, Fault, Forbidden, Outcome};
use crate::record::{AuditEntry, Privilege};
use crate::store::{Direction, Range, Store};
use crate::time::Timestamp;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// Figures of the deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dashboard {
    /// The login of whoever asks.
    pub operator: String,
    /// When the figures were taken.
    pub generated_at: Timestamp,
    /// The figures.
    pub widgets: Vec<Widget>,
    /// When something last happened; absent in an empty deployment.
    pub last_activity: Option<Timestamp>,
}

/// One figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Widget {
    /// A stable name.
    pub id: String,
    /// A name for people.
    pub label: String,
    /// The figure.
    pub value: u64,
}

pub(super) async fn read<S: Store>(context: &Context<'_, S>) -> Result<Outcome, Fault> {
    let operator = match &context.caller {
        Caller::User(signed_in) => {
            // The right may have been taken away since the token was issued.
            if !signed_in.user.privileges.contains(&Privilege::ConnectToApi) {
                return Err(Fault::Forbidden(Forbidden::Connection));
            }
            signed_in.user.login.clone()
        }
        other => other.actor().into(),
    };
    let mut widgets = Vec::new();
    for (id, label, kind) in [
        ("registrations", "Registrations", "client"),
        ("operators", "Operators", "user"),
        ("sessions", "Sessions", "session"),
        ("records", "Estate records", "record"),
        ("policies", "Access policies", "access-policy"),
        ("api-tokens", "API tokens", "api-token"),
        ("alarms", "Alarms", "alarm"),
    ] {
        let range = Range::under(kind, [""; 0]);
        let value = context.store.count(context.tenant, &range).await?;
        widgets.push(Widget {
            id: id.into(),
            label: label.into(),
            value,
        });
    }
    let latest = Range::under("audit", [""; 0])
        .direction(Direction::Descending)
        .limit(1);
    let latest = context.store.scan(context.tenant, &latest).await?;
    let latest = latest
        .first()
        .map(|(_, entry)| super::change::read::<AuditEntry>(&entry.value));
    Ok(Outcome::Dashboard(Dashboard {
        operator,
        generated_at: context.now,
        widgets,
        last_activity: latest.transpose()?.map(|entry| entry.at),
    }))
}
