//! Paging: page tokens that carry the whole question, sealed to the tenant.
//!
//! A client sends nothing but the token with page two, so the filters travel
//! inside it. It is readable by anybody and therefore holds no secret, but a
//! token that this deployment did not write, or wrote for another tenant or
//! list, is refused.

use super::{Context, Fault, Name};
use crate::store::{MAX_PAGE, Range, Store};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use base64ct::{Base64UrlUnpadded, Encoding};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// What asks for the next page; `None` on the last.
    pub next: Option<String>,
    /// How many items there are on all pages, where that was asked.
    pub total: Option<u64>,
}

/// Whether a list shall tell how many items it has on all its pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Total {
    /// It need not.
    #[default]
    Omitted,
    /// It shall.
    Counted,
}

/// Longest page token that is looked at.
const MAX_TOKEN: usize = 4096;

/// How many items a page shall have: what was asked, held against the policy,
/// and one less than the store shows at once, for a list looks whether there is
/// one more.
pub(super) fn size(asked: Option<i64>, policy: (usize, usize)) -> Result<usize, Fault> {
    let (default, most) = policy;
    let (default, most) = (default.min(MAX_PAGE - 1), most.min(MAX_PAGE - 1));
    match asked {
        None | Some(0) => Ok(default),
        Some(asked) => usize::try_from(asked)
            .map(|asked| asked.min(most))
            .map_err(|_| Fault::field("page_size", "must not be negative")),
    }
}

/// Writes a page token.
pub(super) fn seal<S: Store, T: Serialize>(
    context: &Context<'_, S>,
    list: Name,
    cursor: &T,
) -> Result<String, Fault> {
    let text = serde_json::to_string(cursor).map_err(|_| Fault::Internal)?;
    let tag = tag(context, list, &text);
    Ok(format!(
        "{}.{}",
        Base64UrlUnpadded::encode_string(text.as_bytes()),
        Base64UrlUnpadded::encode_string(&tag[..16])
    ))
}

/// Reads a page token that [`seal`] wrote for the same list of the same tenant.
pub(super) fn open<S: Store, T: DeserializeOwned>(
    context: &Context<'_, S>,
    list: Name,
    token: &str,
) -> Result<T, Fault> {
    if token.len() > MAX_TOKEN {
        return Err(refused());
    }
    let (text, sent) = token.split_once('.').ok_or_else(refused)?;
    let text = Base64UrlUnpadded::decode_vec(text).map_err(|_| refused())?;
    let text = String::from_utf8(text).map_err(|_| refused())?;
    let sent = Base64UrlUnpadded::decode_vec(sent).map_err(|_| refused())?;
    if !crate::token::equal(&tag(context, list, &text)[..16], &sent) {
        return Err(refused());
    }
    serde_json::from_str(&text).map_err(|_| refused())
}

/// The refusal of a page token.
pub(super) fn refused() -> Fault {
    Fault::field("page_token", "is not a token of this list")
}

/// Counts the items of a range that are meant, for lists with a filter.
pub(super) async fn count<S: Store, T: DeserializeOwned>(
    context: &Context<'_, S>,
    under: impl Fn() -> Range,
    is_meant: impl Fn(&T) -> bool,
) -> Result<u64, Fault> {
    let mut count = 0;
    let mut after = None;
    loop {
        let range = after.map_or_else(&under, |key| under().after(key));
        let entries = context.store.scan(context.tenant, &range).await?;
        for (_, entry) in &entries {
            count += u64::from(is_meant(&super::change::read(&entry.value)?));
        }
        after = entries.last().map(|(key, _)| key.clone());
        if entries.len() < MAX_PAGE {
            return Ok(count);
        }
    }
}

fn tag<S: Store>(context: &Context<'_, S>, list: Name, text: &str) -> [u8; 32] {
    let purpose = format!(
        "page {} {} {}",
        context.tenant,
        context.system,
        list.as_str()
    );
    context.deployment.pepper.hash(&purpose, text)
}
