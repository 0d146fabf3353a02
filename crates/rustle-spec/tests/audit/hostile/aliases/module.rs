type C = std::process::Command;
type F = std::fs::File;
type Nested = Inner;
type Inner = F;
type Reference<'a> = &'a C;

pub fn run() {
    let _ = C::new("sh");
    let _ = F::create("/tmp/x");
    let _ = Nested::open("/etc/shadow");
}

pub mod deep {
    type Own = super::Nested;

    pub fn run() {
        let _ = Own::options();
    }
}
