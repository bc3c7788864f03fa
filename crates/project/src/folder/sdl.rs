//! The small part of GraphQL's schema language that `actions.graphql` uses: types with fields,
//! inputs, enums and scalars, with descriptions. Types may be defined in several pieces.

/// A definition: `type`, `input`, `enum` or `scalar`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Definition {
    pub(super) kind: Kind,
    pub(super) name: String,
    pub(super) description: Option<String>,
    /// Fields of types and inputs, values of enums (these without a type).
    pub(super) fields: Vec<Field>,
}

/// What is defined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Object,
    Input,
    Enum,
    Scalar,
}

/// A field, an argument or an enum value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) arguments: Vec<Field>,
    /// As written: `[T!]!`. Empty for enum values.
    pub(super) of_type: String,
    pub(super) deprecated: bool,
}

/// What is wrong with a text, and where: line and column, both from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) message: String,
}

/// Reads all definitions of a text.
pub(super) fn parse(text: &str) -> Result<Vec<Definition>, Fault> {
    let mut parser = Parser { text, at: 0 };
    let mut definitions = Vec::new();
    while parser.peek().is_some() {
        definitions.push(parser.definition()?);
    }
    Ok(definitions)
}

/// Writes definitions, each followed by an empty line.
pub(super) fn print(definitions: &[Definition]) -> String {
    let mut text = String::new();
    for definition in definitions {
        describe(&mut text, definition.description.as_deref(), "");
        let keyword = match definition.kind {
            Kind::Object => "type",
            Kind::Input => "input",
            Kind::Enum => "enum",
            Kind::Scalar => "scalar",
        };
        text.push_str(&format!("{keyword} {}", definition.name));
        if definition.kind != Kind::Scalar {
            text.push_str(" {\n");
            for field in &definition.fields {
                print_field(&mut text, field, "  ");
            }
            text.push('}');
        }
        text.push_str("\n\n");
    }
    text
}

fn print_field(text: &mut String, field: &Field, indent: &str) {
    describe(text, field.description.as_deref(), indent);
    text.push_str(indent);
    text.push_str(&field.name);
    if !field.arguments.is_empty() {
        text.push_str("(\n");
        for argument in &field.arguments {
            print_field(text, argument, &format!("{indent}  "));
        }
        text.push_str(indent);
        text.push(')');
    }
    if !field.of_type.is_empty() {
        text.push_str(&format!(": {}", field.of_type));
    }
    if field.deprecated {
        text.push_str(" @deprecated");
    }
    text.push('\n');
}

fn describe(text: &mut String, description: Option<&str>, indent: &str) {
    let Some(description) = description else {
        return;
    };
    text.push_str(&format!("{indent}\"\"\"\n"));
    for line in description.replace("\"\"\"", "\\\"\"\"").split('\n') {
        text.push_str(&format!("{indent}{line}\n"));
    }
    text.push_str(&format!("{indent}\"\"\"\n"));
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn fault<T>(&self, message: impl Into<String>) -> Result<T, Fault> {
        let before = self.text.get(..self.at).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Err(Fault {
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
            message: message.into(),
        })
    }

    /// Skips what means nothing: spaces, commas, comments.
    fn skip(&mut self) {
        loop {
            let rest = self.rest();
            let trimmed =
                rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',' || c == '\u{feff}');
            self.at += rest.len() - trimmed.len();
            if !trimmed.starts_with('#') {
                return;
            }
            self.at += trimmed.find('\n').unwrap_or(trimmed.len());
        }
    }

    fn peek(&mut self) -> Option<char> {
        self.skip();
        self.rest().chars().next()
    }

    fn take(&mut self, mark: char) -> bool {
        let found = self.peek() == Some(mark);
        if found {
            self.at += mark.len_utf8();
        }
        found
    }

    fn expect(&mut self, mark: char) -> Result<(), Fault> {
        if self.take(mark) {
            Ok(())
        } else {
            self.fault(format!("expected '{mark}'"))
        }
    }

    fn name(&mut self) -> Result<&'a str, Fault> {
        self.skip();
        let rest = self.rest();
        let length = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .unwrap_or(rest.len());
        match rest.get(..length) {
            Some(name) if !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit()) => {
                self.at += length;
                Ok(name)
            }
            _ => self.fault("expected a name"),
        }
    }

    fn description(&mut self) -> Result<Option<String>, Fault> {
        if self.peek() != Some('"') {
            return Ok(None);
        }
        let rest = self.rest();
        if let Some(body) = rest.strip_prefix("\"\"\"") {
            let mut from = 0;
            loop {
                let Some(end) = body.get(from..).and_then(|part| part.find("\"\"\"")) else {
                    return self.fault("this description does not end");
                };
                let end = from + end;
                if body.get(..end).is_some_and(|before| before.ends_with('\\')) {
                    from = end + 3;
                    continue;
                }
                self.at += 3 + end + 3;
                return Ok(Some(block(body.get(..end).unwrap_or_default())));
            }
        }
        let mut strings = serde_json::Deserializer::from_str(rest).into_iter::<String>();
        match strings.next() {
            Some(Ok(text)) => {
                self.at += strings.byte_offset();
                Ok(Some(text))
            }
            _ => self.fault("this description does not end"),
        }
    }

    fn definition(&mut self) -> Result<Definition, Fault> {
        let description = self.description()?;
        let start = self.at;
        let mut keyword = self.name()?;
        if keyword == "extend" {
            keyword = self.name()?;
        }
        let kind = match keyword {
            "type" => Kind::Object,
            "input" => Kind::Input,
            "enum" => Kind::Enum,
            "scalar" => Kind::Scalar,
            other => {
                self.at = start;
                self.skip();
                return self.fault(format!(
                    "expected one of type, input, enum and scalar, but found {other}"
                ));
            }
        };
        let name = self.name()?.to_owned();
        let fields = if kind != Kind::Scalar && self.take('{') {
            self.fields('}', kind != Kind::Enum)?
        } else {
            Vec::new()
        };
        Ok(Definition {
            kind,
            name,
            description,
            fields,
        })
    }

    fn fields(&mut self, end: char, typed: bool) -> Result<Vec<Field>, Fault> {
        let mut fields = Vec::new();
        while !self.take(end) {
            if self.peek().is_none() {
                return self.fault(format!("expected '{end}'"));
            }
            fields.push(self.field(typed)?);
        }
        Ok(fields)
    }

    fn field(&mut self, typed: bool) -> Result<Field, Fault> {
        let description = self.description()?;
        let name = self.name()?.to_owned();
        let arguments = if typed && self.take('(') {
            self.fields(')', true)?
        } else {
            Vec::new()
        };
        let of_type = if typed {
            self.expect(':')?;
            self.type_reference(0)?
        } else {
            String::new()
        };
        let mut deprecated = false;
        while self.take('@') {
            deprecated |= self.name()? == "deprecated";
            if self.take('(') {
                self.directive_arguments()?;
            }
        }
        Ok(Field {
            name,
            description,
            arguments,
            of_type,
            deprecated,
        })
    }

    /// Arguments of directives say nothing that is kept.
    fn directive_arguments(&mut self) -> Result<(), Fault> {
        while !self.take(')') {
            match self.peek() {
                None => return self.fault("expected ')'"),
                Some('"') => {
                    self.description()?;
                }
                Some(other) => self.at += other.len_utf8(),
            }
        }
        Ok(())
    }

    fn type_reference(&mut self, depth: usize) -> Result<String, Fault> {
        let mut text = if self.take('[') {
            if depth > 16 {
                return self.fault("too many lists within each other");
            }
            let inner = self.type_reference(depth + 1)?;
            self.expect(']')?;
            format!("[{inner}]")
        } else {
            self.name()?.to_owned()
        };
        if self.take('!') {
            text.push('!');
        }
        Ok(text)
    }
}

/// A block text without its common indentation and without blank lines around it.
fn block(raw: &str) -> String {
    let lines: Vec<&str> = raw
        .split('\n')
        .map(|line| line.trim_end_matches('\r'))
        .collect();
    let margin = lines
        .iter()
        .skip(1)
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len() - line.trim_start().len())
        .min()
        .unwrap_or(0);
    let mut lines: Vec<&str> = lines
        .iter()
        .enumerate()
        .map(|(index, line)| match index {
            0 => line.trim_start(),
            _ => line.get(margin..).unwrap_or_default(),
        })
        .collect();
    while lines.first().is_some_and(|line| line.trim().is_empty()) {
        lines.remove(0);
    }
    while lines.last().is_some_and(|line| line.trim().is_empty()) {
        lines.pop();
    }
    lines.join("\n").replace("\\\"\"\"", "\"\"\"")
}
