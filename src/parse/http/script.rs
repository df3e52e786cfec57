//! Scripts as editors write them: `{% … %}` in the file, or the path of one of its own.

use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::spec::{Code, Script, Surroundings};

use super::line::trimmed;
use super::{text, unsupported};

/// How the files of scripts end, and why those cannot be run that are no JavaScript.
const LANGUAGES: &[(&str, Option<&str>)] = &[
    (".js", None),
    (".mjs", None),
    (".cjs", None),
    (".ts", Some("a script in TypeScript")),
    (".lua", Some("a script in Lua")),
];

const OPEN: &str = "{%";
const CLOSE: &str = "%}";

/// Whether a path is that of a script.
pub(super) fn is_script(path: &str) -> bool {
    LANGUAGES.iter().any(|(end, _)| path.ends_with(end))
}

/// Reads what stands after the arrow: `{% … %}`, or a path.
///
/// # Errors
/// If it does not end, something follows it, or it is no JavaScript.
pub(super) fn read(span: &Span) -> Result<Script, Diagnostic> {
    let span = trimmed(span);
    let code = if span.text().starts_with(OPEN) { inline(&span)? } else { file(&span)? };
    Ok(Script { code, surroundings: Surroundings::JetBrains })
}

/// The warning of a script above no request.
pub(super) fn in_vain(script: &Script) -> Diagnostic {
    Diagnostic::warning("no request for this script to run before")
        .at(&first_line(script), "")
        .help("put it between a separator and a request line")
}

/// The error of a script that sees a response, where no request stands above it.
pub(super) fn without_request(script: &Script) -> Diagnostic {
    Diagnostic::error("no request stands above this script, which sees a response")
        .at(&first_line(script), "")
        .help("put it below its request; what runs before one is written `< {% … %}`")
}

fn first_line(script: &Script) -> Span {
    let (Code::Inline(code) | Code::File(code)) = &script.code;
    let code = trimmed(&code.span);
    let first = code.text().lines().next().map_or(0, str::len);
    code.slice(0..first)
}

fn inline(span: &Span) -> Result<Code, Diagnostic> {
    let Some(length) = span.text().find(CLOSE) else {
        let message = format!("`{OPEN}` is not closed");
        return Err(Diagnostic::error(message)
            .at(&span.slice(0..OPEN.len()), "this script does not end")
            .help(format!("close it with `{CLOSE}`")));
    };
    let rest = trimmed(&span.slice(length + CLOSE.len()..span.text().len()));
    if !rest.text().is_empty() {
        let error = Diagnostic::error(format!("a text after `{CLOSE}`")).at(&rest, "");
        return Err(error.help("a script ends its line"));
    }
    let code = text(&span.slice(OPEN.len()..length));
    if code.value.trim_start().starts_with("-- lua") {
        return Err(unsupported::error("a script in Lua", &span.slice(0..OPEN.len())));
    }
    Ok(Code::Inline(code))
}

fn file(span: &Span) -> Result<Code, Diagnostic> {
    match LANGUAGES.iter().find(|(end, _)| span.text().ends_with(end)) {
        Some((_, None)) => Ok(Code::File(text(span))),
        Some((_, Some(construct))) => Err(unsupported::error(construct, span)),
        None => Err(Diagnostic::error("this is no script")
            .at(span, "")
            .help("write `{% … %}`, or the path of a file whose name ends with `.js`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;

    fn of(written: &str) -> Result<Code, String> {
        let source = SourceFile::new("a.http", written);
        let script = read(&source.span(0..written.len()));
        script.map(|script| script.code).map_err(|diagnostic| diagnostic.message)
    }

    #[test]
    fn reads_code_and_paths() {
        for (written, code) in [("{% a %}\n", " a "), (" {%\na\n%} ", "\na\n"), ("{%%}", "")] {
            let Ok(Code::Inline(inline)) = of(written) else { panic!("{written:?}") };
            assert_eq!((inline.value.as_str(), inline.span.text()), (code, code));
        }
        for (written, path) in [("./a.js\n", "./a.js"), (" {{folder}}/a b.mjs", "{{folder}}/a b.mjs")] {
            let Ok(Code::File(file)) = of(written) else { panic!("{written:?}") };
            assert_eq!(file.value, path);
        }
    }

    #[test]
    fn tells_what_is_no_script() {
        for (written, message) in [
            ("{% a", "`{%` is not closed"),
            ("{% a %} b", "a text after `%}`"),
            ("{%\n-- lua\n%}", "a script in Lua is not supported yet"),
            ("a.lua", "a script in Lua is not supported yet"),
            ("a.ts", "a script in TypeScript is not supported yet"),
            ("a.json", "this is no script"),
        ] {
            assert_eq!(of(written).unwrap_err(), message, "{written:?}");
        }
    }
}
