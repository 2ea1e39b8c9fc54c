//! Which methods may leave their class, and which classes may receive one.

use compact_str::CompactString;
use ssot_facts::{Definition, DefinitionId, Index, Role};

use crate::choice::pair_obstacle;
use crate::{Examiner, Refusal};

/// Special methods that say nothing beyond their own call.
const PLAIN_SPECIAL: [&str; 9] = [
    "__init__",
    "__repr__",
    "__str__",
    "__call__",
    "__enter__",
    "__exit__",
    "__aenter__",
    "__aexit__",
    "__len__",
];

/// Decorators that make a statement about the place of a method among the classes.
const OF_THE_CLASS: [&str; 4] = ["abstractmethod", "override", "overrides", "overload"];

/// A method that may leave its class.
pub(super) struct Method {
    pub(super) id: DefinitionId,
    pub(super) class: DefinitionId,
    pub(super) name: CompactString,
    /// Dotted name of the class.
    pub(super) owner: String,
    /// It calls `super()`, which leads on from the class in whose body it stands.
    pub(super) asks_above: bool,
    /// The class has decorators, which may look for what it defines itself.
    decorated: bool,
}

impl Method {
    /// Whether it makes no difference that the class inherits it.
    pub(super) fn may_be_inherited(&self) -> Result<(), String> {
        let is_special = self.name.starts_with("__") && self.name.ends_with("__");
        if is_special && !PLAIN_SPECIAL.contains(&self.name.as_str()) {
            return Err(format!("a class that defines `{}` itself is another class", self.name));
        }
        if is_special && self.decorated {
            return Err(format!(
                "a decorator of {} may write `{}` when the class does not",
                self.owner, self.name
            ));
        }
        Ok(())
    }
}

/// The methods that may leave their classes and equal each other, and why the others stay.
pub(super) fn movable(
    examiner: &Examiner<'_>,
    ids: &[DefinitionId],
) -> (Vec<Method>, Vec<Refusal>) {
    let mut methods: Vec<Method> = Vec::new();
    let mut refusals = Vec::new();
    for id in ids {
        let equal = |method: &Method| match methods.first() {
            Some(first) => match pair_obstacle(examiner, first.id, method.id) {
                Some(reason) => Err(reason),
                None => Ok(()),
            },
            None => Ok(()),
        };
        match method(examiner, *id).and_then(|method| equal(&method).map(|()| method)) {
            Ok(method) => methods.push(method),
            Err(reason) => refusals.push(Refusal { place: examiner.place(*id), reason }),
        }
    }
    (methods, refusals)
}

fn method(examiner: &Examiner<'_>, id: DefinitionId) -> Result<Method, String> {
    let index = examiner.index;
    let definition = index.definition(id);
    let owner = definition.owner.ok_or("it belongs to no class")?;
    let class = DefinitionId { module: id.module, index: owner };
    let name = &definition.name;
    if examiner.gone.contains(&id) {
        return Err("another group removes it already".to_owned());
    }
    if let Some(reason) = ssot_rules::obstacle(index, &examiner.patches, id) {
        return Err(reason);
    }
    let of_class = |it: &&CompactString| {
        let last = it.trim_end_matches("()").rsplit('.').next().unwrap_or_default();
        OF_THE_CLASS.contains(&last)
    };
    if let Some(decorator) = definition.decorators.iter().find(of_class) {
        return Err(format!("`@{decorator}` is about the place of `{name}` among the classes"));
    }
    let facts = &index.module(id.module).facts;
    let namesakes =
        facts.definitions.iter().filter(|it| it.owner == Some(owner) && it.name == *name);
    if namesakes.count() > 1 {
        return Err(format!("{} defines `{name}` more than once", index.dotted(class)));
    }
    of_the_class(examiner, class)?;
    Ok(Method {
        id,
        class,
        name: name.clone(),
        owner: index.dotted(class),
        asks_above: definition.free.iter().any(|it| it == "super" || it == "__class__"),
        decorated: !index.definition(class).decorators.is_empty(),
    })
}

/// Whether a class can lose a method.
fn of_the_class(examiner: &Examiner<'_>, class: DefinitionId) -> Result<(), String> {
    let index = examiner.index;
    if examiner.gone.contains(&class) || examiner.kept.contains(&class) {
        return Err(format!("another group is about {} as a whole", index.dotted(class)));
    }
    plain(index, class)
}

/// Whether a class can receive a method.
pub(super) fn home(examiner: &Examiner<'_>, class: DefinitionId) -> Result<(), String> {
    let index = examiner.index;
    let module = index.module(class.module);
    if module.role != Role::Production {
        return Err(format!("{} is {} code", module.name, module.role.as_str()));
    }
    of_the_class(examiner, class)
}

/// A class at the top of its module that looks neither at its own body nor at its
/// subclasses.
fn plain(index: &Index, class: DefinitionId) -> Result<(), String> {
    let definition: &Definition = index.definition(class);
    let module = index.module(class.module);
    let dotted = index.dotted(class);
    if definition.owner.is_some() || definition.flags.conditional {
        return Err(format!("{dotted} is defined inside of something else"));
    }
    if module.facts.bindings_of(&definition.name).count() != 1 {
        return Err(format!("{} binds `{}` more than once", module.name, definition.name));
    }
    let is_protocol = |base: &CompactString| {
        base.split('[').next().unwrap_or_default().rsplit('.').next() == Some("Protocol")
    };
    if definition.bases.iter().any(is_protocol) {
        return Err(format!("{dotted} is a protocol"));
    }
    if definition.flags.hooks_subclassing {
        return Err(format!("{dotted} hooks into its subclasses"));
    }
    Ok(())
}
