//! Sparse registries on loopback.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use rustle_fetch::http::{Client, Times};
use rustle_fetch::registry::{DependencyKind, Registry};
use rustle_fetch::testserver::{Reply, Server, SparseRegistry, Step};
use rustle_fetch::{FetchError, NoProgress, Progress, sha256_hex};
use semver::Version;
use serde_json::json;

fn client() -> Client {
    Client::new(Times { pause: Duration::from_millis(10), ..Times::default() })
}

fn registry(server: &Server, token: Option<&str>) -> Registry {
    at(server, "/index/", token)
}

fn at(server: &Server, path: &str, token: Option<&str>) -> Registry {
    let index = format!("sparse+{}", server.url(path));
    Registry::new("acme", &index, token.map(str::to_owned)).expect("a registry")
}

static ONE: Version = Version::new(1, 0, 0);

fn authorizations(server: &Server) -> Vec<(String, Option<String>)> {
    let of = |request: &rustle_fetch::testserver::Received| {
        (request.path.clone(), request.header("Authorization").map(str::to_owned))
    };
    server.received().iter().map(of).collect()
}

#[test]
fn entries_and_packages() {
    let mut served = SparseRegistry::new();
    let cksum = served.publish(
        "Greet",
        "1.0.0",
        b"package",
        json!({ "deps": [{ "name": "dep", "req": "^1", "kind": "dev" }], "rustle": { "id": "com.acme.greet" } }),
    );
    served.publish("Greet", "1.1.0-rc.1", b"other", json!({ "yanked": true, "rust_version": "1.80" }));
    let server = Server::start(served.handler());
    let (client, registry) = (client(), registry(&server, None));
    let answer = registry.entries(&client, "Greet", None).expect("entries");
    assert!(answer.warnings.is_empty() && !answer.not_modified);
    let [first, second] = &answer.entries[..] else { panic!("two versions") };
    assert_eq!((first.cksum.as_str(), first.yanked, second.yanked), (cksum.as_str(), false, true));
    assert_eq!(first.deps[0].kind, DependencyKind::Dev);
    assert_eq!(first.rustle, Some(json!({ "id": "com.acme.greet" })));
    assert_eq!(second.rust_version.as_deref(), Some("1.80"));
    let package = registry.download(&client, "Greet", &first.vers, &cksum, &NoProgress).expect("a package");
    assert_eq!(package, b"package");
    let paths: Vec<String> = server.received().into_iter().map(|request| request.path).collect();
    assert_eq!(paths, ["/index/config.json", "/index/gr/ee/greet", "/dl/Greet/1.0.0/download"]);

    // The second time, nothing is sent.
    let etag = answer.etag.clone().expect("an entity tag");
    let again = registry.entries(&client, "Greet", Some((&etag, &answer.body))).expect("entries");
    assert!(again.not_modified);
    assert_eq!((again.entries, again.body, again.etag), (answer.entries, answer.body, answer.etag));
}

// Fault 7.

#[test]
fn swapped_bytes() {
    let mut served = SparseRegistry::new();
    let cksum = served.publish("greet", "1.0.0", b"package", json!({}));
    served.swap("greet", "1.0.0", b"another package");
    let server = Server::start(served.handler());
    let error = registry(&server, None).download(&client(), "greet", &ONE, &cksum, &NoProgress);
    let error = error.expect_err("other bytes");
    assert_eq!(error.code(), "E-FETCH-CHECKSUM");
    let text = error.to_string();
    assert!(text.contains(&cksum) && text.contains(&sha256_hex(b"another package")), "{text}");
    assert!(text.contains("greet 1.0.0") && text.contains("acme"), "{text}");
}

// Fault 8, the part of the download: what is locked decides, whatever the index says now.

#[test]
fn swapped_bytes_and_index() {
    let mut served = SparseRegistry::new();
    let now = served.publish("greet", "1.0.0", b"another package", json!({}));
    let server = Server::start(served.handler());
    let registry = registry(&server, None);
    let client = client();
    assert_eq!(registry.entries(&client, "greet", None).expect("entries").entries[0].cksum, now);
    let locked = sha256_hex(b"package");
    let error =
        registry.download(&client, "greet", &ONE, &locked, &NoProgress).expect_err("not what is locked");
    assert_eq!(error.code(), "E-FETCH-CHECKSUM");
    assert!(registry.download(&client, "greet", &ONE, &now, &NoProgress).is_ok());
}

// Fault 13.

#[test]
fn a_registry_asks_no_other() {
    let mut public = SparseRegistry::new();
    public.publish("internal", "99.0.0", b"evil", json!({}));
    let public = Server::start(public.handler());
    let bound = Server::start(SparseRegistry::new().handler());
    let error = registry(&bound, None).entries(&client(), "internal", None).expect_err("not there");
    assert!(matches!(error, FetchError::UnknownCrate { .. }), "{error:?}");
    for status in [500, 403] {
        let failing = Server::start(move |_| Reply::status(status, &[], b""));
        let error = registry(&failing, None).entries(&client(), "internal", None).expect_err("failing");
        assert_eq!(error.status(), Some(status));
    }
    assert!(public.received().is_empty());
}

// Fault 16.

#[test]
fn a_token_is_sent_where_it_is_asked_for() {
    let mut open = SparseRegistry::new();
    let cksum = open.publish("greet", "1.0.0", b"package", json!({}));
    let mut closed = open.clone();
    closed.require_token("hunter2");
    for (served, expected) in [(open, false), (closed, true)] {
        let server = Server::start(served.handler());
        let (client, registry) = (client(), registry(&server, Some("hunter2")));
        registry.entries(&client, "greet", None).expect("entries");
        registry.download(&client, "greet", &ONE, &cksum, &NoProgress).expect("a package");
        let sent = authorizations(&server);
        assert_eq!(sent[0], ("/index/config.json".to_owned(), None), "first it is seen whether it is needed");
        assert!(sent[1..].iter().all(|(_, token)| token.is_some() == expected), "{sent:?}");
    }
    let mut closed = SparseRegistry::new();
    closed.require_token("hunter2");
    let server = Server::start(closed.handler());
    let error = registry(&server, None).entries(&client(), "greet", None).expect_err("no token");
    assert_eq!(error.status(), Some(401));
    let error =
        registry(&server, Some("wrong hunter3")).entries(&client(), "greet", None).expect_err("wrong");
    assert!(!error.to_string().contains("hunter3"));
}

#[test]
fn a_token_is_sent_to_nobody_else() {
    let elsewhere = Server::start(|_| Reply::ok(b"package"));
    let cksum = sha256_hex(b"package");
    // Another origin by `dl`.
    let mut served = SparseRegistry::new();
    served.require_token("hunter2");
    served.config(json!({ "dl": elsewhere.url("/{crate}"), "auth-required": true }));
    let server = Server::start(served.handler());
    let other = registry(&server, Some("hunter2"));
    other.download(&client(), "greet", &ONE, &cksum, &NoProgress).expect("a package without a token");
    // Another origin by redirect: of the package, of the index, of config.json.
    let to = elsewhere.url("/x");
    let redirects =
        Server::start(move |request| match (request.header("Authorization"), request.path.as_str()) {
            (None, _) => Reply::status(401, &[], b""),
            (_, "/index/config.json") => {
                let host = request.header("Host").expect("a host");
                Reply::ok(json!({ "dl": format!("http://{host}/dl"), "auth-required": true }).to_string())
            }
            _ => Reply::redirect(302, &to),
        });
    let registry = registry(&redirects, Some("hunter2"));
    registry.download(&client(), "greet", &ONE, &cksum, &NoProgress).expect("a package");
    registry.entries(&client(), "greet", None).expect("whatever there is");
    let to = elsewhere.url("/config.json");
    let config = Server::start(move |request| match request.header("Authorization") {
        None => Reply::status(401, &[], b""),
        Some(_) => Reply::redirect(302, &to),
    });
    let registry = at(&config, "/", Some("hunter2"));
    assert_eq!(registry.config(&client()).expect_err("no configuration there").code(), "E-REGISTRY");
    let sent = authorizations(&elsewhere);
    assert_eq!(sent.len(), 4, "{sent:?}");
    assert!(sent.iter().all(|(_, token)| token.is_none()), "{sent:?}");
}

#[test]
fn the_twin_is_another_registry() {
    // CVE-2026-5222: `…/index` and `…/index.git` were taken for one.
    let server = Server::start(|request| match request.path.as_str() {
        "/index/config.json" | "/index.git/config.json" if request.header("Authorization").is_none() => {
            Reply::status(401, &[], b"")
        }
        "/index/config.json" => Reply::ok(br#"{ "dl": "http://127.0.0.1/", "auth-required": true }"#),
        "/index/gr/ee/greet" => Reply::ok(b""),
        _ => Reply::status(404, &[], b""),
    });
    let ours = at(&server, "/index", Some("hunter2"));
    let twin = at(&server, "/index.git", None);
    assert_ne!(ours.index(), twin.index());
    ours.entries(&client(), "greet", None).expect("entries");
    twin.entries(&client(), "greet", None).expect_err("it has no token");
    let sent = authorizations(&server);
    assert!(sent.iter().all(|(path, token)| token.is_none() || path.starts_with("/index/")), "{sent:?}");
    assert!(sent.iter().any(|(path, _)| path.starts_with("/index.git/")));
}

// Fault 22, where a registry points in place of a redirect.

#[test]
fn where_packages_may_not_be() {
    for dl in [
        "http://169.254.169.254/x",
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
        "nonsense",
        "http://0.0.0.0/x",
    ] {
        let mut served = SparseRegistry::new();
        served.config(json!({ "dl": dl }));
        let server = Server::start(served.handler());
        let began = Instant::now();
        let error = registry(&server, None).download(&client(), "greet", &ONE, &"0".repeat(64), &NoProgress);
        let error = error.expect_err(dl);
        assert!(matches!(error, FetchError::Refused { .. } | FetchError::Registry { .. }), "{dl}: {error:?}");
        assert!(began.elapsed() < Duration::from_secs(5), "{dl}");
    }
}

// Fault 25.

#[test]
fn bad_lines() {
    let mut served = SparseRegistry::new();
    served.publish("greet", "1.0.0", b"package", json!({ "unknown": { "key": [1, 2.5, null] } }));
    served.line("greet", "{ this is no JSON");
    served.line("greet", &format!(r#"{{"name":"greet","vers":"2.0.0","cksum":"{}","v":3}}"#, "0".repeat(64)));
    served.line(
        "greet",
        &format!(r#"{{"name":"greet","vers":"3.0.0","cksum":"{}","yanked":NaN}}"#, "0".repeat(64)),
    );
    served.publish("greet", "1.0.0", b"another package", json!({}));
    served.line("greet", &format!(r#"{{"name":"other","vers":"4.0.0","cksum":"{}"}}"#, "0".repeat(64)));
    served.line("greet", &format!(r#"{{"name":"greet","vers":"5.0.0","x":"{}"}}"#, "x".repeat(1_000_000)));
    served.publish("greet", "6.0.0", b"package", json!({ "v": 2, "features2": { "a": ["dep:b"] } }));
    let server = Server::start(served.handler());
    let answer = registry(&server, None).entries(&client(), "greet", None).expect("entries");
    let versions: Vec<String> = answer.entries.iter().map(|entry| entry.vers.to_string()).collect();
    assert_eq!(versions, ["1.0.0", "6.0.0"]);
    assert_eq!(answer.entries[0].cksum, sha256_hex(b"package"), "the first one counts");
    assert_eq!(answer.warnings.len(), 6, "{:?}", answer.warnings);
    for (warning, line) in answer.warnings.iter().zip(2..) {
        assert!(warning.contains(&format!("line {line}:")) && warning.contains("`acme`"), "{warning}");
    }
}

#[test]
fn files_of_more_than_fifty_megabytes() {
    let announced = || Reply::head(200, &[("Content-Length", "50000001")]).then(Step::Hold);
    let chunk = [b"100000\r\n".as_slice(), &b"x".repeat(1 << 20), b"\r\n"].concat();
    let endless =
        move || Reply::head(200, &[("Transfer-Encoding", "chunked")]).then(Step::Forever(chunk.clone()));
    let replies: [Box<dyn Fn() -> Reply + Send + Sync>; 2] = [Box::new(announced), Box::new(endless)];
    for reply in replies {
        let server = Server::start(move |request| match request.path.as_str() {
            "/index/config.json" => Reply::ok(br#"{ "dl": "http://127.0.0.1/" }"#),
            _ => reply(),
        });
        let error =
            registry(&server, None).entries(&client(), "greet", None).map(|_| ()).expect_err("too large");
        assert!(matches!(error, FetchError::Size { limit: 50_000_000, .. }), "{error:?}");
    }
}

#[test]
fn configurations_that_make_no_sense() {
    for body in ["", "[]", "{}", "{\"dl\": 5}", "{\"dl\": \"x\", \"auth-required\": \"yes\"}", "NaN"] {
        let server = Server::start(move |_| Reply::ok(body));
        let error = registry(&server, None).config(&client()).expect_err(body);
        assert_eq!(error.code(), "E-REGISTRY", "{body}");
    }
}

#[test]
fn names_that_lead_elsewhere() {
    let server = Server::start(SparseRegistry::new().handler());
    let registry = registry(&server, None);
    for name in ["", "../config", "a/b", "a?b", "a%2fb", "é", &"x".repeat(65)] {
        assert_eq!(registry.entries(&client(), name, None).expect_err(name).code(), "E-REGISTRY", "{name}");
        let error = registry.download(&client(), name, &ONE, &"0".repeat(64), &NoProgress);
        assert_eq!(error.expect_err(name).code(), "E-REGISTRY", "{name}");
    }
    assert!(server.received().is_empty());
}

#[test]
fn packages_that_are_too_large() {
    let mut served = SparseRegistry::new();
    let cksum = served.publish("greet", "1.0.0", &[0; 1001], json!({}));
    let server = Server::start(served.handler());
    let small = registry(&server, None).with_max_package(1000);
    let error = small.download(&client(), "greet", &ONE, &cksum, &NoProgress).expect_err("too large");
    assert!(matches!(error, FetchError::Size { limit: 1000, announced: Some(1001), .. }), "{error:?}");
}

/// Writes down what it is told.
#[derive(Default)]
struct Told(Mutex<(Vec<String>, u64, usize)>);

impl Progress for Told {
    fn begin(&self, what: &str, _total: Option<u64>) {
        self.0.lock().expect("free").0.push(what.to_owned());
    }
    fn advance(&self, bytes: u64) {
        self.0.lock().expect("free").1 += bytes;
    }
    fn done(&self) {
        self.0.lock().expect("free").2 += 1;
    }
}

#[test]
fn fifty_at_once() {
    let mut served = SparseRegistry::new();
    let mut cksums = Vec::new();
    for index in 0..50 {
        let package = format!("package {index}").repeat(100);
        cksums.push(served.publish(&format!("m{index}"), "1.0.0", package.as_bytes(), json!({})));
    }
    // One of them is not what it should be, one is not there.
    served.swap("m7", "1.0.0", b"evil");
    let server = Server::start(move |request| {
        // As far away as a near server.
        std::thread::sleep(Duration::from_millis(5));
        if request.path.contains("/m9/") {
            Reply::status(404, &[], b"")
        } else {
            served.clone().handler()(request)
        }
    });
    let (client, registry, told) = (client(), registry(&server, None), Told::default());
    let began = Instant::now();
    let results: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = cksums
            .iter()
            .enumerate()
            .map(|(index, cksum)| {
                let (client, registry, told) = (&client, &registry, &told);
                let name = format!("m{index}");
                scope.spawn(move || registry.download(client, &name, &ONE, cksum, told))
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    let took = began.elapsed();
    assert!(took < Duration::from_secs(3), "{took:?}");
    assert_eq!(results.len(), 50);
    for (index, result) in results.iter().enumerate() {
        match (index, result) {
            (7, Err(error)) => assert_eq!(error.code(), "E-FETCH-CHECKSUM"),
            (9, Err(error)) => assert_eq!(error.status(), Some(404)),
            (_, Ok(bytes)) => assert_eq!(bytes, format!("package {index}").repeat(100).as_bytes()),
            (_, Err(error)) => panic!("{index}: {error}"),
        }
    }
    let config = server.received().iter().filter(|request| request.path.ends_with("config.json")).count();
    assert_eq!(config, 1, "it is asked once, however many begin");
    let (began, bytes, done) = told.0.into_inner().expect("free");
    assert_eq!((began.len(), done), (49, 49), "one is not there");
    let sum: usize = results.iter().flatten().map(Vec::len).sum();
    assert_eq!(bytes, sum as u64 + 4, "and the four bytes of the evil one");
}
