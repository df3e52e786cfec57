//! Names of character sets, in both formats.

use encoding_rs::Encoding;

use crate::diagnostic::Diagnostic;
use crate::source::Spanned;

/// Makes sure that a name is one of a character set.
///
/// # Errors
/// If no character set has it.
pub(super) fn charset(name: Spanned<String>) -> Result<Spanned<String>, Diagnostic> {
    match Encoding::for_label(name.value.as_bytes()) {
        Some(_) => Ok(name),
        None => Err(Diagnostic::error(format!("`{}` is not a character set", name.value))
            .at(&name.span, "")
            .help("write a name of the WHATWG Encoding Standard: `utf-8`, `latin1`, `shift_jis`")),
    }
}
