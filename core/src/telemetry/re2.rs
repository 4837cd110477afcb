//! From the syntax of RE2 to that of the engine. They differ in what is taken
//! literally within classes, in braces that are no repetition, in `\d`, `\s` and
//! `\w`, which RE2 keeps to ASCII, and in repetitions of repetitions.
//! <https://github.com/google/re2/wiki/Syntax>

use alloc::string::String;
use core::str::Chars;

use super::pattern::PatternError;

/// The expression in the syntax of the engine, which still has to check it.
pub(super) fn translate(source: &str) -> Result<String, PatternError> {
    let mut translator = Translator {
        rest: source.chars(),
        out: String::with_capacity(source.len()),
    };
    while let Some(character) = translator.rest.next() {
        match character {
            '\\' => translator.escape()?,
            '[' => translator.class()?,
            '*' | '+' | '?' => translator.repetition(character)?,
            '{' => match repetition_length(translator.rest.as_str()) {
                Some(_) => translator.repetition(character)?,
                None => translator.out.push_str(r"\{"),
            },
            _ => translator.out.push(character),
        }
    }
    Ok(translator.out)
}

struct Translator<'s> {
    rest: Chars<'s>,
    out: String,
}

impl Translator<'_> {
    fn starts(&self, text: &str) -> bool {
        self.rest.as_str().starts_with(text)
    }

    /// Takes this many bytes over as they are.
    fn copy(&mut self, bytes: usize) {
        let (copied, rest) = self.rest.as_str().split_at(bytes);
        self.out.push_str(copied);
        self.rest = rest.chars();
    }

    /// What follows a backslash outside of a class.
    fn escape(&mut self) -> Result<(), PatternError> {
        if self.starts("b") || self.starts("B") {
            // The bounds of words of ASCII.
            self.out.push_str(r"(?-u:\");
            self.copy(1);
            self.out.push(')');
            return Ok(());
        }
        self.escape_anywhere()
    }

    fn escape_anywhere(&mut self) -> Result<(), PatternError> {
        let class = match self.rest.clone().next() {
            Some('d') => "[0-9]",
            Some('D') => "[^0-9]",
            Some('s') => r"[\t\n\f\r ]",
            Some('S') => r"[^\t\n\f\r ]",
            Some('w') => "[0-9A-Za-z_]",
            Some('W') => "[^0-9A-Za-z_]",
            // Whether the engine has them depends on who else uses it.
            Some('p' | 'P') => return Err(PatternError::UnicodeClass),
            character => {
                self.out.push('\\');
                self.copy(character.map_or(0, char::len_utf8));
                if character == Some('x') && self.starts("{") {
                    self.copy(1);
                }
                return Ok(());
            }
        };
        self.rest.next();
        self.out.push_str(class);
        Ok(())
    }

    /// What follows a left bracket, up to and with its right bracket. Within a
    /// class the engine knows sets and operations on them.
    fn class(&mut self) -> Result<(), PatternError> {
        self.out.push('[');
        if self.starts("^") {
            self.copy(1);
        }
        // A bracket right at the start is an element, not the end.
        if self.starts("]") {
            self.out.push('\\');
            self.copy(1);
        }
        let mut after_dash = false;
        while let Some(character) = self.rest.next() {
            match character {
                ']' => {
                    self.out.push(']');
                    return Ok(());
                }
                '\\' => self.escape_anywhere()?,
                '[' => match self.rest.as_str().find(":]") {
                    Some(end) if self.starts(":") && end > 0 => {
                        let name = &self.rest.as_str()[1..end];
                        if !CLASSES.contains(&name.strip_prefix('^').unwrap_or(name)) {
                            return Err(PatternError::UnknownClass);
                        }
                        self.out.push('[');
                        self.copy(end + 2);
                    }
                    _ => self.out.push_str(r"\["),
                },
                '&' | '~' => self.out.extend(['\\', character]),
                '-' if after_dash => self.out.push_str(r"\-"),
                _ => self.out.push(character),
            }
            after_dash = character == '-' && !after_dash;
        }
        Ok(())
    }

    /// A repetition that starts with this character. RE2 has none of another
    /// one without parentheses.
    fn repetition(&mut self, first: char) -> Result<(), PatternError> {
        self.out.push(first);
        if first == '{' {
            self.copy(repetition_length(self.rest.as_str()).unwrap_or(0));
        }
        if self.starts("?") {
            self.copy(1);
        }
        let next = self.rest.clone();
        let is_nested = match next.clone().next() {
            Some('*' | '+' | '?') => true,
            Some('{') => repetition_length(&next.as_str()[1..]).is_some(),
            _ => false,
        };
        if is_nested {
            Err(PatternError::NestedRepetition)
        } else {
            Ok(())
        }
    }
}

/// The classes that have a name.
const CLASSES: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
    "space", "upper", "word", "xdigit",
];

/// How many bytes after a brace are `n}`, `n,}` or `n,m}`, if they are.
fn repetition_length(rest: &str) -> Option<usize> {
    let end = rest.find('}')?;
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (from, to) = rest[..end].split_once(',').unwrap_or((&rest[..end], ""));
    (!from.is_empty() && is_number(from) && is_number(to)).then_some(end + 1)
}
