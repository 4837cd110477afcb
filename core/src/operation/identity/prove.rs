//! Who asks, and about which contract. The proof is held against the records
//! first, so that a contract's number tells a stranger nothing.

use super::mint;
use crate::operation::contract::{Naming, choose, group};
use crate::operation::{Context, Fault, IdentityProof, Name, SignedIn, Unproven, user};
use crate::record::{Secret, Standing, User};
use crate::store::Store;
use alloc::string::String;
use alloc::vec::Vec;

/// Finds the user that a proof is of, and the contract that is meant.
pub(in crate::operation) async fn prove<S: Store>(
    proof: &IdentityProof,
    contract: Option<&str>,
    name: Name,
    context: &Context<'_, S>,
) -> Result<Result<SignedIn, Unproven>, Fault> {
    let (user, token, bound) = match proof {
        IdentityProof::Password(readings) => match prove_password(readings, context).await? {
            Ok(user) => (user, None, None),
            Err(unproven) => return Ok(Err(unproven)),
        },
        IdentityProof::Token(text) => match mint::prove(text.expose(), context).await? {
            Ok((user, token)) => (user, Some(token.id), Some(token.contract)),
            Err(unproven) => return Ok(Err(unproven)),
        },
    };
    let contract = choose(&user, contract, bound, naming(name))?;
    let groups = match contract {
        Some(contract) => group::of_user(&user, contract, context).await?,
        None => Vec::new(),
    };
    Ok(Ok(SignedIn {
        user,
        token,
        contract,
        groups,
    }))
}

/// A token for one contract does not choose the contract of another token.
const fn naming(name: Name) -> Naming {
    match name {
        Name::GenerateIdentityToken
        | Name::ListIdentityTokens
        | Name::GetIdentityToken
        | Name::DeleteIdentityToken
        | Name::DeleteIdentityTokens => Naming::Always,
        _ => Naming::UnlessBound,
    }
}

/// An unknown login costs as much as a wrong password.
async fn prove_password<S: Store>(
    readings: &[(String, Secret)],
    context: &Context<'_, S>,
) -> Result<Result<User, Unproven>, Fault> {
    let mut reason = Unproven::UnknownUser;
    for (login, password) in readings {
        let found = user::by_login(login, context).await?;
        let hash = found.as_ref().and_then(|user| user.password.clone());
        let right = context.passwords.verify(password.clone(), hash).await?;
        match found {
            None => {}
            Some(_) if !right => reason = Unproven::WrongPassword,
            Some(user) if user.standing == Standing::Disabled => reason = Unproven::DisabledUser,
            Some(user) => return Ok(Ok(user)),
        }
    }
    Ok(Err(reason))
}
