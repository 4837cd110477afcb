//! The settings file of `touchmark serve`: its keys and what they change. The
//! reference with examples is `docs/serve.md`, the schema comes from here.

use core::net::SocketAddr;
use std::path::PathBuf;

use ipnet::IpNet;
use touchmark_core::operation::RateLimit;
use touchmark_core::operation::configuration::{
    Count, Depth, Expiry, Lifetime, Most, Size, SystemConfiguration, Tokens,
};
use touchmark_core::record::Tenant;
use touchmark_core::token::Algorithm;

use super::telemetry::TelemetrySection;
use super::written::{Given, Origin, Place, SystemName, Wait, given};
use crate::scenario::Diagnostic;
use crate::scenario::entries::{AtLeastOne, Entries};
use crate::scenario::read::keys;
use crate::scenario::word::Text;

keys! {
    /// How `touchmark serve` is set up. What is absent has its default; what
    /// the command line says counts before what is written here.
    "a server file" WithNotes pub struct ServerFile {
        /// Where clients reach the server. Issuers and links are made of it.
        "origin" => origin: Option<Given<Origin>>,
        /// The address and port to listen on; port 0 takes a free one.
        "listen" => listen: Option<Given<SocketAddr>>,
        /// Where records are kept: `memory`, or `sqlite:` and a file.
        "store" => store: Option<Given<Place>>,
        /// The tenant that all records belong to.
        "tenant" => tenant: Option<Given<Tenant>>,
        /// The keys that sign and verify tokens, and the pepper.
        "keys" => keys: Option<KeysSection>,
        /// Networks whose `X-Forwarded-For` is believed.
        "proxies" => proxies: Vec<Given<IpNet>>,
        /// What requests and connections may weigh.
        "limits" => limits: Option<LimitsSection>,
        /// How long the server waits.
        "timeouts" => timeouts: Option<TimeoutsSection>,
        /// How each system behaves, where it differs from its default.
        "systems" => systems: Entries<SystemName, SystemSection>,
        /// How samples are kept and asked for.
        "telemetry" => telemetry: Option<TelemetrySection>,
    }
}

keys! {
    /// Files with keys. Paths are relative to the folder of this file.
    "keys" Closed pub struct KeysSection {
        /// The private JWK that signs; it is made if there is no such file.
        "signing" => signing: Option<Given<PathBuf>>,
        /// The algorithm of a key that is made.
        "algorithm" => algorithm: Option<Given<Algorithm>>,
        /// JWK or JWKS files whose keys signed before and still verify.
        "former" => former: Vec<Given<PathBuf>>,
        /// The secret under which secrets are hashed; it is made if there is no such file.
        "pepper" => pepper: Option<Given<PathBuf>>,
    }
}

keys! {
    /// What requests and connections may weigh.
    "limits" Closed pub struct LimitsSection {
        /// The most bytes of one request's content.
        "content" => content: Option<Given<Size>>,
        /// The most bytes of content that all requests together may hold.
        "buffered" => buffered: Option<Given<Size>>,
        /// How deep JSON content may nest.
        "json_depth" => json_depth: Option<Given<Depth>>,
        /// The most connections at a time.
        "connections" => connections: Option<Given<Count>>,
    }
}

keys! {
    /// How long the server waits.
    "timeouts" Closed pub struct TimeoutsSection {
        /// For the head of a request, and between two requests.
        "head" => head: Option<Given<Wait>>,
        /// For the whole content of a request.
        "content" => content: Option<Given<Wait>>,
        /// For the client to take some more of an answer.
        "answer" => answer: Option<Given<Wait>>,
        /// For requests under way when it is told to end.
        "shutdown" => shutdown: Option<Given<Wait>>,
    }
}

keys! {
    /// How one system behaves.
    "a system" Closed pub struct SystemSection {
        /// The `iss` of its tokens.
        "issuer" => issuer: Option<Text>,
        /// The audiences that tokens may be for; the first is the default.
        "audiences" => audiences: Option<AtLeastOne<Text>>,
        /// Whether a token request has to name its audience.
        "audience_required" => audience_required: Option<bool>,
        /// How long a token lives.
        "token_lifetime" => token_lifetime: Option<Given<Lifetime>>,
        /// How long a secret lives, or `never`.
        "secret_lifetime" => secret_lifetime: Option<Given<Expiry>>,
        /// Items of a page unless asked otherwise.
        "page_size" => page_size: Option<Given<Count>>,
        /// The most items of a page.
        "max_page_size" => max_page_size: Option<Given<Count>>,
        /// The most registrations, or `unlimited`.
        "max_clients" => max_clients: Option<Given<Most>>,
        /// The most access policies of a tenant.
        "max_access_policies" => max_access_policies: Option<Given<Count>>,
        /// The most tokens of one user, expired ones included.
        "max_tokens" => max_tokens: Option<Given<Tokens>>,
        /// Whether users choose how long their tokens live.
        "token_lifetime_chosen" => token_lifetime_chosen: Option<bool>,
        /// The most groups of one contract.
        "max_groups" => max_groups: Option<Given<Count>>,
        /// How many requests a caller may make; no limit if absent.
        "rate_limit" => rate_limit: Option<RateLimitSection>,
        /// Whether a password grant gives the opaque token that lives already.
        "reuse_access_token" => reuse_access_token: Option<bool>,
        /// Whether a refresh replaces the refresh token as well.
        "rotate_refresh_token" => rotate_refresh_token: Option<bool>,
        /// Whether unlocking an API token makes its former tokens worthless.
        "unlock_revokes_previous" => unlock_revokes_previous: Option<bool>,
        /// The spaces in which API tokens are good.
        "spaces" => spaces: Option<AtLeastOne<Text>>,
        /// The types of asset that a space may hold.
        "asset_types" => asset_types: Option<AtLeastOne<Text>>,
    }
}

keys! {
    /// How many requests one caller may make; further ones are answered with 429.
    "a rate limit" Closed pub struct RateLimitSection {
        /// At once, after a rest.
        "burst" => burst: Given<Count>,
        /// A minute, for as long as it likes.
        "per_minute" => per_minute: Given<Count>,
    }
}

impl SystemSection {
    /// What the section says.
    pub(super) fn configuration(&self) -> SystemConfiguration {
        let texts = |list: &AtLeastOne<Text>| list.iter().map(|text| text.text.clone()).collect();
        let rate_limit = |section: &RateLimitSection| RateLimit {
            burst: section.burst.value.get(),
            per_minute: section.per_minute.value.get(),
        };
        SystemConfiguration {
            issuer: self.issuer.as_ref().map(|issuer| issuer.text.clone()),
            audiences: self.audiences.as_ref().map(texts),
            audience_required: self.audience_required,
            token_lifetime: given(&self.token_lifetime),
            secret_lifetime: given(&self.secret_lifetime),
            page_size: given(&self.page_size),
            max_page_size: given(&self.max_page_size),
            max_clients: given(&self.max_clients),
            max_access_policies: given(&self.max_access_policies),
            max_tokens: given(&self.max_tokens),
            token_lifetime_chosen: self.token_lifetime_chosen,
            max_groups: given(&self.max_groups),
            rate_limit: self.rate_limit.as_ref().map(rate_limit),
            reuse_access_token: self.reuse_access_token,
            rotate_refresh_token: self.rotate_refresh_token,
            unlock_revokes_previous: self.unlock_revokes_previous,
            spaces: self.spaces.as_ref().map(texts),
            asset_types: self.asset_types.as_ref().map(texts),
        }
    }
}

impl ServerFile {
    /// Adds what contradicts itself although each value alone is right.
    pub(super) fn prove(&self, findings: &mut Vec<Diagnostic>) {
        for (_, system) in self.systems.iter() {
            if let (Some(usual), Some(most)) = (&system.page_size, &system.max_page_size)
                && !system.configuration().pages_fit()
            {
                let message = "a page cannot have more items than the most of a page";
                let finding = Diagnostic::error(&usual.span, message);
                findings.push(finding.related(&most.span, "the most"));
            }
        }
        if let Some(limits) = &self.limits
            && let (Some(content), Some(buffered)) = (&limits.content, &limits.buffered)
            && content.value > buffered.value
        {
            let message = "all requests together need room for at least one content";
            let finding = Diagnostic::error(&buffered.span, message);
            findings.push(finding.related(&content.span, "one content"));
        }
    }
}
