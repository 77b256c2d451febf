//! One page of examples.

use std::fmt;

use serde::{Serialize, de::DeserializeOwned};
use ts_rs::{Config, TS};

/// What is said to be an example of a type, and how it looks on the wire.
pub(crate) struct Example {
    pub(crate) type_name: String,
    remark: &'static str,
    pub(crate) json: String,
    /// Whether some JSON is read as the value of this example.
    pub(crate) reads_as_itself: Box<dyn Fn(&str) -> bool>,
}

/// The examples of one noun.
#[derive(Default)]
pub(crate) struct Page {
    pub(crate) examples: Vec<Example>,
}

impl Page {
    /// A type that always says the same fields.
    pub(crate) fn one<T: Wire>(&mut self, value: T) {
        self.add("", value);
    }

    /// A type that may say more or less: with everything, and at its smallest.
    pub(crate) fn both<T: Wire>(&mut self, everything: T, smallest: T) {
        assert!(everything != smallest, "one example would do");
        self.add(", everything", everything);
        self.add(", the least", smallest);
    }

    /// A type that is one word of a few.
    pub(crate) fn words<T: Wire>(&mut self, words: impl IntoIterator<Item = T>) {
        words.into_iter().for_each(|word| self.add("", word));
    }

    fn add<T: Wire>(&mut self, remark: &'static str, value: T) {
        self.examples.push(Example {
            type_name: T::name(&Config::default()),
            remark,
            json: serde_json::to_string_pretty(&value).expect("payloads are JSON"),
            reads_as_itself: Box::new(move |json| {
                serde_json::from_str::<T>(json).is_ok_and(|it| it == value)
            }),
        });
    }
}

/// What is asked of a payload that is shown.
pub(crate) trait Wire: TS + Serialize + DeserializeOwned + PartialEq + 'static {}

impl<T: TS + Serialize + DeserializeOwned + PartialEq + 'static> Wire for T {}

impl fmt::Display for Page {
    /// The words of one type share a line; everything else stands by itself.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for same in self.examples.chunk_by(|one, next| one.type_name == next.type_name) {
            if same.iter().all(|example| example.json.starts_with('"')) {
                let words: Vec<_> = same.iter().map(|example| example.json.as_str()).collect();
                writeln!(f, "{}: {}\n", same[0].type_name, words.join(" | "))?;
            } else {
                for Example { type_name, remark, json, .. } in same {
                    writeln!(f, "{type_name}{remark}:\n{json}\n")?;
                }
            }
        }
        Ok(())
    }
}

/// All words of an enum. One that is left out does not compile.
macro_rules! words {
    ($name:ident: $($word:ident),+ $(,)?) => {{
        let exhaustive = |word: $name| match word {
            $($name::$word => word),+
        };
        [$($name::$word),+].map(exhaustive)
    }};
}
pub(crate) use words;
