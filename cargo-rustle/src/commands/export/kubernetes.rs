//! `cargo rustle export kubernetes`: the runner on every node, or once on one.

use clap::{Arg, ArgMatches, Command, builder::PossibleValuesParser};

use super::{common, has_several_hosts, quoted, runner, words, write};
use crate::executable::Runner;
use crate::failure::{Failure, Result};

/// What keeps a pod of a DaemonSet where it is, once the runner has ended.
const PAUSE: &str = "registry.k8s.io/pause:3.10";

pub fn command() -> Command {
    common(Command::new("kubernetes").about("A DaemonSet, or a Job"))
        .arg(
            Arg::new("kind")
                .long("kind")
                .value_name("KIND")
                .value_parser(PossibleValuesParser::new(["daemonset", "job"]))
                .default_value("daemonset")
                .help("On every node, and on each that comes; or once on one node"),
        )
        .arg(
            Arg::new("image")
                .long("image")
                .value_name("IMAGE")
                .required(true)
                .help("The runner's image: what `cargo rustle export oci` wrote, where the cluster finds it"),
        )
        .arg(
            Arg::new("namespace")
                .long("namespace")
                .value_name("NAME")
                .default_value("kube-system")
                .help("A namespace that allows privileged pods"),
        )
}

pub fn run(matches: &ArgMatches) -> Result {
    let runner = runner(matches)?;
    let text = |name: &str| matches.get_one::<String>(name).cloned().unwrap_or_default();
    let (image, namespace) = (text("image"), text("namespace"));
    let is_label = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if namespace.is_empty() || namespace.len() > 63 || !namespace.chars().all(is_label) {
        return Err(Failure::Usage(format!("--namespace '{namespace}' is no name of a namespace")));
    }
    let daemonset = text("kind") == "daemonset";
    let manifest = manifest(&runner, &image, &namespace, daemonset, &words(matches)?);
    let file = format!("{}.yaml", runner.plain_name());
    let advice = format!(
        "`kubectl apply -f {file}`. Its pods are privileged and see the node's processes and root file system: the \
         runner changes the node"
    );
    write(matches, &[(file, manifest)], &advice)
}

/// The container that runs the runner on the node: in the node's own root, with its processes.
fn container(runner: &Runner, image: &str, words: &[String]) -> String {
    let mut arguments = vec!["--chroot=/host".to_owned()];
    let several = has_several_hosts(runner);
    if several {
        // Kubernetes puts the variable in.
        arguments.push("--host=$(NODE_NAME)".into());
    }
    // Elsewhere `$(` is text.
    arguments.extend(words.iter().map(|word| word.replace("$(", "$$(")));
    let mut text = format!("- name: runner\n  image: {}\n  args:\n", quoted(image));
    for argument in arguments {
        text += &format!("    - {}\n", quoted(&argument));
    }
    if several {
        text += "  env:\n    - name: NODE_NAME\n      valueFrom:\n        fieldRef:\n          fieldPath: spec.nodeName\n";
    }
    text + "  securityContext:\n    privileged: true\n    runAsUser: 0\n  volumeMounts:\n    - name: host\n      mountPath: /host\n"
}

fn manifest(runner: &Runner, image: &str, namespace: &str, daemonset: bool, words: &[String]) -> String {
    let name = runner.plain_name();
    let runs = container(runner, image, words);
    let containers = if daemonset {
        let pause = format!(
            "- name: pause\n  image: {}\n  resources:\n    requests:\n      cpu: 1m\n      memory: 4Mi\n",
            quoted(PAUSE)
        );
        format!("initContainers:\n{}containers:\n{}", indented(&runs, 2), indented(&pause, 2))
    } else {
        format!("restartPolicy: Never\ncontainers:\n{}", indented(&runs, 2))
    };
    let pod = format!(
        "hostPID: true\nhostNetwork: true\nautomountServiceAccountToken: false\n{containers}volumes:\n  - name: host\n    \
         hostPath:\n      path: /\n      type: Directory\n"
    );
    let labels = format!("app.kubernetes.io/name: {name}\napp.kubernetes.io/managed-by: rustle\n");
    let (kind, version, spec) = if daemonset {
        ("DaemonSet", "apps/v1", format!("selector:\n  matchLabels:\n    app.kubernetes.io/name: {name}\n"))
    } else {
        // What has failed has told why; running it again would not be asked for.
        ("Job", "batch/v1", "backoffLimit: 0\n".to_owned())
    };
    format!(
        "# {digest}\n# The runner changes the node: its pod is privileged, shares the node's processes and network, and works in the\n\
         # node's root file system. Whoever may create it is root on every node that it reaches.\n\
         apiVersion: {version}\nkind: {kind}\nmetadata:\n  name: {name}\n  namespace: {namespace}\n  labels:\n{labels_outer}\
         spec:\n{spec}  template:\n    metadata:\n      labels:\n{labels_inner}      annotations:\n        rustle.dev/bundle: {bundle}\n    spec:\n{pod}",
        digest = runner.digest,
        labels_outer = indented(&labels, 4),
        spec = indented(&spec, 2),
        labels_inner = indented(&labels, 8),
        bundle = quoted(&runner.digest),
        pod = indented(&pod, 6),
    )
}

/// Each line so far to the right.
fn indented(text: &str, by: usize) -> String {
    text.lines().map(|line| format!("{:by$}{line}\n", "")).collect()
}
