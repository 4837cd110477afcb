//! Parts an expression into tokens. Like the lexer of Prometheus it knows
//! whether it is within braces or brackets, because other tokens exist there,
//! and it stops at the first character that it cannot place.

use alloc::string::String;
use alloc::vec::Vec;

use super::expression::Operator;
use super::problem::Problem;
use super::token::{Kind, Token};

/// The tokens of an expression; the last one is its end or a failure.
pub(super) fn read_tokens(source: &str) -> Vec<Token> {
    let mut lexer = Lexer {
        source,
        position: 0,
        start: 0,
        parens: 0,
        in_braces: false,
        in_brackets: false,
        had_colon: false,
        had_bracket: false,
    };
    let mut tokens = Vec::new();
    loop {
        lexer.skip_blanks();
        lexer.start = lexer.position;
        let kind = lexer.next_kind().unwrap_or_else(Kind::Failed);
        let is_last = matches!(kind, Kind::End | Kind::Failed(_));
        tokens.push(Token {
            kind,
            start: lexer.start,
            end: lexer.position.max(lexer.start),
        });
        if is_last {
            return tokens;
        }
    }
}

struct Lexer<'a> {
    source: &'a str,
    position: usize,
    /// Where the current token starts.
    start: usize,
    parens: usize,
    in_braces: bool,
    in_brackets: bool,
    /// Whether a colon was seen within the brackets.
    had_colon: bool,
    /// Whether the token before was the left bracket.
    had_bracket: bool,
}

/// What Go shows in place of a character after the end.
const NO_CHARACTER: char = '\u{fffd}';

impl Lexer<'_> {
    fn peek(&self) -> Option<char> {
        self.source[self.position..].chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.position += character.len_utf8();
        Some(character)
    }

    fn accept(&mut self, valid: &str) -> bool {
        let accepted = self
            .peek()
            .is_some_and(|character| valid.contains(character));
        if accepted {
            self.position += 1;
        }
        accepted
    }

    fn accept_run(&mut self, valid: &str) {
        while self.accept(valid) {}
    }

    fn text(&self) -> &str {
        &self.source[self.start..self.position]
    }

    fn skip_blanks(&mut self) {
        loop {
            self.accept_run(" \t\n\r");
            // Right after a bracket, only a duration may follow.
            if self.peek() != Some('#') || self.had_bracket {
                return;
            }
            while self
                .peek()
                .is_some_and(|character| !matches!(character, '\n' | '\r'))
            {
                self.next();
            }
        }
    }

    fn next_kind(&mut self) -> Result<Kind, Problem> {
        if self.in_braces {
            return self.next_in_braces();
        }
        if core::mem::take(&mut self.had_bracket) {
            return self.duration_in_brackets();
        }
        let Some(character) = self.next() else {
            return match (self.parens, self.in_brackets) {
                (0, false) => Ok(Kind::End),
                (0, true) => Err(Problem::Unclosed("unclosed left bracket")),
                _ => Err(Problem::Unclosed("unclosed left parenthesis")),
            };
        };
        Ok(match character {
            ',' => Kind::Comma,
            '*' => Kind::Operator(Operator::Mul),
            '/' => Kind::Operator(Operator::Div),
            '%' => Kind::Operator(Operator::Mod),
            '+' => Kind::Operator(Operator::Add),
            '-' => Kind::Operator(Operator::Sub),
            '^' => Kind::Operator(Operator::Pow),
            '@' => Kind::At,
            '=' if self.accept("=") => Kind::Operator(Operator::Equal),
            '=' if self.peek() == Some('~') => return Err(Problem::AfterEquals('~')),
            '=' => Kind::Assign,
            '!' if self.accept("=") => Kind::Operator(Operator::NotEqual),
            '!' => return Err(Problem::AfterBang(self.peek().unwrap_or(NO_CHARACTER))),
            '<' if self.accept("=") => Kind::Operator(Operator::LessEqual),
            '<' => Kind::Operator(Operator::Less),
            '>' if self.accept("=") => Kind::Operator(Operator::GreaterEqual),
            '>' => Kind::Operator(Operator::Greater),
            '"' | '\'' => self.string(character)?,
            '`' => self.raw_string()?,
            '{' => {
                self.in_braces = true;
                Kind::LeftBrace
            }
            '(' => {
                self.parens += 1;
                Kind::LeftParen
            }
            ')' => {
                self.parens = self.parens.checked_sub(1).ok_or_else(|| {
                    // Prometheus reports the place after it.
                    self.start = self.position;
                    Problem::Stray("right parenthesis", ')')
                })?;
                Kind::RightParen
            }
            '[' if self.in_brackets => return Err(Problem::Stray("left bracket", '[')),
            '[' => {
                self.in_brackets = true;
                self.had_colon = false;
                self.had_bracket = true;
                Kind::LeftBracket
            }
            ']' if !self.in_brackets => return Err(Problem::Stray("right bracket", ']')),
            ']' => {
                self.in_brackets = false;
                Kind::RightBracket
            }
            ':' if self.in_brackets && self.had_colon => {
                return Err(Problem::Stray("colon", ':'));
            }
            ':' if self.in_brackets => {
                self.had_colon = true;
                Kind::Colon
            }
            '0'..='9' => self.number_or_duration()?,
            '.' if self.peek().is_some_and(|next| next.is_ascii_digit()) => {
                self.number_or_duration()?
            }
            _ if is_word_start(character) && self.in_brackets => {
                return Err(Problem::CharacterInBrackets(character));
            }
            _ if is_word_start(character) || character == ':' => {
                while self.peek().is_some_and(|next| is_word(next) || next == ':') {
                    self.next();
                }
                Kind::of_word(self.text())
            }
            _ => return Err(Problem::Character(character)),
        })
    }

    /// Within braces there are no keywords and no numbers.
    fn next_in_braces(&mut self) -> Result<Kind, Problem> {
        let end = Problem::Unclosed("unexpected end of input inside braces");
        Ok(match self.next().ok_or(end)? {
            ',' => Kind::Comma,
            '=' if self.accept("~") => Kind::Like,
            '=' => Kind::Assign,
            '!' if self.accept("~") => Kind::Unlike,
            '!' if self.accept("=") => Kind::Operator(Operator::NotEqual),
            '!' => {
                return Err(Problem::AfterBangInBraces(
                    self.peek().unwrap_or(NO_CHARACTER),
                ));
            }
            quote @ ('"' | '\'') => self.string(quote)?,
            '`' => self.raw_string()?,
            '{' => return Err(Problem::Stray("left brace", '{')),
            '}' => {
                self.in_braces = false;
                Kind::RightBrace
            }
            character if is_word_start(character) => {
                while self.peek().is_some_and(is_word) {
                    self.next();
                }
                Kind::Identifier
            }
            character => return Err(Problem::CharacterInBraces(character)),
        })
    }

    /// The token after `[`, which can only be a duration.
    fn duration_in_brackets(&mut self) -> Result<Kind, Problem> {
        if self.scan_number() {
            return Err(Problem::MissingUnit);
        }
        if self.scan_units() {
            return Ok(Kind::Duration);
        }
        Err(Problem::DurationSyntax(self.text().into()))
    }

    fn number_or_duration(&mut self) -> Result<Kind, Problem> {
        self.position = self.start;
        if self.scan_number() {
            return Ok(Kind::Number);
        }
        if self.scan_units() {
            return Ok(Kind::Duration);
        }
        Err(Problem::NumberOrDuration(self.text().into()))
    }

    /// Goes over what may be a number, and tells whether a number can end here.
    fn scan_number(&mut self) -> bool {
        let is_hexadecimal = self.accept("0") && self.accept("xX");
        let digits = if is_hexadecimal { HEXADECIMAL } else { DECIMAL };
        self.accept_run(digits);
        if self.accept(".") {
            self.accept_run(digits);
        }
        if self.accept("eE") {
            self.accept("+-");
            self.accept_run(DECIMAL);
        }
        !self.peek().is_some_and(is_word)
    }

    /// Goes over the rest of a duration whose first digits are behind, and
    /// tells whether a duration can end here.
    fn scan_units(&mut self) -> bool {
        if !self.accept("smhdwy") {
            return false;
        }
        // Impossible units such as `hs` are found when the duration is read.
        self.accept("s");
        while self.accept(DECIMAL) {
            self.accept_run(DECIMAL);
            if !self.accept("smhdw") {
                return false;
            }
            self.accept("s");
        }
        let ends = !self.peek().is_some_and(is_word);
        if !ends {
            self.next();
        }
        ends
    }

    fn raw_string(&mut self) -> Result<Kind, Problem> {
        let rest = &self.source[self.position..];
        let length = rest
            .find('`')
            .ok_or(Problem::Unclosed("unterminated raw string"))?;
        self.position += length + 1;
        Ok(Kind::Text(rest[..length].into()))
    }

    fn string(&mut self, quote: char) -> Result<Kind, Problem> {
        let mut bytes = Vec::new();
        loop {
            match self.next() {
                None | Some('\n') => return Err(Problem::Unclosed("unterminated quoted string")),
                Some('\\') => self.escape(quote, &mut bytes)?,
                Some(character) if character == quote => break,
                Some(character) => {
                    bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                }
            }
        }
        String::from_utf8(bytes)
            .map(Kind::Text)
            .map_err(|_| Problem::EscapedBytes)
    }

    /// Unescapes what follows a backslash: the escapes of Go.
    fn escape(&mut self, quote: char, bytes: &mut Vec<u8>) -> Result<(), Problem> {
        let character = self.next().ok_or(Problem::OpenEscape)?;
        let single = match character {
            'a' => 0x07,
            'b' => 0x08,
            'f' => 0x0c,
            'n' => b'\n',
            'r' => b'\r',
            't' => b'\t',
            'v' => 0x0b,
            '\\' => b'\\',
            '"' | '\'' if character == quote => quote as u8,
            _ => return self.numeric_escape(character, bytes),
        };
        bytes.push(single);
        Ok(())
    }

    fn numeric_escape(&mut self, first: char, bytes: &mut Vec<u8>) -> Result<(), Problem> {
        let (digits, base, is_byte) = match first {
            '0'..='7' => {
                self.position -= 1;
                (3, 8, true)
            }
            'x' => (2, 16, true),
            'u' => (4, 16, false),
            'U' => (8, 16, false),
            _ => return Err(Problem::UnknownEscape(first)),
        };
        let mut value: u32 = 0;
        for _ in 0..digits {
            let character = self.next().ok_or(Problem::OpenEscape)?;
            let digit = character
                .to_digit(base)
                .ok_or(Problem::EscapeDigit(character))?;
            // Eight hexadecimal digits just fit.
            value = value.wrapping_mul(base).wrapping_add(digit);
        }
        if is_byte {
            bytes.push(u8::try_from(value).map_err(|_| Problem::EscapeValue)?);
        } else {
            let character = char::from_u32(value).ok_or(Problem::EscapeValue)?;
            bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
        Ok(())
    }
}

const DECIMAL: &str = "0123456789";
const HEXADECIMAL: &str = "0123456789abcdefABCDEF";

fn is_word_start(character: char) -> bool {
    character == '_' || character.is_ascii_alphabetic()
}

fn is_word(character: char) -> bool {
    is_word_start(character) || character.is_ascii_digit()
}
