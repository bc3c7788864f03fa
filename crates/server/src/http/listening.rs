//! Taking the port. It is taken before the engine is ready, but nobody is accepted until
//! [`super::serve`] runs; so a taken port is noticed early and no request meets a half-made
//! server.

use crate::config::{Fatal, Host, HttpSettings};
use socket2::{Domain, Socket, Type};
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

const BACKLOG: i32 = 1024;

/// A bound address on which nobody listens yet: clients are refused until
/// [`Listener::open`].
#[derive(Debug)]
pub struct Listener {
    socket: Socket,
    address: SocketAddr,
}

impl Listener {
    /// The address with the real port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Opens the port.
    ///
    /// # Errors
    /// The system refuses.
    pub(super) fn open(self) -> io::Result<tokio::net::TcpListener> {
        self.socket.listen(BACKLOG)?;
        self.socket.set_nonblocking(true)?;
        tokio::net::TcpListener::from_std(self.socket.into())
    }
}

/// Takes the port that the settings name.
///
/// # Errors
/// The address cannot be had, with the reason in one line.
pub async fn bind(http: &HttpSettings) -> Result<Listener, Fatal> {
    let port = http.port;
    let bound = match &http.host {
        // One socket for both families; machines without IPv6 get IPv4 alone.
        Host::Any => take((Ipv6Addr::UNSPECIFIED, port).into(), false).or_else(|e| {
            if e.kind() == io::ErrorKind::AddrInUse {
                return Err(e);
            }
            take((Ipv4Addr::UNSPECIFIED, port).into(), false)
        }),
        Host::AnyIpv4 => take((Ipv4Addr::UNSPECIFIED, port).into(), false),
        Host::OnlyIpv6 => take((Ipv6Addr::UNSPECIFIED, port).into(), true),
        Host::Named(name) => named(name, port).await,
    };
    bound.map_err(|e| refused(http, &e))
}

fn refused(http: &HttpSettings, error: &io::Error) -> Fatal {
    let (host, port) = (&http.host, http.port);
    if error.kind() == io::ErrorKind::AddrInUse {
        return Fatal::new(format!(
            "port {port} of {host} is in use by another program; choose another one with \
             --server-port (HASURA_GRAPHQL_SERVER_PORT)"
        ));
    }
    Fatal::new(format!("cannot listen on {host} port {port}: {error}"))
}

async fn named(name: &str, port: u16) -> io::Result<Listener> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in tokio::net::lookup_host((name, port)).await? {
        match take(address, false) {
            Ok(listener) => return Ok(listener),
            Err(e) => last = e,
        }
    }
    Err(last)
}

fn take(address: SocketAddr, only_ipv6: bool) -> io::Result<Listener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    if address.is_ipv6() {
        socket.set_only_v6(only_ipv6)?;
    }
    // A restart must not wait for old connections to be forgotten.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    let address = socket.local_addr()?.as_socket().unwrap_or(address);
    Ok(Listener { socket, address })
}
