//! What `outline` finds in a text, in the order of the text, for `build`, which so need not look at the text again.

/// What a token is. Its `more` is a length in bytes where nothing else is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    /// The end of the text.
    Eof,
    /// Text outside of actions, without what trim markers take away.
    Text,
    /// A pipeline, with [`Token::first_words`] and [`Token::more_commands`]. Outside of pipelines it is an action, in a command
    /// it stands in parentheses. If it sets variables these follow and then a [`Kind::Command`] where its first command is;
    /// then the words of this command, and the other commands.
    Pipe,
    /// The same in parentheses, with fields after them: the [`Kind::Field`] that follows the pipeline.
    Chain,
    /// The name of a variable that the pipeline declares.
    Declare,
    /// The name of one that it assigns.
    Assign,
    /// A command after the first one, with the number of its words, which follow.
    Command,
    /// Names, each after its dot.
    Field,
    /// A variable.
    Variable,
    /// The same with fields: the [`Kind::Field`] that follows.
    VariableField,
    /// A function, with its place in the table.
    Identifier,
    /// A string in double quotes that holds what it means.
    String,
    /// Any other one in double quotes.
    Quoted,
    /// One in backquotes.
    Raw,
    Number,
    Dot,
    Nil,
    True,
    False,
    /// The keywords; the pipeline follows.
    If,
    With,
    Range,
    /// `else`, and `else if` and its like, whose pipeline follows.
    Else,
    ElseChain,
    End,
    Break,
    Continue,
    /// A definition, with the place of what follows its end on the tape.
    Define,
    /// `template`, where the name is, with the length of what is between its quotes.
    Template,
    /// The same with a pipeline, which follows.
    TemplatePipe,
    /// A body that is built for itself when it runs, with the place of what follows it on the tape.
    Body,
    /// One that is too short for that.
    ShortBody,
}

/// A piece of a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    /// Where it begins, in bytes.
    pub at: u32,
    /// The kind in the lowest bits, and what else there is to say of it.
    packed: u32,
}

/// The bits of a kind.
const KIND: u32 = 5;

/// How long a text is at most whose lengths, and whose places on a tape, fit into tokens. There are at most three tokens for
/// a byte, those of a parenthesis.
pub(super) const LONGEST: usize = 1 << 24;

/// How many words the first command of a pipeline has at most, and how many commands come after it.
const MOST_WORDS: usize = (1 << 12) - 1;
const MOST_COMMANDS: usize = (1 << 12) - 1;

/// The kinds by their numbers.
const KINDS: [Kind; 1 << KIND] = {
    use Kind::*;
    [
        Eof,
        Text,
        Pipe,
        Chain,
        Declare,
        Assign,
        Command,
        Field,
        Variable,
        VariableField,
        Identifier,
        String,
        Quoted,
        Raw,
        Number,
        Dot,
        Nil,
        True,
        False,
        If,
        With,
        Range,
        Else,
        ElseChain,
        End,
        Break,
        Continue,
        Define,
        Template,
        TemplatePipe,
        Body,
        ShortBody,
    ]
};

impl Token {
    /// A token of a text that is not longer than [`LONGEST`].
    #[inline]
    pub fn new(kind: Kind, at: usize, more: usize) -> Token {
        Token { at: at as u32, packed: (more as u32) << KIND | kind as u32 }
    }

    #[inline]
    pub fn kind(self) -> Kind {
        KINDS[(self.packed & ((1 << KIND) - 1)) as usize]
    }

    #[inline]
    pub fn more(self) -> usize {
        (self.packed >> KIND) as usize
    }

    /// A pipeline, if its numbers are small enough.
    #[inline]
    pub fn of_pipe(kind: Kind, at: usize, first_words: usize, more_commands: usize) -> Option<Token> {
        let fits = first_words <= MOST_WORDS && more_commands <= MOST_COMMANDS;
        fits.then(|| Token::new(kind, at, first_words | more_commands << MOST_WORDS.trailing_ones()))
    }

    /// How many words the first command of a pipeline has.
    #[inline]
    pub fn first_words(self) -> usize {
        self.more() & MOST_WORDS
    }

    /// How many commands there are after it.
    #[inline]
    pub fn more_commands(self) -> usize {
        self.more() >> MOST_WORDS.trailing_ones()
    }

    /// Where it ends, if `more` is its length.
    #[inline]
    pub fn end(self) -> usize {
        self.at as usize + self.more()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_holds_what_it_was_made_of() {
        for kind in KINDS {
            let token = Token::new(kind, LONGEST, 3 * LONGEST);
            assert_eq!((token.kind(), token.at as usize, token.more()), (kind, LONGEST, 3 * LONGEST));
        }
    }
}
