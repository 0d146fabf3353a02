//! What a text allows: in which styles of YAML it can be written.

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    Plain,
    Single,
    Double,
    Literal,
}

/// What libyaml finds out about a text before it chooses a style.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Allowed {
    /// It has line breaks.
    pub multiline: bool,
    pub flow_plain: bool,
    pub block_plain: bool,
    pub single: bool,
    pub block: bool,
}

pub(super) fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\0') || is_break(c)
}

/// Whether libyaml writes the character as it is; what lies beyond the first plane it escapes.
pub(super) fn is_printable(c: char, unicode: bool) -> bool {
    match c {
        '\n' | ' '..='~' => true,
        '\u{feff}' => false,
        '\u{a0}'..='\u{fffd}' => unicode,
        _ => false,
    }
}

/// Looks at `text`, which may be written with characters beyond ASCII if `unicode`.
pub(super) fn analyze(text: &str, unicode: bool) -> Allowed {
    if text.is_empty() {
        return Allowed {
            multiline: false,
            flow_plain: false,
            block_plain: true,
            single: true,
            block: false,
        };
    }
    let chars: Vec<char> = text.chars().collect();
    let last = chars.len() - 1;
    let document_mark = text.starts_with("---") || text.starts_with("...");
    let (mut flow_indicators, mut block_indicators) = (document_mark, document_mark);
    let (mut breaks, mut special, mut edge_space, mut trailing_space) = (false, false, false, false);
    let (mut break_then_space, mut space_then_break) = (false, false);
    let mut previous = None;
    for (index, c) in chars.iter().copied().enumerate() {
        let next_is_blank = chars.get(index + 1).is_none_or(|next| is_blank(*next));
        match (c, previous) {
            (
                '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@'
                | '`',
                None,
            ) => {
                flow_indicators = true;
                block_indicators = true;
            }
            ('?' | ':', None) => {
                flow_indicators = true;
                block_indicators |= next_is_blank;
            }
            ('-', None) if next_is_blank => {
                flow_indicators = true;
                block_indicators = true;
            }
            (',' | '?' | '[' | ']' | '{' | '}', Some(_)) => flow_indicators = true,
            (':', Some(_)) => {
                flow_indicators = true;
                block_indicators |= next_is_blank;
            }
            ('#', Some(before)) if is_blank(before) => {
                flow_indicators = true;
                block_indicators = true;
            }
            _ => {}
        }
        special |= !is_printable(c, unicode);
        let at_edge = index == 0 || index == last;
        if is_break(c) {
            breaks = true;
            edge_space |= at_edge;
            space_then_break |= previous == Some(' ');
        } else if c == ' ' {
            edge_space |= at_edge;
            trailing_space |= index == last;
            break_then_space |= previous.is_some_and(is_break);
        }
        previous = Some(c);
    }
    let unquotable = break_then_space || space_then_break || special;
    let plain = !edge_space && !unquotable && !breaks;
    Allowed {
        multiline: breaks,
        flow_plain: plain && !flow_indicators,
        block_plain: plain && !block_indicators,
        single: !unquotable,
        block: !trailing_space && !space_then_break && !special,
    }
}

impl Allowed {
    /// The style for a scalar that was to be written as `wanted`. `means_itself` says that it would be read back as the
    /// same value without quotes.
    pub fn choose(&self, wanted: Written, place: Place, empty: bool, means_itself: bool) -> Written {
        let mut style = if place.simple_key && self.multiline { Written::Double } else { wanted };
        if style == Written::Plain {
            let allowed = if place.flow { self.flow_plain } else { self.block_plain };
            if !allowed || (empty && (place.flow || place.simple_key)) || !means_itself {
                style = Written::Single;
            }
        }
        if style == Written::Single && !self.single {
            style = Written::Double;
        }
        if style == Written::Literal && (!self.block || place.flow || place.simple_key) {
            style = Written::Double;
        }
        style
    }
}

/// Where a scalar is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Within `[…]` or `{…}`.
    pub flow: bool,
    /// As a key that fits before its colon.
    pub simple_key: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_follow_the_text() {
        let block = Place { flow: false, simple_key: false };
        let flow = Place { flow: true, simple_key: false };
        let style =
            |text: &str, place| analyze(text, true).choose(Written::Plain, place, text.is_empty(), true);
        assert_eq!(style("a b", block), Written::Plain);
        assert_eq!(style("a, b", block), Written::Plain);
        assert_eq!(style("a, b", flow), Written::Single);
        assert_eq!(style("a: b", block), Written::Single);
        assert_eq!(style(" a", block), Written::Single);
        assert_eq!(style("a\nb", block), Written::Single);
        assert_eq!(style("a \nb", block), Written::Double);
        assert_eq!(style("a\tb", block), Written::Double);
        assert_eq!(style("é", block), Written::Plain);
        assert_eq!(style("😀", block), Written::Double);
        assert_eq!(style("", block), Written::Plain);
    }
}
