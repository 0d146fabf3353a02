//! What is written is read again, and what is damaged is refused.

use std::io::Read;

use proptest::prelude::*;
use rustle_bundle::{Bundle, BundleError, Compression, Kind, Writer};
use rustle_schema::plan::{PLAN_FORMAT, Plan, Play};
use rustle_schema::settings::Settings;
use rustle_schema::task::{Block, Directives, Step};
use rustle_value::{Map, Value};

fn plan(name: &str) -> Plan {
    Plan { format: PLAN_FORMAT, name: name.into(), ..Plan::default() }
}

fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u64;
    std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 56) as u8
    })
    .take(length)
    .collect()
}

fn sample() -> Vec<u8> {
    let mut writer = Writer::default();
    writer.file("templates/vhost.j2", 0o644, b"server {{ name }};\n".repeat(40)).unwrap();
    writer.file("files/empty", 0o600, Vec::new()).unwrap();
    writer.file("files/noise", 0o755, noise(500)).unwrap();
    writer.symlink("files/link", "noise").unwrap();
    writer.directory("files/d", 0o700).unwrap();
    writer.finish(&plan("site.yml"), &Settings { name: "web".into(), ..Settings::default() }).unwrap()
}

#[test]
fn everything_comes_back() {
    let bundle = Bundle::open(sample()).unwrap();
    assert_eq!(bundle.plan().unwrap().name, "site.yml");
    assert_eq!(bundle.settings().name, "web");
    assert_eq!(*bundle.read(b"templates/vhost.j2").unwrap(), *b"server {{ name }};\n".repeat(40));
    assert_eq!(bundle.read(b"files/empty").unwrap().len(), 0);
    assert_eq!(*bundle.read(b"files/noise").unwrap(), *noise(500));
    let link = bundle.entry(b"files/link").unwrap();
    assert_eq!((link.kind(), link.target()), (Kind::Symlink, &b"noise"[..]));
    let below: Vec<_> = bundle.below(b"files").iter().map(|entry| entry.path()).collect();
    assert_eq!(below, [&b"files/d"[..], b"files/empty", b"files/link", b"files/noise"]);
    assert_eq!(bundle.entry(b"templates").unwrap().kind(), Kind::Directory);
    assert!(matches!(bundle.read(b"files/d"), Err(BundleError::NotFound(_))));
    assert!(matches!(bundle.read(b"nope"), Err(BundleError::NotFound(_))));
    assert!(bundle.digest().starts_with("sha256:") && bundle.digest().len() == 71);
}

#[test]
fn a_large_file_streams_in_frames() {
    let large = noise(9 << 20);
    let mut writer = Writer::default();
    writer.file("a", 0o644, b"small".to_vec()).unwrap();
    writer.file("large", 0o644, large.clone()).unwrap();
    writer.file("z", 0o644, b"small too".to_vec()).unwrap();
    let bundle = Bundle::open(writer.finish(&plan("p"), &Settings::default()).unwrap()).unwrap();
    let mut stream = bundle.stream(b"large").unwrap();
    let (mut content, mut buffer) = (Vec::new(), vec![0; 100_003]);
    loop {
        let length = stream.read(&mut buffer).unwrap();
        assert!(length <= 4 << 20);
        if length == 0 {
            break;
        }
        content.extend_from_slice(&buffer[..length]);
    }
    assert!(content == large);
    assert_eq!(*bundle.read(b"z").unwrap(), *b"small too");
    assert!(*bundle.read(b"large").unwrap() == *large);
}

#[test]
fn a_long_bundle_is_verified_frame_by_frame() {
    let mut writer = Writer::default();
    writer.file("a", 0o644, noise(10 << 20)).unwrap();
    writer.file("b", 0o644, noise(10 << 20).into_iter().rev().collect()).unwrap();
    let mut bytes = writer.finish(&plan("p"), &Settings::default()).unwrap();
    let last = bytes.len() - (1 << 20);
    bytes[last] ^= 1;
    let bundle = Bundle::open(bytes).unwrap();
    assert!(bundle.read(b"a").is_ok());
    assert!(matches!(bundle.read(b"b"), Err(BundleError::Digest(_))));
    assert!(bundle.verify_all().is_err());
}

#[test]
fn a_plan_that_nests_as_deep_as_yaml_lets_it_is_read() {
    let mut step = Step::Block(Box::default());
    for _ in 0..100 {
        step = Step::Block(Box::new(Block { block: vec![step], ..Block::default() }));
    }
    let mut value = Value::Int(1);
    for _ in 0..200 {
        value = Value::list([value]);
    }
    let mut vars = Map::new();
    vars.insert("deep", value);
    let directives = Directives { vars, ..Directives::default() };
    let play = Play { tasks: vec![step], directives, ..Play::default() };
    let plan = Plan { plays: vec![play], ..plan("deep") };
    let bundle = Bundle::open(Writer::default().finish(&plan, &Settings::default()).unwrap()).unwrap();
    assert!(bundle.plan().unwrap() == plan);
}

#[test]
fn the_order_of_adding_does_not_show() {
    let write = |names: [&str; 3]| {
        let mut writer = Writer::default();
        for name in names {
            writer.file(name, 0o644, name.repeat(100).into_bytes()).unwrap();
        }
        writer.finish(&plan("p"), &Settings::default()).unwrap()
    };
    assert!(write(["a", "b/c", "d"]) == write(["d", "a", "b/c"]));
}

#[test]
fn special_modes_are_kept_only_where_listed() {
    let mut writer = Writer::default();
    writer.allow_special_mode("listed");
    writer.file("listed", 0o104_755, Vec::new()).unwrap();
    writer.file("other", 0o104_755, Vec::new()).unwrap();
    let bundle = Bundle::open(writer.finish(&plan("p"), &Settings::default()).unwrap()).unwrap();
    assert_eq!(bundle.entry(b"listed").unwrap().mode(), 0o4755);
    assert_eq!(bundle.entry(b"other").unwrap().mode(), 0o755);
}

#[test]
fn what_cannot_be_written() {
    let mut writer = Writer::default();
    assert!(writer.file("../x", 0o644, Vec::new()).is_err());
    assert!(writer.file("/x", 0o644, Vec::new()).is_err());
    assert!(writer.symlink("l", "").is_err());
    writer.file("x", 0o644, Vec::new()).unwrap();
    assert!(writer.directory("x", 0o755).is_err());
    writer.file("x/y", 0o644, Vec::new()).unwrap();
    assert!(writer.finish(&plan("p"), &Settings::default()).is_err());
}

#[test]
fn every_damaged_byte_is_noticed() {
    let good = sample();
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 0x20;
        assert!(Bundle::open(bad).is_err(), "byte {at} of {}", good.len());
    }
}

#[test]
fn every_truncation_and_addition_is_noticed() {
    let good = sample();
    for length in 0..good.len() {
        assert!(Bundle::open(good[..length].to_vec()).is_err(), "{length} of {}", good.len());
    }
    let mut longer = good;
    longer.push(0);
    assert!(matches!(Bundle::open(longer), Err(BundleError::Length { .. })));
}

fn entries() -> impl Strategy<Value = Vec<(Vec<u8>, Vec<u8>, u32)>> {
    let name = prop::collection::vec(any::<u8>(), 1..12);
    let content = (any::<u8>(), 0_usize..70_000, any::<bool>())
        .prop_map(|(byte, length, flat)| if flat { vec![byte; length] } else { noise(length) });
    prop::collection::vec((name, content, 0_u32..0o2000), 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn round_trip(entries in entries(), level in -5_i32..12) {
        let mut writer = Writer::new(level);
        let mut expected = std::collections::BTreeMap::new();
        for (path, content, mode) in entries {
            if writer.file(path.clone(), mode, content.clone()).is_ok() {
                expected.insert(path, (content, mode));
            }
        }
        // A file cannot be a folder as well; whoever tries is told so.
        let Ok(bytes) = writer.finish(&plan("p"), &Settings::default()) else {
            prop_assert!(expected.keys().any(|path| path.contains(&b'/')));
            return Ok(());
        };
        let bundle = Bundle::open(bytes).unwrap();
        for (path, (content, mode)) in &expected {
            prop_assert_eq!(&*bundle.read(path).unwrap(), content.as_slice());
            prop_assert_eq!(bundle.entry(path).unwrap().mode(), *mode);
            let mut streamed = Vec::new();
            bundle.stream(path).unwrap().read_to_end(&mut streamed).unwrap();
            prop_assert_eq!(&streamed, content);
        }
        let files = bundle.entries().iter().filter(|entry| entry.kind() == Kind::File).count();
        prop_assert_eq!(files, expected.len());
    }

    #[test]
    fn arbitrary_bytes_are_refused(mut bytes in prop::collection::vec(any::<u8>(), 0..300), like in any::<bool>()) {
        if like {
            let good = sample();
            let length = bytes.len().min(24);
            bytes.splice(..length, good[..length].iter().copied());
        }
        prop_assert!(Bundle::open(bytes).is_err());
    }

    #[test]
    fn several_damaged_bytes_are_noticed(damage in prop::collection::vec((any::<prop::sample::Index>(), 1_u8..), 1..6)) {
        let good = sample();
        let mut bad = good.clone();
        for (index, xor) in damage {
            let at = index.index(bad.len());
            bad[at] ^= xor;
        }
        prop_assume!(bad != good);
        prop_assert!(Bundle::open(bad).is_err());
    }
}

#[test]
fn what_is_there_twice_is_carried_once() {
    let length = |names: &[&str]| {
        let mut writer = Writer::default();
        for name in names {
            writer.file(*name, 0o644, noise(700_000)).unwrap();
        }
        let bytes = writer.finish(&plan("p"), &Settings::default()).unwrap();
        let bundle = Bundle::open(bytes.clone()).unwrap();
        assert!(names.iter().all(|name| *bundle.read(name.as_bytes()).unwrap() == *noise(700_000)));
        bytes.len()
    };
    let (one, three) = (length(&["a"]), length(&["a", "b/c", "d"]));
    assert!(three - one < 200, "{one} {three}");
}

#[test]
fn frames_that_were_swapped_are_noticed() {
    let mut writer = Writer::packed_by(Compression::None);
    writer.file("a", 0o644, vec![b'a'; 300_000]).unwrap();
    writer.file("b", 0o644, vec![b'b'; 300_000]).unwrap();
    let good = writer.finish(&plan("p"), &Settings::default()).unwrap();
    let swapped: Vec<u8> = {
        let at = |byte: u8| good.windows(300_000).position(|part| part.iter().all(|it| *it == byte)).unwrap();
        let (a, b) = (at(b'a'), at(b'b'));
        let mut bad = good.clone();
        bad[a..a + 300_000].fill(b'b');
        bad[b..b + 300_000].fill(b'a');
        bad
    };
    assert_ne!(good, swapped);
    assert!(matches!(Bundle::open(swapped), Err(BundleError::Digest(_))));
}

#[test]
fn every_file_may_be_packed_in_its_own_way() {
    let text = b"all work and no play ".repeat(2000);
    for name in Compression::NAMES {
        let mut writer = Writer::default();
        writer.compress("apart", Compression::named(name, 9).unwrap());
        writer.file("apart", 0o644, text.clone()).unwrap();
        writer.file("as/usual", 0o644, text.repeat(40)).unwrap();
        let bundle = Bundle::open(writer.finish(&plan("p"), &Settings::default()).unwrap()).unwrap();
        assert_eq!(*bundle.read(b"apart").unwrap(), *text);
        assert_eq!(*bundle.read(b"as/usual").unwrap(), *text.repeat(40));
        assert_eq!(bundle.length() > text.len() as u64, name == "none", "{name}: {}", bundle.length());
    }
}
