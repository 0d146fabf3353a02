//! Copies that break off, and hosts that cannot take one.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::{count, fleet, names};

#[test]
fn a_copy_goes_on_where_it_was_cut_off() {
    let names = names(1);
    let fleet = fleet(&names);
    let most = 3_000_000;
    fleet.faults("h1", &format!("drop-input {most} 1"));
    let ran = fleet.deploy(&["-v"]);
    assert_eq!(ran.code, Some(0), "{}\n{}", ran.out, ran.err);
    fleet.is_true(&ran, &names);
    // A second time, the connection never comes back, and what has arrived stays for the next deployment.
    let runners = fleet.host("h1").join(".rustle/runners");
    fs::remove_dir_all(&runners).expect("removed");
    fs::remove_file(fleet.host("h1").join("drop-input.count")).expect("removed");
    let ran = fleet.deploy(&["--reconnect", "0"]);
    assert_eq!((ran.code, ran.recap()["h1"].unreachable), (Some(4), 1), "{}\n{}", ran.out, ran.err);
    let partial = fleet.partial("h1").expect("what has arrived");
    let length = fs::metadata(&partial).expect("what has arrived").len();
    assert!(length > 0 && length <= most, "{length}");
    let before = fs::read(&partial).expect("read");
    assert_eq!(before, fs::read(fleet.runner()).expect("read")[..before.len()]);
    // Less than the rest is allowed now, so only a copy that goes on can succeed.
    let rest = fs::metadata(fleet.runner()).expect("there").len() - length;
    fs::remove_file(fleet.host("h1").join("drop-input.count")).expect("removed");
    fleet.faults("h1", &format!("drop-input {} 9", rest + 1));
    let ran = fleet.deploy(&["--reconnect", "0"]);
    assert_eq!(ran.code, Some(0), "{}\n{}", ran.out, ran.err);
    assert_eq!(fleet.partial("h1"), None);
}

#[test]
fn what_lies_there_and_is_something_else_is_replaced() {
    let fleet = fleet(&names(1));
    let runners = fleet.runners("h1");
    fs::write(runners.join(fleet.digest()), "not the runner").expect("written");
    let partial = format!("{}.0123456789abcdef.partial", fleet.digest());
    fs::write(runners.join(partial), "not its beginning").expect("written");
    let ran = fleet.deploy(&[]);
    assert_eq!(ran.code, Some(0), "{}\n{}", ran.out, ran.err);
    assert_eq!(count(&fleet, "h1"), 1);
}

#[test]
fn a_folder_that_is_open_to_others_is_refused_as_it_is() {
    let fleet = fleet(&names(1));
    let folder = fleet.host("h1").join("shared");
    fs::create_dir(&folder).expect("made");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).expect("open");
    let ran = fleet.deploy(&["--remote-dir", "shared"]);
    assert_eq!(ran.code, Some(2), "{}\n{}", ran.out, ran.err);
    assert!(ran.out.contains("is open to others"), "{}", ran.out);
    assert_eq!(folder.metadata().expect("there").permissions().mode() & 0o777, 0o755);
    assert_eq!(fs::read_dir(&folder).expect("there").count(), 0);
    let ran = fleet.deploy(&["--remote-dir", "made/here"]);
    assert_eq!(ran.code, Some(0), "{}\n{}", ran.out, ran.err);
    let made = fleet.host("h1").join("made/here").metadata().expect("made");
    assert_eq!(made.permissions().mode() & 0o777, 0o700);
}

#[test]
fn files_of_variables_do_not_stay() {
    let fleet = fleet(&names(1));
    fleet.seed();
    let rustle = fleet.host("h1").join(".rustle");
    let old = rustle.join("vars-old");
    fs::create_dir(&old).expect("made");
    let hours = std::time::SystemTime::now() - std::time::Duration::from_secs(7200);
    fs::File::open(&old).and_then(|folder| folder.set_modified(hours)).expect("an old one");
    let file = fleet.host("h1").join("secret.yml");
    fs::write(&file, "given: sesame\n").expect("written");
    // A run that is refused before it begins.
    let left = || {
        let names = fs::read_dir(&rustle).expect("there").map(|it| it.expect("one").file_name());
        names.filter(|name| name.to_string_lossy().starts_with("vars")).count()
    };
    let ran = fleet.deploy(&["-e", &format!("@{}", file.display()), "--", "--nonsense"]);
    assert_eq!(ran.code, Some(2), "{}\n{}", ran.out, ran.err);
    assert!(ran.out.contains("--nonsense") && !ran.err.contains("lost"), "{}\n{}", ran.out, ran.err);
    assert_eq!(left(), 0);
}

#[test]
fn a_full_disk_is_the_hosts_own_failure() {
    let names = names(3);
    let fleet = fleet(&names);
    fleet.faults("h2", "full 100");
    let ran = fleet.deploy(&[]);
    assert_eq!(ran.code, Some(2), "{}\n{}", ran.out, ran.err);
    assert!(ran.out.contains("cannot be written to"), "{}", ran.out);
    assert_eq!(ran.recap()["h2"].failed, 1);
    let left: Vec<_> = fs::read_dir(fleet.host("h2").join(".rustle/runners")).expect("there").collect();
    assert!(left.is_empty(), "no half file: {left:?}");
    fleet.is_true(&ran, ["h1", "h3"].map(String::from).iter());
}
