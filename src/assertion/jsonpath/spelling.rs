//! White space where RFC 9535 allows none, which the crate's grammar skips.

use super::InvalidPath;

/// Refuses white space within a name or a number, after a `.` or `-`, and around the path.
///
/// Between two characters of names there is always an operator, a comma or a bracket, so
/// that white space alone between them stands within what was meant as one name.
pub(super) fn check(text: &str) -> Result<(), InvalidPath> {
    let mut quote = None;
    let mut escaped = false;
    let mut before = None;
    let mut blank = None;
    for (at, character) in text.char_indices() {
        if let Some(end) = quote {
            quote = if character == end && !escaped { None } else { quote };
            escaped = character == '\\' && !escaped;
            continue;
        }
        match character {
            ' ' | '\t' | '\n' | '\r' => {
                blank.get_or_insert(at);
                continue;
            }
            '"' | '\'' => quote = Some(character),
            _ => {}
        }
        if let Some(start) = blank.take()
            && before.is_none_or(|before| tears(before, character))
        {
            return Err(misplaced(start..at));
        }
        before = Some(character);
    }
    match blank {
        Some(start) => Err(misplaced(start..text.len())),
        None => Ok(()),
    }
}

fn misplaced(place: std::ops::Range<usize>) -> InvalidPath {
    InvalidPath { reason: "no white space may stand here".to_owned(), place }
}

/// Whether white space between two characters stands within one token.
fn tears(before: char, after: char) -> bool {
    matches!(before, '.' | '-') || is_of_name(before) && is_of_name(after) || before.is_ascii_digit() && after == '.'
}

fn is_of_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_' || !character.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn knows_where_white_space_may_stand() {
        for path in ["$.a", "$ .a", "$ ['a b']", "$[ 1 , 2 ]", "$[?@.a == 1 && @.b < 'x \\' y']", "$[1: 2 :3]"] {
            assert_eq!(check(path), Ok(()), "{path}");
        }
        for path in ["$.a b", "$. a", "$[- 1]", "$[?@.a == 1 .5]", " $.a", "$.a ", "$[?@.a==tr ue]"] {
            assert!(check(path).is_err(), "{path}");
        }
    }
}
