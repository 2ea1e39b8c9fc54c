//! A function gets a parameter for the one place in which its copy does something else.
//!
//! The place becomes a choice: `if flag:` with what the copy has there, `else:` with what
//! stood there. That each side is the function that it stands for is shown by putting it in
//! the place alone and laying the whole beside that function.

use std::ops::Range;

use ssot_facts::python::template::{Branch, Side, branch as place_of, template};
use ssot_facts::{Definition, DefinitionId};

use super::face;
use super::form;
use super::parameterise::{function_of, refusal, value_use};
use super::redirect::movable;
use super::signature::{self, Added};
use super::source::SourceFile;
use super::style;
use super::work::Work;
use crate::Refused;
use crate::edit::{self, Edit};

/// Plans the parameter, the choice and the face.
pub(super) fn branch(
    work: &mut Work<'_>,
    canonical: DefinitionId,
    copy: DefinitionId,
    flag: &str,
) -> Result<(), Refused> {
    let index = work.index;
    let definition = movable(index, canonical)?;
    form::importable(index, canonical.module)?;
    let (home, away) = (work.file(canonical.module)?, work.file(copy.module)?);
    let sides = (side(work, &home, canonical), side(work, &away, copy));
    let refused = |why: String| {
        refusal(index, canonical, format!("is not its copy but for one place: {why}"))
    };
    let place = place_of(sides.0, sides.1).map_err(refused)?;
    let def = function_of(index, &home, canonical)?;
    let added = Added {
        name: flag.into(),
        default: "False".to_owned(),
        others: vec!["True".to_owned()],
        places: Vec::new(),
        statement: None,
    };
    let longest = style::longest_line(work, &home.path);
    let header = signature::extended((&home, longest), def, &[added])
        .map_err(|why| refusal(index, canonical, why))?;
    let parts = Parts::new((&home, definition), (&away, index.definition(copy)), &place);
    prove(work, &home, canonical, &header, &parts.given(), sides.1)?;
    prove(work, &home, canonical, &header, &parts.kept(), sides.0)?;
    let handed_on = template(sides.1, sides.1).map_err(|why| refusal(index, copy, why))?;
    work.alter(canonical)?;
    if let Some(place) = value_use(work, canonical)? {
        let why = format!("is handed on as a value at {place}, where its parameters show");
        return Err(refusal(index, canonical, why));
    }
    let plan = work.plans.entry(canonical.module).or_default();
    plan.edits.extend(header);
    plan.edits.push(parts.choice(flag));
    let arguments = [(flag.into(), "True".to_owned())];
    face::become_face(work, copy, (canonical, &definition.name), &handed_on, &arguments)
}

fn side<'f>(work: &Work<'f>, file: &'f SourceFile, id: DefinitionId) -> Side<'f> {
    let definition = work.index.definition(id);
    Side { source: &file.text, span: definition.span, free: &definition.free }
}

/// What stands in the place in either function.
struct Parts<'f> {
    file: &'f SourceFile,
    /// The bytes of the place.
    range: Range<usize>,
    indent: &'f str,
    /// The lines of the kept function, and of the other one as they would stand there.
    mine: Vec<String>,
    theirs: Vec<String>,
}

impl<'f> Parts<'f> {
    fn new(
        (home, kept): (&'f SourceFile, &Definition),
        (away, other): (&SourceFile, &Definition),
        place: &'f Branch,
    ) -> Self {
        let lines = |definition: &Definition, range: &Range<usize>| {
            let first = definition.span.start as usize - 1;
            first + range.start..first + range.end
        };
        let (here, there) = (lines(kept, &place.kept), lines(other, &place.other));
        let text = |file: &SourceFile, line: usize, indent: &str| {
            let text = file.line_text(line);
            text.strip_prefix(indent).unwrap_or(text.trim_start()).to_owned()
        };
        Self {
            file: home,
            range: home.line_range(here.clone()),
            indent: &place.indent,
            mine: here.map(|line| text(home, line, &place.indent)).collect(),
            theirs: there.map(|line| text(away, line, &place.other_indent)).collect(),
        }
    }

    /// Lines at the place, so much deeper.
    fn laid_out(&self, lines: &[String], deeper: &str) -> String {
        let newline = self.file.newline();
        let line = |line: &String| match line.trim() {
            "" => newline.to_owned(),
            _ => format!("{}{deeper}{line}{newline}", self.indent),
        };
        lines.iter().map(line).collect()
    }

    /// The kept function with the other's lines.
    fn given(&self) -> Edit {
        Edit::replace(self.range.clone(), self.laid_out(&self.theirs, ""))
    }

    /// The kept function as it is.
    fn kept(&self) -> Edit {
        Edit::replace(self.range.clone(), self.laid_out(&self.mine, ""))
    }

    /// The choice between both.
    fn choice(&self, flag: &str) -> Edit {
        const STEP: &str = "    ";
        let (indent, newline) = (self.indent, self.file.newline());
        let inner = |lines: &[String]| self.laid_out(lines, STEP);
        let text = match (self.theirs.is_empty(), self.mine.is_empty()) {
            (true, _) => format!("{indent}if not {flag}:{newline}{}", inner(&self.mine)),
            (_, true) => format!("{indent}if {flag}:{newline}{}", inner(&self.theirs)),
            _ => format!(
                "{indent}if {flag}:{newline}{}{indent}else:{newline}{}",
                inner(&self.theirs),
                inner(&self.mine)
            ),
        };
        Edit::replace(self.range.clone(), text)
    }
}

/// With one side in the place and the parameter at its default, the function is another one.
fn prove(
    work: &Work<'_>,
    home: &SourceFile,
    canonical: DefinitionId,
    header: &[Edit],
    part: &Edit,
    expected: Side<'_>,
) -> Result<(), Refused> {
    let index = work.index;
    let definition = index.definition(canonical);
    let overlap =
        |at: usize| Refused::Overlap { path: home.path.clone(), line: home.line(at) as u32 + 1 };
    let edits = header.iter().cloned().chain([part.clone()]).collect();
    let text = edit::apply(&home.text, edits).map_err(overlap)?;
    super::source::check_syntax(&home.path, &text)?;
    let facts = ssot_facts::python::extract(text.as_bytes());
    let is_it = |it: &&Definition| it.owner.is_none() && it.name == definition.name;
    let new = facts.definitions.iter().find(is_it);
    let is_same = new.is_some_and(|new| {
        let side = Side { source: &text, span: new.span, free: &new.free };
        template(side, expected).is_ok_and(|it| it.holes.is_empty() && it.given.is_empty())
    });
    if is_same {
        return Ok(());
    }
    let why = "would not be what its copy is with the parameter".to_owned();
    Err(refusal(index, canonical, why))
}
