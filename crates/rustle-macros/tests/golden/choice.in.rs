#[derive(Choice)]
enum State {
    Present,
    #[choice(rename = "gone", alias = "absent")]
    NotThere,
}
