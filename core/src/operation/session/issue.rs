//! The two grants that a user stands behind: password
//! ([RFC 6749 section 4.3](https://www.rfc-editor.org/rfc/rfc6749#section-4.3))
//! and refresh ([section 6](https://www.rfc-editor.org/rfc/rfc6749#section-6)).

use super::{load_session, session_key, token};
use crate::operation::change::{Attempts, Change, Committed, Stored, load};
use crate::operation::{
    Context, Fault, GrantFault, IssuedToken, Name, Outcome, Ownership, Unproven, trail, user,
};
use crate::record::{
    Client, LastEnded, OpaqueToken, Privilege, Secret, Session, SessionPointer, SessionTerms,
    Standing, User, UserGrant,
};
use crate::store::Store;
use alloc::string::String;
use alloc::vec::Vec;

fn refused(why: Ownership) -> Fault {
    Fault::Grant(GrantFault::Ownership(why))
}

/// The terms of an API access, if this grant is among them.
fn terms(client: &Client, grant: UserGrant, name: &str) -> Result<SessionTerms, Fault> {
    let terms = client
        .terms
        .as_ref()
        .filter(|terms| terms.grants.contains(&grant));
    terms
        .cloned()
        .ok_or_else(|| Fault::Grant(GrantFault::UnauthorizedClient(name.into())))
}

/// Issues a token for a user's password. While a token of the same access,
/// user and scope lives, it is that token again, unless the policy wants new
/// ones; a refresh token that lives is kept in any case.
pub(in crate::operation) async fn password<S: Store>(
    client: &Client,
    login: &str,
    password: &Secret,
    scope: Vec<String>,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let terms = terms(client, UserGrant::Password, "password")?;
    let user = match prove_user(login, password, context).await? {
        Ok(user) => user,
        Err(unproven) => {
            trail::refused(context, Some(&client.id), "token.issue", &unproven).await;
            return Err(refused(Ownership::Credentials));
        }
    };
    let policy = context.deployment.policy(context.system);
    let drawn = token::draw(terms.access_lifetime, context);
    let drawn_refresh = token::draw(terms.refresh_lifetime, context);
    let may_renew = terms.grants.contains(&UserGrant::RefreshToken);
    // As of before the password was proven: what is ended since ends this.
    let made_after = last_ended(client, &user);
    let audit = context.uuid();
    let mut attempts = Attempts::new();
    loop {
        let stored = load_session(&client.id, &user.id, context).await?;
        let former = stored
            .as_ref()
            .map(|stored| &stored.document)
            .filter(|session| {
                session.client_created_at == client.created_at
                    && session.scope == scope
                    && session.made_after == made_after
            });
        let lives = |token: &&OpaqueToken| token::is_live(token, context.now);
        let access = former
            .map(|session| &session.access)
            .filter(|_| policy.reuse_access_token)
            .filter(lives);
        let refresh = former
            .and_then(|session| session.refresh.as_ref())
            .filter(lives);
        let session = Session {
            client: client.id.clone(),
            client_created_at: client.created_at,
            user: user.id.clone(),
            scope: scope.clone(),
            made_after,
            access: access.unwrap_or(&drawn).clone(),
            refresh: may_renew.then(|| refresh.unwrap_or(&drawn_refresh).clone()),
        };
        if former == Some(&session) {
            return Ok(outcome(&session, context));
        }
        if replace(&session, stored.as_ref(), &audit, context).await? == Committed::Yes {
            return Ok(outcome(&session, context));
        }
        attempts.again()?;
    }
}

/// Issues a new access token for a refresh token. The former access token is
/// dead from then on; the refresh token stays, unless the policy rotates it.
pub(in crate::operation) async fn refresh<S: Store>(
    client: &Client,
    text: &Secret,
    scope: Option<Vec<String>>,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let terms = terms(client, UserGrant::RefreshToken, "refresh_token")?;
    let policy = context.deployment.policy(context.system);
    let drawn = token::draw(terms.access_lifetime, context);
    let drawn_refresh = token::draw(terms.refresh_lifetime, context);
    let audit = context.uuid();
    let mut attempts = Attempts::new();
    let mut tried = None;
    loop {
        let stored = find(client, text, context).await?;
        let Some((stored, refresh)) = stored else {
            // If the token was rotated away, an ambiguous commit of this call
            // may have done it after all.
            let own = match tried {
                Some(user) => load_session(&client.id, &user, context).await?,
                None => None,
            };
            return match own {
                Some(own) if own.document.access == drawn => Ok(outcome(&own.document, context)),
                _ => Err(refused(Ownership::RefreshToken)),
            };
        };
        let session = &stored.document;
        if !token::is_live(&refresh, context.now) {
            return Err(refused(Ownership::RefreshToken));
        }
        let user = user::by_id(&session.user, context).await?;
        let user = user.filter(|user| may_connect(user) && is_valid(session, client, user));
        if user.is_none() {
            return Err(refused(Ownership::RefreshToken));
        }
        let wider = scope
            .iter()
            .flatten()
            .any(|asked| !session.scope.contains(asked));
        if wider {
            let problem = "the scope exceeds that of the refresh token";
            return Err(Fault::Grant(GrantFault::Scope(problem.into())));
        }
        let renewed = Session {
            access: drawn.clone(),
            refresh: Some(if policy.rotate_refresh_token {
                drawn_refresh.clone()
            } else {
                refresh
            }),
            ..session.clone()
        };
        if replace(&renewed, Some(&stored), &audit, context).await? == Committed::Yes {
            return Ok(outcome(&renewed, context));
        }
        tried = Some(session.user.clone());
        attempts.again()?;
    }
}

/// The session whose refresh token this is, if it is this client's.
async fn find<S: Store>(
    client: &Client,
    text: &Secret,
    context: &Context<'_, S>,
) -> Result<Option<(Stored<Session>, OpaqueToken)>, Fault> {
    let pointer = load::<S, SessionPointer>(context, &token::key(text, context)).await?;
    let Some(pointer) = pointer.map(|stored| stored.document) else {
        return Ok(None);
    };
    if pointer.client != client.id {
        return Ok(None);
    }
    let stored = load_session(&pointer.client, &pointer.user, context).await?;
    Ok(stored.and_then(|stored| {
        let refresh = stored.document.refresh.clone()?;
        let is_its = stored.document.client_created_at == client.created_at
            && token::is(text, &refresh, context);
        is_its.then_some((stored, refresh))
    }))
}

/// Writes a session in place of the former one, and the pointers of its
/// tokens in place of the former ones.
async fn replace<S: Store>(
    session: &Session,
    stored: Option<&Stored<Session>>,
    audit: &str,
    context: &Context<'_, S>,
) -> Result<Committed, Fault> {
    let pointer = SessionPointer {
        client: session.client.clone(),
        user: session.user.clone(),
    };
    let tokens = |session: &Session| -> Vec<OpaqueToken> {
        core::iter::once(&session.access)
            .chain(&session.refresh)
            .cloned()
            .collect()
    };
    let former = stored
        .map(|stored| tokens(&stored.document))
        .unwrap_or_default();
    let current = tokens(session);
    let key = session_key(&session.client, &session.user);
    let mut change = Change::new(context);
    change = match stored {
        Some(stored) => change.replace(key, stored, session)?,
        None => change.create(key, session)?,
    };
    for token in former.iter().filter(|token| !current.contains(token)) {
        change = change.forget(token::key(&token::text(token, context), context));
    }
    for token in current.iter().filter(|token| !former.contains(token)) {
        change = change.set(token::key(&token::text(token, context), context), &pointer)?;
    }
    change
        .audit(audit, Name::IssueToken, session.user.as_str())?
        .commit()
        .await
}

fn outcome<S: Store>(session: &Session, context: &Context<'_, S>) -> Outcome {
    Outcome::Token(IssuedToken {
        access_token: token::text(&session.access, context),
        expires_in: token::seconds_left(&session.access, context.now),
        scope: session.scope.clone(),
        refresh_token: session
            .refresh
            .as_ref()
            .map(|token| token::text(token, context)),
    })
}

/// Finds the user that login and password prove. An unknown login costs as
/// much as a wrong password.
async fn prove_user<S: Store>(
    login: &str,
    password: &Secret,
    context: &Context<'_, S>,
) -> Result<Result<User, Unproven>, Fault> {
    let found = user::by_login(login, context).await?;
    let hash = found.as_ref().and_then(|user| user.password.clone());
    let right = context.passwords.verify(password.clone(), hash).await?;
    Ok(match found {
        None => Err(Unproven::UnknownUser),
        Some(_) if !right => Err(Unproven::WrongPassword),
        Some(user) if !may_connect(&user) => Err(Unproven::DisabledUser),
        Some(user) => Ok(user),
    })
}

/// Whether the account is in use and its profile lets it use the API.
fn may_connect(user: &User) -> bool {
    user.standing == Standing::Enabled && user.privileges.contains(&Privilege::ConnectToApi)
}

/// Whether neither the access nor the user has ended its tokens since those of
/// the session were made.
pub(super) fn is_valid(session: &Session, client: &Client, user: &User) -> bool {
    session.made_after == last_ended(client, user)
}

const fn last_ended(client: &Client, user: &User) -> LastEnded {
    LastEnded {
        client: client.tokens_not_before,
        user: user.tokens_not_before,
    }
}

/// What a scope parameter asks for.
pub(in crate::operation) fn asked(scope: Option<&str>) -> Option<Vec<String>> {
    let scope = scope.filter(|text| !text.trim().is_empty())?;
    Some(
        scope
            .split(' ')
            .filter(|value| !value.is_empty())
            .map(String::from)
            .collect(),
    )
}
