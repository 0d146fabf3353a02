//! Proxies come from the environment, so each case is a process of its own: this program, told to run one test.

use std::process::Command;

use rustle_fetch::NoProgress;
use rustle_fetch::http::{Client, Request};
use rustle_fetch::testserver::{Reply, Server};

use crate::times;

/// Runs `inside` with a proxy in the environment; what it prints.
fn within(proxy: &str, url: &str, header: &str) -> String {
    let output = Command::new(std::env::current_exe().expect("a path"))
        .args(["--exact", "proxy::inside", "--ignored", "--nocapture"])
        .envs([("HTTPS_PROXY", proxy), ("TEST_URL", url), ("TEST_HEADER", header)])
        .env_remove("ALL_PROXY")
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .output()
        .expect("it starts");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
#[ignore = "run by the others, with an environment"]
fn inside() {
    // Run by a person who asks for all that is ignored, it has nothing to do.
    let (Ok(url), Ok(header)) = (std::env::var("TEST_URL"), std::env::var("TEST_HEADER")) else { return };
    let headers = if header.is_empty() { Vec::new() } else { vec![("Authorization".to_owned(), header)] };
    let request = Request { headers, ..Request::new(url) };
    match Client::new(times()).get(&request, &NoProgress) {
        Ok(answer) => println!("came: {}", String::from_utf8_lossy(&answer.body)),
        Err(error) => println!("error: {error}"),
    }
}

#[test]
fn others_are_asked_for_through_the_proxy() {
    let proxy = Server::start(|_| Reply::status(403, &[], b""));
    let printed = within(&proxy.url(""), "https://module.example/x", "hunter2");
    assert!(printed.contains("E-FETCH-NETWORK") && printed.contains("proxy"), "{printed}");
    let [request] = &proxy.received()[..] else { panic!("one request") };
    assert_eq!((request.method.as_str(), request.path.as_str()), ("CONNECT", "module.example:443"));
    assert!(request.header("Authorization").is_none(), "what is for the server is not for the proxy");
    // What would be in the clear behind the proxy is not sent at all.
    let printed = within(&proxy.url(""), "http://module.example/x", "hunter2");
    assert!(printed.contains("E-FETCH-REFUSED") && !printed.contains("hunter2"), "{printed}");
    assert_eq!(proxy.received().len(), 1);
    let printed = within("socks5://127.0.0.1:1", "https://module.example/x", "");
    assert!(printed.contains("E-FETCH-REFUSED") && printed.contains("SOCKS"), "{printed}");
}

#[test]
fn loopback_is_not() {
    let proxy = Server::start(|_| Reply::status(403, &[], b""));
    let server = Server::start(|_| Reply::ok(b"direct"));
    assert!(within(&proxy.url(""), &server.url("/"), "token").contains("came: direct"));
    assert!(proxy.received().is_empty());
}
