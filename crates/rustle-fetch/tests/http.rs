//! The client against a server that misbehaves.

use std::time::{Duration, Instant};

use rustle_fetch::http::{Client, Request, Response, Times};
use rustle_fetch::testserver::{Authority, Received, Reply, Server, Step};
use rustle_fetch::{FetchError, NoProgress, Waiting};

/// Long enough that only the time under test runs out.
fn times() -> Times {
    let long = Duration::from_secs(20);
    Times {
        connect: long,
        header: long,
        idle: long,
        total: long,
        pause: Duration::from_millis(10),
        ..Times::default()
    }
}

fn get(url: &str) -> Result<Response, FetchError> {
    Client::new(times()).get(&Request::new(url), &NoProgress)
}

fn get_within(times: Times, url: &str) -> (FetchError, Duration) {
    let began = Instant::now();
    let error = Client::new(times).get(&Request::new(url), &NoProgress).expect_err("it must not succeed");
    (error, began.elapsed())
}

#[test]
fn a_plain_answer() {
    let server = Server::start(|_| Reply::status(200, &[("ETag", "\"1\"")], b"hello"));
    let answer = get(&server.url("/a?b=c")).expect("an answer");
    assert_eq!(
        (answer.status, &answer.body[..], answer.etag.as_deref()),
        (200, &b"hello"[..], Some("\"1\""))
    );
    let [request] = &server.received()[..] else { panic!("one request") };
    assert_eq!(request.path, "/a?b=c");
    assert!(request.header("User-Agent").expect("a name").starts_with("rustle/"));
    // Bytes are hashed as they come.
    assert_eq!(request.header("Accept-Encoding"), Some("identity"));
}

#[test]
fn chunks_are_put_together() {
    let chunked = || Reply::head(200, &[("Transfer-Encoding", "chunked")]);
    let server =
        Server::start(move |_| chunked().then(Step::Send(b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n".to_vec())));
    assert_eq!(get(&server.url("/")).expect("an answer").body, b"abcde");
}

#[test]
fn what_is_compressed_stays_so() {
    let server =
        Server::start(|_| Reply::status(200, &[("Content-Encoding", "gzip")], b"\x1f\x8bnot even gzip"));
    assert_eq!(get(&server.url("/")).expect("an answer").body, b"\x1f\x8bnot even gzip");
}

#[test]
fn entity_tags() {
    let server = Server::start(|request| match request.header("If-None-Match") {
        Some("\"1\"") => Reply::status(304, &[("ETag", "\"1\"")], b""),
        _ => Reply::ok(b"new"),
    });
    let client = Client::new(times());
    let request = Request { etag: Some("\"1\"".into()), ..Request::new(server.url("/")) };
    let answer = client.get(&request, &NoProgress).expect("an answer");
    assert!(answer.not_modified() && answer.body.is_empty());
    let request = Request { etag: Some("\"0\"".into()), ..request };
    assert_eq!(client.get(&request, &NoProgress).expect("an answer").body, b"new");
}

// Fault 22.

#[test]
fn redirects_are_followed_up_to_five() {
    let server = Server::start(|request| match request.path.trim_start_matches('/').parse::<u32>() {
        Ok(0) => Reply::ok(b"here"),
        Ok(n) => Reply::redirect(302, &format!("/{}", n - 1)),
        Err(_) => Reply::status(404, &[], b""),
    });
    let answer = get(&server.url("/5")).expect("five are allowed");
    assert_eq!((&answer.body[..], answer.url), (&b"here"[..], server.url("/0")));
    let error = get(&server.url("/6")).expect_err("six are not");
    assert_eq!(error.code(), "E-FETCH-REDIRECT");
    let error = get(&server.url("/50")).expect_err("fifty are not");
    assert_eq!(error.code(), "E-FETCH-REDIRECT");
}

#[test]
fn redirects_to_where_nobody_follows() {
    for to in [
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
        "data:text/plain,hello",
        "http://169.254.169.254/latest/meta-data",
        "http://[fe80::1]/",
        "http://[::ffff:169.254.169.254]/",
        "http://0.0.0.0/",
        "/loop",
        "http://user:pass@127.0.0.1/",
    ] {
        let server = Server::start(move |_| Reply::redirect(302, to));
        let began = Instant::now();
        let error = get(&server.url("/loop")).expect_err(to);
        assert_eq!(error.code(), "E-FETCH-REDIRECT", "{to}: {error}");
        assert!(began.elapsed() < Duration::from_secs(5), "{to}: nothing was asked there");
        assert_eq!(server.received().len(), 1, "{to}: refusals are not tried again");
    }
    let server = Server::start(|_| Reply::head(302, &[("Content-Length", "0")]));
    assert_eq!(get(&server.url("/")).expect_err("no place").code(), "E-FETCH-BODY");
}

#[test]
fn loops_of_two() {
    let server =
        Server::start(|request| Reply::redirect(307, if request.path == "/a" { "/b" } else { "/a" }));
    let error = get(&server.url("/a")).expect_err("a loop").to_string();
    assert!(error.contains("loop"), "{error}");
    assert_eq!(server.received().len(), 2);
}

/// A client that believes `authority`.
fn believing(authority: &Authority, times: Times) -> Client {
    let folder = tempfile::tempdir().expect("a folder");
    let pem = folder.path().join("ca.pem");
    authority.write_pem(&pem);
    Client::with_authorities(times, &pem).expect("a certificate")
}

#[test]
fn https_with_a_company_authority() {
    let authority = Authority::new();
    let server = Server::start_tls(&authority, |_| Reply::ok(b"secret"));
    let client = believing(&authority, times());
    for _ in 0..2 {
        let answer = client.get(&Request::new(server.url("/")), &NoProgress).expect("an answer");
        assert_eq!(answer.body, b"secret");
    }
    let error = get(&server.url("/")).expect_err("nobody knows that authority");
    assert_eq!(error.code(), "E-FETCH-CERTIFICATE", "{error}");
    let stranger = believing(&Authority::new(), times());
    let error = stranger.get(&Request::new(server.url("/")), &NoProgress).expect_err("another authority");
    assert_eq!(error.code(), "E-FETCH-CERTIFICATE", "{error}");
    assert_eq!(server.received().len(), 2, "nothing was sent to whom we do not believe");
}

#[test]
fn https_to_http_is_refused_and_http_to_https_is_not() {
    let authority = Authority::new();
    let client = believing(&authority, times());
    let plain = Server::start(|_| Reply::ok(b"plain"));
    let to = plain.url("/");
    let secure = Server::start_tls(&authority, move |_| Reply::redirect(302, &to));
    let error = client.get(&Request::new(secure.url("/")), &NoProgress).expect_err("less safe");
    assert_eq!(error.code(), "E-FETCH-REDIRECT");
    assert!(plain.received().is_empty());

    let secure = Server::start_tls(&authority, |_| Reply::ok(b"safe"));
    let to = secure.url("/");
    let plain = Server::start(move |_| Reply::redirect(301, &to));
    let answer = client.get(&Request::new(plain.url("/")), &NoProgress).expect("safer");
    assert_eq!(answer.body, b"safe");
}

// Fault 16, the part of the client.

#[test]
fn headers_stay_at_their_origin() {
    let authorization = |request: &Received| request.header("Authorization").map(str::to_owned);
    let last = Server::start(|_| Reply::ok(b"done"));
    let to = last.url("/end");
    let back = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
    let origin = back.clone();
    let other = Server::start(move |request| {
        if request.path == "/bounce" {
            Reply::redirect(302, &origin.lock().expect("set"))
        } else {
            Reply::redirect(302, &to)
        }
    });
    let (away, bounce) = (other.url("/x"), other.url("/bounce"));
    let first = Server::start(move |request| match request.path.as_str() {
        "/here" => Reply::redirect(302, "/there"),
        "/there" => Reply::redirect(302, &away),
        "/leave" => Reply::redirect(302, &bounce),
        _ => Reply::ok(b"back"),
    });
    *back.lock().expect("free") = first.url("/back");
    let token = vec![("Authorization".to_owned(), "hunter2".to_owned())];
    let client = Client::new(times());
    let request = Request { headers: token.clone(), ..Request::new(first.url("/here")) };
    client.get(&request, &NoProgress).expect("an answer");
    let sent: Vec<_> = first.received().iter().map(authorization).collect();
    assert_eq!(sent, [Some("hunter2".to_owned()), Some("hunter2".to_owned())]);
    assert_eq!(other.received().iter().map(authorization).collect::<Vec<_>>(), [None]);
    assert_eq!(last.received().iter().map(authorization).collect::<Vec<_>>(), [None]);

    // Who has left does not get it again on the way back.
    let request = Request { headers: token, ..Request::new(first.url("/leave")) };
    client.get(&request, &NoProgress).expect("an answer");
    assert_eq!(first.received().iter().map(authorization).next_back(), Some(None));
}

#[test]
fn headers_are_not_sent_in_the_clear() {
    let headers = vec![("X-Token".to_owned(), "hunter2".to_owned())];
    // An address of documentation: nobody is there, and nobody is asked.
    let request = Request { headers, ..Request::new("http://192.0.2.1/") };
    let error = Client::new(times()).get(&request, &NoProgress).expect_err("in the clear");
    assert_eq!(error.code(), "E-FETCH-REFUSED");
    assert!(!error.to_string().contains("hunter2"));
    assert!(!format!("{error:?}").contains("hunter2"));
}

#[test]
fn headers_that_frame_are_ours() {
    let server = Server::start(|_| Reply::ok(b""));
    for (name, value) in [
        ("Host", "evil"),
        ("content-length", "5"),
        ("Transfer-Encoding", "chunked"),
        ("X", "a\r\nHost: evil"),
        ("X Y", "a"),
    ] {
        let headers = vec![(name.to_owned(), value.to_owned())];
        let request = Request { headers, ..Request::new(server.url("/")) };
        let error = Client::new(times()).get(&request, &NoProgress).expect_err(name);
        assert_eq!(error.code(), "E-FETCH-REFUSED", "{name}");
        assert!(!error.to_string().contains("evil"));
    }
    assert!(server.received().is_empty());
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

// What is tried again.

fn flaky(failures: usize, reply: impl Fn() -> Reply + Send + Sync + 'static) -> Server {
    let count = std::sync::atomic::AtomicUsize::new(0);
    Server::start(move |_| {
        if count.fetch_add(1, std::sync::atomic::Ordering::SeqCst) < failures {
            reply()
        } else {
            Reply::ok(b"at last")
        }
    })
}

#[test]
fn passing_trouble_is_waited_out() {
    for reply in [
        Reply::drop as fn() -> Reply,
        || Reply::status(503, &[], b""),
        || Reply::status(429, &[("Retry-After", "0")], b""),
    ] {
        let server = flaky(2, reply);
        assert_eq!(get(&server.url("/")).expect("the third attempt").body, b"at last");
        assert_eq!(server.received().len(), 3);
        let server = flaky(3, reply);
        get(&server.url("/")).expect_err("three attempts are all");
        assert_eq!(server.received().len(), 3);
    }
}

#[test]
fn lasting_trouble_is_not() {
    for status in [400, 401, 403, 404, 410] {
        let server = flaky(1, move || Reply::status(status, &[], b""));
        assert_eq!(get(&server.url("/")).expect_err("an error").status(), Some(status));
        assert_eq!(server.received().len(), 1);
    }
    let server = Server::start(|_| Reply::ok(b""));
    let url = server.url("/");
    drop(server);
    assert_eq!(get(&url).expect_err("nobody is there").code(), "E-FETCH-NETWORK");
}

#[test]
fn addresses_that_are_none() {
    for url in ["file:///etc/passwd", "ftp://h/", "git://h/", "nonsense", "http://", "https://u:p@h/", "-x"] {
        assert_eq!(get(url).expect_err(url).code(), "E-FETCH-ADDRESS", "{url}");
    }
}
