//! `cargo rustle deploy` over a stub of ssh: nothing is lost, and the recap is true, whatever happens to connections.

mod copying;
mod lost;
mod rolling;
mod thousand;

use std::path::Path;

use rustle_tests::anywhere::cargo_rustle;
use rustle_tests::fleet::{Fleet, stripped};

/// A file that is written, a fact of the host, a task that fails where `fail` lies, one that waits as long as `wait` lies.
const PLAYBOOK: &str = r#"- name: Fleet
  hosts: all
  gather_facts: false
  tasks:
    - name: Write
      copy:
        content: "{{ inventory_hostname }}\n"
        dest: "{{ root }}/out"
    - name: Count
      shell: echo ran >> {{ root | quote }}/count
    - name: Wait
      shell: while [ -e {{ root | quote }}/wait ]; do sleep 0.05; done
      changed_when: false
    - name: Fail
      command: test ! -e {{ root | quote }}/fail
      changed_when: false
    - name: Say
      debug:
        msg: "{{ given | default('nothing') }}"
      when: inventory_hostname != 'h2'
"#;

fn names(hosts: usize) -> Vec<String> {
    (1..=hosts).map(|number| format!("h{number}")).collect()
}

fn stub() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_stub_ssh"))
}

fn base() -> &'static Path {
    stripped(Path::new(env!("CARGO_BIN_EXE_base")))
}

fn fleet(names: &[String]) -> Fleet {
    Fleet::new(cargo_rustle(), base(), stub(), names, PLAYBOOK)
}

/// The hosts in whose folders the counter says that the tasks ran so often.
fn count(fleet: &Fleet, name: &str) -> usize {
    std::fs::read_to_string(fleet.host(name).join("count")).unwrap_or_default().lines().count()
}

#[test]
fn every_host_is_brought_into_its_state() {
    let names = names(7);
    let fleet = fleet(&names);
    let ran = fleet.deploy(&["-e", "given=this"]);
    assert_eq!(ran.code, Some(0), "{}\n{}", ran.out, ran.err);
    assert_eq!(ran.hosts(), names, "in the order of the inventory");
    fleet.is_true(&ran, &names);
    for name in &names {
        let out = std::fs::read_to_string(fleet.host(name).join("out")).expect("written");
        assert_eq!(out, format!("{name}\n"));
    }
    assert!(ran.out.contains("\nTASK [Write] "), "{}", ran.out);
    assert!(ran.out.contains("changed: [h3]\n"), "{}", ran.out);
    assert!(ran.out.contains("skipping: [h2]\n"), "{}", ran.out);
    assert!(ran.out.contains("\"msg\": \"this\""), "{}", ran.out);
    // What is there is not copied; what is done is not done again.
    let runner = fleet.host("h1").join(".rustle/runners").join(fleet.digest());
    let before = std::fs::metadata(&runner).expect("there").modified().expect("a time");
    let again = fleet.deploy(&["-l", "h1", "--json"]);
    assert_eq!(again.code, Some(0), "{}", again.err);
    assert_eq!(std::fs::metadata(&runner).expect("there").modified().expect("a time"), before);
    let events: Vec<serde_json::Value> =
        again.out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert!(events.iter().filter(|event| event["event"] == "task_result").all(|event| event["host"] == "h1"));
    let last = events.last().expect("an end");
    assert_eq!((&last["event"], &last["exit_code"]), (&"end".into(), &0.into()));
}

#[test]
fn odd_names_are_names() {
    let odd: Vec<String> =
        ["-oProxyCommand=touch pwned", "a b", "$(touch pwned)", "'; touch pwned #", "é\"`"]
            .iter()
            .map(ToString::to_string)
            .collect();
    let fleet = fleet(&odd);
    let ran = fleet.deploy(&[]);
    assert_eq!(ran.code, Some(0), "{}\n{}", ran.out, ran.err);
    for name in &odd {
        let out = std::fs::read_to_string(fleet.host(name).join("out")).expect("written");
        assert_eq!(out, format!("{name}\n"));
        assert!(!fleet.host(name).join("pwned").exists());
        assert_eq!(count(&fleet, name), 1);
    }
    assert_eq!(ran.recap().len(), odd.len(), "{}", ran.out);
}

#[test]
fn failures_are_told_as_ansible_tells_them() {
    let names = names(4);
    let fleet = fleet(&names);
    std::fs::write(fleet.host("h2").join("fail"), "").expect("written");
    fleet.faults("h3", "refuse");
    let ran = fleet.deploy(&[]);
    assert_eq!(ran.code, Some(4), "an unreachable host counts more than a failed one: {}", ran.out);
    fleet.is_true(&ran, ["h1", "h2", "h4"].map(String::from).iter());
    let recap = ran.recap();
    assert_eq!((recap["h2"].failed, recap["h3"].unreachable, recap["h3"].ok), (1, 1, 0));
    assert!(ran.out.contains("fatal: [h3]: UNREACHABLE! => "), "{}", ran.out);
    assert!(ran.out.contains("Connection refused"), "{}", ran.out);
    fleet.faults("h3", "");
    let ran = fleet.deploy(&["-l", "h2,h3"]);
    assert_eq!(ran.code, Some(2), "{}", ran.out);
}
