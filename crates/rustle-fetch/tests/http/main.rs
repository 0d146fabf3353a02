//! The client against a server that misbehaves.

mod bodies;
mod proxy;

use std::time::{Duration, Instant};

use rustle_fetch::http::{Client, Request, Response, Times};
use rustle_fetch::testserver::{Authority, Received, Reply, Server, Step};
use rustle_fetch::{FetchError, NoProgress};

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
