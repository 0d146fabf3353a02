//! A bundle is found in an executable that is not run.

use std::io::Write;

use rustle_bundle::{MAGIC, Writer, find_embedded};
use rustle_schema::plan::Plan;
use rustle_schema::settings::Settings;

fn bundle(name: &str) -> Vec<u8> {
    let mut writer = Writer::new(3);
    writer.file("files/motd", 0o644, b"Welcome\n".to_vec()).unwrap();
    writer.finish(&Plan::default(), &Settings { name: name.into(), ..Settings::default() }).unwrap()
}

#[test]
fn the_embedded_bundle_is_found_and_a_damaged_one_is_not() {
    let bytes = bundle("web");
    let mut file = tempfile::tempfile().unwrap();
    let parts: [&[u8]; 5] = [b"\x7fELF code", &MAGIC, &[7; 3000], &bytes, b"more code"];
    parts.iter().for_each(|part| file.write_all(part).unwrap());
    let length = file.metadata().unwrap().len();
    let found = find_embedded(&file, length).unwrap().unwrap();
    assert_eq!(found.start, 9 + 8 + 3000);
    assert_eq!(found.bundle.length(), bytes.len() as u64);
    assert_eq!(found.bundle.settings().name, "web");
    assert!(find_embedded(&file, found.start + 5).unwrap().is_none(), "what is appended does not count");
    for at in (0..bytes.len()).step_by(7) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x10;
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&damaged).unwrap();
        assert!(find_embedded(&file, u64::MAX).unwrap().is_none(), "{at}");
    }
}
