//! Words to the tree of an expression (XPath 1.0, 2 and 3).
//!
//! Precedence is a walk through the levels of operators; brackets are the only way to
//! recurse, and how deep they may go is limited.

use std::ops::Range;

use super::Error;
use super::axis::Axis;
use super::function::Function;
use super::syntax::{Call, Expression, NameTest, Operator, Path, Start, Step, Test};
use super::token::{Kind, Token, tokens};

/// How deep brackets may be nested.
const DEEPEST: usize = 64;

/// Reads an expression.
pub(super) fn parse(text: &str) -> Result<Expression, Error> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0, depth: 0 };
    let expression = parser.expression()?;
    match parser.peek() {
        Kind::End => Ok(expression),
        _ => Err(parser.unexpected("the expression should end here")),
    }
}

struct Parser<'t> {
    tokens: Vec<Token<'t>>,
    at: usize,
    depth: usize,
}

impl<'t> Parser<'t> {
    fn expression(&mut self) -> Result<Expression, Error> {
        if self.depth == DEEPEST {
            return Err(self.unexpected(&format!("brackets are nested more than {DEEPEST} deep")));
        }
        self.depth += 1;
        let expression = self.operation(Operator::LEVELS);
        self.depth -= 1;
        expression
    }

    /// Operands of the tighter levels, between operators of the loosest.
    fn operation(&mut self, levels: &[&[(&str, Operator)]]) -> Result<Expression, Error> {
        let Some((loosest, tighter)) = levels.split_first() else { return self.negation() };
        let first = self.operation(tighter)?;
        let mut rest = Vec::new();
        while let Some(operator) = self.operator(loosest) {
            rest.push((operator, self.operation(tighter)?));
        }
        Ok(if rest.is_empty() { first } else { Expression::Operation(Box::new(first), rest) })
    }

    fn operator(&mut self, known: &[(&str, Operator)]) -> Option<Operator> {
        let written = match self.peek() {
            Kind::Sign(sign) => sign,
            Kind::Name { prefix: None, local } => local,
            _ => return None,
        };
        let &(_, operator) = known.iter().find(|(name, _)| *name == written)?;
        self.at += 1;
        Some(operator)
    }

    /// Two minuses still make a number of what they stand before.
    fn negation(&mut self) -> Result<Expression, Error> {
        let mut minuses = 0;
        while self.take("-") {
            minuses += 1;
        }
        let operand = self.union()?;
        Ok(match minuses {
            0 => operand,
            odd if odd % 2 == 1 => Expression::Negation(Box::new(operand)),
            _ => Expression::Negation(Box::new(Expression::Negation(Box::new(operand)))),
        })
    }

    fn union(&mut self) -> Result<Expression, Error> {
        let first = self.path()?;
        if self.peek() != Kind::Sign("|") {
            return Ok(first);
        }
        let mut paths = vec![first];
        while self.take("|") {
            paths.push(self.path()?);
        }
        Ok(Expression::Union(paths))
    }

    fn path(&mut self) -> Result<Expression, Error> {
        if let Some(primary) = self.primary()? {
            return self.filtered(primary);
        }
        let (mut steps, start) = (Vec::new(), if self.is_absolute() { Start::Root } else { Start::Context });
        if self.take("/") {
            if self.begins_step() {
                self.steps(&mut steps)?;
            }
        } else {
            if self.take("//") {
                steps.push(Step::anywhere_below());
            }
            self.steps(&mut steps)?;
        }
        Ok(Expression::Path(Path { start, steps }))
    }

    /// `(…)[predicate]/step`
    fn filtered(&mut self, (primary, place): (Expression, Range<usize>)) -> Result<Expression, Error> {
        let predicates = self.predicates()?;
        let mut steps = Vec::new();
        if self.is_absolute() {
            if self.take("//") {
                steps.push(Step::anywhere_below());
            } else {
                self.at += 1;
            }
            self.steps(&mut steps)?;
        }
        if predicates.is_empty() && steps.is_empty() {
            return Ok(primary);
        }
        Ok(Expression::Path(Path { start: Start::Filter(Box::new(primary), predicates, place), steps }))
    }

    /// A bracket, a text, a number or a call; nothing where a path begins.
    fn primary(&mut self) -> Result<Option<(Expression, Range<usize>)>, Error> {
        let place = self.place();
        let expression = match self.peek() {
            Kind::Sign("(") => {
                self.at += 1;
                let inside = self.expression()?;
                self.demand(")")?;
                inside
            }
            Kind::Text(text) => {
                self.at += 1;
                Expression::Text(text.to_owned())
            }
            Kind::Number(number) => {
                self.at += 1;
                Expression::Number(number)
            }
            Kind::Name { prefix: None, local } if self.next() == Kind::Sign("(") && !is_node_type(local) => {
                self.call(local)?
            }
            _ => return Ok(None),
        };
        Ok(Some((expression, place)))
    }

    fn call(&mut self, name: &str) -> Result<Expression, Error> {
        let place = self.place();
        let function = Function::named(name, &place)?;
        self.at += 2;
        let mut arguments = Vec::new();
        if !self.take(")") {
            arguments.push(self.expression()?);
            while self.take(",") {
                arguments.push(self.expression()?);
            }
            self.demand(")")?;
        }
        function.check_count(name, arguments.len(), &place)?;
        Ok(Expression::Call(Call { function, arguments, place }))
    }

    /// Steps with `/` or `//` between them.
    fn steps(&mut self, steps: &mut Vec<Step>) -> Result<(), Error> {
        loop {
            let step = self.step()?;
            steps.push(step);
            if self.take("//") {
                steps.push(Step::anywhere_below());
            } else if !self.take("/") {
                return Ok(());
            }
        }
    }

    fn step(&mut self) -> Result<Step, Error> {
        for (sign, axis) in [(".", Axis::Itself), ("..", Axis::Parent)] {
            if self.take(sign) {
                return Ok(Step { axis, test: Test::Any, predicates: Vec::new() });
            }
        }
        let axis = self.axis()?;
        let test = self.test()?;
        Ok(Step { axis, test, predicates: self.predicates()? })
    }

    fn axis(&mut self) -> Result<Axis, Error> {
        if self.take("@") {
            return Ok(Axis::Attribute);
        }
        match self.peek() {
            Kind::Name { prefix: None, local } if self.next() == Kind::Sign("::") => {
                let axis = Axis::named(local, &self.place())?;
                self.at += 2;
                Ok(axis)
            }
            _ => Ok(Axis::Child),
        }
    }

    fn test(&mut self) -> Result<Test, Error> {
        let place = self.place();
        let (prefix, local) = match self.peek() {
            Kind::Sign("*") => (None, "*"),
            Kind::Name { prefix: None, local } if self.next() == Kind::Sign("(") => return self.node_type(local),
            Kind::Name { prefix, local } => (prefix, local),
            _ => return Err(self.unexpected("a name is missing here")),
        };
        self.at += 1;
        let local = (local != "*").then(|| local.to_owned());
        Ok(Test::Name(NameTest { prefix: prefix.map(str::to_owned), local, place }))
    }

    /// `text()` and its like.
    fn node_type(&mut self, name: &str) -> Result<Test, Error> {
        let test = match name {
            "node" => Test::Any,
            "text" => Test::Text,
            "comment" => Test::Comment,
            "processing-instruction" => Test::Instruction(None),
            _ => return Err(self.unexpected("a function cannot be a step of a path")),
        };
        self.at += 2;
        let test = match (test, self.peek()) {
            (Test::Instruction(_), Kind::Text(target)) => {
                self.at += 1;
                Test::Instruction(Some(target.to_owned()))
            }
            (test, _) => test,
        };
        self.demand(")")?;
        Ok(test)
    }

    fn predicates(&mut self) -> Result<Vec<Expression>, Error> {
        let mut predicates = Vec::new();
        while self.take("[") {
            predicates.push(self.expression()?);
            self.demand("]")?;
        }
        Ok(predicates)
    }

    fn is_absolute(&self) -> bool {
        matches!(self.peek(), Kind::Sign("/" | "//"))
    }

    fn begins_step(&self) -> bool {
        matches!(self.peek(), Kind::Name { .. } | Kind::Sign("*" | "." | ".." | "@"))
    }

    fn peek(&self) -> Kind<'t> {
        self.tokens[self.at].kind
    }

    /// The word after the one at hand.
    fn next(&self) -> Kind<'t> {
        self.tokens.get(self.at + 1).map_or(Kind::End, |token| token.kind)
    }

    fn place(&self) -> Range<usize> {
        self.tokens[self.at].place.clone()
    }

    fn take(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Kind::Sign(written) if written == sign);
        self.at += usize::from(found);
        found
    }

    fn demand(&mut self, sign: &str) -> Result<(), Error> {
        if self.take(sign) { Ok(()) } else { Err(self.unexpected(&format!("`{sign}` is missing here"))) }
    }

    fn unexpected(&self, message: &str) -> Error {
        let place = self.place();
        match self.peek() {
            Kind::End if self.at == 0 => Error::new("it is empty", place),
            Kind::End => Error::new("it ends too early", place),
            _ => Error::new(message, place),
        }
    }
}

fn is_node_type(name: &str) -> bool {
    matches!(name, "node" | "text" | "comment" | "processing-instruction")
}
