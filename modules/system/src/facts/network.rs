//! Interfaces, their addresses, and the way out.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use if_addrs::{IfAddr, Ifv6Addr};
use rustle_runtime::prelude::*;

use super::{Gathering, content};

/// The facts of this group that have a name of their own.
pub(super) const NAMES: &[&str] =
    &["all_ipv4_addresses", "all_ipv6_addresses", "default_ipv4", "default_ipv6", "interfaces"];

/// Each interface is a fact of its own, so anything that no other group has may be one.
pub(super) fn has(name: &str) -> bool {
    NAMES.contains(&name) || !super::is_known(name)
}

pub(super) fn gather(gathering: &mut Gathering<'_>) {
    let interfaces = interfaces();
    let mut v4 = Vec::new();
    let mut v6 = Vec::new();
    for facts in interfaces.values() {
        let address = |it: &Value| it.get("address").map(Value::to_string);
        let first = facts.get("ipv4").into_iter().chain(items(facts, "ipv4_secondaries"));
        v4.extend(first.filter_map(address).filter(|it| !it.starts_with("127.")));
        v6.extend(items(facts, "ipv6").filter_map(address).filter(|it| it != "::1"));
    }
    gathering.put("all_ipv4_addresses", v4);
    gathering.put("all_ipv6_addresses", v6);
    gathering.put("default_ipv4", default_v4(&interfaces));
    gathering.put("default_ipv6", default_v6(&interfaces));
    gathering.put("interfaces", interfaces.keys().map(String::as_str).collect::<Value>());
    for (name, facts) in interfaces {
        gathering.put(&fact_name(&name), facts);
    }
}

fn items<'a>(facts: &'a Map, key: &str) -> impl Iterator<Item = &'a Value> {
    facts.get(key).and_then(Value::as_items).into_iter().flatten()
}

/// The name of an interface's fact: `br-lan` is `br_lan`, `eth0.1` is `eth0_1`.
fn fact_name(interface: &str) -> String {
    interface.replace(['-', ':', '.'], "_")
}

/// The facts of every interface, by its name.
fn interfaces() -> BTreeMap<String, Map> {
    let mut interfaces: BTreeMap<String, Map> = BTreeMap::new();
    if let Ok(entries) = std::fs::read_dir("/sys/class/net") {
        for entry in entries.filter_map(Result::ok).filter(|entry| entry.path().is_dir()) {
            let name = entry.file_name().to_string_lossy().into_owned();
            let facts = device(&name);
            interfaces.insert(name, facts);
        }
    }
    for found in if_addrs::get_if_addrs().unwrap_or_default() {
        let facts = interfaces.entry(found.name.clone()).or_insert_with(|| device(&found.name));
        match &found.addr {
            IfAddr::V4(v4) => {
                let address = address_v4(v4.ip, v4.netmask, v4.broadcast);
                if facts.contains_key("ipv4") {
                    push(facts, "ipv4_secondaries", address);
                } else {
                    facts.insert("ipv4", address);
                }
            }
            IfAddr::V6(v6) => push(facts, "ipv6", address_v6(v6)),
        }
    }
    interfaces
}

fn push(facts: &mut Map, key: &str, address: Map) {
    let mut list: Vec<Value> = items(facts, key).cloned().collect();
    list.push(address.into());
    facts.insert(key, list);
}

/// What the kernel says of a device.
fn device(name: &str) -> Map {
    let read = |file: &str| content(format!("/sys/class/net/{name}/{file}"));
    let mut facts = Map::from([("device", name)]);
    let mac = read("address").filter(|it| it != "00:00:00:00:00:00");
    if let Some(mac) = mac {
        facts.insert("macaddress", mac);
    }
    if let Some(mtu) = read("mtu").and_then(|it| it.parse::<i64>().ok()) {
        facts.insert("mtu", mtu);
    }
    facts.insert("active", read("operstate").is_none_or(|it| it != "down"));
    let kind = match read("type").as_deref() {
        Some("1") => "ether",
        Some("32") => "infiniband",
        Some("512") => "ppp",
        Some("772") => "loopback",
        Some("65534") => "tunnel",
        _ => "unknown",
    };
    let folder = |it: &str| std::path::Path::new(&format!("/sys/class/net/{name}/{it}")).exists();
    facts.insert(
        "type",
        if folder("bridge") {
            "bridge"
        } else if folder("bonding") {
            "bonding"
        } else {
            kind
        },
    );
    if let Some(speed) = read("speed").and_then(|it| it.parse::<i64>().ok()) {
        facts.insert("speed", speed);
    }
    let flags = read("flags").and_then(|it| i64::from_str_radix(it.trim_start_matches("0x"), 16).ok());
    facts.insert("promisc", flags.is_some_and(|flags| flags & 0x100 != 0));
    facts
}

fn address_v4(ip: Ipv4Addr, mask: Ipv4Addr, broadcast: Option<Ipv4Addr>) -> Map {
    let network = Ipv4Addr::from(u32::from(ip) & u32::from(mask));
    let broadcast = broadcast.filter(|_| !ip.is_loopback()).map(|it| it.to_string()).unwrap_or_default();
    Map::from([
        ("address", ip.to_string()),
        ("broadcast", broadcast),
        ("netmask", mask.to_string()),
        ("network", network.to_string()),
        ("prefix", u32::from(mask).count_ones().to_string()),
    ])
}

fn address_v6(v6: &Ifv6Addr) -> Map {
    Map::from([
        ("address", v6.ip.to_string()),
        ("prefix", u128::from(v6.netmask).count_ones().to_string()),
        ("scope", scope(v6.ip).to_owned()),
    ])
}

fn scope(ip: Ipv6Addr) -> &'static str {
    if ip.is_loopback() {
        "host"
    } else if ip.is_unicast_link_local() {
        "link"
    } else {
        "global"
    }
}

/// The interface and gateway of the default route (`/proc/net/route`), with its first address.
fn default_v4(interfaces: &BTreeMap<String, Map>) -> Map {
    let table = content("/proc/net/route").unwrap_or_default();
    let route = table.lines().skip(1).find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [name, destination, gateway, ..] = fields.as_slice() else { return None };
        let gateway = Ipv4Addr::from(u32::from_str_radix(gateway, 16).ok()?.to_ne_bytes());
        (*destination == "00000000" && !gateway.is_unspecified()).then(|| ((*name).to_owned(), gateway))
    });
    let Some((name, gateway)) = route else { return Map::new() };
    let facts = route_facts(&name, IpAddr::V4(gateway), interfaces);
    let first = interfaces.get(&name).and_then(|it| it.get("ipv4")).and_then(Value::as_map).cloned();
    let mut facts = facts;
    facts.extend_from(&first.unwrap_or_default());
    facts.insert("alias", name);
    facts
}

/// The same of `/proc/net/ipv6_route`.
fn default_v6(interfaces: &BTreeMap<String, Map>) -> Map {
    let table = content("/proc/net/ipv6_route").unwrap_or_default();
    let route = table.lines().find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let (destination, prefix, gateway, name) =
            (fields.first()?, fields.get(1)?, fields.get(4)?, fields.get(9)?);
        let gateway = Ipv6Addr::from(u128::from_str_radix(gateway, 16).ok()?);
        let default =
            destination.bytes().all(|it| it == b'0') && *prefix == "00" && !gateway.is_unspecified();
        default.then(|| ((*name).to_owned(), gateway))
    });
    let Some((name, gateway)) = route else { return Map::new() };
    let mut facts = route_facts(&name, IpAddr::V6(gateway), interfaces);
    let empty = Map::new();
    let mut addresses = items(interfaces.get(&name).unwrap_or(&empty), "ipv6").filter_map(Value::as_map);
    if let Some(global) = addresses.find(|it| it.get("scope") == Some(&Value::from("global"))) {
        facts.extend_from(global);
    }
    facts
}

fn route_facts(name: &str, gateway: IpAddr, interfaces: &BTreeMap<String, Map>) -> Map {
    let mut facts = Map::from([("interface", name.to_owned()), ("gateway", gateway.to_string())]);
    for key in ["macaddress", "mtu", "type"] {
        if let Some(value) = interfaces.get(name).and_then(|it| it.get(key)) {
            facts.insert(key, value.clone());
        }
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loopback_is_there() {
        let interfaces = interfaces();
        let lo = &interfaces["lo"];
        assert_eq!(lo.get("type"), Some(&Value::from("loopback")));
        assert_eq!(lo.get("ipv4").and_then(|it| it.get("network")), Some(&Value::from("127.0.0.0")));
    }

    #[test]
    fn names_of_interfaces_become_names_of_facts() {
        assert_eq!(fact_name("br-lan.1"), "br_lan_1");
        assert!(has("eth0") && has("interfaces") && !has("memtotal_mb"));
    }
}
