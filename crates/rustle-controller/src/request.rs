//! The body of a request.

use rustle_runtime::schema::controller::{CONTROLLER_FORMAT, Envelope, Kind, RunHead, State};

use crate::event_json::now;
use crate::spool::record::{self, Record};

/// The body that carries `records`, of which there is at least one.
pub(crate) fn events(head: &RunHead, records: &[Record], attempt: u32) -> Vec<u8> {
    let (first, kind) = match records.first() {
        Some(record) => (record.number, record.kind),
        None => (0, record::Kind::Event),
    };
    let kind = match kind {
        record::Kind::Start => Kind::Start,
        record::Kind::Last => Kind::Report,
        record::Kind::Event | record::Kind::Dropped => Kind::Events,
    };
    let count = records.len() as u64;
    let envelope = envelope(head, kind, first, count, attempt, None);
    body(&envelope, records.iter().map(|record| record.json.as_slice()))
}

/// The body of a sign of life; `first` is the number of the next event that is sent.
pub(crate) fn heartbeat(head: &RunHead, first: u64, state: State) -> Vec<u8> {
    body(&envelope(head, Kind::Heartbeat, first, 0, 1, Some(state)), std::iter::empty())
}

fn envelope(
    head: &RunHead,
    kind: Kind,
    first: u64,
    count: u64,
    attempt: u32,
    state: Option<State>,
) -> Envelope {
    let run = head.clone();
    Envelope { format: CONTROLLER_FORMAT, kind, run, first, count, sent: now(), attempt, state }
}

/// The events are JSON already, so they are put behind the head as they are.
fn body<'a>(envelope: &Envelope, events: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut json = serde_json::to_vec(envelope).unwrap_or_else(|_| b"{}".to_vec());
    json.pop();
    json.extend_from_slice(b",\"events\":[");
    for (index, event) in events.enumerate() {
        if index > 0 {
            json.push(b',');
        }
        json.extend_from_slice(event);
    }
    json.extend_from_slice(b"]}");
    json
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_one_object_that_schema_reads() {
        let head = RunHead { run: "ab".into(), plan: "a \"b\"".into(), ..RunHead::default() };
        let record = |number, kind| Record { kind, number, json: format!("{{\"n\":{number}}}").into_bytes() };
        let records = [record(4, record::Kind::Event), record(5, record::Kind::Event)];
        let json = events(&head, &records, 3);
        let value: serde_json::Value = serde_json::from_slice(&json).unwrap();
        assert_eq!(value["events"], serde_json::json!([{"n": 4}, {"n": 5}]));
        let envelope: Envelope = serde_json::from_slice(&json).unwrap();
        assert_eq!((envelope.first, envelope.count, envelope.attempt), (4, 2, 3));
        assert_eq!((envelope.kind, envelope.run), (Kind::Events, head.clone()));
        let last = events(&head, &[record(6, record::Kind::Last)], 1);
        assert_eq!(serde_json::from_slice::<Envelope>(&last).unwrap().kind, Kind::Report);
        let beat: serde_json::Value =
            serde_json::from_slice(&heartbeat(&head, 7, State { told: 9, ..State::default() })).unwrap();
        assert_eq!((beat["kind"].as_str(), beat["state"]["told"].as_u64()), (Some("heartbeat"), Some(9)));
        assert_eq!(beat["events"], serde_json::json!([]));
    }
}
