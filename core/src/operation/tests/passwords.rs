//! Passwords where too many wait to be hashed: nobody is refused for that as
//! if the password were wrong, and nothing is half done.

use super::setup::{World, administrator};
use crate::operation::{
    Busy, Caller, Context, Credential, Fault, Hashing, IdentityProof, Name, Operation,
    PasswordHasher, authenticate, execute,
};
use crate::record::{Secret, System};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec;
use core::future::ready;
use pollster::block_on;
use serde_json::json;

/// A host that has no time for passwords.
struct NoTime;

impl PasswordHasher for NoTime {
    fn verify(&self, _: Secret, _: Option<String>) -> Hashing<'_, bool> {
        Box::pin(ready(Err(Busy)))
    }

    fn hash(&self, _: Secret, _: [u8; 16]) -> Hashing<'_, Option<String>> {
        Box::pin(ready(Err(Busy)))
    }
}

const LOGIN: &str = "user@example.org";

#[test]
fn a_password_that_cannot_be_looked_at_now_is_not_called_wrong() {
    let world = World::new(System::Ionos);
    let profile = json!({ "contracts": [{ "contract": 31_850_000, "role": "user" }] });
    let fields = json!({ "login": LOGIN, "password": "secret", "profile": profile });
    world.administer("user.create", fields).unwrap();
    for login in [LOGIN, "nobody@example.org"] {
        let password = vec![(login.into(), Secret::new("secret"))];
        let credential = Credential::Identity {
            proof: IdentityProof::Password(password),
            contract: None,
        };
        let context = Context {
            passwords: &NoTime,
            ..world.context(Caller::Anonymous)
        };
        let asked = authenticate(&credential, Name::ListIdentityTokens, &context);
        assert_eq!(block_on(asked).map(|_| ()), Err(Fault::Unavailable));
    }
    assert_eq!(world.reasons(), [""; 0], "nobody is refused for good");
}

#[test]
fn an_account_whose_password_cannot_be_hashed_now_is_not_made() {
    let world = World::new(System::Ionos);
    let fields = json!({ "login": LOGIN, "password": "secret" });
    let create = Operation::read(Name::CreateUser, fields).unwrap();
    let context = Context {
        passwords: &NoTime,
        ..world.context(administrator())
    };
    let made = block_on(execute(create, &context)).map(|_| ());
    assert_eq!(made, Err(Fault::Unavailable));
    let users = world.administer("user.list", json!({})).unwrap();
    assert_eq!(users["items"], json!([]));
}
