//! Which calls change the object that they are made on.

/// What a call does to the collection that it is made on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Something is added: `append`.
    Add,
    /// A value is stored under one key: `setdefault`.
    Put,
    /// Many values are stored or added at once: `update`.
    Merge,
    /// Something is taken out: `pop`.
    Remove,
    /// What is there changes its place: `sort`.
    Reorder,
}

/// What a method of this name does to its object, if it changes it. Told by the name
/// alone: these are the methods of Python's own collections.
pub fn change_of(method: &str) -> Option<Change> {
    Some(match method {
        "add" | "append" | "appendleft" | "extend" | "extendleft" | "insert" => Change::Add,
        "setdefault" => Change::Put,
        "update" | "subtract" => Change::Merge,
        "clear"
        | "difference_update"
        | "discard"
        | "intersection_update"
        | "pop"
        | "popitem"
        | "popleft"
        | "remove"
        | "symmetric_difference_update" => Change::Remove,
        "move_to_end" | "reverse" | "rotate" | "sort" => Change::Reorder,
        _ => return None,
    })
}
