//! Projects of any size, as people write them: roles with task files of some hundred tasks each, handlers, defaults,
//! templates and files; tasks with loops, conditions, registered results, notifications, tags and blocks. The mix follows
//! what public playbooks use most.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Tasks in one file.
const IN_A_FILE: usize = 500;

/// Tasks of one role.
pub(crate) const IN_A_ROLE: usize = 5_000;

/// Every how many tasks a block of three stands.
const BLOCK_EVERY: usize = 50;

/// Writes a project with a playbook of `tasks` tasks into a folder; its playbook. The same number gives the same bytes.
///
/// # Errors
/// If a file cannot be written.
pub(crate) fn write(folder: &Path, tasks: usize) -> io::Result<PathBuf> {
    write_with(folder, tasks, IN_A_ROLE)
}

/// The same with so many tasks in each role.
///
/// # Errors
/// If a file cannot be written.
pub(crate) fn write_with(folder: &Path, tasks: usize, in_a_role: usize) -> io::Result<PathBuf> {
    let mut playbook = String::from(
        "- hosts: all\n  gather_facts: false\n  vars:\n    site: example.org\n    wanted: 3\n    root: out\n  roles:\n",
    );
    let mut from = 0;
    let mut number = 0;
    while from < tasks {
        let until = tasks.min(from + in_a_role);
        role(&folder.join(format!("roles/service_{number}")), number, from, until)?;
        let _ = writeln!(playbook, "    - role: service_{number}\n      tags: [service_{number}]");
        (from, number) = (until, number + 1);
    }
    let path = folder.join("site.yml");
    fs::write(&path, playbook)?;
    Ok(path)
}

fn role(folder: &Path, number: usize, from: usize, until: usize) -> io::Result<()> {
    for name in ["tasks", "handlers", "defaults", "templates", "files"] {
        fs::create_dir_all(folder.join(name))?;
    }
    let mut main = String::from("---\n");
    for (part, begin) in (from..until).step_by(IN_A_FILE).enumerate() {
        let _ = writeln!(main, "- import_tasks: part_{part}.yml");
        let end = until.min(begin + IN_A_FILE);
        let text: String =
            std::iter::once("---\n".to_owned()).chain((begin..end).map(|task| entry(task, end))).collect();
        fs::write(folder.join(format!("tasks/part_{part}.yml")), text)?;
    }
    fs::write(folder.join("tasks/main.yml"), main)?;
    fs::write(
        folder.join("handlers/main.yml"),
        "- name: restart service\n  command: 'true'\n- name: reload service\n  command: 'true'\n  listen: configuration\n",
    )?;
    fs::write(
        folder.join("defaults/main.yml"),
        format!(
            "service_name: service-{number}\nservice_port: {}\nservice_packages:\n  - one\n  - two\n",
            8000 + number
        ),
    )?;
    fs::write(
        folder.join("templates/service.conf.j2"),
        "name = {{ service_name }}\nport = {{ service_port | int + 1 }}\n{% for item in service_packages %}\npackage = {{ item }}\n{% endfor %}\nnumber = {{ number | default(0) }}\n",
    )?;
    fs::write(folder.join("files/motd"), format!("This is service {number}.\n"))
}

/// One entry of a task file, which ends before the task `end`: a task, or a part of a block.
fn entry(index: usize, end: usize) -> String {
    let inside = index % BLOCK_EVERY;
    let whole = index - inside + 3 <= end;
    match (inside, whole) {
        (0, true) => {
            format!("- name: Migrate {index}\n  when: wanted > 2\n  block:\n{}", indented(&task(index)))
        }
        (1, true) => format!("  rescue:\n{}", indented(&task(index))),
        (2, true) => format!("  always:\n{}", indented(&task(index))),
        _ => task(index),
    }
}

fn indented(text: &str) -> String {
    text.lines().flat_map(|line| ["    ", line, "\n"]).collect()
}

/// One task of a task file.
fn task(index: usize) -> String {
    match index % 20 {
        0 | 10 => format!(
            "- name: Create the folder {index}\n  file:\n    path: \"{{{{ root }}}}/data/{index}\"\n    state: directory\n    mode: '0755'\n  tags: [folders]\n"
        ),
        1 | 11 => format!(
            "- name: Configure service {index}\n  template:\n    src: service.conf.j2\n    dest: \"{{{{ root }}}}/etc/{{{{ service_name }}}}-{index}.conf\"\n    mode: '0644'\n  vars:\n    number: {index}\n  notify: restart service\n"
        ),
        2 => format!(
            "- name: Ask for the version {index}\n  command: service-{index} --version\n  register: version_{}\n  changed_when: false\n  failed_when: version_{}.rc not in [0, 1]\n",
            index % 100,
            index % 100
        ),
        3 => format!(
            "- name: Note the version {index}\n  set_fact:\n    current_{}: \"{{{{ service_name }}}}-{index}\"\n    next_{}: \"{{{{ wanted | int + {index} }}}}\"\n",
            index % 50,
            index % 50
        ),
        4 => format!(
            "- name: Create the users of {index}\n  file:\n    path: \"{{{{ root }}}}/home/{{{{ item.name }}}}-{index}\"\n    state: \"{{{{ item.state | default('directory') }}}}\"\n  loop:\n    - {{ name: anna, state: directory }}\n    - {{ name: bert }}\n  loop_control:\n    label: \"{{{{ item.name }}}}\"\n"
        ),
        5 => format!(
            "- name: Look for the file {index}\n  stat:\n    path: /etc/service/{index}.conf\n  register: found\n"
        ),
        6 => format!(
            "- name: Copy the greeting {index}\n  copy:\n    src: motd\n    dest: /etc/motd.d/{index}\n    mode: '0644'\n    backup: true\n  when: found.stat.exists and wanted != {index}\n"
        ),
        7 => format!(
            "- name: Set the option {index}\n  lineinfile:\n    path: /etc/service.conf\n    regexp: '^option_{index}\\s*='\n    line: option_{index} = {{{{ service_port }}}}\n    create: true\n  notify: configuration\n"
        ),
        8 => format!(
            "- name: Count the things of {index}\n  shell: |\n    set -e\n    find /srv/{index} -type f | wc -l\n  args:\n    chdir: /tmp\n    creates: /srv/done-{index}\n  register: counted\n  until: counted is succeeded\n  retries: 3\n"
        ),
        9 => format!(
            "- name: Check the settings {index}\n  assert:\n    that:\n      - service_port | int > 1024\n      - wanted is defined\n    quiet: true\n"
        ),
        12 => format!(
            "- name: Give up on {index}\n  fail:\n    msg: \"Service {index} is not for {{{{ site }}}}\"\n  when:\n    - wanted < 0\n    - site is not search('example')\n"
        ),
        13 => format!("- debug:\n    msg: \"Step {index} of {{{{ service_name }}}} is done\"\n"),
        14 => format!(
            "- name: Write the unit {index}\n  copy:\n    content: |\n      [Unit]\n      Description=Service {index}\n      [Service]\n      ExecStart=/usr/bin/service-{index} --port {{{{ service_port }}}}\n    dest: /etc/systemd/system/service-{index}.service\n    owner: root\n    group: root\n    mode: u=rw,g=r,o=r\n  become: true\n  notify:\n    - restart service\n    - configuration\n"
        ),
        15 => format!(
            "- name: Replace the address {index}\n  replace:\n    path: /etc/hosts\n    regexp: 'host-{index}\\b'\n    replace: host-{index}.{{{{ site }}}}\n  tags:\n    - network\n    - never\n"
        ),
        16 => format!(
            "- name: Run the migration {index}\n  command: migrate --to {index} --site={{{{ site }}}}\n  environment:\n    PORT: \"{{{{ service_port }}}}\"\n  when: wanted | int == {index}\n  ignore_errors: true\n"
        ),
        17 => format!("- file: path=/var/lib/service/{index} state=touch mode=0600\n"),
        18 => format!(
            "- name: Keep the packages of {index}\n  blockinfile:\n    path: /etc/packages-{index}\n    block: \"{{{{ service_packages | join(',') }}}}\"\n  with_items: \"{{{{ service_packages }}}}\"\n"
        ),
        _ => format!("- name: Wait {index}\n  wait_for:\n    timeout: 0\n    path: /run/service-{index}\n"),
    }
}
