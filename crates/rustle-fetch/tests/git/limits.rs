//! Sizes, times, and servers that are none.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use rustle_fetch::FetchError;
use rustle_fetch::git::{GitLimits, GitRequest, Reference};
use rustle_fetch::testserver::{Reply, Server, Step, git_http_backend};

use crate::place::{Place, history, request};

#[test]
fn sizes() {
    let place = Place::new();
    let repository = place.repository("r");
    for index in 0..20 {
        repository.write(&format!("deep/er/{index}.txt"), &format!("{index}").repeat(1000));
    }
    repository.commit("one");
    let server = Server::start(git_http_backend(place.served()));
    let default = GitLimits::default;
    for (limits, code) in [
        (GitLimits { size: 10_000, ..default() }, "E-FETCH-SIZE"),
        (GitLimits { files: 19, ..default() }, "E-GIT-TREE"),
        (GitLimits { depth: 1, ..default() }, "E-GIT-TREE"),
        (GitLimits { objects: 10, ..default() }, "E-GIT-TREE"),
        (GitLimits { transfer: 500, ..default() }, "E-FETCH-SIZE"),
    ] {
        let whole = request(server.url("/r/.git"), Reference::Default);
        let error = place.fetch_within(&whole, &limits).map(|_| ()).expect_err(code);
        assert_eq!(error.code(), code, "{limits:?}: {error}");
        fs::remove_dir_all(place.folder.path().join("cache")).expect("a cache");
    }
    let whole = request(server.url("/r/.git"), Reference::Default);
    assert_eq!(place.fetch(&whole).expect("within all limits").files.len(), 20);
}

#[test]
fn times() {
    let place = Place::new();
    let limits = GitLimits { time: Duration::from_millis(400), ..GitLimits::default() };
    let ssh = place.folder.path().join("ssh");
    fs::write(&ssh, "#!/bin/sh\nexec sleep 60\n").expect("a file");
    fs::set_permissions(&ssh, fs::Permissions::from_mode(0o755)).expect("permissions");
    let limits = GitLimits { ssh, ..limits };
    let silent = Server::silent();
    let advertisement = [("Content-Type", "application/x-git-upload-pack-advertisement")];
    let drip = Server::start(move |_| {
        Reply::head(200, &advertisement)
            .then(Step::Drip(b"001e# service".repeat(100), Duration::from_millis(20)))
    });
    for url in [silent.url("/r"), drip.url("/r"), "h.example:x".to_owned()] {
        let began = Instant::now();
        let error = place.fetch_within(&request(&url, Reference::Default), &limits).expect_err(&url);
        assert_eq!(error.code(), "E-FETCH-TIME", "{url}: {error}");
        assert!(began.elapsed() < Duration::from_secs(5), "{url}");
    }
}

#[test]
fn ssh_that_fails_is_quoted() {
    let place = Place::new();
    let ssh = place.folder.path().join("ssh");
    fs::write(&ssh, "#!/bin/sh\necho Host key verification failed. >&2\nexit 255\n").expect("a file");
    fs::set_permissions(&ssh, fs::Permissions::from_mode(0o755)).expect("permissions");
    let limits = GitLimits { ssh, ..GitLimits::default() };
    let error = place.fetch_within(&request("h.example:x", Reference::Default), &limits).expect_err("no ssh");
    assert!(error.to_string().contains("Host key verification failed."), "{error}");
    let limits = GitLimits { ssh: place.folder.path().join("none"), ..GitLimits::default() };
    let error =
        place.fetch_within(&request("h.example:x", Reference::Default), &limits).expect_err("no program");
    assert_eq!(error.code(), "E-FETCH-NETWORK");
}

// The way.

#[test]
fn servers_that_are_no_git() {
    let place = Place::new();
    let page = Server::start(|_| Reply::status(200, &[("Content-Type", "text/html")], b"<html>"));
    let junk = Server::start(|_| {
        Reply::status(200, &[("Content-Type", "application/x-git-upload-pack-advertisement")], b"junk\0junk")
    });
    let token = Server::start(|_| Reply::status(401, &[], b""));
    for (server, code) in [(page, "E-FETCH-BODY"), (junk, "E-FETCH-NETWORK"), (token, "E-FETCH-STATUS")] {
        let error = place.fetch(&request(server.url("/r"), Reference::Default)).expect_err(code);
        assert_eq!(error.code(), code, "{error}");
    }
}

#[test]
fn tokens_and_redirects() {
    let place = Place::new();
    let (_repository, commits) = history(&place, "r");
    let real = Server::start(git_http_backend(place.served()));
    let base = real.url("/r/.git");
    let moved = Server::start(move |request| {
        let rest = request.path.trim_start_matches("/old");
        Reply::redirect(301, &format!("{base}{rest}"))
    });
    let token = Some("hunter2".to_owned());
    let direct = GitRequest { token: token.clone(), ..request(real.url("/r/.git"), Reference::Default) };
    place.fetch(&direct).expect("a checkout");
    // x-access-token:hunter2
    let basic = "Basic eC1hY2Nlc3MtdG9rZW46aHVudGVyMg==";
    assert!(real.received().iter().all(|request| request.header("Authorization") == Some(basic)));
    assert!(!format!("{direct:?}").contains("hunter2"));
    let before = real.received().len();
    let redirected = GitRequest { token, ..request(moved.url("/old"), Reference::Default) };
    assert_eq!(place.fetch(&redirected).expect("it has moved").commit, commits["three"]);
    assert_eq!(moved.received().len(), 1, "the rest goes to the new place at once");
    let after = &real.received()[before..];
    assert!(after.len() >= 2 && after.iter().all(|request| request.header("Authorization").is_none()));

    for to in ["http://169.254.169.254/", "file:///etc/passwd", "/elsewhere"] {
        let server = Server::start(move |request| {
            if request.path == "/elsewhere" { Reply::ok(b"") } else { Reply::redirect(302, to) }
        });
        let error = place.fetch(&request(server.url("/r"), Reference::Default)).expect_err(to);
        assert!(matches!(error, FetchError::Redirect { .. } | FetchError::Body { .. }), "{to}: {error:?}");
    }
}
