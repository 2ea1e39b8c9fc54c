//! Which events are applied, and when a stream has to be asked for again.

use ssot_model::Event;

/// How often a stream is asked for again without an event that helps, before the connection is
/// given up.
const ASKED: u32 = 4;

/// What has to be done besides handing events on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// Nothing.
    Listen,
    /// The stream is asked for again after what was applied.
    AskAgain,
    /// The connection does not help: another one.
    Reconnect,
    /// Everything that was there has come.
    Live,
}

/// The place in one stream.
#[derive(Debug)]
pub(crate) struct Cursor {
    applied: u64,
    asked: u32,
    /// Whether the stream was asked for again and nothing has come of it yet.
    has_gap: bool,
}

impl Cursor {
    pub(crate) fn after(seq: u64) -> Self {
        Self { applied: seq, asked: 0, has_gap: false }
    }

    /// The last event that was applied.
    pub(crate) fn applied(&self) -> u64 {
        self.applied
    }

    /// A connection is open and the stream is asked for on it.
    pub(crate) fn connected(&mut self) {
        self.has_gap = false;
    }

    /// Takes events in: those that are the next ones, one after the other.
    pub(crate) fn events(&mut self, events: Vec<Event>) -> (Vec<Event>, Next) {
        let mut next = Vec::with_capacity(events.len());
        for event in events {
            if event.seq <= self.applied {
                continue;
            }
            if event.seq > self.applied + 1 {
                return (next, self.gap());
            }
            self.applied = event.seq;
            (self.has_gap, self.asked) = (false, 0);
            next.push(event);
        }
        (next, Next::Listen)
    }

    /// The server says that this was everything.
    pub(crate) fn caught_up(&mut self, seq: u64) -> Next {
        if seq > self.applied {
            self.has_gap = false;
            return self.gap();
        }
        Next::Live
    }

    /// Something is missing: the stream again from what is there. Once, until it helps.
    fn gap(&mut self) -> Next {
        if self.has_gap {
            return Next::Listen;
        }
        self.asked += 1;
        if self.asked > ASKED {
            self.asked = 0;
            return Next::Reconnect;
        }
        self.has_gap = true;
        Next::AskAgain
    }
}

#[cfg(test)]
mod tests {
    use ssot_model::{Event, EventKind, RunId, Timestamp};

    use super::{Cursor, Next};

    fn events(numbers: &[u64]) -> Vec<Event> {
        let event = |seq: &u64| Event {
            v: 1,
            epoch: 1,
            run: RunId::new("r"),
            seq: *seq,
            at: Timestamp(0),
            step: format!("step/{seq}"),
            kind: EventKind::RunResumed { after_seq: 0 },
        };
        numbers.iter().map(event).collect()
    }

    /// What is applied of deliveries, and what is asked for.
    fn after(start: u64, deliveries: &[&[u64]]) -> (Vec<u64>, Vec<Next>) {
        let mut cursor = Cursor::after(start);
        let (mut applied, mut asked) = (Vec::new(), Vec::new());
        for numbers in deliveries {
            let (events, next) = cursor.events(events(numbers));
            applied.extend(events.iter().map(|event| event.seq));
            asked.push(next);
        }
        (applied, asked)
    }

    #[test]
    fn each_event_is_applied_once_and_in_its_place() {
        use Next::{AskAgain, Listen};
        for (start, deliveries, applied, asked) in [
            (0, &[&[1, 2][..], &[3]][..], &[1, 2, 3][..], &[Listen, Listen][..]),
            (0, &[&[1, 1, 2], &[2, 3]], &[1, 2, 3], &[Listen, Listen]),
            (41, &[&[40, 41, 42]], &[42], &[Listen]),
            // What is behind a gap is not applied, however often it comes; it is asked for once.
            (0, &[&[1, 3], &[4], &[2, 3, 4]], &[1, 2, 3, 4], &[AskAgain, Listen, Listen]),
            (0, &[&[2, 1]], &[], &[AskAgain]),
            (7, &[&[]], &[], &[Listen]),
        ] {
            assert_eq!(after(start, deliveries), (applied.to_vec(), asked.to_vec()));
        }
    }

    #[test]
    fn a_connection_that_does_not_help_is_given_up() {
        let mut cursor = Cursor::after(0);
        for expected in [Next::AskAgain, Next::AskAgain, Next::AskAgain, Next::AskAgain] {
            assert_eq!(cursor.caught_up(5), expected);
        }
        assert_eq!(cursor.caught_up(5), Next::Reconnect);
        // One event that helps is enough to try it for longer.
        cursor.events(events(&[1]));
        assert_eq!(cursor.caught_up(5), Next::AskAgain);
        cursor.events(events(&[2, 3, 4, 5]));
        assert_eq!((cursor.caught_up(5), cursor.applied()), (Next::Live, 5));
    }
}
