//! Events as they are kept and sent: JSON objects that begin with the time.

use jiff::Timestamp;
use rustle_runtime::schema::controller::ControllerEvent;
use serde::Serialize;

/// Now, as RFC 3339 writes it, to the millisecond.
pub(crate) fn now() -> String {
    let now = Timestamp::now();
    now.round(jiff::Unit::Millisecond).unwrap_or(now).to_string()
}

/// `event` with the time before its own keys.
pub(crate) fn timed(event: &impl Serialize) -> Vec<u8> {
    let mut json = format!("{{\"time\":\"{}\"", now()).into_bytes();
    // What no JSON can be made of is told as far as it can be told.
    let own = serde_json::to_vec(event).unwrap_or_else(|error| {
        let message = serde_json::Value::String(format!("an event cannot be written: {error}"));
        format!("{{\"event\":\"warning\",\"message\":{message}}}").into_bytes()
    });
    match own.split_first() {
        Some((b'{', rest)) if rest != b"}" => {
            json.push(b',');
            json.extend_from_slice(rest);
        }
        _ => json.push(b'}'),
    }
    json
}

/// The event that tells of `count` lost events from `first` on.
pub(crate) fn dropped(first: u64, count: u64, reason: &str) -> Vec<u8> {
    timed(&ControllerEvent::Dropped { first, count, reason: reason.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_has_its_time_first() {
        let json = dropped(3, 2, "no \"room\"");
        let text = String::from_utf8(json).unwrap();
        assert!(text.starts_with("{\"time\":\"20"), "{text}");
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["event"], "dropped");
        assert_eq!((value["first"].as_u64(), value["reason"].as_str()), (Some(3), Some("no \"room\"")));
        let empty: serde_json::Value = serde_json::from_slice(&timed(&serde_json::json!({}))).unwrap();
        assert!(empty["time"].is_string());
    }
}
