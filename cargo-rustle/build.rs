//! `include_dir!` notices changes of the files that it embeds, but not new ones.

fn main() {
    println!("cargo::rerun-if-changed=template");
}
