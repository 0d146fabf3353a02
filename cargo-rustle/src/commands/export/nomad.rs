//! `cargo rustle export nomad`: a job that runs once on every client.

use clap::{Arg, ArgAction, ArgMatches, Command};

use super::{common, has_several_hosts, quoted, runner, words, write};
use crate::executable::Runner;
use crate::failure::{Failure, Result};

pub fn command() -> Command {
    common(Command::new("nomad").about("A job of the type sysbatch, in HCL"))
        .arg(
            Arg::new("url")
                .long("url")
                .value_name("URL")
                .required(true)
                .help("Where clients fetch the runner from; its digest is verified"),
        )
        .arg(
            Arg::new("datacenter")
                .long("datacenter")
                .value_name("NAME")
                .action(ArgAction::Append)
                .help("Only clients there [default: all]"),
        )
        .arg(
            Arg::new("cron")
                .long("cron")
                .value_name("WHEN")
                .help("Runs again and again, as cron has it [default: once]"),
        )
}

pub fn run(matches: &ArgMatches) -> Result {
    let runner = runner(matches)?;
    let name = runner.plain_name();
    let Some(url) = matches.get_one::<String>("url") else {
        return Err(Failure::Usage("--url is missing".into()));
    };
    let datacenters: Vec<&str> =
        matches.get_many::<String>("datacenter").into_iter().flatten().map(String::as_str).collect();
    let datacenters = if datacenters.is_empty() { vec!["*"] } else { datacenters };
    let job = job(&runner, url, &datacenters, matches.get_one::<String>("cron"), &words(matches)?);
    let file = format!("{name}.nomad.hcl");
    let advice = format!("put the runner at {url}, and say `nomad job run {file}`");
    write(matches, &[(file, job)], &advice)
}

fn job(runner: &Runner, url: &str, datacenters: &[&str], cron: Option<&String>, words: &[String]) -> String {
    let name = runner.plain_name();
    let mut arguments: Vec<String> = words.iter().map(|word| text(word)).collect();
    if has_several_hosts(runner) {
        // Here the braces are Nomad's.
        arguments.insert(0, quoted("--host=${node.unique.name}"));
    }
    let datacenters: Vec<String> = datacenters.iter().map(|it| text(it)).collect();
    let periodic = cron.map_or(String::new(), |cron| {
        format!(
            "\n  periodic {{\n    crons            = [{}]\n    prohibit_overlap = true\n  }}\n",
            text(cron)
        )
    });
    format!(
        r#"# {digest}
# The runner changes the client that it runs on, so it runs there as it is: the driver raw_exec, which clients must allow.
job {job} {{
  type        = "sysbatch"
  datacenters = [{datacenters}]
{periodic}
  group "host" {{
    restart {{
      attempts = 0
      mode     = "fail"
    }}

    task "run" {{
      driver = "raw_exec"

      artifact {{
        source      = {url}
        destination = {destination}
        mode        = "file"

        options {{
          checksum = "sha256:{sha256}"
        }}
      }}

      config {{
        command = {destination}
        args    = [{arguments}]
      }}
    }}
  }}
}}
"#,
        digest = runner.digest,
        job = text(&name),
        datacenters = datacenters.join(", "),
        url = text(url),
        destination = text(&format!("local/{name}")),
        sha256 = runner.sha256,
        arguments = arguments.join(", "),
    )
}

/// A text in HCL: what would be an expression in it is none.
fn text(text: &str) -> String {
    quoted(text).replace("${", "$${").replace("%{", "%%{")
}

#[cfg(test)]
mod tests {
    #[test]
    fn nothing_in_a_text_is_an_expression() {
        assert_eq!(super::text("a ${b} %{c} \"d\""), r#""a $${b} %%{c} \"d\"""#);
    }
}
