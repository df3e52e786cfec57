//! Values that Visual Studio takes from a vault: `{"provider": "AzureKeyVault", …}`.

use crate::diagnostic::Diagnostic;
use crate::spec::{Node, Text, Value};

/// Why a variable has no value, where somebody else would provide it.
pub(super) fn unsupported(name: &Text, value: &Value) -> Option<Diagnostic> {
    let Node::Map(entries) = &value.node else { return None };
    let member = |name: &str| entries.iter().find(|(known, _)| known.value == name).map(|(_, value)| value);
    let Some(Value { node: Node::Text(provider), span }) = member("provider") else { return None };
    let variable = &name.value;
    let message = format!("`{variable}` is a secret of the provider `{}`, which is not supported", provider.value);
    Some(Diagnostic::error(message).at(span, "").help(format!("give it with `--var` or `RQTEST_VAR_{variable}`")))
}
