//! What an operation works with. The whole world is in here as arguments, so
//! the domain has no clock, no randomness and no I/O of its own.

use super::{Deployment, PasswordHasher};
use crate::record::{Client, ContractPrivilege, ContractRole, Group, Role, System, Tenant, User};
use crate::store::{Store, Version};
use crate::time::Timestamp;
use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use base64ct::{Base64UrlUnpadded, Encoding as _};
use core::net::IpAddr;
use uuid::Uuid;

/// A source of random bytes fit for keys and secrets.
pub trait Random: Sync {
    /// Fills the whole slice.
    fn fill(&self, bytes: &mut [u8]);
}

/// Who asks.
#[derive(Clone, Debug)]
pub enum Caller {
    /// Nobody in particular.
    Anonymous,
    /// A client that proved its identity.
    Client(Box<Client>),
    /// A user that proved its identity.
    User(Box<SignedIn>),
}

/// A user that proved its identity, and how.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The user.
    pub user: User,
    /// The identifier of the token that was used; absent with a password.
    pub token: Option<String>,
    /// The contract that the request is about, in systems that have contracts.
    pub contract: Option<u32>,
    /// The groups of that contract that the user is a member of.
    pub groups: Vec<Group>,
}

impl SignedIn {
    /// What the contract grants to the user: everything to its owner and its
    /// administrators, and what groups grant to everybody else.
    #[must_use]
    pub fn privileges(&self) -> BTreeSet<ContractPrivilege> {
        match self.contract.and_then(|number| self.user.role_in(number)) {
            None => BTreeSet::new(),
            Some(ContractRole::Owner | ContractRole::Admin) => {
                ContractPrivilege::ALL.iter().copied().collect()
            }
            Some(ContractRole::User) => {
                let granted = self.groups.iter().flat_map(|group| &group.privileges);
                granted.copied().collect()
            }
        }
    }
}

impl Caller {
    /// Whether the caller administers the system it speaks to.
    #[must_use]
    pub fn is_administrator(&self) -> bool {
        self.has_role(Role::Administrator)
    }

    /// Whether the caller has this role.
    #[must_use]
    pub fn has_role(&self, role: Role) -> bool {
        match self {
            Self::Anonymous => false,
            Self::Client(client) => client.has_role(role),
            Self::User(signed_in) => signed_in.user.has_role(role),
        }
    }

    /// The user and the contract that the request is about, where both are
    /// known and the user is a member.
    pub(super) fn in_contract(&self) -> Option<(&User, u32, ContractRole)> {
        let Self::User(signed_in) = self else {
            return None;
        };
        let contract = signed_in.contract?;
        let role = signed_in.user.role_in(contract)?;
        Some((&signed_in.user, contract, role))
    }

    /// The name in the audit record.
    #[must_use]
    pub fn actor(&self) -> &str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Client(client) => client.id.as_str(),
            Self::User(signed_in) => signed_in.user.id.as_str(),
        }
    }
}

/// What an operation works with.
#[derive(Clone)]
pub struct Context<'a, S> {
    /// How this deployment is set up.
    pub deployment: &'a Deployment,
    /// Where the records are.
    pub store: &'a S,
    /// Where random bytes come from.
    pub random: &'a dyn Random,
    /// Where passwords are hashed.
    pub passwords: &'a dyn PasswordHasher,
    /// The time of the request.
    pub now: Timestamp,
    /// The partition that the request is about.
    pub tenant: &'a Tenant,
    /// The system in whose words the request came.
    pub system: System,
    /// Who asks.
    pub caller: Caller,
    /// The network address of the caller, where the host knows it.
    pub peer: Option<IpAddr>,
}

impl<S: Store> Context<'_, S> {
    /// `N` random bytes.
    pub(super) fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random.fill(&mut bytes);
        bytes
    }

    /// A name that nobody guesses and nothing else has: 128 random bits in
    /// base64url.
    pub(super) fn nonce(&self) -> String {
        Base64UrlUnpadded::encode_string(&self.bytes::<16>())
    }

    /// A stamp for one batch.
    pub(super) fn stamp(&self) -> Version {
        Version::from_random(u64::from_be_bytes(self.bytes()))
    }

    /// A fresh version 7 UUID (RFC 9562), whose text sorts by the time of its
    /// making. The random source fills all bits that are not time.
    pub(super) fn uuid(&self) -> String {
        let millis = u64::try_from(self.now.millis()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &self.bytes())
            .into_uuid()
            .hyphenated()
            .to_string()
    }

    /// The tenant's name as a UUID.
    pub(super) fn tenant_uuid(&self) -> String {
        tenant_uuid(self.tenant.as_str())
    }
}

/// The tenant's name as a version 5 UUID, for systems that know tenants by one.
#[must_use]
pub fn tenant_uuid(tenant: &str) -> String {
    const TENANTS: Uuid = Uuid::from_u128(0x7b3d_5c0a_1a45_5e53_8f0b_6a2c_90fe_11d4);
    Uuid::new_v5(&TENANTS, tenant.as_bytes())
        .hyphenated()
        .to_string()
}
