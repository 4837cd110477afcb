//! Where people's passwords are hashed. That is slow on purpose and takes
//! memory, so a host that serves many at once does it apart from the threads
//! that serve them, and only so much of it at a time.

use super::Fault;
use crate::record::Secret;
use crate::token::{hash_password, verify_password};
use alloc::boxed::Box;
use alloc::string::String;
use core::future::{Future, ready};
use core::pin::Pin;

/// Hashing under way.
pub type Hashing<'a, T> = Pin<Box<dyn Future<Output = Result<T, Busy>> + Send + 'a>>;

/// Too much hashing is waiting already; it may be tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy;

impl From<Busy> for Fault {
    fn from(_: Busy) -> Self {
        Self::Unavailable
    }
}

/// Hashes passwords.
pub trait PasswordHasher: Sync {
    /// Whether a password is the one that was hashed. Without a hash it takes
    /// as long to say no.
    fn verify(&self, password: Secret, hash: Option<String>) -> Hashing<'_, bool>;

    /// Hashes a password under a random salt; `None` for one that is empty or
    /// longer than 1024 bytes.
    fn hash(&self, password: Secret, salt: [u8; 16]) -> Hashing<'_, Option<String>>;
}

/// Hashes at once, in the thread that serves: for hosts that have no other.
#[derive(Clone, Copy, Debug)]
pub struct AtOnce;

impl PasswordHasher for AtOnce {
    fn verify(&self, password: Secret, hash: Option<String>) -> Hashing<'_, bool> {
        let right = verify_password(password.expose(), hash.as_deref());
        Box::pin(ready(Ok(right)))
    }

    fn hash(&self, password: Secret, salt: [u8; 16]) -> Hashing<'_, Option<String>> {
        let hash = hash_password(password.expose(), &salt);
        Box::pin(ready(Ok(hash)))
    }
}
