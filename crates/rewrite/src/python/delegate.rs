//! Functions become calls of the method of their first argument that does the same.

use ruff_python_ast::Expr;
use ssot_facts::python::template::{Side, Template, template};
use ssot_facts::{DefinitionId, Index, ModuleId, Resolution};

use super::face;
use super::parameterise::{function_of, refusal};
use super::pull_up::class_of;
use super::source::SourceFile;
use super::work::Work;
use crate::Refused;

/// Plans a face for every function.
pub(super) fn delegate(
    work: &mut Work<'_>,
    method: DefinitionId,
    copies: &[(DefinitionId, Template)],
) -> Result<(), Refused> {
    let index = work.index;
    let class = class_of(index, method)?;
    work.keep(method)?;
    for (copy, expected) in copies {
        prove(work, method, *copy, expected)?;
        let file = work.file(copy.module)?;
        let def = function_of(index, &file, *copy)?;
        let mut handed_on = expected.clone();
        let receiver = handed_on.parameters.remove(0).name;
        let first = def.parameters.iter().find(|it| it.name().as_str() == receiver.as_str());
        let annotation = first.and_then(|it| it.as_parameter().annotation.as_deref());
        if !annotation.is_some_and(|it| is_class(index, &file, copy.module, it, class)) {
            let why = format!("may be given something else than {}", index.dotted(class));
            return Err(refusal(index, *copy, why));
        }
        let called = format!("{receiver}.{}", index.definition(method).name);
        face::hand_on(work, *copy, &called, &handed_on, &[])?;
    }
    Ok(())
}

/// Whether an annotation names a class outright.
fn is_class(
    index: &Index,
    file: &SourceFile,
    module: ModuleId,
    annotation: &Expr,
    class: DefinitionId,
) -> bool {
    let text = match annotation {
        Expr::StringLiteral(literal) => literal.value.to_str(),
        other => &file.text[SourceFile::range(other)],
    };
    matches!(&*index.follow(module, text), [Resolution::Definition(found)] if *found == class)
}

/// The method is still what was laid beside the function.
fn prove(
    work: &mut Work<'_>,
    method: DefinitionId,
    copy: DefinitionId,
    expected: &Template,
) -> Result<(), Refused> {
    let index = work.index;
    let (home, file) = (work.file(method.module)?, work.file(copy.module)?);
    let (kept, other) = (index.definition(method), index.definition(copy));
    let one = Side { source: &home.text, span: kept.span, free: &kept.free };
    let two = Side { source: &file.text, span: other.span, free: &other.free };
    let takes_object = expected.parameters.first().is_some_and(|it| it.kept == "self");
    let is_same = expected.holes.is_empty() && expected.given.is_empty();
    if takes_object && is_same && template(one, two).as_ref() == Ok(expected) {
        return Ok(());
    }
    Err(refusal(index, copy, format!("is not what {} does", index.dotted(method))))
}
