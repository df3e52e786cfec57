//! What is meant as a directive or an assertion, and is none by a slip of the pen. One that decides
//! whether something is checked, or whether the request runs, is an error: a check that is passed
//! over would look as if it had held.

use crate::diagnostic::{Diagnostic, nearest};
use crate::parse::http::line::trimmed;
use crate::parse::http::unsupported;
use crate::parse::parse_assertion;
use crate::source::Span;
use crate::spec::Format;
use crate::spec::dialect::{AssertionLines, Rules};

use super::table::{About, DECISIVE, DIRECTIVES, FOR_EDITORS};
use super::{canonical, known};

/// What is to be said of a directive that is not known: it is another tool's, unless its name is
/// near to a known one.
pub(super) fn unknown(name: &Span) -> Diagnostic {
    let message = format!("the directive `@{}` is not known", name.text());
    let ignored = format!("{message}, and is ignored");
    let said = match nearest_to(name.text()) {
        Some(near) if is_decisive(near) => Diagnostic::error(message).help(did_you_mean(near)),
        Some(near) if !FOR_EDITORS.contains(&near) => Diagnostic::warning(ignored).help(did_you_mean(near)),
        _ => Diagnostic::info(ignored),
    };
    said.at(name, "")
}

/// The error of a name of a comment that is near to that of a directive which decides something.
pub(super) fn decisive(name: &str) -> Option<&'static str> {
    nearest_to(name).filter(|near| is_decisive(near))
}

fn nearest_to(name: &str) -> Option<&'static str> {
    let known = DIRECTIVES.iter().map(|(known, ..)| *known);
    nearest(&canonical(name), known.chain(unsupported::DIRECTIVES.iter().chain(FOR_EDITORS).copied()))
}

fn did_you_mean(near: &str) -> String {
    format!("did you mean `@{near}`?")
}

/// Whether it depends on a directive what is checked, or what runs.
fn is_decisive(name: &str) -> bool {
    DECISIVE.contains(&name) || known(name).is_some_and(|(about, _)| about == About::Response)
}

/// What is to be said of a comment that would be a directive without the blank after its at sign:
/// `# @ assert status == 200`.
pub(in crate::parse::http) fn spaced(comment: &Span) -> Option<Diagnostic> {
    let after = comment.text().trim_start_matches(['#', '/', ' ', '\t']).strip_prefix('@')?;
    let text = after.trim_start_matches([' ', '\t']);
    if text.len() == after.len() {
        return None;
    }
    let name = canonical(text.split([' ', '\t', '=', ':']).next()?);
    known(&name)?;
    let message = "a blank after the at sign makes a comment of this";
    let said = if is_decisive(&name) { Diagnostic::error(message) } else { Diagnostic::warning(message) };
    Some(said.at(comment, "").help(format!("write `# @{name} …` if the directive is meant")))
}

/// Warns of an assertion with one question mark, which makes something else of it: `? status == 200`.
pub(in crate::parse::http) fn one_question_mark(line: &Span, taken_for: &str, rules: &Rules) -> Option<Diagnostic> {
    let written = line.text().strip_prefix('?').filter(|rest| rest.starts_with([' ', '\t']))?;
    if rules.assertion_lines == AssertionLines::Content {
        return None;
    }
    parse_assertion(&trimmed(&line.slice(1..line.text().len())), Format::Http).ok()?;
    let warning = Diagnostic::warning(format!("this looks like an assertion, and is part of the {taken_for}"));
    Some(warning.at(line, "").help(format!("an assertion begins with two question marks: `??{written}`")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Severity;
    use crate::source::SourceFile;

    fn span(text: &str) -> Span {
        SourceFile::new("a.http", text).span(0..text.len())
    }

    #[test]
    fn a_near_miss_is_an_error_where_the_directive_would_decide_something() {
        for (name, severity) in [
            ("asert", Severity::Error),
            ("Asserts", Severity::Error),
            ("mus", Severity::Error),
            ("wran", Severity::Error),
            ("captrue", Severity::Error),
            ("nedds", Severity::Error),
            ("refs", Severity::Error),
            ("seutp", Severity::Error),
            ("teardwon", Severity::Error),
            ("skpi", Severity::Error),
            ("iff", Severity::Error),
            ("timeuot", Severity::Warning),
            ("connect_timeout", Severity::Warning),
            ("keep-steaming", Severity::Warning),
            ("notes", Severity::Info),
            ("saved", Severity::Info),
            ("frobnicate", Severity::Info),
            ("see", Severity::Info),
            ("assert-nothing", Severity::Info),
        ] {
            assert_eq!(unknown(&span(name)).severity, severity, "{name}");
        }
    }

    #[test]
    fn what_decides_something_is_known() {
        assert!(DECISIVE.iter().all(|name| known(name).is_some()));
    }

    #[test]
    fn a_blank_after_the_at_sign_is_told_where_a_directive_would_stand() {
        for (comment, severity) in [
            ("# @ assert status == 500", Some(Severity::Error)),
            ("//  @\tnoRedirect", Some(Severity::Warning)),
            ("# @ home", None),
            ("# me @ work", None),
            ("# @", None),
        ] {
            assert_eq!(spaced(&span(comment)).map(|said| said.severity), severity, "{comment}");
        }
    }

    #[test]
    fn one_question_mark_is_told_where_an_assertion_follows() {
        let said = |line| one_question_mark(&span(line), "body", <&Rules>::default());
        assert_eq!(
            said("? status == 500").unwrap().help.unwrap(),
            "an assertion begins with two question marks: `?? status == 500`"
        );
        for line in ["?status == 500", "? q=tea", "? q = tea", "?", "?? status == 500"] {
            assert!(said(line).is_none(), "{line}");
        }
    }
}
