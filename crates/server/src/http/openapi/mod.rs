//! The OpenAPI document: made from the table of routes and from the wire's own types, so that it is true.

mod schemas;

use std::sync::{Arc, OnceLock};

use axum::{Router, response::IntoResponse, routing::get};
use bytes::Bytes;
use http::header;
use serde_json::{Map, Value, json};

use super::{
    Edge,
    routes::{Access, Gives, Route, Takes, Type},
};
use schemas::Schemas;

/// Adds the document to the routes that it describes.
pub(super) fn serve(router: Router<Edge>, table: Arc<[Route]>) -> Router<Edge> {
    // Made when somebody first asks for it, which on most servers nobody does.
    let document: Arc<OnceLock<Bytes>> = Arc::default();
    let answer = async move || {
        let bytes = document.get_or_init(|| describe(&table).to_string().into()).clone();
        ([(header::CONTENT_TYPE, "application/json")], bytes).into_response()
    };
    router.route("/openapi.json", get(answer))
}

fn describe(table: &[Route]) -> Value {
    let schemas = Schemas::new(table.iter().flat_map(types));
    let mut paths = Map::new();
    for route in table {
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method.to_lowercase()] = operation(route, &schemas);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Kith",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "What a socket event does, REST does too, by the same rule. Fields that stand in the path need not stand in the body.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/api/v1" }],
        "paths": paths,
        "components": {
            "schemas": schemas.all(),
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer" },
                "cookie": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "kith",
                    "description": "Named __Host-kith over TLS. It counts only with the header X-Kith: 1 or when one of the server's own pages asks; whatever changes something needs the header.",
                },
            },
            "responses": {
                "Problem": {
                    "description": "Why not, by RFC 9457.",
                    "content": { "application/problem+json": { "schema": schemas::reference("Problem") } },
                },
            },
        },
    })
}

/// The types that a route names.
fn types(route: &Route) -> impl Iterator<Item = &Type> {
    let taken = match &route.takes {
        Takes::Query(taken) | Takes::Json(taken) => Some(taken),
        Takes::Nothing | Takes::Words(_) | Takes::Bytes(_) => None,
    };
    let given = match &route.gives {
        Gives::Json(given) => Some(given),
        Gives::Nothing | Gives::Bytes => None,
    };
    taken.into_iter().chain(given)
}

fn operation(route: &Route, schemas: &Schemas) -> Value {
    let in_path: Vec<&str> = path_fields(route.path).collect();
    let mut parameters: Vec<Value> =
        in_path.iter().map(|name| parameter(name, "path", true, json!({ "type": "string" }))).collect();
    let mut operation = json!({ "summary": route.about, "responses": responses(route) });
    match &route.takes {
        Takes::Nothing => {}
        Takes::Query(taken) => {
            let fields = schemas
                .fields(&taken.name)
                .into_iter()
                .filter(|field| !in_path.contains(&field.name.as_str()));
            parameters
                .extend(fields.map(|field| parameter(&field.name, "query", field.required, field.schema)));
        }
        Takes::Json(taken) => {
            let schema = schemas.without(&taken.name, &in_path);
            operation["requestBody"] = json!({ "content": { "application/json": { "schema": schema } } });
        }
        Takes::Words(words) => parameters.extend(words.iter().map(|name| text_parameter(name))),
        Takes::Bytes(words) => {
            parameters.extend(words.iter().map(|name| text_parameter(name)));
            let media_type = if route.method == "PATCH" {
                "application/offset+octet-stream"
            } else {
                "application/octet-stream"
            };
            operation["requestBody"] = json!({ "required": true, "content": { media_type: {} } });
        }
    }
    if !parameters.is_empty() {
        operation["parameters"] = Value::Array(parameters);
    }
    operation["security"] = match route.access {
        Access::Anyone => json!([]),
        Access::SignedIn => json!([{ "token": [] }, { "cookie": [] }]),
    };
    operation
}

fn path_fields(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

fn parameter(name: &str, place: &str, required: bool, schema: Value) -> Value {
    json!({ "name": name, "in": place, "required": required, "schema": schema })
}

fn text_parameter(name: &str) -> Value {
    parameter(name, "query", false, json!({ "type": "string" }))
}

fn responses(route: &Route) -> Value {
    let content = match &route.gives {
        Gives::Nothing => json!({ "description": "Done." }),
        Gives::Json(given) => json!({
            "description": "Done.",
            "content": { "application/json": { "schema": schemas::reference(&given.name) } },
        }),
        Gives::Bytes => json!({ "description": "The bytes.", "content": { "application/octet-stream": {} } }),
    };
    json!({ "2XX": content, "default": { "$ref": "#/components/responses/Problem" } })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Value {
        describe(&super::super::api().finish().1)
    }

    /// Everything in the document that refers to something.
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
                fields.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }

    #[test]
    fn whatever_is_referred_to_is_there() {
        let document = document();
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(found.len() > 100, "{}", found.len());
        for reference in found {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
    }

    #[test]
    fn a_question_and_a_deed_are_described_with_their_fields() {
        let document = document();
        let page = &document["paths"]["/conversations/{conversation_id}/messages"]["get"];
        let names: Vec<&str> =
            page["parameters"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["conversation_id", "after", "around", "before", "limit"]);
        let send = &document["paths"]["/conversations/{conversation_id}/messages"]["post"];
        let body = &send["requestBody"]["content"]["application/json"]["schema"];
        assert_eq!(body["required"], json!(["client_id"]));
        assert_eq!(body["properties"]["conversation_id"], Value::Null);
    }
}
