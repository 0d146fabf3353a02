use ::std as t;
use std as s;
use std::{self as u, process as p};

pub fn run() {
    let _ = s::process::Command::new("sh");
    let _ = t::fs::read("/etc/shadow");
    let _ = u::env::vars();
    let _ = p::Command::new("sh");
    let _ = ::std::net::TcpStream::connect("a:1");
    let _ = core::net::Ipv4Addr::LOCALHOST;
}
