pub fn run() {
    let _ = std::os::unix::net::UnixStream::connect("/var/run/docker.sock");
}
