//! Files at addresses.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use rustle_fetch::testserver::{Authority, Received, Reply, Server};

type Replies = Arc<Mutex<BTreeMap<String, Reply>>>;

/// A server with files that change while it runs.
pub struct Shelf {
    server: Server,
    replies: Replies,
}

impl Shelf {
    /// An empty one.
    pub fn start() -> Shelf {
        let replies = Replies::default();
        let server = Server::start(handler(&replies));
        Shelf { server, replies }
    }

    /// An empty one that speaks TLS.
    pub fn start_tls(authority: &Authority) -> Shelf {
        let replies = Replies::default();
        let server = Server::start_tls(authority, handler(&replies));
        Shelf { server, replies }
    }

    /// Puts a file at a path that begins with `/`; gives its address.
    pub fn put(&self, path: &str, content: impl AsRef<[u8]>) -> String {
        self.answer(path, Reply::ok(content))
    }

    /// Answers as it is told at a path.
    pub fn answer(&self, path: &str, reply: Reply) -> String {
        self.replies.lock().expect("free").insert(path.to_owned(), reply);
        self.url(path)
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        self.server.url(path)
    }

    /// All requests so far.
    pub fn received(&self) -> Vec<Received> {
        self.server.received()
    }
}

fn handler(replies: &Replies) -> impl Fn(&Received) -> Reply + Send + Sync + 'static {
    let replies = replies.clone();
    move |request| {
        let replies = replies.lock().expect("free");
        replies.get(&request.path).cloned().unwrap_or_else(|| Reply::status(404, &[], b""))
    }
}
