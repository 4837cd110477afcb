//! The dashboard: what there is in the deployment, in figures, at a cost that
//! does not grow with the deployment beyond counting keys.

mod live;

use super::estate;
use super::{Caller, Context, Fault, Forbidden, Outcome};
use crate::record::{AuditEntry, Privilege, System};
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
    /// Whether it is all there is; otherwise there may be more.
    pub exact: bool,
    /// What the figure is made of, where it is told apart.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
}

/// A part of a figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// What it counts: a system, or a type of record.
    pub name: String,
    /// How many of them.
    pub value: u64,
}

/// The most types of record that are told apart.
const MAX_TYPES: usize = 50;

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
    let widgets = Vec::from([
        by_system("registrations", "Registrations", "client", context).await?,
        by_system("users", "Users", "user", context).await?,
        tokens(context).await?,
        records(context).await?,
        all("policies", "Access policies", "access-policy", context).await?,
        all("api-tokens", "API token entries", "api-token", context).await?,
        all("alarms", "Alarms", "alarm", context).await?,
        warnings(context).await?,
    ]);
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

impl Widget {
    fn new(id: &str, label: &str, value: u64) -> Self {
        Self {
            id: id.into(),
            label: label.into(),
            value,
            exact: true,
            parts: Vec::new(),
        }
    }

    /// The sum of parts.
    fn of(id: &str, label: &str, parts: impl IntoIterator<Item = (System, u64)>) -> Self {
        let parts: Vec<(System, u64)> = parts.into_iter().collect();
        let sum = parts.iter().map(|(_, value)| value).sum();
        let parts = parts.into_iter().filter(|(_, value)| *value > 0);
        Self {
            parts: parts
                .map(|(system, value)| Part {
                    name: system.as_str().into(),
                    value,
                })
                .collect(),
            ..Self::new(id, label, sum)
        }
    }
}

/// Everything of a kind.
async fn all<S: Store>(
    id: &str,
    label: &str,
    kind: &str,
    context: &Context<'_, S>,
) -> Result<Widget, Fault> {
    let range = Range::under(kind, [""; 0]);
    let value = context.store.count(context.tenant, &range).await?;
    Ok(Widget::new(id, label, value))
}

/// Everything of a kind that lies below its system.
async fn by_system<S: Store>(
    id: &str,
    label: &str,
    kind: &str,
    context: &Context<'_, S>,
) -> Result<Widget, Fault> {
    let mut parts = Vec::new();
    for system in System::ALL {
        let range = Range::under(kind, [system.as_str()]);
        let value = context.store.count(context.tenant, &range).await?;
        parts.push((system, value));
    }
    Ok(Widget::of(id, label, parts))
}

/// The tokens that speak for somebody, as far as anything is kept of them.
async fn tokens<S: Store>(context: &Context<'_, S>) -> Result<Widget, Fault> {
    let tallies = live::tokens(context).await?;
    let exact = tallies.iter().all(|(_, tally)| tally.exact);
    let parts = tallies.map(|(system, tally)| (system, tally.count));
    Ok(Widget {
        exact,
        ..Widget::of("tokens", "Live tokens", parts)
    })
}

/// The estate records by their type.
async fn records<S: Store>(context: &Context<'_, S>) -> Result<Widget, Fault> {
    let whole = all("records", "Estate records", "record", context).await?;
    let parts = estate::by_kind(MAX_TYPES, context).await?.into_iter();
    Ok(Widget {
        parts: parts.map(|(name, value)| Part { name, value }).collect(),
        ..whole
    })
}

/// The alarms that warn.
async fn warnings<S: Store>(context: &Context<'_, S>) -> Result<Widget, Fault> {
    let tally = live::alarms(context).await?;
    Ok(Widget {
        exact: tally.exact,
        ..Widget::new("warnings", "Alarms that warn", tally.count)
    })
}
