//! What somebody sees of a run: the fold of its log as far as it is shown, and where the eye is.

use ssot_engine::fold::Fold;
use ssot_model::{Agent, BudgetLimits, Event, PackageId, Plan, RunId, Schedule};

/// The speeds of a replay.
const SPEEDS: [u32; 5] = [1, 10, 60, 600, 6000];
/// The speed that a replay begins with.
const FIRST_SPEED: usize = 2;

/// What the lower part shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pane {
    /// Alerts, the latest first.
    Alerts,
    /// Gates of the repository as a whole.
    Gates,
    /// Budget, checkpoints and branches.
    Budget,
    /// Everything about the selected package.
    Package,
    /// The keys.
    Keys,
}

impl Pane {
    /// What one key leads through.
    pub(super) const ROUND: [Self; 3] = [Self::Alerts, Self::Gates, Self::Budget];
}

/// A replay of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Replay {
    /// The time of the run that is shown, in milliseconds since 1970.
    pub(super) at: i64,
    /// Position in [`SPEEDS`].
    speed: usize,
    /// Whether it stands still.
    pub(super) is_held: bool,
}

impl Replay {
    /// How many times faster than it was.
    pub(super) fn speed(self) -> u32 {
        SPEEDS[self.speed]
    }
}

/// What is asked before it is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Question {
    /// Whether the run is told to stop.
    Cancel,
    /// Whether what waits is approved: of one package, or everything.
    Approve(Option<PackageId>),
}

/// What somebody sees of a run.
#[derive(Debug)]
pub(super) struct View {
    pub(super) run: RunId,
    pub(super) plan: Option<Plan>,
    pub(super) schedule: Option<Schedule>,
    pub(super) limits: BudgetLimits,
    /// What is shown.
    pub(super) fold: Fold,
    pub(super) pane: Pane,
    /// Position of the selected package.
    pub(super) selected: usize,
    /// Lines that the lower part is scrolled by.
    pub(super) scroll: u16,
    pub(super) replay: Option<Replay>,
    pub(super) question: Option<Question>,
    /// How the connection is, and what came of the last command.
    pub(super) connection: String,
    pub(super) said: String,
    /// Every event that has come; the fold may be behind in a replay.
    events: Vec<Event>,
    /// Events in the fold.
    shown: usize,
}

impl View {
    pub(super) fn new(run: RunId) -> Self {
        Self {
            run,
            plan: None,
            schedule: None,
            limits: BudgetLimits::default(),
            fold: Fold::default(),
            pane: Pane::Alerts,
            selected: 0,
            scroll: 0,
            replay: None,
            question: None,
            connection: String::new(),
            said: String::new(),
            events: Vec::new(),
            shown: 0,
        }
    }

    /// Whether a plan that is not known can be there: it is made before anything is executed.
    pub(super) fn wants_plan(&self) -> bool {
        self.plan.is_none() && self.fold.agents[Agent::Optimize as usize].status.is_some()
    }

    /// Learns what was meant; what is shown is folded anew.
    pub(super) fn planned(&mut self, plan: Plan, schedule: Option<Schedule>) {
        (self.plan, self.schedule) = (Some(plan), schedule);
        self.show(self.shown);
    }

    /// Takes in what the log says next; a number that was there already says nothing new.
    pub(super) fn hear(&mut self, events: impl IntoIterator<Item = Event>) {
        for event in events {
            if event.seq == self.applied() + 1 {
                self.events.push(event);
            }
        }
        if self.replay.is_none() {
            self.catch_up();
        }
    }

    /// The number of the last event that has come.
    pub(super) fn applied(&self) -> u64 {
        self.events.last().map_or(0, |event| event.seq)
    }

    /// Whether the log, as far as it came, ends with the end of the run.
    pub(super) fn has_ended(&self) -> bool {
        self.replay.is_none() && self.fold.outcome.is_some()
    }

    fn catch_up(&mut self) {
        while let Some(event) = self.events.get(self.shown) {
            self.fold.apply(event);
            self.shown += 1;
        }
    }

    /// Shows the first events alone.
    fn show(&mut self, number: usize) {
        self.shown = number.min(self.events.len());
        self.fold = Fold::of(self.plan.as_ref(), &self.events[..self.shown]);
    }

    /// The time that is shown: that of the replay, that of the end, or now.
    pub(super) fn time(&self, now: i64) -> i64 {
        match self.replay {
            Some(replay) => replay.at,
            None => self.fold.ended.map_or(now, |ended| ended.0),
        }
    }

    /// Plays the log from its beginning, or goes back to what is now.
    pub(super) fn toggle_replay(&mut self) {
        if self.replay.take().is_some() {
            self.catch_up();
        } else if let Some(first) = self.events.first() {
            self.replay = Some(Replay { at: first.at.0, speed: FIRST_SPEED, is_held: false });
            self.show(0);
        }
    }

    /// Lets so much time pass in a replay.
    pub(super) fn pass(&mut self, millis: i64) {
        let Some(replay) = self.replay.as_mut().filter(|it| !it.is_held) else { return };
        replay.at = replay.at.saturating_add(millis.saturating_mul(i64::from(replay.speed())));
        let at = replay.at;
        while let Some(event) = self.events.get(self.shown).filter(|event| event.at.0 <= at) {
            self.fold.apply(event);
            self.shown += 1;
        }
        if self.shown == self.events.len() && self.fold.outcome.is_some() {
            self.replay = None;
        }
    }

    /// One event back or on; a replay that is led by hand stands still.
    pub(super) fn step(&mut self, on: bool) {
        if self.replay.is_none() {
            self.toggle_replay();
            self.show(self.events.len());
        }
        let wanted = if on { self.shown + 1 } else { self.shown.saturating_sub(1) };
        self.show(wanted);
        let at = self.events.get(self.shown.saturating_sub(1)).map(|event| event.at.0);
        if let (Some(replay), Some(at)) = (&mut self.replay, at) {
            (replay.at, replay.is_held) = (at, true);
        }
    }

    pub(super) fn hold(&mut self) {
        if let Some(replay) = &mut self.replay {
            replay.is_held = !replay.is_held;
        }
    }

    pub(super) fn faster(&mut self, faster: bool) {
        if let Some(replay) = &mut self.replay {
            let wanted = if faster { replay.speed + 1 } else { replay.speed.saturating_sub(1) };
            replay.speed = wanted.min(SPEEDS.len() - 1);
        }
    }

    /// Selects another package.
    pub(super) fn select(&mut self, by: isize) {
        let last = self.fold.packages.len().saturating_sub(1);
        self.selected = self.selected.saturating_add_signed(by).min(last);
        if self.pane == Pane::Package {
            self.scroll = 0;
        }
    }

    /// The selected package; none before there is one.
    pub(super) fn selection(&self) -> Option<&PackageId> {
        self.fold.packages.keys().nth(self.selected)
    }

    pub(super) fn turn(&mut self, pane: Pane) {
        (self.pane, self.scroll) = (pane, 0);
    }

    pub(super) fn scroll(&mut self, by: i16) {
        self.scroll = self.scroll.saturating_add_signed(by);
    }

    /// What an approval of the moment would be about: the selected package when it waits,
    /// otherwise everything; no question when nothing waits.
    pub(super) fn approvable(&self) -> Option<Question> {
        let selected = self.selection();
        let waits = self.fold.waiting.iter().any(|it| it.package.as_ref() == selected);
        match (waits && selected.is_some(), self.fold.waiting.is_empty()) {
            (_, true) => None,
            (true, _) => Some(Question::Approve(selected.cloned())),
            (false, _) => Some(Question::Approve(None)),
        }
    }

    /// How far the replay is: events shown, of how many.
    pub(super) fn position(&self) -> (usize, usize) {
        (self.shown, self.events.len())
    }
}
