//! Whose rules settle what the editors of `.http` files read differently.

/// A way to read `.http` files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// What people's files mean in most editors.
    #[default]
    Superset,
    /// What the open specification says, to the letter.
    Standard,
    /// What JetBrains' HTTP client does.
    JetBrains,
    /// What VS Code's REST Client does.
    VsCode,
    /// What httpYac does.
    HttpYac,
}

impl Dialect {
    /// Each dialect with its name in configurations and on the command line.
    pub const NAMES: &[(&str, Self)] = &[
        ("superset", Self::Superset),
        ("standard", Self::Standard),
        ("jetbrains", Self::JetBrains),
        ("vscode", Self::VsCode),
        ("httpyac", Self::HttpYac),
    ];

    /// The dialect of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|&(_, dialect)| dialect)
    }
}
