//! The names of hosts: ranges and ports.

/// How many hosts one range may stand for.
const LARGEST: usize = 100_000;

/// The hosts that `text` stands for, and the port behind it: `web[01:10].example.com:2222`.
///
/// # Errors
/// What is wrong with it.
pub(super) fn expand(text: &str) -> Result<(Vec<String>, Option<u16>), String> {
    let (name, port) = split_port(text);
    if name.trim_end().ends_with(':') && port.is_none() && !name.contains("::") {
        return Err(
            "a name that ends in `:` is not allowed, this character is reserved to provide a port".into()
        );
    }
    let mut hosts = Vec::new();
    expand_into(name, &mut hosts)?;
    Ok((hosts, port))
}

/// The name and the port of `name:22` or `[name]:22`; an IPv6 address without brackets has no port.
fn split_port(text: &str) -> (&str, Option<u16>) {
    let Some((name, port)) = text.rsplit_once(':') else { return (text, None) };
    let Ok(port) = port.parse::<u16>() else { return (text, None) };
    if let Some(inner) = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
        return (inner, Some(port));
    }
    let outside = name.split('[').map(|part| part.split(']').next_back().unwrap_or(part));
    if outside.clone().any(|part| part.contains(':'))
        || name.matches('[').count() != name.matches(']').count()
    {
        return (text, None);
    }
    (name, Some(port))
}

fn expand_into(name: &str, hosts: &mut Vec<String>) -> Result<(), String> {
    let Some((head, rest)) = name.split_once('[') else {
        hosts.push(name.to_owned());
        return if hosts.len() > LARGEST {
            Err(format!("more than {LARGEST} hosts in one range"))
        } else {
            Ok(())
        };
    };
    let (range, tail) = rest.split_once(']').ok_or("a `[` is not closed")?;
    for part in parts(range)? {
        expand_into(&format!("{head}{part}{tail}"), hosts)?;
    }
    Ok(())
}

/// What the range `01:10`, `a:f` or `0:10:2` stands for.
fn parts(range: &str) -> Result<Vec<String>, String> {
    let bounds: Vec<&str> = range.split(':').collect();
    let (begin, end, step) = match bounds.as_slice() {
        [begin, end] => (*begin, *end, "1"),
        [begin, end, step] => (*begin, *end, *step),
        _ => return Err("a host range must be begin:end or begin:end:step".into()),
    };
    let begin = if begin.is_empty() { "0" } else { begin };
    if end.is_empty() {
        return Err("a host range must specify an end value".into());
    }
    let step: usize =
        step.parse().ok().filter(|step| *step > 0).ok_or("the step of a host range is no number")?;
    if let (Some(first), Some(last)) = (letter(begin), letter(end)) {
        if first > last {
            return Err("a host range must have begin <= end".into());
        }
        return Ok(letters().skip(first).take(last - first + 1).step_by(step).map(String::from).collect());
    }
    let number =
        |text: &str| text.parse::<usize>().map_err(|_| format!("`{text}` is neither a letter nor a number"));
    let (first, last) = (number(begin)?, number(end)?);
    let width = if begin.len() > 1 && begin.starts_with('0') { begin.len() } else { 0 };
    if width > 0 && width != end.len() {
        return Err("a host range must specify equal-length begin and end formats".into());
    }
    if last.saturating_sub(first) / step > LARGEST {
        return Err(format!("more than {LARGEST} hosts in one range"));
    }
    Ok((first..=last).step_by(step).map(|number| format!("{number:0width$}")).collect())
}

/// The letters in the order in which ranges count them.
fn letters() -> impl Iterator<Item = char> {
    ('a'..='z').chain('A'..='Z')
}

/// The place of a single letter among the letters.
fn letter(text: &str) -> Option<usize> {
    let mut chars = text.chars();
    let (c, None) = (chars.next()?, chars.next()) else { return None };
    letters().position(|letter| letter == c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(text: &str) -> Vec<String> {
        expand(text).unwrap().0
    }

    #[test]
    fn ranges() {
        assert_eq!(hosts("web[1:3]"), ["web1", "web2", "web3"]);
        assert_eq!(hosts("web[08:10].x"), ["web08.x", "web09.x", "web10.x"]);
        assert_eq!(hosts("db-[a:c]"), ["db-a", "db-b", "db-c"]);
        assert_eq!(hosts("[a:b][1:2]"), ["a1", "a2", "b1", "b2"]);
        assert_eq!(hosts("n[0:6:3]"), ["n0", "n3", "n6"]);
        assert_eq!(hosts("n[:1]"), ["n0", "n1"]);
        assert_eq!(hosts("plain"), ["plain"]);
    }

    #[test]
    fn ports() {
        assert_eq!(expand("web:2222").unwrap(), (vec!["web".into()], Some(2222)));
        assert_eq!(expand("web[1:2]:22").unwrap(), (vec!["web1".into(), "web2".into()], Some(22)));
        assert_eq!(expand("[::1]:22").unwrap(), (vec!["::1".into()], Some(22)));
        assert_eq!(expand("2001:db8::1").unwrap(), (vec!["2001:db8::1".into()], None));
    }

    #[test]
    fn what_is_wrong() {
        for text in
            ["web[1]", "web[1:", "web[1:2:3:4]", "web[c:a]", "web[01:100]", "web[1:]", "web[x1:2]", "web:"]
        {
            assert!(expand(text).is_err(), "{text}");
        }
        assert!(expand("n[0:99999999]").is_err());
        assert!(expand("[0:9999][0:9999]").is_err());
    }
}
