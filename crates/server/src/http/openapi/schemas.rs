//! JSON Schemas of the wire's types, read from the TypeScript that they are generated as: the few forms of it that
//! `ts-rs` writes.

use std::{collections::BTreeMap, iter::Peekable, vec::IntoIter};

use kith_protocol::typescript;
use serde_json::{Map, Value, json};

use crate::http::routes::Type;

/// The schemas of all types, by name.
pub(super) struct Schemas(BTreeMap<String, Value>);

/// A field of an object.
pub(super) struct Field {
    pub(super) name: String,
    pub(super) required: bool,
    pub(super) schema: Value,
}

/// What refers to the schema of a type.
pub(super) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

impl Schemas {
    /// Those of the wire, and of some more types.
    pub(super) fn new<'a>(more: impl Iterator<Item = &'a Type>) -> Self {
        let wire: String = typescript::files().into_iter().map(|(_, text)| text).collect();
        // The client's own tables follow the types.
        let wire = wire.split("export interface").next().unwrap_or_default();
        let mut schemas: BTreeMap<String, Value> = more
            .map(|more| declarations(&format!("export {}", more.declaration)))
            .fold(BTreeMap::new(), |mut all, it| {
                all.extend(it);
                all
            });
        // With their descriptions.
        schemas.extend(declarations(wire));
        Self(schemas)
    }

    pub(super) fn all(&self) -> &BTreeMap<String, Value> {
        &self.0
    }

    /// The fields of an object, those of the objects that it is put together from included.
    pub(super) fn fields(&self, name: &str) -> Vec<Field> {
        self.0.get(name).map(|schema| self.fields_of(schema)).unwrap_or_default()
    }

    fn fields_of(&self, schema: &Value) -> Vec<Field> {
        if let Some(parts) = schema["allOf"].as_array() {
            return parts.iter().flat_map(|part| self.fields_of(part)).collect();
        }
        if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
            return self.fields(name);
        }
        let required = schema["required"].as_array();
        let fields = schema["properties"].as_object().into_iter().flatten();
        fields
            .map(|(name, schema)| Field {
                name: name.clone(),
                required: required.is_some_and(|required| required.iter().any(|it| it == name)),
                schema: schema.clone(),
            })
            .collect()
    }

    /// The schema of a type without the fields that stand elsewhere: a reference when it has none of them.
    pub(super) fn without(&self, name: &str, elsewhere: &[&str]) -> Value {
        let (without, rest): (Vec<Field>, Vec<Field>) =
            self.fields(name).into_iter().partition(|field| elsewhere.contains(&field.name.as_str()));
        if without.is_empty() { reference(name) } else { object(rest) }
    }
}

fn object(fields: Vec<Field>) -> Value {
    let required: Vec<&str> =
        fields.iter().filter(|field| field.required).map(|field| field.name.as_str()).collect();
    let mut schema = json!({ "type": "object" });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    let properties: Map<String, Value> = fields.into_iter().map(|field| (field.name, field.schema)).collect();
    schema["properties"] = Value::Object(properties);
    schema
}

/// Every `export type Name = …;` of a text.
fn declarations(text: &str) -> BTreeMap<String, Value> {
    let mut reader = Reader { tokens: tokens(text).into_iter().peekable() };
    let mut schemas = BTreeMap::new();
    loop {
        let doc = reader.doc();
        if reader.tokens.peek().is_none() {
            return schemas;
        }
        let (name, mut schema) = reader.declaration();
        describe(&mut schema, doc);
        schemas.insert(name, schema);
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    /// `/** … */`
    Doc(String),
    /// A name or a keyword.
    Word(String),
    /// `"text"`
    Text(String),
    Sign(char),
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        rest = if let Some(after) = rest.strip_prefix("/**") {
            let (doc, after) = after.split_once("*/").expect("a comment has an end");
            tokens.push(Token::Doc(plain(doc)));
            after
        } else if rest.starts_with("//") {
            rest.split_once('\n').map_or("", |(_, after)| after)
        } else if first == '"' {
            let (text, after) = rest[1..].split_once('"').expect("a text has an end");
            tokens.push(Token::Text(text.to_owned()));
            after
        } else if is_word(first) {
            let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            tokens.push(Token::Word(rest[..end].to_owned()));
            &rest[end..]
        } else {
            if !first.is_whitespace() {
                tokens.push(Token::Sign(first));
            }
            &rest[first.len_utf8()..]
        };
    }
    tokens
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// A comment without its stars, in one line.
fn plain(doc: &str) -> String {
    let lines = doc.lines().map(|line| line.trim().trim_start_matches('*').trim());
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

struct Reader {
    tokens: Peekable<IntoIter<Token>>,
}

impl Reader {
    fn declaration(&mut self) -> (String, Value) {
        self.expect_word("export");
        self.expect_word("type");
        let name = self.word();
        self.expect('=');
        let schema = self.union();
        self.expect(';');
        (name, schema)
    }

    fn union(&mut self) -> Value {
        self.takes('|');
        let mut members = vec![self.intersection()];
        while self.takes('|') {
            members.push(self.intersection());
        }
        one_of(members)
    }

    fn intersection(&mut self) -> Value {
        let mut parts = vec![self.list()];
        while self.takes('&') {
            parts.push(self.list());
        }
        if parts.len() == 1 { parts.remove(0) } else { json!({ "allOf": parts }) }
    }

    fn list(&mut self) -> Value {
        let mut schema = self.primary();
        while self.takes('[') {
            self.expect(']');
            schema = json!({ "type": "array", "items": schema });
        }
        schema
    }

    fn primary(&mut self) -> Value {
        match self.next() {
            Token::Sign('{') => self.object(),
            Token::Sign('(') => {
                let schema = self.union();
                self.expect(')');
                schema
            }
            Token::Text(text) => json!({ "const": text }),
            Token::Word(word) => self.named(&word),
            token => panic!("{token:?} begins no type"),
        }
    }

    fn named(&mut self, word: &str) -> Value {
        match word {
            "string" => json!({ "type": "string" }),
            // All numbers of the wire are whole and count something.
            "number" => json!({ "type": "integer", "minimum": 0 }),
            "boolean" => json!({ "type": "boolean" }),
            "null" => json!({ "type": "null" }),
            "Array" => {
                self.expect('<');
                let items = self.union();
                self.expect('>');
                json!({ "type": "array", "items": items })
            }
            "Record" => {
                self.expect('<');
                while !self.takes('>') {
                    self.next();
                }
                json!({ "type": "object" })
            }
            name => reference(name),
        }
    }

    fn object(&mut self) -> Value {
        let mut fields = Vec::new();
        let mut others = None;
        while !self.takes('}') {
            let doc = self.doc();
            if self.takes('[') {
                others = Some(self.index_signature());
            } else {
                fields.push(self.field(doc));
            }
            let _ = self.takes(',') || self.takes(';');
        }
        let mut schema = object(fields);
        if let Some(others) = others {
            schema["additionalProperties"] = others;
        }
        schema
    }

    fn field(&mut self, doc: Option<String>) -> Field {
        let name = match self.next() {
            Token::Word(name) | Token::Text(name) => name,
            token => panic!("{token:?} is no name of a field"),
        };
        let required = !self.takes('?');
        self.expect(':');
        let mut schema = self.union();
        describe(&mut schema, doc);
        Field { name, required, schema }
    }

    /// `[key: string]: T` or `[key in string]?: T`
    fn index_signature(&mut self) -> Value {
        while !self.takes(']') {
            self.next();
        }
        self.takes('?');
        self.expect(':');
        self.union()
    }

    fn doc(&mut self) -> Option<String> {
        let mut last = None;
        while let Some(Token::Doc(doc)) = self.tokens.next_if(|token| matches!(token, Token::Doc(_))) {
            last = Some(doc);
        }
        last
    }

    fn next(&mut self) -> Token {
        self.tokens.next().expect("the text does not end within a type")
    }

    fn word(&mut self) -> String {
        match self.next() {
            Token::Word(word) => word,
            token => panic!("{token:?} is no word"),
        }
    }

    fn expect_word(&mut self, word: &str) {
        assert_eq!(self.word(), word);
    }

    fn expect(&mut self, sign: char) {
        assert_eq!(self.next(), Token::Sign(sign));
    }

    fn takes(&mut self, sign: char) -> bool {
        self.tokens.next_if_eq(&Token::Sign(sign)).is_some()
    }
}

/// One of several: of texts, an enumeration.
fn one_of(mut members: Vec<Value>) -> Value {
    if members.len() == 1 {
        return members.remove(0);
    }
    let texts: Option<Vec<&Value>> = members.iter().map(|member| member.get("const")).collect();
    match texts {
        Some(texts) => json!({ "type": "string", "enum": texts }),
        None => json!({ "anyOf": members }),
    }
}

/// Adds a description, also beside a reference: in OpenAPI 3.1 both count.
fn describe(schema: &mut Value, doc: Option<String>) {
    if let Some(doc) = doc {
        schema["description"] = Value::String(doc);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_that_the_wire_uses_are_read() {
        let text = "// Generated.\n/** A\n * thing. */\nexport type A = { /** Which. */ id: string, more?: Array<B> | null, };\n\
                    export type B = \"x\" | \"y\";\nexport type C = A & { [key in string]?: number };";
        let schemas = declarations(text);
        assert_eq!(
            schemas["A"],
            json!({
                "description": "A thing.",
                "type": "object",
                "required": ["id"],
                "properties": {
                    "id": { "description": "Which.", "type": "string" },
                    "more": { "anyOf": [
                        { "type": "array", "items": { "$ref": "#/components/schemas/B" } },
                        { "type": "null" },
                    ] },
                },
            })
        );
        assert_eq!(schemas["B"], json!({ "type": "string", "enum": ["x", "y"] }));
        assert_eq!(
            schemas["C"]["allOf"][1]["additionalProperties"],
            json!({ "type": "integer", "minimum": 0 })
        );
    }
}
