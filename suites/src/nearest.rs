//! What somebody may have meant. Knows words, not what they are for.

/// The known word that is nearest, where one is near enough to have been meant: a third of it may differ.
pub(crate) fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let near = |known: &&'a str| (strsim::damerau_levenshtein(word, known), *known);
    let (distance, nearest) = known.iter().map(near).min()?;
    (distance * 3 <= nearest.chars().count().max(3)).then_some(nearest)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let known = ["export", "import", "dump", "in"];
        assert_eq!(nearest("exprot", &known), Some("export"));
        assert_eq!(nearest("imports", &known), Some("import"));
        assert_eq!(nearest("on", &known), Some("in"));
        assert_eq!(nearest("password", &known), None);
        assert_eq!(nearest("x", &[]), None);
    }
}
