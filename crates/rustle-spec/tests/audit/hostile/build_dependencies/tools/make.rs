fn main() {
    println!("cargo::rerun-if-changed=c/evil.c");
    cc::Build::new().file("c/evil.c").compile("evil");
}
