//! Spin's variables, from the environment. The manifest's defaults are here as
//! well, for this host reads none.

use std::env;

use crate::host::State;
use crate::host::bindings::spin::variables::variables::{Error, Host, HostWithStore};
use wasmtime::component::{Accessor, HasSelf};

impl Host for State {}

impl HostWithStore<State> for HasSelf<State> {
    async fn get(
        _: &Accessor<State, Self>,
        name: String,
    ) -> wasmtime::Result<Result<String, Error>> {
        Ok(read(name))
    }
}

fn read(name: String) -> Result<String, Error> {
    let shape = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if !name.bytes().all(shape) {
        return Err(Error::InvalidName(name));
    }
    match (env::var(name.to_ascii_uppercase()), name.as_str()) {
        (Ok(value), _) => Ok(value),
        (Err(_), "touchmark_peer_header") => Ok("spin-client-addr".into()),
        (Err(_), _) => Err(Error::Undefined(name)),
    }
}
