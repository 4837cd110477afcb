//! The words of a GraphQL document: names, marks, numbers and strings, without
//! the white space, commas and comments between them.
//!
//! <https://spec.graphql.org/October2021/#sec-Language.Source-Text>

use super::problem::Problem;
use alloc::string::String;
use alloc::vec::Vec;

/// One word of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A mark of one character, or `…` for the three dots.
    Mark(char),
    Name(&'a str),
    /// A number that is whole, as it stands.
    Int(&'a str),
    /// Any other number, as it stands.
    Float(&'a str),
    /// A string of either form, unescaped.
    Text(String),
    End,
}

/// Reads one word after the other.
pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// The next word, and the byte at which it begins.
    pub(super) fn read(&mut self) -> Result<(usize, Token<'a>), Problem> {
        self.skip();
        let start = self.at;
        let Some(first) = self.rest().chars().next() else {
            return Ok((start, Token::End));
        };
        let token = match first {
            '!' | '$' | '&' | '(' | ')' | ':' | '=' | '@' | '[' | ']' | '{' | '|' | '}' => {
                self.at += 1;
                Token::Mark(first)
            }
            '.' if self.rest().starts_with("...") => {
                self.at += 3;
                Token::Mark('…')
            }
            'a'..='z' | 'A'..='Z' | '_' => Token::Name(self.take(is_of_name)),
            '-' | '0'..='9' => self.number()?,
            '"' => Token::Text(match self.rest().strip_prefix("\"\"\"") {
                Some(_) => self.block()?,
                None => self.string()?,
            }),
            _ => return Err(Problem::syntax(start, "this character has no meaning here")),
        };
        Ok((start, token))
    }

    /// Passes over what means nothing.
    fn skip(&mut self) {
        loop {
            self.take(|c| matches!(c, ' ' | '\t' | '\n' | '\r' | ',' | '\u{feff}'));
            if !self.rest().starts_with('#') {
                return;
            }
            self.take(|c| !matches!(c, '\n' | '\r'));
        }
    }

    /// As many characters as are of a kind.
    fn take(&mut self, is_of_kind: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !is_of_kind(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn number(&mut self) -> Result<Token<'a>, Problem> {
        let start = self.at;
        let malformed = |at| Problem::syntax(at, "the number is malformed");
        let is_digit = |c: char| c.is_ascii_digit();
        self.at += usize::from(self.rest().starts_with('-'));
        let digits = self.take(is_digit);
        let mut is_whole = true;
        let mut is_sound = !digits.is_empty() && (digits == "0" || !digits.starts_with('0'));
        if self.rest().starts_with('.') {
            self.at += 1;
            is_whole = false;
            is_sound &= !self.take(is_digit).is_empty();
        }
        if self.rest().starts_with(['e', 'E']) {
            self.at += 1;
            self.at += usize::from(self.rest().starts_with(['+', '-']));
            is_whole = false;
            is_sound &= !self.take(is_digit).is_empty();
        }
        let is_ended = !self.rest().starts_with(|c| c == '.' || is_of_name(c));
        let text = &self.text[start..self.at];
        match (is_sound && is_ended, is_whole) {
            (false, _) => Err(malformed(start)),
            (true, true) => Ok(Token::Int(text)),
            (true, false) => Ok(Token::Float(text)),
        }
    }

    /// A string on one line.
    fn string(&mut self) -> Result<String, Problem> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            text.push_str(self.take(|c| c != '"' && c != '\\' && !c.is_control()));
            let at = self.at;
            let end = self.rest().chars().next();
            self.at += usize::from(end.is_some_and(|c| c.is_ascii()));
            match end {
                Some('"') => return Ok(text),
                Some('\\') => text.push(self.escape(at)?),
                // The tab is the only control character that may stand here.
                Some('\t') => text.push('\t'),
                _ => {
                    return Err(Problem::syntax(
                        start,
                        "the string does not end on its line",
                    ));
                }
            }
        }
    }

    /// What an escape stands for, read from behind its backslash.
    fn escape(&mut self, at: usize) -> Result<char, Problem> {
        let unknown = || Problem::syntax(at, "the escape is unknown or malformed");
        let letter = self.rest().chars().next().ok_or_else(unknown)?;
        self.at += letter.len_utf8();
        Ok(match letter {
            '"' | '\\' | '/' => letter,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let unit = self.hexadecimal().ok_or_else(unknown)?;
                let code = match unit {
                    // A character beyond the first plane is two units.
                    0xd800..0xdc00 => {
                        let rest = self.rest().strip_prefix("\\u").ok_or_else(unknown)?;
                        self.at = self.text.len() - rest.len();
                        let low = self.hexadecimal().ok_or_else(unknown)?;
                        let low = low.checked_sub(0xdc00).ok_or_else(unknown)?;
                        (low < 0x400).then_some(0x10000 + ((unit - 0xd800) << 10) + low)
                    }
                    unit => Some(unit),
                };
                code.and_then(char::from_u32).ok_or_else(unknown)?
            }
            _ => return Err(unknown()),
        })
    }

    /// Four hexadecimal digits.
    fn hexadecimal(&mut self) -> Option<u32> {
        let digits = self.rest().get(..4)?;
        let is_sound = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let unit = u32::from_str_radix(digits, 16).ok()?;
        self.at += 4;
        is_sound.then_some(unit)
    }

    /// A string between three quotes, without its common indentation.
    fn block(&mut self) -> Result<String, Problem> {
        let start = self.at;
        self.at += 3;
        let mut raw = String::new();
        loop {
            let rest = self.rest();
            let end = rest
                .find("\"\"\"")
                .ok_or_else(|| Problem::syntax(start, "the block string does not end"))?;
            self.at += end + 3;
            match rest[..end].strip_suffix('\\') {
                Some(part) => {
                    raw.push_str(part);
                    raw.push_str("\"\"\"");
                }
                None => {
                    raw.push_str(&rest[..end]);
                    return Ok(dedented(&raw));
                }
            }
        }
    }
}

const fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The value of a block string: the indentation that all lines but the first
/// share is left out, and so are blank lines at both ends.
fn dedented(raw: &str) -> String {
    let raw = raw.replace("\r\n", "\n").replace('\r', "\n");
    let indentation = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let is_blank = |line: &&str| indentation(line) == line.len();
    let mut lines: Vec<&str> = raw.split('\n').collect();
    let inner = lines.iter().skip(1).filter(|line| !is_blank(line));
    let common = inner.map(|line| indentation(line)).min().unwrap_or(0);
    for line in lines.iter_mut().skip(1) {
        *line = line.get(common..).unwrap_or_default();
    }
    let from = lines.iter().take_while(|line| is_blank(line)).count();
    let to = lines.len() - lines.iter().rev().take_while(|line| is_blank(line)).count();
    lines.get(from..to).unwrap_or_default().join("\n")
}
