//! Repositories that are made by git itself, in a folder that goes away.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustle_fetch::git::{self, Checkout, GitLimits, GitRequest, Reference};
use rustle_fetch::http::{Client, Times};
use rustle_fetch::{FetchError, NoProgress};
use tempfile::TempDir;

/// A folder with repositories, a cache, and a server.
pub struct Place {
    pub folder: TempDir,
}

impl Place {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("served")).expect("a folder");
        Self { folder }
    }

    pub fn served(&self) -> PathBuf {
        self.folder.path().join("served")
    }

    pub fn file_url(&self, name: &str) -> String {
        format!("file://{}", self.served().join(name).display())
    }

    /// A new repository `served/<name>` with a work tree.
    pub fn repository(&self, name: &str) -> Repository {
        let path = self.served().join(name);
        fs::create_dir(&path).expect("a folder");
        let repository = Repository { path };
        repository.git(&["init", "-q", "-b", "main"]);
        repository
    }

    pub fn fetch(&self, request: &GitRequest) -> Result<Checkout, FetchError> {
        self.fetch_within(request, &GitLimits::default())
    }

    pub fn fetch_within(&self, request: &GitRequest, limits: &GitLimits) -> Result<Checkout, FetchError> {
        let client = Client::new(Times { pause: Duration::from_millis(10), ..Times::default() });
        git::fetch(&client, request, &self.folder.path().join("cache"), limits, &NoProgress)
    }
}

pub struct Repository {
    pub path: PathBuf,
}

impl Repository {
    pub fn command(&self, args: &[&str]) -> Command {
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
    pub fn git(&self, args: &[&str]) -> String {
        let output = self.command(args).output().expect("git is installed");
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8").trim().to_owned()
    }

    pub fn git_with_input(&self, args: &[&str], input: &[u8]) -> String {
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

    pub fn write(&self, path: &str, content: &str) {
        let path = self.path.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, content).expect("a file");
    }

    pub fn commit(&self, message: &str) -> String {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Puts a tree with one entry of any name and mode on the branch `main`.
    pub fn commit_raw(&self, mode: &str, name: &[u8], id: &str) {
        let mut tree = format!("{mode} ").into_bytes();
        tree.extend_from_slice(name);
        tree.push(0);
        tree.extend((0..40).step_by(2).map(|at| u8::from_str_radix(&id[at..at + 2], 16).expect("hex")));
        let tree = self.git_with_input(&["hash-object", "-t", "tree", "-w", "--literally", "--stdin"], &tree);
        let commit = self.git(&["commit-tree", "-m", "raw", &tree]);
        self.git(&["update-ref", "refs/heads/main", &commit]);
    }

    pub fn blob(&self, content: &[u8]) -> String {
        self.git_with_input(&["hash-object", "-w", "--stdin"], content)
    }
}

pub fn request(repository: impl Into<String>, reference: Reference) -> GitRequest {
    GitRequest { repository: repository.into(), reference, ..GitRequest::default() }
}

pub fn texts(checkout: &Checkout) -> BTreeMap<&str, &str> {
    let text = |bytes| std::str::from_utf8(bytes).expect("UTF-8");
    checkout.files.iter().map(|(path, (content, _))| (path.as_str(), text(content.as_slice()))).collect()
}

/// A repository with some history: commits, by name.
pub fn history(place: &Place, name: &str) -> (Repository, BTreeMap<&'static str, String>) {
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
pub fn stub_ssh(place: &Place) -> PathBuf {
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
