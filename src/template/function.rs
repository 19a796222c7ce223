//! What the language needs to know of a function: its name, its Go signature and how to call it.
//!
//! Functions are ordinary typed Rust functions; `function!` derives the Go signature from their parameter types.

use super::cursor::Word;
use super::error::Error;
use crate::go::{Dict, DictType, Elem, List, Str, Type, Value};
use crate::host::Host;
use std::any::Any;
use std::fmt;

/// A template function: one row of a chapter's table.
pub struct Function {
    /// The name in templates.
    pub name: &'static str,
    /// The Go types of the parameters; the last one repeats where `variadic`.
    pub parameters: &'static [Type],
    /// Whether the last parameter takes any number of arguments, also none.
    pub variadic: bool,
    /// Whether the executor stops evaluating arguments early, as Go's `and` and `or` do.
    pub short_circuit: Option<ShortCircuit>,
    /// The Go type of the result.
    pub returns: &'static str,
    /// What a reader wants to know of it.
    pub doc: Doc,
    /// The function itself; the arguments were checked against `parameters` and may be taken.
    pub call: fn(&mut dyn Caller, &mut [Value]) -> Result<Value, Error>,
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Function").field(&self.name).finish()
    }
}

/// The documentation of a function, beside its code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Doc {
    /// The names of the parameters, with blanks between; a variadic one ends in `...`.
    pub parameters: &'static str,
    /// One line without a full stop.
    pub summary: &'static str,
    /// An action without its braces.
    pub example: &'static str,
    /// What the example prints.
    pub result: &'static str,
}

impl Function {
    /// The signature in Go's notation: `trunc(count int, text string) string`.
    pub fn signature(&self) -> String {
        let type_name = |ty: &Type| ty.to_string().replace("interface {}", "any");
        let names = self.doc.parameters.split_whitespace();
        let parameters: Vec<String> = names
            .zip(self.parameters)
            .map(|(name, ty)| match name.strip_suffix("...") {
                Some(name) => format!("{name} ...{}", type_name(ty)),
                None => format!("{name} {}", type_name(ty)),
            })
            .collect();
        format!("{}({}) {}", self.name, parameters.join(", "), self.returns)
    }
}

/// The functions that templates may call, by name.
///
/// A table of open addresses, as parsing looks up a name for every few bytes of a template. It holds our own names only,
/// so that nobody can choose names that collide.
#[derive(Default)]
pub struct Functions {
    /// A power of two of them, of which at most a quarter is taken.
    slots: Vec<Option<Named>>,
}

/// A function and the beginning of its name.
#[derive(Clone, Copy)]
struct Named {
    first: u64,
    function: &'static Function,
}

impl Functions {
    /// The function of that name.
    pub fn get(&self, name: &[u8]) -> Option<&'static Function> {
        self.at(self.place_of(Word::of(name))?)
    }

    /// Where the function is in the table whose name was just read.
    #[inline]
    pub(super) fn place_of(&self, name: Word) -> Option<usize> {
        let mut at = self.place(name);
        loop {
            let named = self.slots.get(at).copied()??;
            // No name holds a zero, so that the first bytes tell where a short one ends.
            if named.first == name.first && (name.bytes.len() < 8 || named.function.name.as_bytes() == name.bytes) {
                return Some(at);
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }

    /// The function at a place of the table.
    #[inline]
    pub(super) fn at(&self, place: usize) -> Option<&'static Function> {
        Some(self.slots.get(place).copied()??.function)
    }

    /// The names of all functions, in no order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.slots.iter().flatten().map(|named| named.function.name)
    }

    /// Where the search for a name begins.
    #[inline]
    fn place(&self, name: Word) -> usize {
        // As foldhash and its like: the upper half of the product depends on all bits.
        let mixed = u128::from(name.first ^ name.bytes.len() as u64) * 0x9e37_79b9_7f4a_7c15;
        (mixed >> 64) as usize & self.slots.len().wrapping_sub(1)
    }
}

impl FromIterator<&'static Function> for Functions {
    /// Later functions win over earlier ones of the same name.
    fn from_iter<I: IntoIterator<Item = &'static Function>>(functions: I) -> Functions {
        let functions: Vec<_> = functions.into_iter().collect();
        let mut table = Functions { slots: vec![None; (4 * functions.len().max(1)).next_power_of_two()] };
        for function in functions {
            let name = Word::of(function.name.as_bytes());
            let mut at = table.place(name);
            while table.slots[at].is_some_and(|named| named.function.name != function.name) {
                at = (at + 1) & (table.slots.len() - 1);
            }
            table.slots[at] = Some(Named { first: name.first, function });
        }
        table
    }
}

/// Which argument decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShortCircuit {
    /// The first that is not true.
    And,
    /// The first that is true.
    Or,
}

/// The running template, as a function sees it.
pub trait Caller {
    /// Clock, randomness and the like.
    fn host(&self) -> &dyn Host;

    /// Something happens that the output of the templates that run now does not tell, so that they have to run each time.
    fn effect(&self) {}

    /// What the program that runs the templates keeps for its own functions during one execution.
    fn state(&mut self) -> &mut dyn Any;

    /// As `Template.ExecuteTemplate` into a new buffer, in the set of templates that is running now.
    fn execute(&mut self, name: &Str, data: Value) -> Result<Str, Error>;

    /// As Helm's `tpl` up to the removal of `<no value>`: parses `text` into a copy of the running set and executes it.
    /// Errors are as Go's: parse errors first, then execution errors, both without Helm's wrapping.
    fn evaluate(&mut self, text: &Str, data: Value) -> Result<Str, Evaluate>;

    /// Whether the first argument of the function that runs now is a nil interface, such as a null in a map, and not
    /// the absence of any value; both arrive as [`Value::Nil`], but `len` has different errors for them.
    fn nil_interface(&self) -> bool {
        false
    }

    /// The first argument as it is written in the template, which `call` needs for its errors.
    fn first_argument(&self) -> String {
        String::new()
    }
}

/// At which step [`Caller::evaluate`] failed.
pub enum Evaluate {
    /// The text does not parse.
    Parse(Error),
    /// The text parses and fails while it runs.
    Execute(Error),
}

/// A Rust type that stands for a Go parameter type.
pub trait Argument: Sized {
    /// The Go type.
    const TYPE: Type;
    /// Whether this takes all remaining arguments.
    const VARIADIC: bool = false;
    /// Takes one argument (or, if variadic, all that are left), which is of the right type.
    fn take(arguments: &mut std::slice::IterMut<'_, Value>) -> Self;
}

fn next(arguments: &mut std::slice::IterMut<'_, Value>) -> Value {
    arguments.next().map(std::mem::take).unwrap_or_default()
}

/// Go's `int64`, where a parameter is not just `int`.
#[derive(Clone, Copy, Debug)]
pub struct Int64(pub i64);

/// Go's `...T`; a function takes `...interface {}` as `&mut [Value]` instead, which it may take from.
pub struct Rest<T>(pub Vec<T>);

macro_rules! argument {
    ($rust:ty, $go:expr, $value:ident => $take:expr) => {
        impl Argument for $rust {
            const TYPE: Type = $go;
            fn take(arguments: &mut std::slice::IterMut<'_, Value>) -> Self {
                let $value = next(arguments);
                $take
            }
        }
    };
}

argument!(Value, Type::Interface, value => value);
argument!(Str, Type::String, value => if let Value::String(s) = value { s } else { Str::EMPTY });
argument!(bool, Type::Bool, value => matches!(value, Value::Bool(true)));
argument!(i64, Type::Int, value => if let Value::Int(n) = value { n } else { 0 });
argument!(Int64, Type::Int64, value => if let Value::Int64(n) = value { Int64(n) } else { Int64(0) });
argument!(f64, Type::Float64, value => if let Value::Float64(n) = value { n } else { 0.0 });
argument!(Dict, Type::Dict(DictType::Any), value => if let Value::Dict(d) = value { d.with_type(DictType::Any) } else { Dict::nil() });
argument!(List, Type::List(Elem::Any), value => if let Value::List(l) = value { l } else { List::nil(Elem::Any) });

impl<T: Argument> Argument for Rest<T> {
    const TYPE: Type = T::TYPE;
    const VARIADIC: bool = true;
    fn take(arguments: &mut std::slice::IterMut<'_, Value>) -> Self {
        let mut rest = Vec::with_capacity(arguments.len());
        while arguments.len() > 0 {
            rest.push(T::take(arguments));
        }
        Rest(rest)
    }
}

/// What a template function may return.
pub trait Return {
    /// The Go type.
    const TYPE: &'static str = "any";
    /// The result as the executor wants it.
    fn into_result(self) -> Result<Value, Error>;
}

macro_rules! returns {
    ($($rust:ty, $go:literal, $value:ident => $into:expr;)*) => {$(
        impl Return for $rust {
            const TYPE: &'static str = $go;
            fn into_result(self) -> Result<Value, Error> {
                let $value = self;
                Ok($into)
            }
        }
    )*};
}

returns! {
    Value, "any", value => value;
    Str, "string", value => Value::String(value);
    String, "string", value => Value::string(value);
    &'static str, "string", value => Value::string(value);
    bool, "bool", value => Value::Bool(value);
    i64, "int", value => Value::Int(value);
    Int64, "int64", value => Value::Int64(value.0);
    f64, "float64", value => Value::Float64(value);
    Dict, "map[string]any", value => Value::Dict(value);
    List, "[]any", value => Value::List(value);
}

impl<T: Return, E: Into<Error>> Return for Result<T, E> {
    const TYPE: &'static str = T::TYPE;
    fn into_result(self) -> Result<Value, Error> {
        self.map_err(Into::into).and_then(T::into_result)
    }
}

/// A Rust function that can stand in a function table. `A` names its parameter types.
pub trait Callable<A> {
    /// Their Go types.
    const PARAMETERS: &'static [Type];
    /// Whether the last one is variadic.
    const VARIADIC: bool;
    /// The Go type of its result.
    const RETURNS: &'static str;
    /// Calls it.
    fn apply(&self, caller: &mut dyn Caller, arguments: &mut [Value]) -> Result<Value, Error>;
}

/// Marks a function whose first parameter is the [`Caller`].
pub struct WithCaller;

/// Marks a function whose last parameter is a slice of all remaining arguments.
pub struct WithSlice;

macro_rules! last_is_variadic {
    () => { false };
    ($last:ident) => { $last::VARIADIC };
    ($head:ident $($tail:ident)+) => { last_is_variadic!($($tail)+) };
}

macro_rules! callable {
    ($($argument:ident)*) => {
        impl<F, R: Return, $($argument: Argument),*> Callable<($($argument,)*)> for F
        where
            F: Fn($($argument),*) -> R,
        {
            const PARAMETERS: &'static [Type] = &[$($argument::TYPE),*];
            const VARIADIC: bool = last_is_variadic!($($argument)*);
            const RETURNS: &'static str = R::TYPE;
            #[allow(non_snake_case, unused_variables, unused_mut, reason = "one body for every arity")]
            fn apply(&self, _: &mut dyn Caller, arguments: &mut [Value]) -> Result<Value, Error> {
                let mut arguments = arguments.iter_mut();
                $(let $argument = $argument::take(&mut arguments);)*
                self($($argument),*).into_result()
            }
        }

        impl<F, R: Return, $($argument: Argument),*> Callable<($($argument,)* WithSlice,)> for F
        where
            F: Fn($($argument,)* &mut [Value]) -> R,
        {
            const PARAMETERS: &'static [Type] = &[$($argument::TYPE,)* Type::Interface];
            const VARIADIC: bool = true;
            const RETURNS: &'static str = R::TYPE;
            #[allow(non_snake_case, unused_mut, reason = "one body for every arity")]
            fn apply(&self, _: &mut dyn Caller, arguments: &mut [Value]) -> Result<Value, Error> {
                let mut arguments = arguments.iter_mut();
                $(let $argument = $argument::take(&mut arguments);)*
                self($($argument,)* arguments.into_slice()).into_result()
            }
        }

        impl<F, R: Return, $($argument: Argument),*> Callable<(WithCaller, $($argument,)*)> for F
        where
            F: Fn(&mut dyn Caller, $($argument),*) -> R,
        {
            const PARAMETERS: &'static [Type] = &[$($argument::TYPE),*];
            const VARIADIC: bool = last_is_variadic!($($argument)*);
            const RETURNS: &'static str = R::TYPE;
            #[allow(non_snake_case, unused_variables, unused_mut, reason = "one body for every arity")]
            fn apply(&self, caller: &mut dyn Caller, arguments: &mut [Value]) -> Result<Value, Error> {
                let mut arguments = arguments.iter_mut();
                $(let $argument = $argument::take(&mut arguments);)*
                self(caller, $($argument),*).into_result()
            }
        }
    };
}

callable!();
callable!(A1);
callable!(A1 A2);
callable!(A1 A2 A3);
callable!(A1 A2 A3 A4);
callable!(A1 A2 A3 A4 A5);
callable!(A1 A2 A3 A4 A5 A6);

/// The Go types of a function's parameters, and whether the last one is variadic.
pub const fn signature<A, F: Callable<A>>(_: &F) -> (&'static [Type], bool) {
    (F::PARAMETERS, F::VARIADIC)
}

/// The Go type of a function's result.
pub const fn returns<A, F: Callable<A>>(_: &F) -> &'static str {
    F::RETURNS
}

/// Calls `function` with arguments that were checked against its signature.
pub fn apply<A, F: Callable<A>>(
    function: &F,
    caller: &mut dyn Caller,
    arguments: &mut [Value],
) -> Result<Value, Error> {
    function.apply(caller, arguments)
}

/// A table row: the name in templates, the Rust function, and what a reader wants to know.
///
/// `function! { "trunc", trunc, "count text", "the first bytes of a text", r#"trunc 1 "ab""# => "a" }`
/// where `fn trunc(count: i64, text: Str) -> Str`.
#[macro_export]
macro_rules! function {
    ($name:literal, $function:expr $(,)?) => {
        $crate::function! { $name, $function, "", "", "" => "" }
    };
    ($name:literal, $function:expr, $parameters:literal, $summary:literal, $example:literal => $result:literal $(,)?) => {
        $crate::template::function::Function {
            name: $name,
            parameters: $crate::template::function::signature(&$function).0,
            variadic: $crate::template::function::signature(&$function).1,
            short_circuit: None,
            returns: $crate::template::function::returns(&$function),
            doc: $crate::template::function::Doc {
                parameters: $parameters,
                summary: $summary,
                example: $example,
                result: $result,
            },
            call: |caller, arguments| $crate::template::function::apply(&$function, caller, arguments),
        }
    };
}
