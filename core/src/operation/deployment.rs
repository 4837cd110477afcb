//! How a deployment is set up: issuer, keys, lifetimes and limits, a policy
//! for each system. Systems differ in this data, not in code.

use super::Telemetry;
use super::rate::{Buckets, RateLimit};
use crate::record::{Secret, System};
use crate::token::{Algorithm, Key, KeySet, SigningKey};
use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

/// Everything that is the same for every request.
pub struct Deployment {
    /// The origin that clients reach it under, without a trailing slash.
    /// Issuers and links are made of it, never of a request's headers.
    pub origin: String,
    /// The keys.
    pub keys: Keys,
    /// What secrets are hashed under.
    pub pepper: Pepper,
    /// How each system behaves.
    pub systems: BTreeMap<System, SystemPolicy>,
    /// What a request may weigh.
    pub limits: Limits,
    /// How samples are kept and asked for.
    pub telemetry: Telemetry,
    /// What is left to callers whose rate is limited.
    pub(super) buckets: Buckets,
}

/// The keys that sign tokens and those that verify them.
pub struct Keys {
    /// Signs new tokens.
    pub signing: SigningKey,
    /// Verifies tokens: the public half of `signing`, and of keys that signed
    /// before it.
    pub verifying: KeySet,
}

impl Keys {
    /// Keys that sign with one and verify with that and former ones.
    #[must_use]
    pub fn new(signing: SigningKey, former: impl IntoIterator<Item = Key>) -> Self {
        let current = signing.verifying_key().clone();
        let verifying = core::iter::once(current).chain(former).collect();
        Self { signing, verifying }
    }

    /// The algorithms that tokens of this deployment may be signed with.
    pub(super) fn algorithms(&self) -> Vec<Algorithm> {
        let permitted = |algorithm: &Algorithm| {
            self.verifying
                .keys()
                .iter()
                .any(|key| key.permits(*algorithm))
        };
        Algorithm::ALL.into_iter().filter(permitted).collect()
    }
}

/// The key under which secrets are hashed. Whoever reads the store without it
/// cannot test guesses.
pub struct Pepper(Secret);

impl Pepper {
    /// The least length in bytes.
    pub const MIN_LEN: usize = 32;

    /// A pepper from its text; `None` when it is shorter than
    /// [`Pepper::MIN_LEN`].
    #[must_use]
    pub fn new(secret: Secret) -> Option<Self> {
        (secret.expose().len() >= Self::MIN_LEN).then_some(Self(secret))
    }

    /// The hash of a secret: HMAC-SHA-256. The purpose keeps hashes of
    /// different things apart.
    pub(super) fn hash(&self, purpose: &str, secret: &str) -> [u8; 32] {
        crate::token::hmac_sha256(
            self.0.expose().as_bytes(),
            &[purpose.as_bytes(), b"\0", secret.as_bytes()],
        )
    }
}

/// What a request may weigh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes of content. A host reads no more than this.
    pub content_bytes: usize,
    /// How deep JSON content may nest.
    pub json_depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            content_bytes: 32 * 1024 * 1024,
            json_depth: 64,
        }
    }
}

/// Whether a token request has to name its audience.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AudienceRule {
    /// It has to.
    Required,
    /// The first audience is meant unless another is named.
    Defaulted,
}

/// Whether users choose how long their tokens live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LifetimeRule {
    /// They may, within limits; the policy's lifetime is the default.
    Chosen,
    /// They may not: every token has the policy's lifetime.
    Fixed,
}

/// What new secrets look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretForm {
    /// 64 lower-case hexadecimal digits.
    Hexadecimal,
    /// `tms_`, 43 base64url characters and a checksum of 8 hexadecimal digits,
    /// so that scanners find a leaked one.
    Scannable,
}

/// Where the value of a further claim comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClaimSource {
    /// Always this text.
    Literal(String),
    /// The client identifier.
    ClientId,
    /// The name of the registration.
    DisplayName,
    /// `tenant/` and the tenant's UUID.
    TenantUrn,
}

/// What the tokens of a system look like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenProfile {
    /// The `typ` of the header.
    pub typ: String,
    /// What follows the client identifier in `sub`.
    pub subject_suffix: String,
    /// Claims beyond the registered ones.
    pub claims: Vec<(String, ClaimSource)>,
}

/// How one system behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SystemPolicy {
    /// The `iss` of its tokens.
    pub issuer: String,
    /// The audiences that tokens may be for; the first is the default.
    pub audiences: Vec<String>,
    /// Whether a token request has to name its audience.
    pub audience_rule: AudienceRule,
    /// How many seconds a token lives.
    pub token_lifetime: u32,
    /// How many seconds a secret lives; `None` means until it is replaced.
    pub secret_lifetime: Option<u32>,
    /// What new secrets look like.
    pub secret_form: SecretForm,
    /// What tokens look like.
    pub profile: TokenProfile,
    /// Custom claims must not start with any of these.
    pub reserved_claim_prefixes: Vec<String>,
    /// Items of a page unless asked otherwise, and the most that may be asked.
    pub page_size: (usize, usize),
    /// The most registrations; `None` means no limit.
    pub max_clients: Option<usize>,
    /// The scope of opaque tokens.
    pub session_scope: Vec<String>,
    /// How many seconds opaque access and refresh tokens live, unless the
    /// registration says otherwise.
    pub session_lifetimes: (u32, u32),
    /// Whether a password grant gives the token that lives already, instead of
    /// a new one.
    pub reuse_access_token: bool,
    /// Whether a refresh replaces the refresh token as well.
    pub rotate_refresh_token: bool,
    /// The spaces in which API tokens are good.
    pub spaces: Vec<String>,
    /// The types of asset that a space may hold.
    pub asset_types: Vec<String>,
    /// Whether minting an API token makes the former ones of its entry
    /// worthless.
    pub unlock_revokes_previous: bool,
    /// The most access policies of a tenant.
    pub max_access_policies: usize,
    /// The most tokens of one user, expired ones included.
    pub max_identity_tokens: usize,
    /// The shortest and the longest life of a user's token, in seconds.
    pub identity_token_lifetimes: (u32, u32),
    /// Whether users choose how long their tokens live.
    pub identity_token_lifetime: LifetimeRule,
    /// The most groups of one contract.
    pub max_groups: usize,
    /// How many requests a caller may make; `None` means no limit.
    pub rate_limit: Option<RateLimit>,
}

/// One year in seconds.
const YEAR: u32 = 365 * 24 * 60 * 60;

impl SystemPolicy {
    /// The policy that a system has by default on a deployment of this origin.
    #[must_use]
    pub fn of(system: System, origin: &str) -> Self {
        let standard = Self {
            issuer: origin.into(),
            audiences: vec![origin.into()],
            audience_rule: AudienceRule::Defaulted,
            token_lifetime: 900,
            secret_lifetime: None,
            secret_form: SecretForm::Scannable,
            profile: TokenProfile {
                typ: "at+jwt".into(),
                subject_suffix: String::new(),
                claims: vec![("client_id".into(), ClaimSource::ClientId)],
            },
            reserved_claim_prefixes: Vec::new(),
            page_size: (20, 500),
            max_clients: None,
            session_scope: vec!["public-api".into()],
            session_lifetimes: (12 * 60 * 60, 30 * 24 * 60 * 60),
            reuse_access_token: true,
            rotate_refresh_token: false,
            spaces: vec!["root".into()],
            asset_types: Vec::new(),
            unlock_revokes_previous: false,
            max_access_policies: 10_000,
            max_identity_tokens: 50,
            identity_token_lifetimes: (60, YEAR),
            identity_token_lifetime: LifetimeRule::Chosen,
            max_groups: 200,
            rate_limit: None,
        };
        match system {
            System::Klarity => Self {
                issuer: join(origin, "/klarity"),
                audiences: vec!["https://integrations-api.klarity.nordcloudapp.com".into()],
                audience_rule: AudienceRule::Required,
                token_lifetime: 86_400,
                profile: TokenProfile {
                    typ: "JWT".into(),
                    subject_suffix: "@clients".into(),
                    claims: vec![
                        ("azp".into(), ClaimSource::ClientId),
                        (
                            "gty".into(),
                            ClaimSource::Literal("client-credentials".into()),
                        ),
                    ],
                },
                ..standard
            },
            System::Datatrails => Self {
                issuer: join(origin, "/appidpv1"),
                audiences: vec![join(origin, "/archivist")],
                token_lifetime: 3600,
                secret_lifetime: Some(YEAR),
                secret_form: SecretForm::Hexadecimal,
                profile: TokenProfile {
                    typ: "at+jwt".into(),
                    subject_suffix: String::new(),
                    claims: vec![
                        ("client_id".into(), ClaimSource::ClientId),
                        ("jit_tenant_id".into(), ClaimSource::TenantUrn),
                        ("name".into(), ClaimSource::DisplayName),
                        ("jit_tier".into(), ClaimSource::Literal("FREE".into())),
                    ],
                },
                reserved_claim_prefixes: vec!["jit_".into(), "arc_".into()],
                max_clients: Some(10_000),
                ..standard
            },
            System::Horizon => Self {
                issuer: join(origin, "/ztna"),
                asset_types: vec!["Container".into(), "Host".into()],
                ..standard
            },
            System::Ionos => Self {
                issuer: "ionoscloud".into(),
                token_lifetime: YEAR,
                page_size: (1000, 1000),
                profile: TokenProfile {
                    typ: "JWT".into(),
                    subject_suffix: String::new(),
                    claims: Vec::new(),
                },
                ..standard
            },
            System::Standard | System::Cockpit => standard,
        }
    }
}

impl Deployment {
    /// A deployment of this origin with the default policy for every system.
    #[must_use]
    pub fn new(origin: &str, keys: Keys, pepper: Pepper) -> Self {
        let origin = origin.trim_end_matches('/');
        let systems = System::ALL
            .into_iter()
            .map(|system| (system, SystemPolicy::of(system, origin)));
        Self {
            origin: origin.into(),
            keys,
            pepper,
            systems: systems.collect(),
            limits: Limits::default(),
            telemetry: Telemetry::default(),
            buckets: Buckets::default(),
        }
    }

    /// The policy of a system.
    pub(super) fn policy(&self, system: System) -> Cow<'_, SystemPolicy> {
        self.systems.get(&system).map_or_else(
            || Cow::Owned(SystemPolicy::of(system, &self.origin)),
            Cow::Borrowed,
        )
    }
}

fn join(origin: &str, path: &str) -> String {
    let mut text = String::from(origin);
    text.push_str(path);
    text
}
