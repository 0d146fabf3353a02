macro_rules! dsl {
    ($($anything:tt)*) => {};
}

pub fn run() {
    let all = vec![std::process::Command::new("a")];
    println!("{}", std::env::var("TOKEN").unwrap_or_default());
    assert!(matches!(std::fs::metadata("/x"), Ok(found) if found.is_file()));
    dsl! { when ready => std::net::TcpStream::connect("a:1") ; otherwise => 7 }
    dsl!(a => b, use std::fs as f; => f::write("x", "y"));
    dsl![std::fs::{remove_file, read as r}];
    dsl!(=> unsafe { 1 });
    dsl!(=> Vec::<std::process::Command>::new());
    format_args!("{}", dsl!(dbg!(std::fs::read("/a"))));
    drop(all);
}
