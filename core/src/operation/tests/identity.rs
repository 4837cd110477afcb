//! Tokens of users: the quota and what counts against it, lifetimes, contracts,
//! and everything that ends a token.

use super::setup::{World, administrator};
use crate::operation::{
    AtOnce, Caller, Context, Credential, Fault, Forbidden, IdentityProof, LifetimeRule, Name,
    Operation, Outcome, RequestFault, Resource, Unauthenticated, authenticate, execute,
};
use crate::record::{Secret, System};
use crate::store::{Batch, Entry, Key, Memory, Range, Store, StoreError};
use alloc::string::String;
use alloc::vec::Vec;
use core::future::poll_fn;
use core::task::Poll;
use futures_util::future::{join, join_all};
use pollster::block_on;
use serde_json::{Value, json};

const CONTRACT: u32 = 31_850_000;
const LOGIN: &str = "user@example.org";

/// A world with one user, and the user's identity.
fn world(profile: &Value) -> (World, String) {
    let world = World::new(System::Ionos);
    let fields = json!({ "login": LOGIN, "password": "secret", "profile": profile });
    let user = world.administer("user.create", fields).unwrap();
    let id = user["id"].as_str().unwrap().into();
    (world, id)
}

fn member() -> (World, String) {
    world(&json!({ "contracts": [{ "contract": CONTRACT, "role": "user" }] }))
}

fn password() -> IdentityProof {
    IdentityProof::Password(Vec::from([(LOGIN.into(), Secret::new("secret"))]))
}

/// Who asks with this proof, naming this contract.
fn caller(
    world: &World,
    proof: IdentityProof,
    contract: Option<&str>,
    name: Name,
) -> Result<Caller, Fault> {
    let credential = Credential::Identity {
        proof,
        contract: contract.map(String::from),
    };
    block_on(authenticate(
        &credential,
        name,
        &world.context(Caller::Anonymous),
    ))
}

fn user(world: &World) -> Caller {
    caller(world, password(), None, Name::GenerateIdentityToken).unwrap()
}

fn generate(world: &World, fields: Value) -> Result<Secret, Fault> {
    match world.run(user(world), "identity_token.generate", fields)? {
        Outcome::Generated(token) => Ok(token.token),
        other => panic!("a token is generated: {other:?}"),
    }
}

fn count(world: &World) -> usize {
    match world.run(user(world), "identity_token.list", json!({})) {
        Ok(Outcome::IdentityTokens(tokens)) => tokens.len(),
        other => panic!("tokens are listed: {other:?}"),
    }
}

fn speaks(world: &World, token: &Secret) -> Result<Caller, Fault> {
    let proof = IdentityProof::Token(token.clone());
    caller(world, proof, None, Name::GetContractUser)
}

const REFUSED: Fault = Fault::Unauthenticated(Unauthenticated::Refused);

#[test]
fn expired_tokens_count_until_they_are_deleted() {
    let (mut world, _) = member();
    let policy = world.deployment.systems.get_mut(&System::Ionos).unwrap();
    policy.max_identity_tokens = 2;
    generate(&world, json!({ "ttl": 60 })).unwrap();
    let long = generate(&world, json!({})).unwrap();
    world.now = world.now.plus_seconds(60);
    let full = Err(Fault::Quota(Resource::IdentityToken));
    assert_eq!(generate(&world, json!({})), full);
    assert_eq!(count(&world), 2, "what has expired is listed");
    let expired = json!({ "criteria": "EXPIRED" });
    let deleted = world.run(user(&world), "identity_token.delete_all", expired.clone());
    assert_eq!(deleted, Ok(Outcome::Deleted));
    assert_eq!(count(&world), 1);
    assert!(speaks(&world, &long).is_ok());
    assert!(generate(&world, json!({})).is_ok());
    let again = world.run(user(&world), "identity_token.delete_all", expired);
    assert_eq!(again, Err(Fault::Missing(Resource::IdentityToken)));
}

#[test]
fn a_token_is_good_until_the_last_second_of_its_life() {
    let (mut world, _) = member();
    let token = generate(&world, json!({ "ttl": 60 })).unwrap();
    world.now = world.now.plus_seconds(59);
    assert!(speaks(&world, &token).is_ok());
    world.now = world.now.plus_seconds(1);
    let expired = Fault::Unauthenticated(Unauthenticated::Expired);
    assert_eq!(speaks(&world, &token).map(|_| ()), Err(expired));
}

#[test]
fn where_lifetimes_are_fixed_nobody_chooses_one() {
    let (mut world, _) = member();
    let policy = world.deployment.systems.get_mut(&System::Ionos).unwrap();
    policy.identity_token_lifetime = LifetimeRule::Fixed;
    policy.token_lifetime = 100;
    let chosen = generate(&world, json!({ "ttl": 60 }));
    assert!(matches!(chosen, Err(Fault::Request(RequestFault::Field { at, .. })) if at == "ttl"));
    let token = generate(&world, json!({})).unwrap();
    world.now = world.now.plus_seconds(99);
    assert!(speaks(&world, &token).is_ok());
    world.now = world.now.plus_seconds(1);
    assert!(speaks(&world, &token).is_err());
}

#[test]
fn what_ends_a_token_ends_it_at_once() {
    let changes: [Value; 3] = [
        json!({ "password": "another" }),
        json!({ "standing": "disabled" }),
        json!({ "contracts": [] }),
    ];
    for changes in changes {
        let (mut world, id) = member();
        let token = generate(&world, json!({})).unwrap();
        assert!(speaks(&world, &token).is_ok());
        world.now = world.now.plus_seconds(1);
        let fields = json!({ "id": id, "changes": changes });
        world.administer("user.update", fields).unwrap();
        assert_eq!(
            speaks(&world, &token).map(|_| ()),
            Err(REFUSED),
            "{changes}"
        );
    }
    let (world, id) = member();
    let token = generate(&world, json!({})).unwrap();
    world
        .administer("user.delete", json!({ "id": id }))
        .unwrap();
    assert_eq!(speaks(&world, &token).map(|_| ()), Err(REFUSED));
}

#[test]
fn a_token_made_while_the_password_changes_ends_with_the_change() {
    let (mut world, id) = member();
    // The change begins, and a token is made before it is committed.
    let began = world.now;
    world.now = began.plus_seconds(1);
    let token = generate(&world, json!({})).unwrap();
    world.now = began;
    let fields = json!({ "id": id, "changes": { "password": "another" } });
    world.administer("user.update", fields).unwrap();
    world.now = began.plus_seconds(2);
    assert_eq!(speaks(&world, &token).map(|_| ()), Err(REFUSED));
}

#[test]
fn a_token_of_another_tenant_or_system_is_refused() {
    let (world, _) = member();
    let token = generate(&world, json!({})).unwrap();
    let (other, _) = member();
    // The same keys, but none of the records.
    assert_eq!(speaks(&other, &token).map(|_| ()), Err(REFUSED));
    let mut world = world;
    world.system = System::Standard;
    assert!(world.caller(token.expose()).is_err());
}

#[test]
fn a_contract_is_told_to_nobody_who_has_not_proved_itself() {
    let (world, _) = member();
    let wrong = IdentityProof::Password(Vec::from([(LOGIN.into(), Secret::new("wrong"))]));
    for contract in ["31850000", "7", "nonsense"] {
        let refused = caller(
            &world,
            wrong.clone(),
            Some(contract),
            Name::ListIdentityTokens,
        );
        assert_eq!(refused.map(|_| ()), Err(REFUSED));
    }
    let foreign = caller(&world, password(), Some("7"), Name::ListIdentityTokens);
    let foreign = foreign.map(|_| ());
    assert_eq!(foreign, Err(Fault::Forbidden(Forbidden::Contract)));
}

#[test]
fn memberships_of_groups_end_with_the_contract_and_do_not_come_back() {
    let (world, id) = member();
    let owner = json!({
        "login": "owner@example.org",
        "password": "secret",
        "profile": { "contracts": [{ "contract": CONTRACT, "role": "owner" }] },
    });
    world.administer("user.create", owner).unwrap();
    let proof = IdentityProof::Password(Vec::from([(
        "owner@example.org".into(),
        Secret::new("secret"),
    )]));
    let owner = || caller(&world, proof.clone(), None, Name::CreateGroup).unwrap();
    let group = json!({ "name": "g", "privileges": ["ACCESS_AND_MANAGE_MONITORING"] });
    let group = world
        .run(owner(), "group.create", group)
        .unwrap()
        .to_value();
    let place = json!({ "group": group["id"], "user": id });
    world.run(owner(), "group.add_member", place).unwrap();
    let groups = || {
        let fields = json!({ "id": id });
        let listed = world.run(owner(), "contract_user.list_groups", fields);
        listed.unwrap().to_value()["items"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(groups(), 1);
    for contracts in [json!([]), json!([{ "contract": CONTRACT, "role": "user" }])] {
        let fields = json!({ "id": id, "changes": { "contracts": contracts } });
        world.administer("user.update", fields).unwrap();
    }
    assert_eq!(groups(), 0);
}

/// Where the tokens of users are in the store.
fn kept(world: &World) -> usize {
    let is_token = |entry: &&String| entry.starts_with("identity-token/");
    world.dump().iter().filter(is_token).count()
}

#[test]
fn tokens_of_a_contract_that_was_left_neither_count_nor_come_back() {
    let (mut world, id) = member();
    let policy = world.deployment.systems.get_mut(&System::Ionos).unwrap();
    policy.max_identity_tokens = 1;
    let token = generate(&world, json!({})).unwrap();
    let belong = |contracts: Value| {
        let fields = json!({ "id": id, "changes": { "contracts": contracts } });
        world.administer("user.update", fields).unwrap();
    };
    belong(json!([{ "contract": 7, "role": "user" }]));
    assert!(generate(&world, json!({})).is_ok(), "the place is free");
    belong(json!([{ "contract": 7, "role": "user" }, { "contract": CONTRACT, "role": "user" }]));
    assert_eq!(speaks(&world, &token).map(|_| ()), Err(REFUSED));
    assert_eq!(kept(&world), 1, "the token of the contract that stays");
    world
        .administer("user.delete", json!({ "id": id }))
        .unwrap();
    assert_eq!(kept(&world), 0);
}

#[test]
fn no_token_is_generated_past_the_end_of_a_place() {
    for (name, fields) in [
        ("user.update", json!({ "changes": { "contracts": [] } })),
        ("user.delete", json!({})),
    ] {
        for head_start in 0..12 {
            let (world, id) = member();
            // The second time there is something to count and to delete.
            if head_start % 2 == 0 {
                generate(&world, json!({})).unwrap();
            }
            let polite = Polite(world.store.inner());
            let generating = context(&world, &polite, user(&world));
            let administering = context(&world, &polite, administrator());
            let mut fields = fields.clone();
            fields["id"] = id.as_str().into();
            let generate = Operation::read(Name::GenerateIdentityToken, json!({})).unwrap();
            let end = Operation::read(Name::named(name).unwrap(), fields).unwrap();
            let (_, ended) = block_on(join(execute(generate, &generating), async {
                for _ in 0..head_start {
                    after_you().await;
                }
                execute(end, &administering).await
            }));
            assert!(ended.is_ok(), "{name} after {head_start}: {ended:?}");
            assert_eq!(kept(&world), 0, "{name} after {head_start}");
        }
    }
}

#[test]
fn a_contract_has_so_many_groups_and_no_more() {
    let (mut world, _) =
        world(&json!({ "contracts": [{ "contract": CONTRACT, "role": "owner" }] }));
    let policy = world.deployment.systems.get_mut(&System::Ionos).unwrap();
    policy.max_groups = 2;
    let create = |name: &str| world.run(user(&world), "group.create", json!({ "name": name }));
    let first = create("a").unwrap().to_value();
    create("b").unwrap();
    assert_eq!(create("c"), Err(Fault::Quota(Resource::Group)));
    let id = json!({ "id": first["id"] });
    world.run(user(&world), "group.delete", id).unwrap();
    assert!(create("c").is_ok());
    let long = "x".repeat(256);
    assert!(matches!(create(&long), Err(Fault::Request(_))));
}

/// A store that lets every other request go first, before each of its answers.
struct Polite<'a>(&'a Memory);

async fn after_you() {
    let mut waited = false;
    poll_fn(|context| {
        if core::mem::replace(&mut waited, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

impl Store for Polite<'_> {
    async fn get(
        &self,
        tenant: &crate::record::Tenant,
        keys: &[Key],
    ) -> Result<Vec<Option<Entry>>, StoreError> {
        after_you().await;
        self.0.get(tenant, keys).await
    }

    async fn scan(
        &self,
        tenant: &crate::record::Tenant,
        range: &Range,
    ) -> Result<Vec<(Key, Entry)>, StoreError> {
        after_you().await;
        self.0.scan(tenant, range).await
    }

    async fn count(
        &self,
        tenant: &crate::record::Tenant,
        range: &Range,
    ) -> Result<u64, StoreError> {
        after_you().await;
        self.0.count(tenant, range).await
    }

    async fn commit(
        &self,
        tenant: &crate::record::Tenant,
        batch: &Batch,
    ) -> Result<(), StoreError> {
        after_you().await;
        self.0.commit(tenant, batch).await
    }
}

fn context<'a>(world: &'a World, store: &'a Polite<'a>, caller: Caller) -> Context<'a, Polite<'a>> {
    Context {
        deployment: &world.deployment,
        store,
        random: &world.random,
        passwords: &AtOnce,
        now: world.now,
        tenant: &world.tenant,
        system: world.system,
        caller,
        peer: None,
    }
}

#[test]
fn of_sixteen_at_once_only_one_gets_the_last_token() {
    let (world, _) = member();
    for _ in 0..49 {
        generate(&world, json!({})).unwrap();
    }
    let caller = user(&world);
    let polite = Polite(world.store.inner());
    let context = context(&world, &polite, caller);
    let one = || {
        let name = Name::GenerateIdentityToken;
        execute(Operation::read(name, json!({})).unwrap(), &context)
    };
    let answers = block_on(join_all((0..16).map(|_| one())));
    let made = answers.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(made, 1);
    let full = answers
        .iter()
        .filter(|answer| **answer == Err(Fault::Quota(Resource::IdentityToken)));
    assert_eq!(full.count(), 15);
    assert_eq!(count(&world), 50);
}

#[test]
fn of_two_groups_that_are_joined_at_once_neither_is_lost() {
    let (mut world, id) =
        world(&json!({ "contracts": [{ "contract": CONTRACT, "role": "owner" }] }));
    let policy = world.deployment.systems.get_mut(&System::Ionos).unwrap();
    policy.max_groups = 2;
    let owner = || user(&world);
    let group = |name| {
        let made = world.run(owner(), "group.create", json!({ "name": name }));
        made.unwrap().to_value()["id"].clone()
    };
    // A group that is gone has to make room for one of the others.
    let gone = group("gone");
    let place = json!({ "group": gone, "user": id });
    world.run(owner(), "group.add_member", place).unwrap();
    world
        .run(owner(), "group.delete", json!({ "id": gone }))
        .unwrap();
    let groups = [group("one"), group("two")];
    let polite = Polite(world.store.inner());
    let context = context(&world, &polite, owner());
    let joining = groups.each_ref().map(|group| {
        let place = json!({ "group": group, "user": id });
        execute(
            Operation::read(Name::AddGroupMember, place).unwrap(),
            &context,
        )
    });
    for joined in block_on(join_all(joining)) {
        joined.unwrap();
    }
    let listed = world.run(owner(), "contract_user.list_groups", json!({ "id": id }));
    let listed = listed.unwrap().to_value();
    let listed = listed["items"].as_array().unwrap();
    assert_eq!(listed.len(), 2, "{listed:?}");
    for group in &groups {
        let place = json!({ "group": group, "user": id });
        let removed = world.run(owner(), "group.remove_member", place);
        assert!(removed.is_ok(), "{group}");
    }
}
