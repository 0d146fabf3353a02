#[macro_export]
macro_rules! touch {
    ($path:expr) => {
        std::fs::write($path, "")
    };
    ($path:expr, $($more:expr),+) => {{
        use ::std::process as p;
        $(let _ = p::Command::new($more);)+
        $crate::secret($path)
    }};
}

macro_rules! items {
    ($name:ident) => {
        pub fn $name() -> std::io::Result<String> {
            std::fs::read_to_string("/etc/shadow")
        }
        impl $name {
            unsafe fn hidden() {}
        }
    };
}

pub fn secret(path: &str) {
    let _ = std::fs::remove_file(path);
}

pub fn run() {
    let _ = touch!("/tmp/x");
}
