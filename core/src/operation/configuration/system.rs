//! What a configuration says of one system, and how its policy follows.

use super::error::ConfigurationError;
use super::section::{Read, members, section};
use super::word::{Count, Expiry, Lifetime, Most, Tokens};
use crate::operation::{AudienceRule, LifetimeRule, RateLimit, SystemPolicy};
use alloc::string::String;
use alloc::vec::Vec;
use serde_json::Value;

section! {
    /// How one system behaves, where it differs from its default.
    pub struct SystemConfiguration {
        /// The `iss` of its tokens.
        issuer: String,
        /// The audiences that tokens may be for; the first is the default.
        audiences: Vec<String>,
        /// Whether a token request has to name its audience.
        audience_required: bool,
        /// How long a token lives.
        token_lifetime: Lifetime,
        /// How long a secret lives.
        secret_lifetime: Expiry,
        /// Items of a page unless asked otherwise.
        page_size: Count,
        /// The most items of a page.
        max_page_size: Count,
        /// The most registrations.
        max_clients: Most,
        /// The most access policies of a tenant.
        max_access_policies: Count,
        /// The most tokens of one user, expired ones included.
        max_tokens: Tokens,
        /// Whether users choose how long their tokens live.
        token_lifetime_chosen: bool,
        /// The most groups of one contract.
        max_groups: Count,
        /// How many requests a caller may make.
        rate_limit: RateLimit,
        /// Whether a password grant gives the opaque token that lives already.
        reuse_access_token: bool,
        /// Whether a refresh replaces the refresh token as well.
        rotate_refresh_token: bool,
        /// Whether unlocking an API token makes its former tokens worthless.
        unlock_revokes_previous: bool,
        /// The spaces in which API tokens are good.
        spaces: Vec<String>,
        /// The types of asset that a space may hold.
        asset_types: Vec<String>,
    }
}

impl SystemConfiguration {
    /// Changes what is said.
    pub(super) fn apply(self, policy: &mut SystemPolicy) {
        set(&mut policy.issuer, self.issuer);
        set(&mut policy.audiences, self.audiences);
        let audience_rule = |required| match required {
            true => AudienceRule::Required,
            false => AudienceRule::Defaulted,
        };
        set(
            &mut policy.audience_rule,
            self.audience_required.map(audience_rule),
        );
        set(
            &mut policy.token_lifetime,
            self.token_lifetime.map(|life| life.0),
        );
        set(
            &mut policy.secret_lifetime,
            self.secret_lifetime.map(|life| life.0),
        );
        let (usual, most) = &mut policy.page_size;
        if let Some(count) = self.max_page_size {
            *most = count.0;
            *usual = (*usual).min(*most);
        }
        if let Some(count) = self.page_size {
            *usual = count.0;
            *most = (*most).max(*usual);
        }
        set(&mut policy.max_clients, self.max_clients.map(|most| most.0));
        set(
            &mut policy.max_access_policies,
            self.max_access_policies.map(|count| count.0),
        );
        set(
            &mut policy.max_identity_tokens,
            self.max_tokens.map(|tokens| tokens.0),
        );
        let lifetime_rule = |chosen| match chosen {
            true => LifetimeRule::Chosen,
            false => LifetimeRule::Fixed,
        };
        set(
            &mut policy.identity_token_lifetime,
            self.token_lifetime_chosen.map(lifetime_rule),
        );
        set(&mut policy.max_groups, self.max_groups.map(|count| count.0));
        set(&mut policy.rate_limit, self.rate_limit.map(Some));
        set(&mut policy.reuse_access_token, self.reuse_access_token);
        set(&mut policy.rotate_refresh_token, self.rotate_refresh_token);
        set(
            &mut policy.unlock_revokes_previous,
            self.unlock_revokes_previous,
        );
        set(&mut policy.spaces, self.spaces);
        set(&mut policy.asset_types, self.asset_types);
    }

    /// Whether no page has more items than the most of a page, as far as both
    /// are said.
    #[must_use]
    pub fn pages_fit(&self) -> bool {
        match (self.page_size, self.max_page_size) {
            (Some(usual), Some(most)) => usual <= most,
            _ => true,
        }
    }
}

impl Read for RateLimit {
    fn read(value: &Value) -> Result<Self, ConfigurationError> {
        let (mut burst, mut per_minute) = (None, None);
        for (name, value) in members(value)? {
            let limit = match name.as_str() {
                "burst" => &mut burst,
                "per_minute" => &mut per_minute,
                _ => {
                    return Err(
                        ConfigurationError::unknown(alloc::vec!["burst", "per_minute"])
                            .inside(name),
                    );
                }
            };
            let count = <Count as Read>::read(value);
            *limit = Some(count.map_err(|error| error.inside(name))?.get());
        }
        match (burst, per_minute) {
            (Some(burst), Some(per_minute)) => Ok(Self { burst, per_minute }),
            _ => Err(ConfigurationError::expected(
                "both `burst` and `per_minute`",
            )),
        }
    }
}

fn set<T>(place: &mut T, given: Option<T>) {
    if let Some(given) = given {
        *place = given;
    }
}
