//! The first administrator. A tenant that never had one gets one client that
//! may administer it; who deletes that client later does not get it back.
//! Hosts ask for this at their start. It is no operation of the table, because
//! nobody can ask for it through a dialect.

use super::change::{Attempts, Change, Committed, Stored, load};
use super::{Caller, ClientView, Context, Fault, Name, client};
use crate::record::{Client, ClientId, Credential, Role, Secret, Standing, System};
use crate::store::{Key, Store};
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

/// The least length of a secret that is chosen by whoever sets the deployment
/// up, in bytes.
const MIN_SECRET: usize = 32;
/// The longest identifier and the longest secret that are taken, in bytes.
const MAX_TEXT: usize = 256;

/// Who the first administrator is to be; what is absent is drawn at random.
#[derive(Clone, Debug, Default)]
pub struct FirstAdministrator {
    /// The client identifier.
    pub client_id: Option<ClientId>,
    /// The secret: 32 to 256 visible ASCII characters.
    pub secret: Option<Secret>,
}

/// Registers the first administrator of the context's tenant, who is a
/// standard client. `None` when the tenant has had one before, by this call
/// or another; the view has the secret otherwise.
///
/// # Errors
/// [`Fault::Request`] for an identifier or secret that must not be used, and
/// what the store fails with.
pub async fn bootstrap<S: Store>(
    first: FirstAdministrator,
    context: &Context<'_, S>,
) -> Result<Option<ClientView>, Fault> {
    let mut context = Context {
        system: System::Standard,
        caller: Caller::Anonymous,
        ..*context
    };
    let id = match first.client_id {
        Some(id) => admit("client_id", id.as_str(), 1).map(|()| id)?,
        None => ClientId::new(context.uuid()),
    };
    let (secret, credential) = match first.secret {
        Some(secret) => {
            admit("secret", secret.expose(), MIN_SECRET)?;
            let credential = Credential {
                hash: client::hash(&context, secret.expose()),
                not_before: context.now,
                expires_at: None,
            };
            (secret, credential)
        }
        None => client::new_secret(&context),
    };
    let administrator = Client {
        id,
        system: System::Standard,
        display_name: "First administrator".into(),
        description: String::new(),
        custom_claims: BTreeMap::new(),
        roles: vec![Role::Administrator],
        scope: Vec::new(),
        standing: Standing::Enabled,
        created_at: context.now,
        updated_at: context.now,
        credentials: vec![credential],
        terms: None,
        tokens_not_before: None,
    };
    // The audit record then says that the administrator registered itself.
    context.caller = Caller::Client(Box::new(administrator.clone()));

    let audit = context.uuid();
    let mut attempts = Attempts::new();
    loop {
        // The mark carries what only this call knows: if it is there, an
        // ambiguous commit was applied after all.
        let marked: Option<Stored<String>> = load(&context, &mark()).await?;
        match marked {
            Some(mark) if mark.document == audit => break,
            Some(_) => return Ok(None),
            None => {}
        }
        let change = Change::new(&context)
            .create(mark(), &audit)?
            .set(
                client::key(System::Standard, &administrator.id),
                &administrator,
            )?
            .audit(&audit, Name::RegisterClient, administrator.id.as_str())?;
        if change.commit().await? == Committed::Yes {
            break;
        }
        attempts.again()?;
    }
    Ok(Some(ClientView::of(&context, administrator, Some(secret))))
}

/// Whether the context's tenant has had a first administrator.
///
/// # Errors
/// What the store fails with.
pub async fn is_bootstrapped<S: Store>(context: &Context<'_, S>) -> Result<bool, Fault> {
    let marked: Option<Stored<String>> = load(context, &mark()).await?;
    Ok(marked.is_some())
}

/// Where the tenant keeps that it has had one.
fn mark() -> Key {
    Key::of("bootstrap", ["administrator"])
}

fn admit(field: &str, text: &str, least: usize) -> Result<(), Fault> {
    if !(least..=MAX_TEXT).contains(&text.len()) {
        let problem = format!("must have {least} to {MAX_TEXT} characters");
        return Err(Fault::field(field, problem));
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Fault::field(field, "must be visible ASCII characters"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{FirstAdministrator, bootstrap, is_bootstrapped};
    use crate::operation::{
        AtOnce, Caller, Context, Credential, Deployment, Fault, Keys, ListAudit, Name, Operation,
        Outcome, Pepper, Random, RequestFault, authenticate, execute,
    };
    use crate::record::{ClientId, Secret, System, Tenant};
    use crate::store::contract::{Faulty, Mishap};
    use crate::store::{Memory, Store};
    use crate::time::Timestamp;
    use crate::token::{Algorithm, SigningKey};
    use alloc::string::String;
    use alloc::vec;
    use alloc::vec::Vec;
    use core::sync::atomic::{AtomicU8, Ordering};
    use pollster::block_on;

    struct Counting(AtomicU8);

    impl Random for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            for byte in bytes {
                *byte = self.0.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// Runs a test in an empty tenant.
    fn empty<S: Store, T>(store: &S, test: impl FnOnce(Context<'_, S>) -> T) -> T {
        let random = Counting(AtomicU8::new(1));
        let key = SigningKey::generate(Algorithm::EdDsa, &mut |bytes| random.fill(bytes)).unwrap();
        let pepper = Pepper::new(Secret::new("a pepper of at least 32 characters")).unwrap();
        let deployment = Deployment::new("https://touchmark.test", Keys::new(key, []), pepper);
        test(Context {
            deployment: &deployment,
            store,
            random: &random,
            passwords: &AtOnce,
            now: Timestamp::from_seconds(1_767_607_200),
            tenant: &Tenant::new("default").unwrap(),
            system: System::Klarity,
            caller: Caller::Anonymous,
            peer: None,
        })
    }

    fn proof(id: &ClientId, secret: &Secret) -> Credential {
        Credential::Client(vec![(id.clone(), secret.clone())])
    }

    #[test]
    fn an_empty_tenant_gets_one_administrator_once() {
        empty(&Memory::new(), |context| {
            assert_eq!(block_on(is_bootstrapped(&context)), Ok(false));
            let first = block_on(bootstrap(FirstAdministrator::default(), &context));
            let first = first.unwrap().unwrap();
            let again = block_on(bootstrap(FirstAdministrator::default(), &context));
            assert!(again.unwrap().is_none());
            assert_eq!(block_on(is_bootstrapped(&context)), Ok(true));
            let caller = block_on(authenticate(
                &proof(&first.client_id, &first.secret.unwrap()),
                Name::ListAudit,
                &context,
            ));
            assert!(caller.unwrap().is_administrator());
        });
    }

    #[test]
    fn a_deleted_first_administrator_does_not_come_back() {
        empty(&Memory::new(), |mut context| {
            let first = block_on(bootstrap(FirstAdministrator::default(), &context));
            let first = first.unwrap().unwrap();
            let credential = proof(&first.client_id, &first.secret.unwrap());
            context.system = System::Standard;
            context.caller =
                block_on(authenticate(&credential, Name::ListAudit, &context)).unwrap();
            let delete = Operation::DeleteClient(crate::operation::ClientReference {
                client_id: first.client_id,
            });
            assert_eq!(block_on(execute(delete, &context)), Ok(Outcome::Deleted));
            let again = block_on(bootstrap(FirstAdministrator::default(), &context));
            assert!(again.unwrap().is_none());
        });
    }

    #[test]
    fn a_chosen_identity_is_taken_and_audited_as_its_own_deed() {
        empty(&Memory::new(), |mut context| {
            let chosen = FirstAdministrator {
                client_id: Some(ClientId::new("root")),
                secret: Some(Secret::new("correct-horse-battery-staple-0123")),
            };
            let first = block_on(bootstrap(chosen.clone(), &context));
            assert_eq!(first.unwrap().unwrap().client_id.as_str(), "root");
            let credential = proof(&ClientId::new("root"), &chosen.secret.unwrap());
            context.caller =
                block_on(authenticate(&credential, Name::ListAudit, &context)).unwrap();
            let list = Operation::ListAudit(ListAudit::default());
            let Ok(Outcome::Audit(page)) = block_on(execute(list, &context)) else {
                panic!("the audit record is not readable");
            };
            let told: Vec<_> = page
                .items
                .iter()
                .map(|entry| (entry.actor.as_str(), entry.operation.as_str()))
                .collect();
            assert_eq!(told, [("root", "client.register")]);
        });
    }

    #[test]
    fn a_weak_or_unprintable_identity_is_refused() {
        let secret = |text: &str| (None, Some(Secret::new(text)));
        let id = |text: &str| (Some(ClientId::new(text)), None);
        for ((client_id, secret), field) in [
            (secret("short"), "secret"),
            (secret(&"x".repeat(257)), "secret"),
            (secret("thirty-two characters and a space"), "secret"),
            (id(""), "client_id"),
            (id(&"x".repeat(257)), "client_id"),
            (id("two words"), "client_id"),
        ] {
            let chosen = FirstAdministrator { client_id, secret };
            let refused = empty(&Memory::new(), |context| {
                block_on(bootstrap(chosen, &context)).map(|_| ())
            });
            let at = match refused {
                Err(Fault::Request(RequestFault::Field { at, .. })) => at,
                other => String::from(if other.is_ok() { "taken" } else { "fault" }),
            };
            assert_eq!(at, field);
        }
    }

    #[test]
    fn a_commit_of_unknown_outcome_leaves_one_administrator_who_is_told() {
        for mishap in [
            Mishap::AmbiguousApplied,
            Mishap::AmbiguousLost,
            Mishap::Conflict,
        ] {
            let store = Faulty::new(Memory::new());
            store.fail_commits(0..1, mishap);
            empty(&store, |context| {
                let first = block_on(bootstrap(FirstAdministrator::default(), &context));
                let first = first.unwrap().expect("the administrator is told");
                let credential = proof(&first.client_id, &first.secret.unwrap());
                assert!(block_on(authenticate(&credential, Name::ListAudit, &context)).is_ok());
            });
        }
    }
}
