//! Names to addresses, of which only the allowed ones are kept. Asking here and not before the
//! call leaves no time in which a name could change its address.

use crate::egress::Egress;
use crate::error::ForbiddenName;
use hyper_util::client::legacy::connect::dns::Name;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tower_service::Service;

/// The system's resolver behind a policy.
#[derive(Clone)]
pub(crate) struct Guarded {
    egress: Arc<Egress>,
}

impl Guarded {
    pub(crate) fn new(egress: Arc<Egress>) -> Self {
        Guarded { egress }
    }
}

impl Service<Name> for Guarded {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let egress = Arc::clone(&self.egress);
        Box::pin(async move {
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let nothing_found = found.is_empty();
            let allowed: Vec<SocketAddr> = found
                .into_iter()
                .filter(|a| egress.allows(a.ip()))
                .collect();
            if allowed.is_empty() && !nothing_found {
                return Err(io::Error::new(
                    io::ErrorKind::PermissionDenied,
                    ForbiddenName,
                ));
            }
            Ok(allowed.into_iter())
        })
    }
}
