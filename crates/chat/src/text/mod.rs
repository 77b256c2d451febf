//! What is in a text: formatting, links, mentions, words to search for, names.
