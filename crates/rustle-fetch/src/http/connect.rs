//! How a connection comes about: which addresses it may go to, how long it waits, and what comes after the body.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::time::Duration;
use ureq::unversioned::transport::{
    Buffers, ConnectProxyConnector, ConnectionDetails, Connector, NextTimeout, RustlsConnector, TcpConnector,
    Transport,
};

use super::reach::Reach;

/// What is refused at the moment when a name turns out to lead somewhere.
#[derive(Debug)]
pub(super) struct NotThere(pub(super) String);

impl fmt::Display for NotThere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotThere {}

/// Resolves names, and lets through only those addresses that may be connected to.
///
/// The connection goes to exactly the addresses that were judged, so that a name that resolves differently a moment
/// later changes nothing.
#[derive(Debug, Default)]
pub(super) struct Gate {
    /// Where the pointer to this host came from. `None`: from the user.
    pub(super) from: Option<Reach>,
    /// The request would carry the caller's headers in the clear.
    pub(super) loopback_only: bool,
    /// The most public of the addresses that were let through.
    pub(super) seen: Arc<Mutex<Option<Reach>>>,
}

impl Gate {
    fn admits(&self, to: Reach) -> Result<(), String> {
        if self.loopback_only && to != Reach::Loopback {
            return Err("headers would travel in the clear over http; use https".to_owned());
        }
        match self.from {
            Some(from) if !from.may_point_to(to) => {
                Err(format!("{} does not point to {} here", from.words(), to.words()))
            }
            _ => Ok(()),
        }
    }
}

impl Resolver for Gate {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let mut kept = self.empty();
        let mut refusal = None;
        for address in &DefaultResolver::default().resolve(uri, config, timeout)? {
            let reach = Reach::of(address.ip());
            match self.admits(reach) {
                Ok(()) => {
                    kept.push(*address);
                    let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
                    *seen = Some(seen.map_or(reach, |before| before.min(reach)));
                }
                Err(reason) => refusal = Some(reason),
            }
        }
        match refusal {
            Some(reason) if kept.is_empty() => Err(ureq::Error::Other(Box::new(NotThere(reason)))),
            _ => Ok(kept),
        }
    }
}

/// One TLS configuration for all connections of a client: building it costs more than using it.
#[derive(Debug, Clone, Default)]
pub(super) struct SharedTls(Arc<RustlsConnector>);

impl<In: Transport> Connector<In> for SharedTls {
    type Out = <RustlsConnector as Connector<In>>::Out;

    fn connect(
        &self,
        details: &ConnectionDetails,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        self.0.connect(details, chained)
    }
}

/// What a connection and the one who reads from it tell each other.
#[derive(Debug, Clone)]
pub(super) struct Wire(Arc<WireState>);

#[derive(Debug)]
struct WireState {
    /// How long the next piece of a body is waited for.
    idle: std::time::Duration,
    /// Inside a proxy's tunnel the end of the encryption looks like more bytes: nobody looks there.
    look_for_surplus: bool,
    in_body: AtomicBool,
    surplus: AtomicBool,
}

impl Wire {
    pub(super) fn new(idle: std::time::Duration, look_for_surplus: bool) -> Self {
        Self(Arc::new(WireState {
            idle,
            look_for_surplus,
            in_body: AtomicBool::new(false),
            surplus: AtomicBool::new(false),
        }))
    }

    /// The header is over: from here on [`super::Times::idle`] holds.
    pub(super) fn body_begins(&self) {
        self.0.in_body.store(true, Ordering::Release);
    }

    /// Whether bytes came after the end of the body. Meaningful once the connection is closed.
    pub(super) fn surplus_came(&self) -> bool {
        self.0.surplus.load(Ordering::Acquire)
    }
}

#[derive(Debug)]
struct Watch(Wire);

impl<In: Transport> Connector<In> for Watch {
    type Out = Watched<In>;

    fn connect(
        &self,
        _details: &ConnectionDetails,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        Ok(chained.map(|inner| Watched { inner, wire: self.0.clone() }))
    }
}

#[derive(Debug)]
struct Watched<T: Transport> {
    inner: T,
    wire: Wire,
}

impl<T: Transport> Transport for Watched<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        self.inner.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, mut timeout: NextTimeout) -> Result<bool, ureq::Error> {
        if self.wire.0.in_body.load(Ordering::Acquire) {
            timeout.per_read = Some(self.wire.0.idle.into());
        }
        self.inner.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

impl<T: Transport> Drop for Watched<T> {
    /// ureq lets go of the connection once it has read what was announced. Each connection serves one request, so what is
    /// there now, or arrives before the server has closed its side, belongs to nothing.
    fn drop(&mut self) {
        if !self.wire.0.look_for_surplus {
            return;
        }
        let mut came = !self.inner.buffers().input().is_empty();
        if !came {
            let moment = NextTimeout { after: Duration::from_millis(1), ..NextTimeout::default() };
            came =
                self.inner.await_input(moment).unwrap_or(false) && !self.inner.buffers().input().is_empty();
        }
        if came {
            self.wire.0.surplus.store(true, Ordering::Release);
        }
    }
}

/// The chain for a direct connection, or through an HTTP proxy if `config` names one.
pub(super) fn agent(config: Config, tls: SharedTls, gate: Gate, wire: Wire) -> ureq::Agent {
    let chain =
        ().chain(ConnectProxyConnector::default())
            .chain(TcpConnector::default())
            .chain(tls)
            .chain(Watch(wire));
    ureq::Agent::with_parts(config, chain, gate)
}
