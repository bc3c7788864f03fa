//! Connecting within a bound: TCP and TLS together. Who takes a connection and says nothing would
//! be waited for as long as an answer may take.

use http::Uri;
use std::error::Error;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tower_service::Service;

/// How long it may take until requests can be sent.
const CONNECTED_WITHIN: Duration = Duration::from_secs(20);

/// A connector that gives up in time.
#[derive(Debug, Clone)]
pub(crate) struct Bounded<C>(pub(crate) C);

type BoxError = Box<dyn Error + Send + Sync>;

impl<C> Service<Uri> for Bounded<C>
where
    C: Service<Uri, Error = BoxError>,
    C::Future: Send + 'static,
    C::Response: 'static,
{
    type Response = C::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<C::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connecting = self.0.call(uri);
        Box::pin(async move {
            match tokio::time::timeout(CONNECTED_WITHIN, connecting).await {
                Ok(connected) => connected,
                Err(_) => Err(io::Error::new(
                    io::ErrorKind::TimedOut,
                    format!("not connected within {} s", CONNECTED_WITHIN.as_secs()),
                )
                .into()),
            }
        })
    }
}
