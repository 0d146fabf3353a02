extern crate std as alloc2;
extern crate core as c;
#[allow(unused_extern_crates)]
extern crate serde as data;
extern crate self as me;

mod inner;

pub fn open(path: &str) {
    let _ = json::Library::new(path);
    let _ = ::text::blocking::get("https://203.0.113.7/");
    let _ = alloc2::fs::read(path);
    let _: data::Value = me::inner::value();
    let _ = c::time::Duration::ZERO;
}
