//! A controller for tests: it keeps what a receiver has to keep, and misbehaves when it is told to.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use rustle_fetch::testserver::{Authority, Received, Reply, Server};
use serde_json::Value;

/// What a receiver has seen.
#[derive(Debug, Default)]
pub struct Seen {
    /// Every event by run and number; what came again was compared with what was there.
    pub events: BTreeMap<String, BTreeMap<u64, Value>>,
    /// The body of every request that was acknowledged or not, in order.
    pub bodies: Vec<Value>,
    /// How many events came more than once.
    pub duplicates: usize,
}

impl Seen {
    /// Takes a request in, as the rules of docs/REPORT.md say.
    fn take(&mut self, request: &Received) {
        let body = body(request);
        assert_eq!(body["format"], 1);
        let run = body["run"].as_str().expect("a run").to_owned();
        assert_eq!(request.header("Rustle-Run"), Some(run.as_str()));
        let first = body["first"].as_u64().expect("a number");
        let events = body["events"].as_array().expect("events").clone();
        assert_eq!(body["count"].as_u64(), Some(events.len() as u64));
        let there = self.events.entry(run).or_default();
        for (number, event) in (first..).zip(events) {
            match there.get(&number) {
                Some(before) => {
                    assert_eq!(before, &event, "an event changed between two deliveries");
                    self.duplicates += 1;
                }
                None => drop(there.insert(number, event)),
            }
        }
        self.bodies.push(body);
    }

    /// The only run.
    pub fn run(&self) -> &BTreeMap<u64, Value> {
        assert_eq!(self.events.len(), 1, "{:?}", self.events.keys());
        self.events.values().next().expect("a run")
    }
}

/// The numbers that are missing in a run and that no `dropped` accounts for.
pub fn missing(events: &BTreeMap<u64, Value>) -> BTreeSet<u64> {
    let last = events.keys().next_back().copied().unwrap_or(0);
    let mut missing: BTreeSet<u64> = (0..=last).filter(|number| !events.contains_key(number)).collect();
    for event in events.values().filter(|event| event["event"] == "dropped") {
        let first = event["first"].as_u64().expect("a number");
        let count = event["count"].as_u64().expect("a number");
        missing.retain(|number| !(first..first + count).contains(number));
    }
    missing
}

/// The events of one kind, by what they say.
pub fn of<'a>(events: &'a BTreeMap<u64, Value>, kind: &str) -> Vec<&'a Value> {
    events.values().filter(|event| event["event"] == kind).collect()
}

/// The body of a request as JSON.
pub fn body(request: &Received) -> Value {
    let mut text = Vec::new();
    match request.header("Content-Encoding") {
        Some("gzip") => {
            flate2::read::GzDecoder::new(request.body.as_slice()).read_to_end(&mut text).expect("gzip");
        }
        other => {
            assert_eq!(other, None);
            text.clone_from(&request.body);
        }
    }
    serde_json::from_slice(&text).expect("JSON")
}

/// What the receiver does with a request: `Ok` takes it in and answers, `Err` answers only.
pub type Answer = Result<Reply, Reply>;

/// A controller that listens.
pub struct Receiver {
    pub server: Server,
    pub seen: Arc<Mutex<Seen>>,
}

/// What acknowledges.
pub fn ok() -> Reply {
    Reply::status(204, &[], b"")
}

impl Receiver {
    /// One that acknowledges everything, over TLS.
    pub fn start(authority: &Authority) -> Receiver {
        Receiver::with(authority, |_, _| Ok(ok()))
    }

    /// One that answers as `answer` says, which is told the request and how many were before.
    pub fn with(
        authority: &Authority,
        answer: impl Fn(&Received, usize) -> Answer + Send + Sync + 'static,
    ) -> Receiver {
        let seen = Arc::new(Mutex::new(Seen::default()));
        let taken = Arc::clone(&seen);
        let count = AtomicUsize::new(0);
        let server = Server::start_tls(authority, move |request| {
            match answer(request, count.fetch_add(1, Ordering::SeqCst)) {
                Ok(reply) => {
                    taken.lock().expect("no panic").take(request);
                    reply
                }
                Err(reply) => reply,
            }
        });
        Receiver { server, seen }
    }

    /// Its address.
    pub fn url(&self) -> String {
        self.server.url("/v1")
    }

    /// How many requests came.
    pub fn requests(&self) -> usize {
        self.server.received().len()
    }
}
