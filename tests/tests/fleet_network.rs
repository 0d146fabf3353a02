//! Twenty hosts with a real sshd each: what a deployment does over OpenSSH, and what it costs beside ansible-playbook.
//!
//! It needs root, `ip` and `sshd`. The runner is as optimised as the test is:
//! `cargo test -p rustle-tests --test fleet_network -- --ignored --nocapture`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustle_schema::report::{Recap, Report};
use rustle_tests::anywhere::cargo_rustle;
use rustle_tests::conformance::compiled;
use rustle_tests::fleet::{Meter, Network, Ran, recap_of, stripped};

const HOSTS: usize = 20;

/// The host with the small disk.
const FULL: usize = 7;

/// The host that is cut off.
const CUT: usize = 5;

/// What both do: files, a template of facts that are given, commands, a handler.
const PLAYBOOK: &str = r#"- name: Site
  hosts: all
  gather_facts: false
  vars:
    port: 8080
  handlers:
    - name: Restart
      command: touch {{ home }}/restarted
  tasks:
    - name: Folder
      file: {path: "{{ home }}/etc", state: directory, mode: "0750"}
    - name: Configuration
      copy:
        content: "host {{ inventory_hostname }}\nport {{ port }}\n"
        dest: "{{ home }}/etc/site.conf"
        mode: "0640"
      notify: Restart
    - name: Line
      lineinfile: {path: "{{ home }}/etc/site.conf", line: "workers 4", regexp: "^workers"}
    - name: Command
      command: hostname
      changed_when: false
    - name: Loop
      copy: {content: "{{ item }}\n", dest: "{{ home }}/etc/{{ item }}.conf"}
      loop: [a, b, c]
"#;

/// A run that takes as long as a file lies there.
const SLOW: &str = r#"- name: Slow
  hosts: all
  gather_facts: false
  tasks:
    - name: Count
      shell: echo ran >> {{ home }}/count
    - name: Wait
      shell: while [ -e {{ home }}/wait ]; do sleep 0.1; done
      changed_when: false
    - name: Say
      debug: {msg: done}
"#;

struct World {
    folder: tempfile::TempDir,
    network: Network,
}

impl World {
    fn new(small: &[(usize, u64)]) -> World {
        let folder = tempfile::tempdir().expect("a folder");
        let network = Network::new(folder.path(), HOSTS, small).expect("a network");
        World { folder, network }
    }

    /// A runner of the playbook.
    fn runner(&self, name: &str, playbook: &str) -> PathBuf {
        let source = self.folder.path().join(name);
        fs::create_dir(&source).expect("made");
        let inventory = self.network.inventory() + "home=/root\n";
        fs::write(source.join("inventory"), inventory).expect("written");
        fs::write(source.join("playbook.yml"), playbook).expect("written");
        let bundle = compiled::bundle(&source, Vec::new()).expect("it compiles");
        let runner = source.join("runner");
        let base = stripped(Path::new(env!("CARGO_BIN_EXE_base")));
        rustle_bundle::append(base, &runner, &bundle).expect("appended");
        runner
    }

    fn deploy(&self, runner: &Path, args: &[&str]) -> Command {
        let mut command = Command::new(cargo_rustle());
        command.args(["rustle", "deploy"]).arg(runner).arg("--reports").arg(runner.with_file_name("reports"));
        command.args(args).env("NO_COLOR", "1").stdin(Stdio::null());
        command
    }

    /// The report that the host itself has written last.
    fn own(&self, number: usize) -> Option<Recap> {
        let jobs = self.network.home(number).join(".rustle/jobs");
        let mut jobs: Vec<PathBuf> =
            fs::read_dir(jobs).into_iter().flatten().flatten().map(|it| it.path()).collect();
        jobs.sort();
        let text = fs::read(jobs.pop()?.join("report.json")).ok()?;
        let report: Report = serde_json::from_slice(&text).expect("a report");
        report.recap.get(&format!("h{number}")).copied()
    }

    fn is_true(&self, ran: &Ran, numbers: impl Iterator<Item = usize>) {
        let recap = ran.recap();
        for number in numbers {
            let own = self.own(number);
            assert_eq!(recap.get(&format!("h{number}")), own.as_ref(), "h{number}\n{}\n{}", ran.out, ran.err);
        }
    }

    fn count(&self, number: usize) -> usize {
        fs::read_to_string(self.network.home(number).join("count")).unwrap_or_default().lines().count()
    }
}

fn ran(command: &mut Command) -> Ran {
    let output = command.output().expect("started");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ran { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
}

fn until(what: &str, mut done: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < Duration::from_secs(60), "never: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Runs a command, and tells the seconds of wall clock, of processor on this side, and of processor on the hosts.
fn measured(world: &World, meter: &Meter, command: &Command) -> (Ran, [f64; 3]) {
    let hosts = world.network.meter.as_ref().expect("a meter");
    let seconds = |meter: &Meter| meter.seconds().expect("told");
    let mut counted = Command::new("sh");
    counted.args(["-c", "echo $$ > \"$0\"; exec \"$@\""]).arg(meter.tasks());
    counted.arg(command.get_program()).args(command.get_args()).stdin(Stdio::null());
    for (name, value) in command.get_envs() {
        counted.env(name, value.unwrap_or_default());
    }
    counted.current_dir(command.get_current_dir().unwrap_or(Path::new("/")));
    let (begun, here, there) = (Instant::now(), seconds(meter), seconds(hosts));
    let ran = ran(&mut counted);
    let wall = begun.elapsed().as_secs_f64();
    // Sessions end a moment after their clients.
    std::thread::sleep(Duration::from_secs(1));
    (ran, [wall, seconds(meter) - here, seconds(hosts) - there])
}

#[test]
#[ignore = "needs root, sshd and network namespaces"]
fn twenty_hosts_with_sshd() {
    assert!(Network::is_possible(), "root, ip and sshd are needed");
    let world = World::new(&[(FULL, 4 << 20)]);
    disks_and_batches(&world);
    cut_off_and_killed(&world);
}

fn disks_and_batches(world: &World) {
    let site = world.runner("site", PLAYBOOK);
    let ran = ran(&mut world.deploy(&site, &["-f", "20", "--serial", "1,50%"]));
    assert_eq!(ran.code, Some(2), "{}\n{}", ran.out, ran.err);
    let recap = ran.recap();
    assert_eq!(recap.len(), HOSTS);
    assert_eq!((recap["h7"].failed, recap["h7"].ok), (1, 0), "{}", ran.out);
    assert!(ran.out.contains("No space left on device"), "{}", ran.out);
    let left = fs::read_dir(world.network.home(FULL).join(".rustle/runners")).expect("there").count();
    assert_eq!(left, 0, "no half file");
    world.is_true(&ran, (1..=HOSTS).filter(|number| *number != FULL));
    let text = fs::read_to_string(world.network.home(3).join("etc/site.conf")).expect("written");
    assert_eq!(text, "host h3\nport 8080\nworkers 4\n");
}

fn cut_off_and_killed(world: &World) {
    let slow = world.runner("slow", SLOW);
    let others = || (1..=HOSTS).filter(|number| *number != FULL);
    let wait = |number: usize| world.network.home(number).join("wait");
    others().for_each(|number| fs::write(wait(number), "").expect("written"));
    // The disk of one host is full; that one is left out, so that the others alone count.
    let args = ["-f", "20", "-l", "all:!h7", "--reconnect", "3"];
    let mut controller = world.deploy(&slow, &args).stdout(Stdio::null()).spawn().expect("started");
    until("all runs", || others().all(|number| world.count(number) == 1));
    controller.kill().expect("killed");
    controller.wait().expect("dead");
    // The second controller loses one host for good.
    let resumed = std::thread::scope(|scope| {
        let args = ["--resume", "-f", "20", "--reconnect", "3"];
        let thread = scope.spawn(move || ran(&mut world.deploy(&slow_path(world), &args)));
        std::thread::sleep(Duration::from_secs(3));
        world.network.connected(CUT, false).expect("cut");
        std::thread::sleep(Duration::from_secs(2));
        others().for_each(|number| fs::remove_file(wait(number)).expect("removed"));
        thread.join().expect("ended")
    });
    assert_eq!(resumed.code, Some(4), "{}\n{}", resumed.out, resumed.err);
    assert!(resumed.err.contains("lost: h5. Their runs go on"), "{}", resumed.err);
    assert_eq!(resumed.recap()["h5"].unreachable, 1);
    world.is_true(&resumed, others().filter(|number| *number != CUT));
    until("the end of h5", || world.own(CUT).is_some_and(|recap| recap.ok == 3));
    world.network.connected(CUT, true).expect("connected");
    let mut collected = world.deploy(&slow, &["--collect"]);
    until("the network", || {
        let again = ran(&mut collected);
        if again.code == Some(0) {
            world.is_true(&again, others());
        }
        again.code == Some(0)
    });
    assert!(others().all(|number| world.count(number) == 1), "each ran once");
}

fn slow_path(world: &World) -> PathBuf {
    world.folder.path().join("slow/runner")
}

#[test]
#[ignore = "needs root, sshd, network namespaces and ansible-core"]
fn time_beside_ansible_playbook() {
    assert!(Network::is_possible(), "root, ip and sshd are needed");
    let own = std::env::current_exe().expect("this executable");
    let venv =
        own.ancestors().map(|it| it.join("ansible-venv/bin")).find(|it| it.join("ansible-playbook").exists());
    let venv = venv.expect("`cargo xtask conformance --live --sample 1` installs ansible-core");
    let world = World::new(&[]);
    let site = world.runner("site", PLAYBOOK);
    let folder = site.parent().expect("a folder");
    let ansible = || {
        let mut command = Command::new(venv.join("ansible-playbook"));
        command.args(["-f", "20", "-i", "inventory", "playbook.yml"]).current_dir(folder);
        command.env("ANSIBLE_NOCOLOR", "1").env("ANSIBLE_HOST_KEY_CHECKING", "False").stdin(Stdio::null());
        command.env("ANSIBLE_LOCAL_TEMP", folder.join("tmp")).env("HOME", folder);
        command
    };
    let meter = Meter::new(&format!("rf{}-here", std::process::id())).expect("cgroups count processor time");
    let clean = || {
        for number in 1..=HOSTS {
            // The first time there is nothing.
            let _ = fs::remove_dir_all(world.network.home(number).join("etc"));
        }
    };
    println!(
        "{HOSTS} hosts, 20 at a time: seconds of wall clock, of processor here, of processor on the hosts"
    );
    // The first time the runner, and Ansible's host keys and folders, are not there; the last time nothing is to be done.
    for (round, anew) in [("first", true), ("again", true), ("unchanged", false)] {
        let side = |command: Command| {
            if anew {
                clean();
            }
            measured(&world, &meter, &command)
        };
        let (rustle, ours) = side(world.deploy(&site, &["-f", "20"]));
        assert_eq!(rustle.code, Some(0), "{}\n{}", rustle.out, rustle.err);
        world.is_true(&rustle, 1..=HOSTS);
        let (other, theirs) = side(ansible());
        assert_eq!(other.code, Some(0), "{}\n{}", other.out, other.err);
        assert_eq!(rustle.recap(), recap_of(&other.out), "the same recap");
        let times = theirs[0] / ours[0];
        println!("{round}: rustle {ours:.2?}, ansible-playbook {theirs:.2?}: {times:.1} times");
    }
}
