//! A server for tests, that misbehaves on demand.
//!
//! HTTP/1.1 over plain TCP or TLS, on loopback, one request per connection, one thread per connection. It panics where a
//! test cannot go on; nothing but tests turns this feature on.
//!
//! ```
//! use rustle_fetch::NoProgress;
//! use rustle_fetch::http::{Client, Request, Times};
//! use rustle_fetch::testserver::{Reply, Server};
//!
//! let server = Server::start(|request| Reply::ok(request.path.as_bytes()));
//! let answer = Client::new(Times::default()).get(&Request::new(server.url("/x?y")), &NoProgress).unwrap();
//! assert_eq!(answer.body, b"/x?y");
//! ```

mod git;
mod registry;
mod reply;
mod tls;

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub use git::git_http_backend;
pub use registry::SparseRegistry;
pub use reply::{Reply, Step};
pub use tls::{Authority, Leaf};

/// A request, as it came.
#[derive(Debug, Clone)]
pub struct Received {
    /// `GET`, `POST`.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Names as they were sent.
    pub headers: Vec<(String, String)>,
    /// As many bytes as `Content-Length` says.
    pub body: Vec<u8>,
}

impl Received {
    /// The first header of that name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

type Handler = dyn Fn(&Received) -> Reply + Send + Sync;
type Accept = dyn Fn(TcpStream, &AtomicBool) -> io::Result<Box<dyn Connection>> + Send + Sync;

/// A running server. It stops when it is dropped.
pub struct Server {
    address: SocketAddr,
    scheme: &'static str,
    received: Arc<Mutex<Vec<Received>>>,
    stop: Arc<AtomicBool>,
}

/// Both directions of a connection.
trait Connection: Read + Write {}
impl<T: Read + Write> Connection for T {}

impl Server {
    /// Serves over plain TCP.
    pub fn start(handler: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> Self {
        Self::listen("http", Box::new(|stream, _| Ok(Box::new(stream))), handler)
    }

    /// Serves over TLS, with a certificate for `localhost` and `127.0.0.1` that `authority` signs.
    pub fn start_tls(
        authority: &Authority,
        handler: impl Fn(&Received) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::start_tls_with(authority, &Leaf::default(), handler)
    }

    /// Serves over TLS with another certificate.
    pub fn start_tls_with(
        authority: &Authority,
        leaf: &Leaf,
        handler: impl Fn(&Received) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let accept = authority.acceptor(leaf);
        Self::listen("https", Box::new(move |stream, _| accept(stream)), handler)
    }

    /// Accepts connections, and never says a word. Give its address an `https` URL, and TLS stalls.
    pub fn silent() -> Self {
        let accept = |_: TcpStream, stop: &AtomicBool| -> io::Result<Box<dyn Connection>> {
            hold(stop);
            Err(io::ErrorKind::ConnectionAborted.into())
        };
        Self::listen("http", Box::new(accept), |_| Reply::ok(b""))
    }

    fn listen(
        scheme: &'static str,
        accept: Box<Accept>,
        handler: impl Fn(&Received) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port on loopback");
        let address = listener.local_addr().expect("an address");
        let received = Arc::new(Mutex::new(Vec::new()));
        let stop = Arc::new(AtomicBool::new(false));
        let (handler, accept): (Arc<Handler>, _) = (Arc::new(handler), Arc::new(accept));
        let (log, stopped) = (received.clone(), stop.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::Acquire) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                let (handler, accept, log, stopped) =
                    (handler.clone(), accept.clone(), log.clone(), stopped.clone());
                std::thread::spawn(move || {
                    // What goes wrong here is what the test wants to go wrong at the other end.
                    let _ = serve(stream, &**accept, &*handler, &log, &stopped);
                });
            }
        });
        Self { address, scheme, received, stop }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL of a path that begins with `/`.
    pub fn url(&self, path: &str) -> String {
        let host = if self.scheme == "https" { "localhost" } else { "127.0.0.1" };
        format!("{}://{host}:{}{path}", self.scheme, self.address.port())
    }

    /// All requests so far.
    pub fn received(&self) -> Vec<Received> {
        self.received.lock().expect("no panic while holding it").clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        // Wakes the listener.
        let _ = TcpStream::connect(self.address);
    }
}

fn serve(
    stream: TcpStream,
    accept: &Accept,
    handler: &Handler,
    log: &Mutex<Vec<Received>>,
    stop: &AtomicBool,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let mut connection = accept(stream, stop)?;
    let request = receive(&mut *connection)?;
    log.lock().expect("no panic while holding it").push(request.clone());
    handler(&request).play(&mut *connection, stop)
}

fn receive(connection: &mut dyn Connection) -> io::Result<Received> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        connection.read_exact(&mut byte)?;
        head.extend_from_slice(&byte);
    }
    let head = String::from_utf8_lossy(&head);
    let mut lines = head.lines();
    let mut first = lines.next().unwrap_or_default().split(' ');
    let mut word = || first.next().unwrap_or_default().to_owned();
    let (method, path) = (word(), word());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect();
    let mut request = Received { method, path, headers, body: Vec::new() };
    let length = request.header("Content-Length").and_then(|text| text.parse().ok()).unwrap_or(0);
    request.body.resize(length, 0);
    connection.read_exact(&mut request.body)?;
    Ok(request)
}

/// Waits until the server stops, or half a minute at most.
fn hold(stop: &AtomicBool) {
    for _ in 0..1500 {
        if stop.load(Ordering::Acquire) {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}
