//! Git over HTTP, by git's own CGI program.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Received, Reply};

/// A handler that serves the repositories below `root` by `git http-backend`.
///
/// ```no_run
/// use rustle_fetch::testserver::{Server, git_http_backend};
///
/// let server = Server::start(git_http_backend("/srv/git"));
/// println!("git clone {}", server.url("/module.git"));
/// ```
pub fn git_http_backend(root: impl AsRef<Path>) -> impl Fn(&Received) -> Reply + Send + Sync + 'static {
    let root: PathBuf = root.as_ref().to_owned();
    move |request| {
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        let mut command = Command::new("git");
        command
            .arg("http-backend")
            .env("GIT_PROJECT_ROOT", &root)
            .env("GIT_HTTP_EXPORT_ALL", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_COUNT", "1")
            .env("GIT_CONFIG_KEY_0", "safe.directory")
            .env("GIT_CONFIG_VALUE_0", "*")
            .env("REQUEST_METHOD", &request.method)
            .env("PATH_INFO", path)
            .env("QUERY_STRING", query)
            .env("CONTENT_LENGTH", request.body.len().to_string())
            .env("CONTENT_TYPE", request.header("Content-Type").unwrap_or_default())
            .env("REMOTE_ADDR", "127.0.0.1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        for (header, variable) in
            [("Content-Encoding", "HTTP_CONTENT_ENCODING"), ("Git-Protocol", "GIT_PROTOCOL")]
        {
            if let Some(value) = request.header(header) {
                command.env(variable, value);
            }
        }
        let mut child = command.spawn().expect("git is installed");
        let mut input = child.stdin.take().expect("piped");
        let body = request.body.clone();
        let writer = std::thread::spawn(move || input.write_all(&body));
        let output = child.wait_with_output().expect("it ends");
        let _ = writer.join();
        answer(&output.stdout)
    }
}

/// What a CGI program writes, as an answer.
fn answer(output: &[u8]) -> Reply {
    let Some(end) = output.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Reply::status(500, &[], b"no header");
    };
    let head = String::from_utf8_lossy(&output[..end]);
    let mut status = 200;
    let mut headers = Vec::new();
    for (name, value) in head.lines().filter_map(|line| line.split_once(':')) {
        match value.trim() {
            value if name.eq_ignore_ascii_case("Status") => {
                status = value.get(..3).and_then(|code| code.parse().ok()).unwrap_or(500);
            }
            value => headers.push((name, value)),
        }
    }
    Reply::status(status, &headers, &output[end + 4..])
}
