//! Hosts that are network namespaces, each with an sshd, a home folder and an address of its own, behind one bridge.
//!
//! Everything is made and taken away by root: a bridge, a pair of interfaces for each host, and processes that belong to
//! nobody else. The names begin with the process id, so that two fleets do not meet.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::meter::Meter;

/// A fleet of such hosts. Dropped, it leaves nothing behind.
#[derive(Debug)]
pub struct Network {
    folder: PathBuf,
    tag: String,
    hosts: usize,
    daemons: Vec<Child>,
    mounts: Vec<PathBuf>,
    /// What all hosts use.
    pub meter: Option<Meter>,
}

impl Network {
    /// Whether this machine can have such a fleet: root, `ip`, `sshd`, and interfaces that can be made.
    pub fn is_possible() -> bool {
        let works = |command: &str| {
            let status = Command::new("sh")
                .arg("-c")
                .arg(command)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status();
            status.is_ok_and(|status| status.success())
        };
        rustix::process::geteuid().is_root()
            && Path::new("/usr/sbin/sshd").exists()
            && works("ip netns add rustle-try && ip netns del rustle-try")
            && works("ip link add rustle-try type bridge && ip link del rustle-try")
    }

    /// So many hosts, with everything in `folder`. The home folder of a host in `small` is a file system of that many bytes.
    ///
    /// # Errors
    /// If something cannot be made.
    pub fn new(folder: &Path, hosts: usize, small: &[(usize, u64)]) -> io::Result<Network> {
        let tag = format!("rf{}", std::process::id());
        let meter = Meter::new(&format!("{tag}-hosts")).ok();
        let mut network =
            Network { folder: folder.to_owned(), tag, hosts, daemons: Vec::new(), mounts: Vec::new(), meter };
        fs::create_dir_all("/run/sshd")?;
        for name in ["host", "user"] {
            let key = folder.join(name);
            run(Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(key))?;
        }
        fs::rename(folder.join("user.pub"), folder.join("authorized_keys"))?;
        let bridge = &network.tag;
        ip(&format!("link add {bridge} type bridge"))?;
        ip(&format!("addr add 10.213.7.254/24 dev {bridge}"))?;
        ip(&format!("link set {bridge} up"))?;
        for number in 1..=hosts {
            let home = network.home(number);
            fs::create_dir_all(&home)?;
            if let Some((_, size)) = small.iter().find(|(small, _)| *small == number) {
                run(Command::new("mount")
                    .args(["-t", "tmpfs", "-o", &format!("size={size}"), "none"])
                    .arg(&home))?;
                network.mounts.push(home.clone());
            }
            fs::set_permissions(&home, fs::Permissions::from_mode(0o700))?;
            network.host(number)?;
        }
        let begun = Instant::now();
        while (1..=hosts).any(|number| !network.answers(number)) {
            if begun.elapsed() > Duration::from_secs(30) {
                return Err(io::Error::other("an sshd does not answer"));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(network)
    }

    fn host(&mut self, number: usize) -> io::Result<()> {
        let (bridge, name) = (&self.tag, self.name(number));
        let (near, far) = (self.link(number), format!("{}f{number}", self.tag));
        ip(&format!("netns add {name}"))?;
        ip(&format!("link add {near} type veth peer name {far}"))?;
        ip(&format!("link set {near} master {bridge} up"))?;
        ip(&format!("link set {far} netns {name}"))?;
        ip(&format!("-n {name} addr add {}/24 dev {far}", Network::address(number)))?;
        ip(&format!("-n {name} link set {far} up"))?;
        ip(&format!("-n {name} link set lo up"))?;
        let config = self.folder.join(format!("sshd{number}"));
        let text = format!(
            "ListenAddress {}\nHostKey {}\nAuthorizedKeysFile {}\nPidFile none\nUsePAM no\nStrictModes no\n\
             PermitRootLogin prohibit-password\nMaxStartups 200\nUseDNS no\nSubsystem sftp internal-sftp\n",
            Network::address(number),
            self.folder.join("host").display(),
            self.folder.join("authorized_keys").display(),
        );
        fs::write(&config, text)?;
        // A home folder and locks of its own. In the namespace the control groups are out of sight, so that the processor
        // time is counted from before on.
        let outer = "if [ -n \"$1\" ]; then echo $$ > \"$1\"; fi; shift; exec ip netns exec \"$@\"";
        let inner = "mount --bind \"$1\" /root && mount -t tmpfs none /run/lock && exec /usr/sbin/sshd -D -e -f \"$2\"";
        let log = fs::File::create(self.folder.join(format!("log{number}")))?;
        let daemon = Command::new("sh")
            .args(["-c", outer, "sh"])
            .arg(self.meter.as_ref().map(Meter::tasks).unwrap_or_default())
            .args([&name, "unshare", "--mount", "--propagation", "private", "sh", "-c", inner, "sh"])
            .arg(self.home(number))
            .arg(config)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()?;
        self.daemons.push(daemon);
        Ok(())
    }

    fn answers(&self, number: usize) -> bool {
        let address = format!("{}:22", Network::address(number));
        let Ok(address) = address.parse() else { return false };
        std::net::TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok()
    }

    fn name(&self, number: usize) -> String {
        format!("{}h{number}", self.tag)
    }

    fn link(&self, number: usize) -> String {
        format!("{}n{number}", self.tag)
    }

    /// The address of a host.
    pub fn address(number: usize) -> String {
        format!("10.213.7.{number}")
    }

    /// The home folder of a host, as it lies here.
    pub fn home(&self, number: usize) -> PathBuf {
        self.folder.join("homes").join(number.to_string())
    }

    /// Cuts a host off, or connects it again.
    ///
    /// # Errors
    /// If the interface cannot be told.
    pub fn connected(&self, number: usize, connected: bool) -> io::Result<()> {
        ip(&format!("link set {} {}", self.link(number), if connected { "up" } else { "down" }))
    }

    /// An inventory of the hosts `h1`, `h2` …, for Ansible and for Rustle.
    pub fn inventory(&self) -> String {
        let mut text = String::from("[all]\n");
        for number in 1..=self.hosts {
            text += &format!("h{number} ansible_host={}\n", Network::address(number));
        }
        let options = "-F /dev/null -o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=no -o LogLevel=ERROR \
                       -o ServerAliveInterval=1 -o ServerAliveCountMax=2";
        text + &format!(
            "[all:vars]\nansible_user=root\nansible_ssh_private_key_file={}\nansible_ssh_common_args='{options}'\n\
             ansible_python_interpreter=/usr/bin/python3\n",
            self.folder.join("user").display()
        )
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        for number in 1..=self.hosts {
            // Whoever lives in the namespace ends with it: runs that were lost, too.
            let name = self.name(number);
            let pids = Command::new("ip").args(["netns", "pids", &name]).output();
            let pids =
                pids.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
            for pid in
                pids.lines().filter_map(|line| line.parse().ok()).filter_map(rustix::process::Pid::from_raw)
            {
                let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
            }
        }
        for daemon in &mut self.daemons {
            let _ = daemon.kill();
            let _ = daemon.wait();
        }
        for number in 1..=self.hosts {
            let _ = ip(&format!("link del {}", self.link(number)));
            let _ = ip(&format!("netns del {}", self.name(number)));
        }
        let _ = ip(&format!("link del {}", self.tag));
        for mount in &self.mounts {
            let _ = run(Command::new("umount").arg("-l").arg(mount));
        }
    }
}

fn ip(arguments: &str) -> io::Result<()> {
    run(Command::new("ip").args(arguments.split(' ')))
}

fn run(command: &mut Command) -> io::Result<()> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(io::Error::other(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr).trim())))
}
