//! What `outline` finds in a text, in the order of the text, for `build`, which so need not look at the text again.

use super::node::Slot;

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident,)*) => {
        /// What a token is. Its `more` is a length in bytes where nothing else is said.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub(super) enum Kind {
            $($(#[$doc])* $kind,)*
        }

        /// The kinds by their numbers.
        const KINDS: [Kind; 1 << KIND] = [$(Kind::$kind),*];
    };
}

/// The bits of a kind.
const KIND: u32 = 5;

kinds! {
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
    /// A variable that the pipeline declares, with [`Token::name_end`].
    Declare,
    /// One that it assigns, with [`Token::slot`], too.
    Assign,
    /// A command after the first one, with the number of its words, which follow.
    Command,
    /// Names, each after its dot.
    Field,
    /// A variable, with [`Token::name_end`] and [`Token::slot`].
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

/// How long a text is at most whose lengths, and whose places on a tape, fit into tokens. There are no three tokens for one
/// byte.
pub(super) const LONGEST: usize = 1 << 24;

/// How large two numbers are at most that are in one token.
const MOST_LOW: usize = (1 << 12) - 1;
const MOST_HIGH: usize = (1 << 15) - 1;

/// The slot of a variable that the parser knows, but which is declared on no way that leads here.
pub(super) const UNDEFINED: usize = MOST_HIGH;

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

    /// A token with two numbers, if these are small enough: a pipeline with the words of its first command and how many
    /// commands follow, or a variable with the length of its name and its slot.
    #[inline]
    pub fn with_both(kind: Kind, at: usize, low: usize, high: usize) -> Option<Token> {
        let fits = low <= MOST_LOW && high <= MOST_HIGH;
        fits.then(|| Token::new(kind, at, low | high << MOST_LOW.trailing_ones()))
    }

    #[inline]
    fn low(self) -> usize {
        self.more() & MOST_LOW
    }

    #[inline]
    fn high(self) -> usize {
        self.more() >> MOST_LOW.trailing_ones()
    }

    /// How many words the first command of a pipeline has.
    #[inline]
    pub fn first_words(self) -> usize {
        self.low()
    }

    /// How many commands there are after it.
    #[inline]
    pub fn more_commands(self) -> usize {
        self.high()
    }

    /// Where the name of a variable ends.
    #[inline]
    pub fn name_end(self) -> usize {
        self.at as usize + self.low()
    }

    /// The slot of a variable.
    #[inline]
    pub fn slot(self) -> Slot {
        match self.high() {
            UNDEFINED => Slot::Undefined,
            slot => Slot::At(slot as u32),
        }
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
        let both = |low, high| Token::with_both(Kind::Pipe, LONGEST, low, high);
        let numbers = |token: Token| (token.kind(), token.first_words(), token.more_commands());
        assert_eq!(both(MOST_LOW, MOST_HIGH).map(numbers), Some((Kind::Pipe, MOST_LOW, MOST_HIGH)));
        assert!(both(MOST_LOW + 1, 0).is_none() && both(0, MOST_HIGH + 1).is_none());
    }
}
