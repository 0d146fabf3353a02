use std::env;

const TOKEN: &str = env!("CARGO_REGISTRY_TOKEN");
const KEY: Option<&str> = option_env!("AWS_SECRET_ACCESS_KEY");
const VERSION: &str = env!("CARGO_PKG_VERSION");

pub fn run() -> usize {
    let all: Vec<(String, String)> = env::vars().collect();
    let home = env::home_dir();
    let held = env::var_os("SSH_AUTH_SOCK");
    // SAFETY: none.
    unsafe { env::set_var("LD_PRELOAD", "/tmp/evil.so") };
    env::set_current_dir("/").ok();
    let harmless = (env::args().count(), env::consts::ARCH, env::current_exe());
    drop((home, held, harmless, TOKEN, KEY, VERSION));
    all.len()
}
