//! The files that were read for what they say about objects, each once.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use ssot_facts::python::{self, Reading};
use ssot_facts::{Index, ModuleId};

use crate::dissect::{Sources, is_python};
use crate::mro::{Call, calls_of};

/// Files that are kept; a repository has more only where a group is used everywhere.
const KEPT: usize = 4096;

/// What the files of an index say about the objects in them.
#[derive(Default)]
pub(crate) struct Readings {
    read: RefCell<BTreeMap<ModuleId, Rc<Reading>>>,
    calls: RefCell<BTreeMap<ModuleId, Rc<[Call]>>>,
}

impl Readings {
    /// What a module says; nothing when its text cannot be read or is not Python.
    pub(crate) fn of(&self, index: &Index, sources: &Sources<'_>, id: ModuleId) -> Rc<Reading> {
        if let Some(known) = self.read.borrow().get(&id) {
            return Rc::clone(known);
        }
        let path = &index.module(id).path;
        let source = if is_python(path) { sources(path) } else { None };
        let reading = source.map_or_else(Reading::default, |source| python::reading(&source));
        let reading = Rc::new(reading);
        let mut read = self.read.borrow_mut();
        if read.len() < KEPT {
            read.insert(id, Rc::clone(&reading));
        }
        reading
    }
}

/// The readings of one index together with what they are read from.
#[derive(Clone, Copy)]
pub(crate) struct Library<'a> {
    pub(crate) index: &'a Index,
    pub(crate) sources: &'a Sources<'a>,
    pub(crate) readings: &'a Readings,
}

impl Library<'_> {
    /// What a module says about its objects.
    pub(crate) fn of(&self, id: ModuleId) -> Rc<Reading> {
        self.readings.of(self.index, self.sources, id)
    }

    /// The calls of a module on objects whose class can be told.
    pub(crate) fn calls(&self, id: ModuleId) -> Rc<[Call]> {
        if let Some(known) = self.readings.calls.borrow().get(&id) {
            return Rc::clone(known);
        }
        let calls: Rc<[Call]> = calls_of(*self, id).into();
        let mut all = self.readings.calls.borrow_mut();
        if all.len() < KEPT {
            all.insert(id, Rc::clone(&calls));
        }
        calls
    }
}
