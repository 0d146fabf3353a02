#[derive(Choice)]
enum Wrong {
    A(String),
}
