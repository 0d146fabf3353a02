//! Repositories: by file, by `git http-backend`, and by an ssh that runs git here.
#![cfg(unix)]

mod cache;
mod limits;
mod place;
mod tricks;

use std::collections::BTreeMap;
use std::fs;

use place::{Place, history, request, stub_ssh, texts};
use rustle_fetch::git::{GitLimits, GitRequest, Reference};
use rustle_fetch::testserver::{Server, git_http_backend};

fn check_history(place: &Place, url: &str, limits: &GitLimits, commits: &BTreeMap<&str, String>) {
    for (reference, name, text) in [
        (Reference::Default, "three", "// three"),
        (Reference::Branch("side".into()), "side", "// side"),
        (Reference::Tag("v1".into()), "one", "// one"),
        (Reference::Tag("v2".into()), "two", "// two"),
        // At the end of a branch; and in the middle of one, where servers do not hand it out by name.
        (Reference::Rev(commits["side"].clone()), "side", "// side"),
        (Reference::Rev(commits["two"].clone()), "two", "// two"),
    ] {
        // Twice: with an empty cache, and with a full one.
        for _ in 0..2 {
            let checkout = place.fetch_within(&request(url, reference.clone()), limits).expect("a checkout");
            assert_eq!(checkout.commit, commits[name], "{reference:?}");
            assert_eq!(texts(&checkout), BTreeMap::from([("module.rs", text), ("sub/tool.sh", "echo")]));
            assert!(checkout.files["sub/tool.sh"].1 && !checkout.files["module.rs"].1);
        }
        fs::remove_dir_all(place.folder.path().join("cache")).expect("a cache");
    }
    let folder = GitRequest { path: Some("sub".into()), ..request(url, Reference::Default) };
    let checkout = place.fetch_within(&folder, limits).expect("a folder");
    assert_eq!(texts(&checkout), BTreeMap::from([("tool.sh", "echo")]));
    for reference in
        [Reference::Branch("none".into()), Reference::Tag("v9".into()), Reference::Rev("0".repeat(39) + "1")]
    {
        let error = place.fetch_within(&request(url, reference.clone()), limits).expect_err("there is none");
        assert_eq!(error.code(), "E-GIT-COMMIT", "{reference:?}: {error}");
    }
    for reference in [
        Reference::Rev(commits["one"][..12].to_owned()),
        Reference::Rev("main".into()),
        Reference::Branch("a:b".into()),
        Reference::Branch("*".into()),
        Reference::Branch("-x".into()),
        Reference::Tag("../x".into()),
        Reference::Tag(String::new()),
    ] {
        let error =
            place.fetch_within(&request(url, reference.clone()), limits).expect_err("not a reference");
        assert_eq!(error.code(), "E-FETCH-ADDRESS", "{reference:?}: {error}");
    }
}

#[test]
fn by_file() {
    let place = Place::new();
    let (_repository, commits) = history(&place, "r");
    check_history(&place, &place.file_url("r"), &GitLimits::default(), &commits);
}

#[test]
fn by_http() {
    let place = Place::new();
    let (_repository, commits) = history(&place, "r");
    let server = Server::start(git_http_backend(place.served()));
    check_history(&place, &server.url("/r/.git"), &GitLimits::default(), &commits);
    check_history(&place, &server.url("/r/.git/"), &GitLimits::default(), &commits);
}

#[test]
fn by_ssh() {
    let place = Place::new();
    let (_repository, commits) = history(&place, "r");
    let limits = GitLimits { ssh: stub_ssh(&place), ..GitLimits::default() };
    let path = place.served().join("r");
    check_history(&place, &format!("ssh://git@host.example:2222{}", path.display()), &limits, &commits);
    let log = fs::read_to_string(place.folder.path().join("ssh.log")).expect("it was called");
    let tail = format!("-p\n2222\n--\ngit@host.example\ngit-upload-pack '{}'\n", path.display());
    assert!(log.ends_with(&tail), "{log}");
    check_history(&place, &format!("host.example:{}", path.display()), &limits, &commits);
}
