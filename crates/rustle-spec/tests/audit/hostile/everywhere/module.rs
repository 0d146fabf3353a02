use std::fs::{read, write};

const A: usize = { let _ = std::env::var("A"); 1 };

struct Sized<const N: usize = { 1 }>;

enum Numbers {
    One = { let _: fn() = || drop(std::fs::metadata("/")); 1 },
}

trait Acts {
    fn act(&self) {
        let _ = std::process::Command::new("sh");
    }
}

const _: () = {
    impl Acts for Numbers {
        fn act(&self) {
            let _ = read("/etc/shadow");
        }
    }
};

pub fn run(list: [u8; { A }], f: impl Fn() -> Option<std::process::Command>) -> impl Iterator<Item = u8> {
    let closure = |path: &str| write(path, "x");
    let nested = move || async move { write("a", "b") };
    for _ in std::fs::read_dir("/").into_iter().flatten() {}
    while let Ok(_) = std::net::TcpStream::connect("a:1") {}
    if let Some(read) = Some(1) {
        drop(read);
    } else if read("/x").is_ok() {
    }
    let Ok(_) = std::fs::remove_file("a") else { return list.into_iter() };
    let (read, _) = (read("/y"), 1);
    drop((read, f(), closure("x"), nested()));
    list.into_iter()
}
