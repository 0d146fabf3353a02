//! Repositories: by file, by `git http-backend`, and by an ssh that runs git here.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustle_fetch::git::{self, Checkout, GitLimits, GitRequest, Reference};
use rustle_fetch::http::{Client, Times};
use rustle_fetch::testserver::{Reply, Server, Step, git_http_backend};
use rustle_fetch::{FetchError, NoProgress};
use tempfile::TempDir;

/// A folder with repositories, a cache, and a server.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("served")).expect("a folder");
        Self { folder }
    }

    fn served(&self) -> PathBuf {
        self.folder.path().join("served")
    }

    fn file_url(&self, name: &str) -> String {
        format!("file://{}", self.served().join(name).display())
    }

    /// A new repository `served/<name>` with a work tree.
    fn repository(&self, name: &str) -> Repository {
        let path = self.served().join(name);
        fs::create_dir(&path).expect("a folder");
        let repository = Repository { path };
        repository.git(&["init", "-q", "-b", "main"]);
        repository
    }

    fn fetch(&self, request: &GitRequest) -> Result<Checkout, FetchError> {
        self.fetch_within(request, &GitLimits::default())
    }

    fn fetch_within(&self, request: &GitRequest, limits: &GitLimits) -> Result<Checkout, FetchError> {
        let client = Client::new(Times { pause: Duration::from_millis(10), ..Times::default() });
        git::fetch(&client, request, &self.folder.path().join("cache"), limits, &NoProgress)
    }
}

struct Repository {
    path: PathBuf,
}

impl Repository {
    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new("git");
        command.current_dir(&self.path).args(args).env("GIT_CONFIG_GLOBAL", "/dev/null");
        command.env("GIT_CONFIG_SYSTEM", "/dev/null");
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "T").env(format!("GIT_{who}_EMAIL"), "t@example.org");
            command.env(format!("GIT_{who}_DATE"), "2026-01-01T00:00:00Z");
        }
        command
    }

    #[track_caller]
    fn git(&self, args: &[&str]) -> String {
        let output = self.command(args).output().expect("git is installed");
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8").trim().to_owned()
    }

    fn git_with_input(&self, args: &[&str], input: &[u8]) -> String {
        let mut child = self
            .command(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("git is installed");
        child.stdin.take().expect("piped").write_all(input).expect("it reads");
        let output = child.wait_with_output().expect("it ends");
        assert!(output.status.success(), "{args:?}");
        String::from_utf8(output.stdout).expect("UTF-8").trim().to_owned()
    }

    fn write(&self, path: &str, content: &str) {
        let path = self.path.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, content).expect("a file");
    }

    fn commit(&self, message: &str) -> String {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Puts a tree with one entry of any name and mode on the branch `main`.
    fn commit_raw(&self, mode: &str, name: &[u8], id: &str) {
        let mut tree = format!("{mode} ").into_bytes();
        tree.extend_from_slice(name);
        tree.push(0);
        tree.extend((0..40).step_by(2).map(|at| u8::from_str_radix(&id[at..at + 2], 16).expect("hex")));
        let tree = self.git_with_input(&["hash-object", "-t", "tree", "-w", "--literally", "--stdin"], &tree);
        let commit = self.git(&["commit-tree", "-m", "raw", &tree]);
        self.git(&["update-ref", "refs/heads/main", &commit]);
    }

    fn blob(&self, content: &[u8]) -> String {
        self.git_with_input(&["hash-object", "-w", "--stdin"], content)
    }
}

fn request(repository: impl Into<String>, reference: Reference) -> GitRequest {
    GitRequest { repository: repository.into(), reference, ..GitRequest::default() }
}

fn texts(checkout: &Checkout) -> BTreeMap<&str, &str> {
    let text = |bytes| std::str::from_utf8(bytes).expect("UTF-8");
    checkout.files.iter().map(|(path, (content, _))| (path.as_str(), text(content.as_slice()))).collect()
}

/// A repository with some history: commits, by name.
fn history(place: &Place, name: &str) -> (Repository, BTreeMap<&'static str, String>) {
    let repository = place.repository(name);
    let mut commits = BTreeMap::new();
    repository.write("module.rs", "// one");
    repository.write("sub/tool.sh", "echo");
    let tool = repository.path.join("sub/tool.sh");
    fs::set_permissions(tool, fs::Permissions::from_mode(0o755)).expect("permissions");
    commits.insert("one", repository.commit("one"));
    repository.git(&["tag", "-a", "-m", "annotated", "v1"]);
    repository.write("module.rs", "// two");
    commits.insert("two", repository.commit("two"));
    repository.git(&["tag", "v2"]);
    repository.git(&["switch", "-q", "-c", "side", "HEAD~1"]);
    repository.write("module.rs", "// side");
    commits.insert("side", repository.commit("side"));
    repository.git(&["switch", "-q", "main"]);
    repository.write("module.rs", "// three");
    commits.insert("three", repository.commit("three"));
    (repository, commits)
}

/// An ssh that connects to nowhere: it runs what it is told here, and writes down how it was called.
fn stub_ssh(place: &Place) -> PathBuf {
    let path = place.folder.path().join("ssh");
    let log = place.folder.path().join("ssh.log");
    let script = format!(
        "#!/bin/sh\nprintf '%s\\n' \"$@\" > {}\nwhile [ \"$1\" != -- ]; do shift; done\nexec sh -c \"$3\"\n",
        log.display()
    );
    fs::write(&path, script).expect("a file");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("permissions");
    path
}

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

// Fault 21.

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

// The cache.

#[test]
fn a_damaged_cache_is_made_anew() {
    let place = Place::new();
    let (_repository, commits) = history(&place, "r");
    let server = Server::start(git_http_backend(place.served()));
    let url = server.url("/r/.git");
    let whole = request(&url, Reference::Default);
    place.fetch(&whole).expect("a checkout");
    let cache = place.folder.path().join("cache");
    let bare = fs::read_dir(&cache)
        .expect("a cache")
        .map(|entry| entry.expect("an entry").path())
        .find(|path| path.extension().is_some_and(|extension| extension == "git"))
        .expect("a repository");
    let files = |folder: &Path| -> Vec<PathBuf> {
        fs::read_dir(folder)
            .map(|entries| entries.map(|entry| entry.expect("an entry").path()).collect())
            .unwrap_or_default()
    };
    let damages: [&dyn Fn(); 5] = [
        &|| {
            files(&bare.join("objects/pack")).iter().for_each(|path| {
                fs::set_permissions(path, fs::Permissions::from_mode(0o644)).expect("permissions");
                let mut bytes = fs::read(path).expect("a pack");
                let middle = bytes.len() / 2;
                bytes[middle..].fill(0xaa);
                fs::write(path, bytes).expect("a pack");
            })
        },
        &|| fs::remove_dir_all(bare.join("objects/pack")).expect("packs"),
        &|| fs::write(bare.join("HEAD"), "nonsense").expect("a file"),
        &|| fs::write(bare.join("config"), "[[[[").expect("a file"),
        &|| {
            fs::remove_dir_all(&bare).expect("a repository");
            fs::create_dir(&bare).expect("a folder");
        },
    ];
    for (index, damage) in damages.iter().enumerate() {
        damage();
        for reference in [Reference::Default, Reference::Rev(commits["three"].clone())] {
            let checkout =
                place.fetch(&request(&url, reference)).unwrap_or_else(|error| panic!("{index}: {error}"));
            assert_eq!(texts(&checkout)["module.rs"], "// three", "{index}");
        }
    }
}

#[test]
fn many_at_once() {
    let place = Place::new();
    let (_repository, commits) = history(&place, "r");
    let server = Server::start(git_http_backend(place.served()));
    std::thread::scope(|scope| {
        for index in 0..8 {
            let (place, url, commits) = (&place, server.url("/r/.git"), &commits);
            scope.spawn(move || {
                let reference =
                    if index % 2 == 0 { Reference::Default } else { Reference::Branch("side".into()) };
                let expected = if index % 2 == 0 { "three" } else { "side" };
                let checkout = place.fetch(&request(url, reference)).expect("a checkout");
                assert_eq!(checkout.commit, commits[expected]);
            });
        }
    });
}

// Limits.

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
