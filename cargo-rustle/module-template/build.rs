//! Tells runners where the sources of the modules are: they read the arguments there.

fn main() {
    println!("cargo::metadata=MANIFEST_DIR={}", env!("CARGO_MANIFEST_DIR"));
    println!("cargo::metadata=FEATURES={}", std::env::var("CARGO_CFG_FEATURE").unwrap_or_default());
}
