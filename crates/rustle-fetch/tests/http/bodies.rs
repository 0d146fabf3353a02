//! Faults 23 and 24: what never comes, comes too slowly, or is not what was announced.

use std::time::{Duration, Instant};

use rustle_fetch::http::{Client, Request, Times};
use rustle_fetch::testserver::{Reply, Server, Step};
use rustle_fetch::{FetchError, NoProgress, Waiting};

use crate::{get, times};

fn get_within(times: Times, url: &str) -> (FetchError, Duration) {
    let began = Instant::now();
    let error = Client::new(times).get(&Request::new(url), &NoProgress).expect_err("it must not succeed");
    (error, began.elapsed())
}

// Fault 23.

const SHORT: Duration = Duration::from_millis(300);

#[track_caller]
fn ran_out(error: &FetchError, what: Waiting) {
    assert!(matches!(error, FetchError::Time { waiting_for, .. } if *waiting_for == what), "{error:?}");
}

#[test]
fn stalled_tls() {
    let server = Server::silent();
    let url = server.url("/").replace("http:", "https:");
    let (error, took) = get_within(Times { connect: SHORT, ..times() }, &url);
    ran_out(&error, Waiting::Connection);
    assert!(took < Duration::from_secs(5), "{took:?}");
}

#[test]
fn stalled_and_dripping_headers() {
    let hold = Server::start(|_| Reply::raw("HTTP/1.1 200").then(Step::Hold));
    let drip = Server::start(|_| {
        let header = format!("HTTP/1.1 200 OK\r\nX: {}", "x".repeat(10_000));
        Reply::default().then(Step::Drip(header.into_bytes(), Duration::from_millis(20)))
    });
    for server in [hold, drip] {
        let (error, took) = get_within(Times { header: SHORT, ..times() }, &server.url("/"));
        ran_out(&error, Waiting::Header);
        assert!(took < Duration::from_secs(5), "{took:?}");
    }
}

#[test]
fn endless_headers() {
    let server =
        Server::start(|_| Reply::raw("HTTP/1.1 200 OK\r\n").then(Step::Forever(b"X: y\r\n".repeat(100))));
    let error = get(&server.url("/")).expect_err("endless");
    assert!(matches!(error, FetchError::Body { .. } | FetchError::Network { .. }), "{error:?}");
}

#[test]
fn stalled_body() {
    let server = Server::start(|_| {
        Reply::head(200, &[("Content-Length", "10")]).then(Step::Send(b"abc".to_vec())).then(Step::Hold)
    });
    let (error, took) = get_within(Times { idle: SHORT, ..times() }, &server.url("/"));
    ran_out(&error, Waiting::NextBytes);
    assert!(took < Duration::from_secs(5), "{took:?}");
}

#[test]
fn a_long_header_time_is_not_cut_by_idle() {
    let server = Server::start(|_| {
        let mut reply = Reply::ok(b"late");
        reply.steps.insert(0, Step::Wait(3 * SHORT));
        reply
    });
    let client = Client::new(Times { idle: SHORT, ..times() });
    assert_eq!(client.get(&Request::new(server.url("/")), &NoProgress).expect("an answer").body, b"late");
}

#[test]
fn slow_body() {
    let server = Server::start(|_| {
        Reply::head(200, &[("Content-Length", "1000")])
            .then(Step::Drip(vec![0; 1000], Duration::from_millis(100)))
    });
    let slow = Times { min_rate: 100, window: Duration::from_secs(1), ..times() };
    let (error, took) = get_within(slow, &server.url("/"));
    assert!(matches!(error, FetchError::Slow { min: 100, .. }), "{error:?}");
    assert!(took < Duration::from_secs(5), "{took:?}");
}

#[test]
fn endless_chunks_end_at_the_size_or_at_the_total() {
    let chunk = b"1000\r\n".iter().copied().chain([b'x'; 0x1000]).chain(*b"\r\n").collect::<Vec<u8>>();
    let server = Server::start(move |_| {
        Reply::head(200, &[("Transfer-Encoding", "chunked")]).then(Step::Forever(chunk.clone()))
    });
    let request = Request { max: 100_000, ..Request::new(server.url("/")) };
    let error = Client::new(times()).get(&request, &NoProgress).expect_err("too much");
    assert!(matches!(error, FetchError::Size { limit: 100_000, announced: None, .. }), "{error:?}");

    let drip = Server::start(|_| {
        let chunks = b"1\r\nx\r\n".repeat(1000);
        Reply::head(200, &[("Transfer-Encoding", "chunked")])
            .then(Step::Drip(chunks, Duration::from_millis(5)))
    });
    let (error, took) = get_within(Times { total: 2 * SHORT, min_rate: 0, ..times() }, &drip.url("/"));
    ran_out(&error, Waiting::Everything);
    assert!(took < Duration::from_secs(5), "{took:?}");
}

// Fault 24.

#[test]
fn too_large_is_refused_before_the_body() {
    let server = Server::start(|_| Reply::head(200, &[("Content-Length", "99999999999")]).then(Step::Hold));
    let error = get(&server.url("/")).expect_err("too large");
    assert!(matches!(error, FetchError::Size { announced: Some(99_999_999_999), .. }), "{error:?}");
}

#[test]
fn bodies_that_are_not_what_was_announced() {
    let announced = |length: &str, body: &[u8]| {
        Reply::head(200, &[("Content-Length", length)]).then(Step::Send(body.to_vec()))
    };
    let chunked =
        |body: &[u8]| Reply::head(200, &[("Transfer-Encoding", "chunked")]).then(Step::Send(body.to_vec()));
    let gzip = [b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0".as_slice(), b"trailing"].concat();
    let cases = [
        ("truncated", announced("10", b"abc")),
        ("empty", announced("10", b"")),
        ("longer", announced("3", b"abcdef")),
        ("gzip with trailing bytes", announced("20", &gzip)),
        ("no length at all", Reply::head(200, &[]).then(Step::Send(b"abc".to_vec()))),
        ("chunks that stop", chunked(b"5\r\nabcde\r\n")),
        ("half a chunk", chunked(b"5\r\nab")),
        ("no chunk", chunked(b"zz\r\nab")),
        ("bytes after the last chunk", chunked(b"1\r\na\r\n0\r\n\r\njunk")),
        (
            "two lengths",
            Reply::head(200, &[("Content-Length", "3"), ("Content-Length", "4")])
                .then(Step::Send(b"abcd".to_vec())),
        ),
    ];
    for (name, reply) in cases {
        let server = Server::start(move |_| reply.clone());
        let error = get(&server.url("/")).expect_err(name);
        assert!(matches!(error, FetchError::Body { .. } | FetchError::Network { .. }), "{name}: {error:?}");
    }
}

#[test]
fn junk_that_comes_a_little_later() {
    let server = Server::start(|_| {
        Reply::head(200, &[("Content-Length", "3")])
            .then(Step::Send(b"abc".to_vec()))
            .then(Step::Send(b"and more".to_vec()))
    });
    // The second piece may arrive after the first has been read and judged: then it was nobody's. What never happens is
    // that it becomes part of the body.
    match get(&server.url("/")) {
        Ok(answer) => assert_eq!(answer.body, b"abc"),
        Err(error) => assert_eq!(error.code(), "E-FETCH-BODY"),
    }
}
