//! What is said about an open file, as values.

use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams, CodeLens, CodeLensParams,
    Command, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, ExecuteCommandParams,
    Hover, HoverContents, HoverParams, Location, MarkupContent, MarkupKind, NumberOrString,
    Position, PublishDiagnosticsParams, Range, ShowDocumentParams, Uri,
};
use serde_json::json;
use ssot_engine::Alike;
use ssot_model::{Existence, Finding, Match, Member, RepoPath, Severity};

use super::documents::{Document, Documents};
use super::{SHOW, address};

/// Matches named at one definition.
const MOST_SHOWN: usize = 5;

/// What is said below the lines of a file; none when it is not open.
pub(super) fn diagnostics(
    documents: &Documents,
    path: &RepoPath,
) -> Option<PublishDiagnosticsParams> {
    let document = documents.get(path)?;
    let mut diagnostics: Vec<Diagnostic> = Vec::new();
    for finding in &document.findings {
        let here = finding.members.iter().filter(|member| member.path == *path);
        diagnostics.extend(here.map(|member| of_finding(documents, document, finding, member)));
    }
    for alike in &document.alike {
        let line = document.head(&alike.name, alike.span.start);
        let is_said = diagnostics.iter().any(|it| it.range.start.line == line);
        let best = alike.matches.first();
        let is_there = Existence::of(best.map(|it| it.likeness)) == Existence::Exists;
        diagnostics.extend(best.filter(|_| is_there && !is_said).map(|best| Diagnostic {
            range: whole(document, line),
            severity: Some(DiagnosticSeverity::INFORMATION),
            code: Some(NumberOrString::String("find-existing".to_owned())),
            source: Some("ssot".to_owned()),
            message: format!("exists already: {}", told(best)),
            related_information: location_of(documents, best).map(|location| {
                vec![DiagnosticRelatedInformation { location, message: best.dotted.clone() }]
            }),
            ..Diagnostic::default()
        }));
    }
    let (uri, version) = (document.uri.clone(), Some(document.version));
    Some(PublishDiagnosticsParams { uri, diagnostics, version })
}

fn of_finding(
    documents: &Documents,
    document: &Document,
    finding: &Finding,
    member: &Member,
) -> Diagnostic {
    let line = document.head(&member.qualified_name, member.span.start);
    let others = finding.members.iter().filter(|it| *it != member);
    let related = others.filter_map(|it| {
        let location = location(documents, &it.path, it.span.start)?;
        Some(DiagnosticRelatedInformation { location, message: it.dotted() })
    });
    Diagnostic {
        range: whole(document, line),
        severity: Some(match finding.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
            Severity::Note => DiagnosticSeverity::INFORMATION,
        }),
        code: Some(NumberOrString::String(finding.rule.clone())),
        source: Some("ssot".to_owned()),
        message: format!("{} ({})", finding.summary, finding.id),
        related_information: Some(related.collect()),
        ..Diagnostic::default()
    }
}

/// What is like the definition whose head is under the cursor.
pub(super) fn hover(documents: &Documents, asked: &HoverParams) -> Option<Hover> {
    let asked = &asked.text_document_position_params;
    let document = documents.at(&asked.text_document.uri)?;
    let is_here = |it: &&Alike| document.head(&it.name, it.span.start) == asked.position.line;
    let alike = document.alike.iter().find(is_here)?;
    let head = format!("`{}` exists already, or something like it:\n", alike.name);
    let matches = alike.matches.iter().take(MOST_SHOWN);
    let lines = matches.map(|it| format!("- {} %: {}", it.likeness, told(it)));
    let value = std::iter::once(head).chain(lines).collect::<Vec<_>>().join("\n");
    let contents = HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value });
    Some(Hover { contents, range: Some(whole(document, asked.position.line)) })
}

/// One line above each definition that something is like.
pub(super) fn lenses(documents: &Documents, asked: &CodeLensParams) -> Vec<CodeLens> {
    let Some(document) = documents.at(&asked.text_document.uri) else { return Vec::new() };
    let lens = |alike: &Alike| {
        let best = alike.matches.first()?;
        let more = match alike.matches.len() - 1 {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let word = match Existence::of(Some(best.likeness)) {
            Existence::Exists => "exists already",
            _ => "like it",
        };
        let line = document.head(&alike.name, alike.span.start);
        let command = show(documents, best, format!("{word}: {}{more}", best.dotted))?;
        Some(CodeLens { range: whole(document, line), command: Some(command), data: None })
    };
    document.alike.iter().filter_map(lens).collect()
}

/// Ways to the definitions that something in the range is like.
pub(super) fn actions(documents: &Documents, asked: &CodeActionParams) -> Vec<CodeActionOrCommand> {
    let Some(document) = documents.at(&asked.text_document.uri) else { return Vec::new() };
    let meant = asked.range.start.line..=asked.range.end.line;
    let is_meant = |it: &&Alike| meant.contains(&document.head(&it.name, it.span.start));
    let matches = document.alike.iter().filter(is_meant).flat_map(|it| &it.matches);
    let action = |it: &Match| {
        let title = format!("This exists already at {}:{}", it.path, it.span.start);
        Some(CodeActionOrCommand::CodeAction(CodeAction {
            title: title.clone(),
            kind: Some(CodeActionKind::QUICKFIX),
            command: Some(show(documents, it, title)?),
            ..CodeAction::default()
        }))
    };
    matches.take(MOST_SHOWN).filter_map(action).collect()
}

/// The place that a command shows.
pub(super) fn shown(asked: &ExecuteCommandParams) -> Option<ShowDocumentParams> {
    if asked.command != SHOW {
        return None;
    }
    let uri: Uri = serde_json::from_value(asked.arguments.first()?.clone()).ok()?;
    let line = u32::try_from(asked.arguments.get(1)?.as_u64()?).ok()?;
    let selection = Some(Range::new(Position::new(line, 0), Position::new(line, 0)));
    Some(ShowDocumentParams { uri, external: Some(false), take_focus: Some(true), selection })
}

/// A command that shows a match; none when its file has no address.
fn show(documents: &Documents, it: &Match, title: String) -> Option<Command> {
    let place = location_of(documents, it)?;
    let arguments = vec![json!(place.uri), json!(place.range.start.line)];
    Some(Command { title, command: SHOW.to_owned(), arguments: Some(arguments) })
}

fn told(it: &Match) -> String {
    let tree = it.worktree.as_ref().map(|tree| format!(" in worktree {tree}")).unwrap_or_default();
    let (path, line, why) = (&it.path, it.span.start, it.reasons.join("; "));
    format!("`{}` at {path}:{line}{tree}, {why}", it.dotted)
}

/// Where a match is; one in another worktree is shown there.
fn location_of(documents: &Documents, it: &Match) -> Option<Location> {
    match &it.directory {
        Some(directory) => place(std::path::Path::new(directory), &it.path, it.span.start),
        None => location(documents, &it.path, it.span.start),
    }
}

fn location(documents: &Documents, path: &RepoPath, line: u32) -> Option<Location> {
    place(documents.root(), path, line)
}

fn place(root: &std::path::Path, path: &RepoPath, line: u32) -> Option<Location> {
    let at = Position::new(line.saturating_sub(1), 0);
    Some(Location::new(address::uri_of(&root.join(path.as_str()))?, Range::new(at, at)))
}

fn whole(document: &Document, line: u32) -> Range {
    Range::new(Position::new(line, 0), Position::new(line, document.width(line)))
}
