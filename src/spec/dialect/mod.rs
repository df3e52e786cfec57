//! Whose rules settle what the editors of `.http` files read differently.

mod rules;

pub use rules::{
    AssertionLines, AssertionValues, BodyComments, BraceEscapes, Credentials, DefaultScheme, DefinitionEscapes,
    Definitions, DynamicDefinitions, ExpressionLanguage, FileLines, FinalLineEnds, FoldedFields, FormLines, FormTexts,
    GraphQlBodies, GraphQlField, HostField, IndentedComments, IndentedLines, IndentedSeparators, LazyDefinitions,
    LinesAbove, LonePaths, Methods, MultipartLineEnds, NameExtent, ProtocolWords, References, RepeatedFields,
    RequestLineSpaces, ResponseDecoding, ResponseLines, Rule, Rules, SecondRequestLine, SeparatorText,
    TargetContinuation, TargetOctets, TimeoutUnit, Undefined, UnseparatedBody, UnusableDefinitions, VariablePrecedence,
    VersionNames,
};

use crate::source::Span;

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

/// A place that not all dialects read in the same way.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    /// The rule that settles it.
    pub rule: Rule,
    /// Where it stands.
    pub span: Span,
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

    /// What it does where dialects conflict.
    pub fn rules(self) -> &'static Rules {
        Rules::of(self)
    }
}

impl Default for &'static Rules {
    fn default() -> Self {
        Dialect::default().rules()
    }
}

impl Rule {
    /// A conflict at a place.
    pub fn at(self, span: &Span) -> Conflict {
        Conflict { rule: self, span: span.clone() }
    }

    /// Whether the default dialect does something else than the open specification says.
    pub fn is_deviation(self) -> bool {
        self.choice(Dialect::Superset) != self.choice(Dialect::Standard)
    }
}
