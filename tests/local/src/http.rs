//! A loopback HTTP/1.1 server on its own thread and runtime, for the proxy, the Runtime API and the Slack stand-in.
//!
//! Its own runtime keeps it alive and responsive while a test blocks, whatever runtime the test itself uses.

use std::fmt;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use anyhow::{Context as _, Result, anyhow};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

/// A request whose body was read.
pub(crate) type Incoming = Request<Bytes>;
/// A response with its body at hand.
pub(crate) type Answer = Response<Full<Bytes>>;

/// Closes the connection without an answer.
#[derive(Debug)]
pub(crate) struct HangUp;

impl fmt::Display for HangUp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the connection is closed without an answer")
    }
}

impl std::error::Error for HangUp {}

/// What a handler returns.
pub(crate) type Handling = Pin<Box<dyn Future<Output = Result<Answer, HangUp>> + Send>>;

/// A running server; dropping it closes the listener and all connections.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Listens on a free loopback port and gives each request to `handler`.
    pub(crate) fn start(
        name: &str,
        handler: impl Fn(Incoming) -> Handling + Send + Sync + 'static,
    ) -> Result<Self> {
        let handler = Arc::new(handler);
        let (stop, stopped) = oneshot::channel();
        let (told, address) = std::sync::mpsc::channel();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()?;
        let thread = thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                runtime.block_on(async move {
                    match TcpListener::bind(("127.0.0.1", 0)).await {
                        Ok(listener) => {
                            // The receiver waits just below; if it has gone there is nobody to serve.
                            let _ = told.send(listener.local_addr());
                            tokio::select! {
                                () = accept(listener, handler) => {}
                                _ = stopped => {}
                            }
                        }
                        Err(error) => {
                            let _ = told.send(Err(error));
                        }
                    }
                });
                // What still runs blocking (a rule's call-back) must not hold up the end of a test.
                runtime.shutdown_background();
            })?;
        let address = address
            .recv()
            .map_err(|_| anyhow!("the server thread has died"))?;
        Ok(Self {
            address: address.context("cannot listen on a loopback port")?,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn accept<H>(listener: TcpListener, handler: Arc<H>)
where
    H: Fn(Incoming) -> Handling + Send + Sync + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { continue };
                let _ = stream.set_nodelay(true);
                let handler = Arc::clone(&handler);
                connections.spawn(async move {
                    let service = service_fn(move |request: Request<hyper::body::Incoming>| {
                        let handler = Arc::clone(&handler);
                        async move {
                            let (head, body) = request.into_parts();
                            let body = body.collect().await.map_err(|_| HangUp)?.to_bytes();
                            handler(Request::from_parts(head, body)).await
                        }
                    });
                    // A client that goes away in between is no fault of the server.
                    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
                });
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// A response of `status` with one content type.
pub(crate) fn answer(status: u16, content_type: &str, body: impl Into<Bytes>) -> Answer {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() =
        hyper::StatusCode::from_u16(status).unwrap_or(hyper::StatusCode::INTERNAL_SERVER_ERROR);
    if let Ok(value) = content_type.parse() {
        response
            .headers_mut()
            .insert(hyper::header::CONTENT_TYPE, value);
    }
    response
}
