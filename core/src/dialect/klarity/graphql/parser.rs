//! GraphQL documents that ask for something: operations with variables,
//! arguments and selections. Fragments, directives and subscriptions are
//! refused by name, for nothing here needs them.
//!
//! <https://spec.graphql.org/October2021/#sec-Document>

use super::lexer::{Lexer, Token};
use super::problem::Problem;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// How deep selections and values may nest.
const DEEPEST: usize = 16;

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Query,
    Mutation,
}

impl Kind {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Mutation => "mutation",
        }
    }
}

/// One operation of a document. Every part knows the byte where it begins.
#[derive(Debug)]
pub(super) struct Question<'a> {
    pub(super) at: usize,
    pub(super) kind: Kind,
    pub(super) name: Option<&'a str>,
    pub(super) variables: Vec<Variable<'a>>,
    pub(super) selections: Vec<Selection<'a>>,
}

/// The declaration of a variable.
#[derive(Debug)]
pub(super) struct Variable<'a> {
    pub(super) at: usize,
    pub(super) name: &'a str,
    pub(super) of_type: &'a str,
    pub(super) is_required: bool,
    pub(super) default: Option<Literal<'a>>,
}

/// A field that is asked for.
#[derive(Debug)]
pub(super) struct Selection<'a> {
    pub(super) at: usize,
    /// Its name in the answer.
    pub(super) key: &'a str,
    pub(super) name: &'a str,
    pub(super) arguments: Vec<(&'a str, Literal<'a>)>,
    pub(super) selections: Vec<Self>,
}

/// A value as it is written.
#[derive(Clone, Debug)]
pub(super) struct Literal<'a> {
    pub(super) at: usize,
    pub(super) value: Written<'a>,
}

/// The forms of values.
#[derive(Clone, Debug)]
pub(super) enum Written<'a> {
    Variable(&'a str),
    Null,
    Int(&'a str),
    Text(String),
    Object(Vec<(&'a str, Literal<'a>)>),
    /// A form that nothing here takes; this is what it is called.
    Other(&'static str),
}

/// Reads the operations of a document.
pub(super) fn read(text: &str) -> Result<Vec<Question<'_>>, Problem> {
    let mut lexer = Lexer::new(text);
    let (at, next) = lexer.read()?;
    let mut parser = Parser { lexer, at, next };
    let mut questions = Vec::new();
    while parser.next != Token::End {
        questions.push(parser.question()?);
    }
    Ok(questions)
}

struct Parser<'a> {
    lexer: Lexer<'a>,
    at: usize,
    next: Token<'a>,
}

impl<'a> Parser<'a> {
    /// The next token; the one behind it becomes the next.
    fn take(&mut self) -> Result<(usize, Token<'a>), Problem> {
        let (at, next) = self.lexer.read()?;
        let taken = (self.at, core::mem::replace(&mut self.next, next));
        self.at = at;
        Ok(taken)
    }

    /// Takes a mark if it comes next.
    fn takes(&mut self, mark: char) -> Result<bool, Problem> {
        let comes = self.next == Token::Mark(mark);
        if comes {
            self.take()?;
        }
        Ok(comes)
    }

    fn expect(&mut self, mark: char) -> Result<(), Problem> {
        match self.takes(mark)? {
            true => Ok(()),
            false => Err(Problem::syntax(self.at, format!("expected `{mark}`"))),
        }
    }

    fn name(&mut self) -> Result<&'a str, Problem> {
        match self.take()? {
            (_, Token::Name(name)) => Ok(name),
            (at, _) => Err(Problem::syntax(at, "expected a name")),
        }
    }

    fn refuse_directive(&self) -> Result<(), Problem> {
        match self.next {
            Token::Mark('@') => Err(Problem::syntax(self.at, "directives are not supported")),
            _ => Ok(()),
        }
    }

    fn question(&mut self) -> Result<Question<'a>, Problem> {
        let at = self.at;
        let mut question = Question {
            at,
            kind: Kind::Query,
            name: None,
            variables: Vec::new(),
            selections: Vec::new(),
        };
        // A selection alone is a query.
        if self.next != Token::Mark('{') {
            question.kind = match self.name()? {
                "query" => Kind::Query,
                "mutation" => Kind::Mutation,
                "fragment" => return Err(Problem::syntax(at, "fragments are not supported")),
                "subscription" => {
                    return Err(Problem::syntax(at, "subscriptions are not supported"));
                }
                _ => return Err(Problem::syntax(at, "expected `query` or `mutation`")),
            };
            if let Token::Name(name) = self.next {
                question.name = Some(name);
                self.take()?;
            }
            if self.takes('(')? {
                while !self.takes(')')? {
                    question.variables.push(self.variable()?);
                }
                if question.variables.is_empty() {
                    return Err(Problem::syntax(at, "the parentheses declare no variable"));
                }
            }
            self.refuse_directive()?;
        }
        question.selections = self.selections(0)?;
        Ok(question)
    }

    fn variable(&mut self) -> Result<Variable<'a>, Problem> {
        let at = self.at;
        self.expect('$')?;
        let name = self.name()?;
        self.expect(':')?;
        if self.next == Token::Mark('[') {
            return Err(Problem::syntax(self.at, "no variable is a list here"));
        }
        let of_type = self.name()?;
        let is_required = self.takes('!')?;
        let default = match self.takes('=')? {
            true => Some(self.literal(0)?),
            false => None,
        };
        self.refuse_directive()?;
        Ok(Variable {
            at,
            name,
            of_type,
            is_required,
            default,
        })
    }

    fn selections(&mut self, depth: usize) -> Result<Vec<Selection<'a>>, Problem> {
        let at = self.at;
        if depth == DEEPEST {
            return Err(Problem::syntax(at, "the selections nest too deep"));
        }
        self.expect('{')?;
        let mut selections = Vec::new();
        while !self.takes('}')? {
            if self.next == Token::Mark('…') {
                return Err(Problem::syntax(self.at, "fragments are not supported"));
            }
            selections.push(self.selection(depth)?);
        }
        match selections.is_empty() {
            true => Err(Problem::syntax(at, "the braces select no field")),
            false => Ok(selections),
        }
    }

    fn selection(&mut self, depth: usize) -> Result<Selection<'a>, Problem> {
        let at = self.at;
        let key = self.name()?;
        let name = match self.takes(':')? {
            true => self.name()?,
            false => key,
        };
        let mut arguments = Vec::new();
        if self.takes('(')? {
            while !self.takes(')')? {
                arguments.push(self.pair(0)?);
            }
            if arguments.is_empty() {
                return Err(Problem::syntax(at, "the parentheses hold no argument"));
            }
        }
        self.refuse_directive()?;
        let selections = match self.next {
            Token::Mark('{') => self.selections(depth + 1)?,
            _ => Vec::new(),
        };
        Ok(Selection {
            at,
            key,
            name,
            arguments,
            selections,
        })
    }

    /// A name, a colon and a value.
    fn pair(&mut self, depth: usize) -> Result<(&'a str, Literal<'a>), Problem> {
        let name = self.name()?;
        self.expect(':')?;
        Ok((name, self.literal(depth)?))
    }

    fn literal(&mut self, depth: usize) -> Result<Literal<'a>, Problem> {
        let (at, token) = self.take()?;
        if depth == DEEPEST {
            return Err(Problem::syntax(at, "the values nest too deep"));
        }
        let value = match token {
            Token::Mark('$') => Written::Variable(self.name()?),
            Token::Mark('{') => {
                let mut members = Vec::new();
                while !self.takes('}')? {
                    members.push(self.pair(depth + 1)?);
                }
                Written::Object(members)
            }
            Token::Mark('[') => {
                while !self.takes(']')? {
                    self.literal(depth + 1)?;
                }
                Written::Other("a list")
            }
            Token::Name("null") => Written::Null,
            Token::Name("true" | "false") => Written::Other("a boolean"),
            Token::Name(_) => Written::Other("an enum value"),
            Token::Int(digits) => Written::Int(digits),
            Token::Float(_) => Written::Other("a fraction"),
            Token::Text(text) => Written::Text(text),
            Token::Mark(_) | Token::End => return Err(Problem::syntax(at, "expected a value")),
        };
        Ok(Literal { at, value })
    }
}
