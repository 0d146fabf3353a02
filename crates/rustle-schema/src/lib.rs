//! The shapes of every file and wire format of Rustle
