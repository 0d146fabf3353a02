//! Fault 21: references that move, addresses, hooks, names, links and submodules that do more than they should.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use rustle_fetch::FetchError;
use rustle_fetch::git::{GitLimits, GitRequest, Reference};
use rustle_fetch::testserver::{Server, git_http_backend};

use crate::place::{Place, history, request, stub_ssh, texts};

#[test]
fn a_locked_commit_must_stay_reachable() {
    let place = Place::new();
    let (repository, commits) = history(&place, "r");
    let server = Server::start(git_http_backend(place.served()));
    let limits = GitLimits { ssh: stub_ssh(&place), ..GitLimits::default() };
    let ssh = format!("h.example:{}", place.served().join("r").display());
    let urls = [place.file_url("r"), server.url("/r/.git"), ssh];
    let locked = |url: &str, reference: Reference, commit: &str| {
        let commit = Some(commit.to_owned());
        place.fetch_within(&GitRequest { commit, ..request(url, reference) }, &limits)
    };
    let main = || Reference::Branch("main".into());
    let v1 = || Reference::Tag("v1".into());
    for url in &urls {
        // The branch has gone on since; the tag stands.
        let checkout = locked(url, main(), &commits["one"]).expect("still in the history");
        assert_eq!(
            (checkout.commit.as_str(), texts(&checkout)["module.rs"]),
            (commits["one"].as_str(), "// one")
        );
        assert_eq!(
            locked(url, Reference::Default, &commits["three"]).expect("the tip").commit,
            commits["three"]
        );
        assert_eq!(locked(url, v1(), &commits["one"]).expect("unmoved").commit, commits["one"]);
        // Never there.
        let error = locked(url, main(), &commits["side"]).expect_err("another branch");
        assert_eq!(error.code(), "E-GIT-MOVED", "{error}");
    }
    // The tag moves, though the old commit is still in its history; the branch loses its past.
    repository.git(&["tag", "-f", "v1", "main"]);
    repository.git(&["reset", "-q", "--hard", "side"]);
    let now = &commits["side"];
    for url in &urls {
        for (reference, locked_commit, now) in
            [(v1(), "one", &commits["three"]), (main(), "three", now), (Reference::Default, "two", now)]
        {
            // With the cache that still has the old commits, and with an empty one.
            for _ in 0..2 {
                let error = locked(url, reference.clone(), &commits[locked_commit]).expect_err("moved");
                assert_eq!(error.code(), "E-GIT-MOVED", "{error}");
                let text = error.to_string();
                assert!(text.contains(&commits[locked_commit]) && text.contains(now), "{text}");
                let _ = fs::remove_dir_all(place.folder.path().join("cache"));
            }
        }
    }
    let error =
        locked(&urls[0], Reference::Rev(commits["one"].clone()), &commits["two"]).expect_err("another");
    assert_eq!(error.code(), "E-GIT-MOVED");
}

#[test]
fn nothing_is_executed() {
    let place = Place::new();
    let marker = place.folder.path().join("executed");
    let touch = format!("touch {}", marker.display());
    let repository = place.repository("r");
    repository.write(".gitattributes", "*.txt filter=evil eol=crlf ident\n");
    repository.write("a.txt", "$Id$\nline\n");
    repository.git(&["add", "-A"]);
    repository.git(&["commit", "-q", "-m", "one"]);
    for key in [
        "filter.evil.smudge",
        "filter.evil.process",
        "core.fsmonitor",
        "core.sshCommand",
        "uploadpack.packObjectsHook",
    ] {
        repository.git(&["config", key, &touch]);
    }
    for hook in ["post-checkout", "post-merge", "reference-transaction", "pre-auto-gc", "post-rewrite"] {
        let path = repository.path.join(".git/hooks").join(hook);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, format!("#!/bin/sh\n{touch}\n")).expect("a hook");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("permissions");
    }
    let server = Server::start(git_http_backend(place.served()));
    for url in [place.file_url("r"), server.url("/r/.git")] {
        let checkout = place.fetch(&request(url, Reference::Default)).expect("a checkout");
        assert_eq!(
            checkout.files["a.txt"].0, b"$Id$\nline\n",
            "as it is stored, not as attributes would have it"
        );
    }
    for url in [
        format!("ext::sh -c '{touch}'"),
        format!("ext::{touch}"),
        format!("--upload-pack={touch}"),
        format!("-u{touch}"),
        format!("ssh://-oProxyCommand={touch}/x"),
        format!("h.example:$({touch})"),
        format!("h.example:x';{touch};'"),
        "git://127.0.0.1/r".to_owned(),
        "http://example.org/r".to_owned(),
        "ftp://example.org/r".to_owned(),
        repository.path.display().to_string(),
    ] {
        let error = place.fetch(&request(&url, Reference::Default)).expect_err(&url);
        assert_eq!(error.code(), "E-FETCH-ADDRESS", "{url}");
    }
    assert!(!marker.exists(), "something was executed");
}

#[test]
fn names_that_are_tricks() {
    let place = Place::new();
    let repository = place.repository("r");
    repository.write("x", "x");
    repository.commit("first");
    let blob = repository.blob(b"gitdir: /tmp\n");
    for name in [".git", ".GIT", ".Git", "git~1", ".git.", ".g\u{200c}it", "..", ".", "C:", "a\\b", "a\nb"] {
        repository.commit_raw("100644", name.as_bytes(), &blob);
        let error = place.fetch(&request(place.file_url("r"), Reference::Default)).expect_err(name);
        assert_eq!(error.code(), "E-GIT-TREE", "{name:?}: {error}");
        assert!(!error.to_string().contains('\n'), "{error:?}");
    }
    for name in [b"a/b".as_slice(), b"/etc", b"\xff"] {
        repository.commit_raw("100644", name, &blob);
        place.fetch(&request(place.file_url("r"), Reference::Default)).expect_err("a name that is none");
    }
    repository.commit_raw("120000", b".git", &blob);
    let error = place.fetch(&request(place.file_url("r"), Reference::Default)).expect_err("a link");
    assert_eq!(error.code(), "E-GIT-TREE");
}

#[test]
fn symlinks_are_refused_where_they_matter() {
    let place = Place::new();
    let repository = place.repository("r");
    repository.write("module/lib.rs", "ok");
    symlink("/etc/passwd", repository.path.join("link")).expect("a link");
    repository.commit("one");
    let whole = request(place.file_url("r"), Reference::Default);
    let error = place.fetch(&whole).expect_err("a symlink");
    assert!(matches!(&error, FetchError::Tree { path, .. } if path == "link"), "{error:?}");
    let folder = GitRequest { path: Some("module".into()), ..whole.clone() };
    assert_eq!(texts(&place.fetch(&folder).expect("beside it")), BTreeMap::from([("lib.rs", "ok")]));
    for path in ["../r", "link", "module/lib.rs", "nothing", "module/../module", ".git"] {
        let error = place.fetch(&GitRequest { path: Some(path.into()), ..whole.clone() }).expect_err(path);
        assert_eq!(error.code(), "E-GIT-TREE", "{path}");
    }
}

#[test]
fn submodules_only_when_asked_for() {
    let place = Place::new();
    let inner = place.repository("inner");
    inner.write("inner.rs", "inner");
    let commit = inner.commit("inner");
    let outer = place.repository("outer");
    outer.write("outer.rs", "outer");
    let add = |url: &str| {
        outer.write(".gitmodules", &format!("[submodule \"x\"]\n\tpath = libs/x\n\turl = {url}\n"));
        outer.git(&["add", "-A"]);
        outer.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{commit},libs/x")]);
        outer.git(&["commit", "-q", "-m", "with a submodule"]);
    };
    add("../inner");
    let whole = request(place.file_url("outer"), Reference::Default);
    let error = place.fetch(&whole).expect_err("not asked for");
    assert!(matches!(&error, FetchError::Tree { path, .. } if path == "libs/x"), "{error:?}");
    let asked = GitRequest { submodules: true, ..whole };
    let checkout = place.fetch(&asked).expect("asked for");
    let files = texts(&checkout);
    assert_eq!((files["outer.rs"], files["libs/x/inner.rs"]), ("outer", "inner"));

    // Over http, relative and beside it; another origin sees no token.
    inner.git(&["clone", "-q", "--bare", ".", "../inner.git"]);
    let server = Server::start(git_http_backend(place.served()));
    let other = Server::start(git_http_backend(place.served()));
    for (url, elsewhere) in [("../../inner.git", false), (other.url("/inner.git").as_str(), true)] {
        add(url);
        let token = Some("hunter2".to_owned());
        let asked = GitRequest { repository: server.url("/outer/.git"), token, ..asked.clone() };
        let checkout = place.fetch(&asked).expect("asked for");
        assert_eq!(texts(&checkout)["libs/x/inner.rs"], "inner");
        assert!(server.received().iter().all(|request| request.header("Authorization").is_some()));
        assert_eq!(!other.received().is_empty(), elsewhere);
        assert!(other.received().iter().all(|request| request.header("Authorization").is_none()));
    }

    for url in ["ext::sh", "git://127.0.0.1/x", "--upload-pack=x", "/etc", "http://example.org/x"] {
        add(url);
        let error = place.fetch(&asked).expect_err(url);
        assert_eq!(error.code(), "E-FETCH-ADDRESS", "{url}");
    }
    // What comes from a server does not name files of this machine.
    add(&place.file_url("inner"));
    let error = place.fetch(&GitRequest { repository: server.url("/outer/.git"), ..asked.clone() });
    assert_eq!(error.expect_err("a file").code(), "E-FETCH-ADDRESS");
    assert!(place.fetch(&asked).is_ok(), "what comes from a file may");
    outer.git(&["rm", "-q", "-f", ".gitmodules"]);
    outer.git(&["commit", "-q", "-m", "nowhere"]);
    assert_eq!(place.fetch(&asked).expect_err("nowhere").code(), "E-GIT-TREE");
}

#[test]
fn submodules_in_submodules_end() {
    let place = Place::new();
    let repository = place.repository("r0");
    repository.write("x", "x");
    let mut commit = repository.commit("innermost");
    for level in 1..=7 {
        let repository = place.repository(&format!("r{level}"));
        repository.write(".gitmodules", &format!("[submodule \"m\"]\npath = m\nurl = ../r{}\n", level - 1));
        repository.git(&["add", "-A"]);
        repository.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{commit},m")]);
        repository.git(&["commit", "-q", "-m", "outer"]);
        commit = repository.git(&["rev-parse", "HEAD"]);
    }
    let asked = |name| GitRequest { submodules: true, ..request(place.file_url(name), Reference::Default) };
    let checkout = place.fetch(&asked("r5")).expect("five are allowed");
    assert!(checkout.files.contains_key("m/m/m/m/m/x"));
    assert_eq!(place.fetch(&asked("r6")).expect_err("six are not").code(), "E-GIT-TREE");
}
