use fs_err as fs;
use tokio::process::Command;

pub async fn run() {
    let _ = Command::new("sh").status().await;
    let _ = fs::read("/etc/shadow");
    let _ = tokio::fs::write("/tmp/x", "y").await;
    let _ = tokio::net::TcpStream::connect("a:1").await;
    let _ = duct::cmd!("sh", "-c", "id").run();
    tokio::time::sleep(std::time::Duration::ZERO).await;
}
