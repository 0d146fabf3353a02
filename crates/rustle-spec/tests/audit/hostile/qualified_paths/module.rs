use std::net::ToSocketAddrs as Resolve;

trait Make {
    type Made;
    fn make(name: &str) -> Self::Made;
}

struct Maker;

impl Make for Maker {
    type Made = std::fs::File;
    fn make(name: &str) -> Self::Made {
        Self::Made::create(name).unwrap()
    }
}

trait Open: Sized {
    fn from_name(name: &str) -> std::io::Result<Self>;
}

impl Open for std::fs::File {
    fn from_name(name: &str) -> std::io::Result<Self> {
        Self::open(name)
    }
}

pub fn run<T: Make<Made = std::fs::File>>() {
    let _ = <std::process::Command>::new("sh");
    let _ = <str as Resolve>::to_socket_addrs("a:1");
    let _ = <Maker as Make>::Made::open("/etc/shadow");
    let _ = T::Made::create_new("/tmp/x");
    let _ = Maker::make("a");
}
