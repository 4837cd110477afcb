//! The component in wasmtime: an instance for each request, thrown away with
//! it, so that a trap ends one request and nothing else.
//! <https://docs.rs/wasmtime>

use core::net::SocketAddr;
use std::path::{Path, PathBuf};

use http_body_util::BodyExt as _;
use hyper::body::{Bytes, Incoming};
use hyper::header::HeaderValue;
use wasmtime::component::{Component, HasSelf, Linker, ResourceTable};
use wasmtime::{Config, Engine, OptLevel, Store};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::p3::Request;
use wasmtime_wasi_http::p3::bindings::ServicePre;
use wasmtime_wasi_http::{
    Error, RequestOptions, WasiBody, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks, WasiHttpView,
};

/// Spin's interfaces.
pub(crate) mod bindings {
    wasmtime::component::bindgen!({
        path: "wit",
        world: "touchmark:wasmtime/imports",
        imports: { default: trappable },
        with: { "spin:sqlite/sqlite.connection": crate::sqlite::Database },
    });
}

/// The header that Spin sets to the caller's address, whatever was sent.
const CALLER: &str = "spin-client-addr";

/// The component, ready for requests.
pub(crate) struct Host {
    engine: Engine,
    component: ServicePre<State>,
    database: PathBuf,
}

/// What belongs to one instance.
pub(crate) struct State {
    pub(crate) table: ResourceTable,
    pub(crate) database: PathBuf,
    wasi: WasiCtx,
    http: WasiHttpCtx,
    hooks: NoRequests,
}

impl Host {
    /// Compiles the component. That takes longest, so it is not compiled well.
    pub(crate) fn load(component: &Path, database: PathBuf) -> wasmtime::Result<Self> {
        let mut config = Config::new();
        config.wasm_component_model_async(true);
        config.cranelift_opt_level(OptLevel::None);
        let engine = Engine::new(&config)?;
        let component = Component::from_file(&engine, component)?;
        let mut linker = Linker::new(&engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
        wasmtime_wasi::p3::add_to_linker(&mut linker)?;
        wasmtime_wasi_http::p3::add_to_linker(&mut linker)?;
        bindings::Imports::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state)?;
        crate::random::add_to_linker(&mut linker)?;
        let component = ServicePre::new(linker.instantiate_pre(&component)?)?;
        Ok(Self {
            engine,
            component,
            database,
        })
    }

    /// Has a new instance answer a request.
    pub(crate) async fn answer(
        &self,
        mut request: hyper::Request<Incoming>,
        caller: SocketAddr,
    ) -> wasmtime::Result<hyper::Response<Bytes>> {
        let address = HeaderValue::from_str(&caller.to_string())?;
        request.headers_mut().insert(CALLER, address);
        let mut store = Store::new(&self.engine, self.state());
        let service = self.component.instantiate_async(&mut store).await?;
        // What becomes of the content that nobody reads is of no interest.
        let (request, _) = Request::from_http(&mut NoRequests, request);
        let answered = store.run_concurrent(async |accessor| {
            let response = service.handle(accessor, request).await?;
            let response = response.map_err(|code| wasmtime::format_err!("{code:?}"))?;
            let response = accessor.with(|access| response.into_http(access, async { Ok(()) }))?;
            let (head, content) = response.into_parts();
            let content = content.collect().await?.to_bytes();
            wasmtime::error::Ok(hyper::Response::from_parts(head, content))
        });
        answered.await?
    }

    fn state(&self) -> State {
        State {
            table: ResourceTable::new(),
            database: self.database.clone(),
            wasi: WasiCtx::builder().inherit_stderr().build(),
            http: WasiHttpCtx::new(),
            hooks: NoRequests,
        }
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.http,
            table: &mut self.table,
            hooks: &mut self.hooks,
        }
    }
}

/// The component sends no requests, as its manifest says.
struct NoRequests;

type Sending = Box<dyn Future<Output = Result<(), Error>> + Send>;

impl WasiHttpHooks for NoRequests {
    fn send_request(
        &mut self,
        _: hyper::Request<WasiBody>,
        _: Option<RequestOptions>,
        _: Sending,
    ) -> Box<dyn Future<Output = Result<(hyper::Response<WasiBody>, Sending), Error>> + Send> {
        Box::new(async { Err(Error::HttpRequestDenied) })
    }
}
