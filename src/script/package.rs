//! Packages of Node that a script requires, as far as that can be read off it.

use crate::diagnostic::Diagnostic;
use crate::spec::Surroundings;

use super::program::Program;

/// What there is of them where scripts are those of httpYac.
const KNOWN: &[&str] = &["assert", "assert/strict", "chai", "uuid"];

const REQUIRE: &str = "require(";

impl Program {
    /// The error of the first package that it requires and that is not there.
    pub fn missing_package(&self) -> Option<Diagnostic> {
        let code = &self.code.value;
        let calls = code.match_indices(REQUIRE).filter(|&(at, _)| !is_comment(&code[..at]));
        let names = calls.filter_map(|(at, call)| quoted(&code[at + call.len()..]).map(|name| (at, name)));
        let (at, name) = names.into_iter().find(|(_, name)| !self.is_there(name))?;
        let length = code[at..].find(')').map_or(REQUIRE.len(), |end| end + 1);
        let place = if self.code.is_verbatim() { self.code.span.slice(at..at + length) } else { self.caller.clone() };
        Some(
            Diagnostic::error(format!("`{name}` is a package, and only files can be imported"))
                .at(&place, "")
                .help(format!("write `./{name}.js`, with what is needed of it in a file of the project")),
        )
    }

    fn is_there(&self, name: &str) -> bool {
        let package = name.strip_prefix("node:").unwrap_or(name);
        name.starts_with(['.', '/']) || self.surroundings == Surroundings::HttpYac && KNOWN.contains(&package)
    }
}

/// Whether the last line of a text is a comment.
fn is_comment(above: &str) -> bool {
    above.rsplit('\n').next().is_some_and(|line| line.contains("//"))
}

/// The text in quotes that alone stands between parentheses.
fn quoted(text: &str) -> Option<&str> {
    let quote = text.chars().next().filter(|first| matches!(first, '"' | '\''))?;
    let (name, rest) = text[1..].split_once(quote)?;
    rest.starts_with(')').then_some(name)
}

#[cfg(test)]
mod tests {
    use crate::script::Form;
    use crate::script::tests::program_in;
    use crate::spec::Surroundings;

    #[test]
    fn tells_packages_that_are_not_there() {
        for (code, name) in [
            ("const a = require('lodash')", Some("require('lodash')")),
            ("require('./a'); require(\"chai\"); require('node:assert')", None),
            ("// require('lodash')\nrequire(name); require('a' + b)", None),
        ] {
            let missing = program_in(Surroundings::HttpYac, code, Form::Statements).missing_package();
            assert_eq!(missing.as_ref().map(|error| error.span().unwrap().text()), name, "{code}");
        }
        assert!(program_in(Surroundings::JetBrains, "require('chai')", Form::Statements).missing_package().is_some());
    }
}
