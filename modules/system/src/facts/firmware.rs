//! What the firmware says of the machine (DMI), from `/sys/devices/virtual/dmi/id`.

use super::{Gathering, content};

/// Facts, and the files that hold them.
const FILES: &[(&str, &str)] = &[
    ("bios_date", "bios_date"),
    ("bios_vendor", "bios_vendor"),
    ("bios_version", "bios_version"),
    ("board_asset_tag", "board_asset_tag"),
    ("board_name", "board_name"),
    ("board_serial", "board_serial"),
    ("board_vendor", "board_vendor"),
    ("board_version", "board_version"),
    ("chassis_asset_tag", "chassis_asset_tag"),
    ("chassis_serial", "chassis_serial"),
    ("chassis_vendor", "chassis_vendor"),
    ("chassis_version", "chassis_version"),
    ("form_factor", "chassis_type"),
    ("product_name", "product_name"),
    ("product_serial", "product_serial"),
    ("product_uuid", "product_uuid"),
    ("product_version", "product_version"),
    ("system_vendor", "sys_vendor"),
];

/// The kinds of chassis by their number (SMBIOS 3.6, table 17).
const FORM_FACTORS: [&str; 36] = [
    "Unknown",
    "Other",
    "Unknown",
    "Desktop",
    "Low Profile Desktop",
    "Pizza Box",
    "Mini Tower",
    "Tower",
    "Portable",
    "Laptop",
    "Notebook",
    "Hand Held",
    "Docking Station",
    "All In One",
    "Sub Notebook",
    "Space-saving",
    "Lunch Box",
    "Main Server Chassis",
    "Expansion Chassis",
    "Sub Chassis",
    "Bus Expansion Chassis",
    "Peripheral Chassis",
    "RAID Chassis",
    "Rack Mount Chassis",
    "Sealed-case PC",
    "Multi-system",
    "CompactPCI",
    "AdvancedTCA",
    "Blade",
    "Blade Enclosure",
    "Tablet",
    "Convertible",
    "Detachable",
    "IoT Gateway",
    "Embedded PC",
    "Mini PC",
];

pub(super) fn has(name: &str) -> bool {
    FILES.iter().any(|(fact, _)| *fact == name)
}

pub(super) fn gather(gathering: &mut Gathering<'_>) {
    for (fact, file) in FILES {
        let mut value = content(format!("/sys/devices/virtual/dmi/id/{file}"));
        if *fact == "form_factor" {
            value = value.and_then(|it| Some((*FORM_FACTORS.get(it.parse::<usize>().ok()?)?).to_owned()));
        }
        gathering.put(fact, value.unwrap_or_else(|| "NA".into()));
    }
}
