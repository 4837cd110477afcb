//! Actions: create, list, read, replace, delete. One action may serve many
//! alarms and cannot go as long as it does.

use super::{
    Fence, ListActions, MAX_OF_CONTRACT, MonitoringOrder, action_key, actions, admit_name, alarms,
    author, sign,
};
use crate::operation::change::{Attempts, Change, Committed, Stored, load, visit};
use crate::operation::contract::member;
use crate::operation::{Conflict, Context, Fault, Name, Outcome, Resource};
use crate::record::{Action, Alarm};
use crate::store::Store;
use alloc::string::String;
use alloc::vec::Vec;
use serde::Deserialize;

/// The longest address (RFC 5321, section 4.5.3.1).
const MAX_ADDRESS: usize = 254;

/// What an action is: its creation, and what replaces it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionProperties {
    /// A name for people.
    pub name: String,
    /// Whom the message is for.
    pub email_to: String,
}

/// Replaces an action.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpdateAction {
    /// Which one.
    pub id: String,
    /// What it is from now on.
    pub properties: ActionProperties,
}

impl ActionProperties {
    fn admit(&self) -> Result<(), Fault> {
        admit_name(&self.name)?;
        let at = "properties.typeProperties.emailTo";
        if self.email_to.trim().is_empty() {
            return Err(Fault::field(at, "must not be blank"));
        }
        if !is_address(&self.email_to) {
            return Err(Fault::field(at, "is not an e-mail address"));
        }
        Ok(())
    }
}

/// Whether a text is an address: `local@domain`, in the form that forms on the
/// web accept.
fn is_address(text: &str) -> bool {
    let is_local =
        |byte: u8| byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte);
    let is_label = |label: &str| {
        let ends = [label.bytes().next(), label.bytes().last()];
        label.len() <= 63
            && ends
                .iter()
                .all(|end| end.is_some_and(|byte| byte.is_ascii_alphanumeric()))
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text.split_once('@').is_some_and(|(local, domain)| {
        (1..=64).contains(&local.len())
            && text.len() <= MAX_ADDRESS
            && local.bytes().all(is_local)
            && domain.contains('.')
            && domain.split('.').all(is_label)
    })
}

pub(in crate::operation) async fn create<S: Store>(
    request: ActionProperties,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let (user, contract, _) = member(context)?;
    request.admit()?;
    let action = Action {
        id: context.uuid(),
        contract,
        name: request.name,
        email_to: request.email_to,
        authorship: author(user, context),
    };
    let key = action_key(contract, &action.id);
    let stamp = context.uuid();
    let mut attempts = Attempts::new();
    loop {
        let fence = Fence::read(contract, context).await?;
        if load::<S, Action>(context, &key).await?.is_some() {
            return Ok(Outcome::Action(action));
        }
        let all = actions(contract);
        let count = context.store.count(context.tenant, &all).await?;
        if count >= MAX_OF_CONTRACT {
            return Err(Fault::Quota(Resource::Action));
        }
        let change = fence.pass(Change::new(context), &stamp)?;
        let change = change.create(key.clone(), &action)?;
        let change = change.audit(&action.id, Name::CreateAction, &action.id)?;
        if change.commit().await? == Committed::Yes {
            return Ok(Outcome::Action(action));
        }
        attempts.again()?;
    }
}

pub(in crate::operation) async fn read<S: Store>(
    id: &str,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let (_, contract, _) = member(context)?;
    let found = find(contract, id, context).await?;
    Ok(Outcome::Action(found.document))
}

pub(in crate::operation) async fn list<S: Store>(
    request: ListActions,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let (_, contract, _) = member(context)?;
    let mut found: Vec<Action> = Vec::new();
    visit(
        context,
        || actions(contract),
        |_, action| {
            found.push(action);
            Ok(())
        },
    )
    .await?;
    // The keys are in the order of their making.
    if request.order == MonitoringOrder::Modified {
        found.sort_by_key(|action| action.authorship.modified.at);
    }
    Ok(Outcome::Actions(found))
}

pub(in crate::operation) async fn update<S: Store>(
    request: UpdateAction,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let (user, contract, _) = member(context)?;
    request.properties.admit()?;
    let UpdateAction { id, properties } = request;
    let (audit, etag) = (context.uuid(), context.uuid());
    let mut attempts = Attempts::new();
    loop {
        let stored = find(contract, &id, context).await?;
        let mut action = stored.document.clone();
        action.name.clone_from(&properties.name);
        action.email_to.clone_from(&properties.email_to);
        action.authorship.etag.clone_from(&etag);
        action.authorship.modified = sign(user, context);
        let change = Change::new(context)
            .replace(action_key(contract, &id), &stored, &action)?
            .audit(&audit, Name::UpdateAction, &id)?;
        if change.commit().await? == Committed::Yes {
            return Ok(Outcome::Action(action));
        }
        attempts.again()?;
    }
}

pub(in crate::operation) async fn delete<S: Store>(
    id: &str,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let (_, contract, _) = member(context)?;
    let (audit, stamp) = (context.uuid(), context.uuid());
    let mut attempts = Attempts::new();
    let mut tried = false;
    loop {
        let fence = Fence::read(contract, context).await?;
        let stored = match find(contract, id, context).await {
            // An ambiguous commit was applied after all.
            Err(Fault::Missing(_)) if tried => return Ok(Outcome::Deleted),
            found => found?,
        };
        visit(
            context,
            || alarms(contract),
            |_, alarm: Alarm| {
                if alarm.actions.iter().any(|used| used == id) {
                    return Err(Fault::Conflict(Conflict::InUse(Resource::Action)));
                }
                Ok(())
            },
        )
        .await?;
        let change = fence.pass(Change::new(context), &stamp)?;
        let change = change.delete(action_key(contract, id), &stored);
        let change = change.audit(&audit, Name::DeleteAction, id)?;
        if change.commit().await? == Committed::Yes {
            return Ok(Outcome::Deleted);
        }
        tried = true;
        attempts.again()?;
    }
}

pub(super) async fn find<S: Store>(
    contract: u32,
    id: &str,
    context: &Context<'_, S>,
) -> Result<Stored<Action>, Fault> {
    let found = load(context, &action_key(contract, id)).await?;
    found.ok_or(Fault::Missing(Resource::Action))
}

#[cfg(test)]
mod tests {
    use super::is_address;
    use alloc::format;
    use alloc::string::String;

    #[test]
    fn addresses_have_two_halves_and_a_domain_of_labels() {
        let long = |count: usize| String::from("a").repeat(count);
        for address in [
            "ops@example.org",
            "a.b+c@x-y.example",
            &format!("{}@example.org", long(64)),
            &format!("a@{}.org", long(63)),
        ] {
            assert!(is_address(address), "{address}");
        }
        for other in [
            "",
            "ops",
            "@example.org",
            "ops@",
            "ops@localhost",
            "ops@example..org",
            "ops@-x.org",
            "ops@x-.org",
            "o ps@example.org",
            "ops@exa mple.org",
            "ops@example.org\r\nBcc: x@y.z",
            "a@b@example.org",
            &format!("{}@example.org", long(65)),
            &format!("a@{}.org", long(64)),
            &format!("a@{0}.{0}.{0}.{0}.org", long(63)),
        ] {
            assert!(!is_address(other), "{other}");
        }
    }
}
