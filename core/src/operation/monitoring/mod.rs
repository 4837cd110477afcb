//! Monitoring: alarms over samples and the actions that they call for. The
//! rules are those of IONOS' MonitoringAPI: whoever may use the monitoring of a
//! contract has its actions, and the alarms over instances that it reaches.
//!
//! Alarms are evaluated where samples are taken, in the same commit. An action
//! that is called for is recorded; no mail is sent.

mod action;
mod alarm;
mod evaluate;
mod reach;

pub use action::{ActionProperties, UpdateAction};
pub use alarm::{AlarmProperties, AlarmReference, AlarmView, Depth, ListAlarms, UpdateAlarm};

pub(super) use action::{
    create as create_action, delete as delete_action, list as list_actions, read as read_action,
    update as update_action,
};
pub(super) use alarm::{
    create as create_alarm, delete as delete_alarm, list as list_alarms, read as read_alarm,
    update as update_alarm,
};
pub(super) use evaluate::evaluate;

use super::change::{Change, Stored, load};
use super::{Context, Fault};
use crate::record::{Authorship, Signature, User};
use crate::store::{Key, Range, Store};
use alloc::format;
use alloc::string::{String, ToString};
use serde::Deserialize;

/// The most alarms, and the most actions, of one contract.
const MAX_OF_CONTRACT: u64 = 100;
/// The longest name, in characters.
const MAX_NAME: usize = 256;

/// In what order things are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MonitoringOrder {
    /// Oldest first.
    #[default]
    Created,
    /// What was changed longest ago first.
    Modified,
}

/// Lists actions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ListActions {
    /// In what order.
    pub order: MonitoringOrder,
}

fn alarm_key(contract: u32, id: &str) -> Key {
    Key::of("alarm", [&contract.to_string(), id])
}

fn alarms(contract: u32) -> Range {
    Range::under("alarm", [contract.to_string()])
}

fn action_key(contract: u32, id: &str) -> Key {
    Key::of("alarm-action", [&contract.to_string(), id])
}

fn actions(contract: u32) -> Range {
    Range::under("alarm-action", [contract.to_string()])
}

/// What keeps alarms and actions of a contract from passing each other: an
/// alarm that comes to use an action, and the action that goes.
struct Fence {
    key: Key,
    former: Option<Stored<String>>,
}

impl Fence {
    /// Reads the fence, which comes before reading anything that a decision
    /// rests on.
    async fn read<S: Store>(contract: u32, context: &Context<'_, S>) -> Result<Self, Fault> {
        let key = Key::of("fence", ["monitoring", &contract.to_string()]);
        let former = load(context, &key).await?;
        Ok(Self { key, former })
    }

    /// Makes a change fail if another one has passed since.
    fn pass<'a, S: Store>(
        self,
        change: Change<'a, S>,
        stamp: &str,
    ) -> Result<Change<'a, S>, Fault> {
        match self.former {
            Some(former) => change.replace(self.key, &former, &stamp.to_string()),
            None => change.create(self.key, &stamp.to_string()),
        }
    }
}

fn sign<S: Store>(user: &User, context: &Context<'_, S>) -> Signature {
    Signature {
        at: context.now,
        user: user.id.clone(),
        login: user.login.clone(),
    }
}

/// The authorship of something new.
fn author<S: Store>(user: &User, context: &Context<'_, S>) -> Authorship {
    let signature = sign(user, context);
    Authorship {
        etag: context.uuid(),
        created: signature.clone(),
        modified: signature,
    }
}

fn admit_name(name: &str) -> Result<(), Fault> {
    if name.trim().is_empty() {
        return Err(Fault::field("properties.name", "must not be blank"));
    }
    if name.chars().count() > MAX_NAME {
        let problem = format!("has more than {MAX_NAME} characters");
        return Err(Fault::field("properties.name", problem));
    }
    Ok(())
}
