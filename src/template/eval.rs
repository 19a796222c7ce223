//! Evaluation of pipelines, commands and operands. As the eval functions of text/template exec.go.

use super::error::Error;
use super::exec::{Evaluated, Exec, Form};
use super::function::{Function, ShortCircuit};
use super::limits;
use super::node::{Command, Declaration, Expression, Field, Node, Operand, Pipe, Slot, Variable};
use super::number::{Ideal, Number};
use super::observer::Observer;
use crate::go::{Dict, DictType, Kind, List, Method, Object, Str, Type, Value};

impl<'a, O: Observer> Exec<'a, '_, '_, O> {
    /// As evalPipeline. What was in an interface is taken out of it, so that nil is the absence of any value.
    pub fn pipeline(&mut self, pipe: &'a Pipe) -> Result<Value, Error> {
        self.node = Node::Pipe(pipe);
        // Most pipelines are one command, whose result is then where it is wanted: values are costly to move.
        if let ([], None) = (&*pipe.rest, &pipe.sets) {
            return self.command(&pipe.first, None);
        }
        let mut value = self.command(&pipe.first, None)?;
        for command in &pipe.rest {
            value = self.command(command, Some(value))?;
        }
        for declaration in pipe.declarations() {
            self.set(declaration, Evaluated::concrete(value.clone()))?;
        }
        Ok(value)
    }

    /// Whether the value of a pipeline is true.
    pub fn condition(&mut self, pipe: &'a Pipe) -> Result<bool, Error> {
        // Of most only a key is asked, whose value is looked at where it is.
        if let Some(word) = pipe.only_word()
            && let Some(is_true) = self.key_chain(word, Value::is_true)
        {
            return Ok(is_true);
        }
        Ok(self.pipeline(pipe)?.is_true())
    }

    /// A pipeline in parentheses.
    fn nested(&mut self, pipe: &'a Pipe) -> Result<Value, Error> {
        self.check_stack()?;
        self.pipeline(pipe)
    }

    fn slot(&self, slot: &Slot) -> Option<usize> {
        match slot {
            Slot::At(slot) => Some(self.base + *slot as usize),
            Slot::First(slots) => slots
                .iter()
                .map(|slot| self.base + *slot as usize)
                .find(|slot| self.shared.slots.get(*slot).is_some_and(|value| value.form != Form::Unset)),
            Slot::Undefined => None,
        }
    }

    /// Puts a value into a variable, as push and setVar.
    pub fn set(&mut self, declaration: &Declaration, value: Evaluated) -> Result<(), Error> {
        match self.slot(&declaration.slot).and_then(|slot| self.shared.slots.get_mut(slot)) {
            Some(slot) => {
                *slot = value;
                Ok(())
            }
            None => Err(self.error(format!("undefined variable: {}", declaration.name))),
        }
    }

    /// As varValue.
    fn variable(&self, variable: &Variable) -> Result<Evaluated, Error> {
        match self.slot(&variable.slot).and_then(|slot| self.shared.slots.get(slot)) {
            Some(value) => Ok(value.clone()),
            None => Err(self.error(format!("undefined variable: {}", variable.name))),
        }
    }

    /// As evalCommand. `last` is the value from the stage before.
    fn command(&mut self, command: &'a Command, last: Option<Value>) -> Result<Value, Error> {
        // The parser makes no command without words.
        let Some((first, rest)) = command.words.split_first() else { return Ok(Value::Nil) };
        match &first.operand {
            Operand::Identifier(function) => {
                self.node = Node::Expression(first);
                if let Some(conditional) = &command.conditional {
                    for slot in &conditional.0 {
                        if let Some(slot) = self.shared.slots.get_mut(self.base + *slot as usize) {
                            slot.form = Form::Unset;
                        }
                    }
                }
                self.call_function(function, Node::Command(command), rest, last)
            }
            Operand::Field(_) | Operand::Variable(_) if rest.is_empty() && last.is_none() => {
                self.node = Node::Expression(first);
                match self.key_chain(first, Value::clone) {
                    Some(value) => Ok(value),
                    None => self.operand(first).map(|evaluated| evaluated.value),
                }
            }
            Operand::Field(fields) => {
                self.node = Node::Expression(first);
                self.fields(self.dot(), first, fields, rest, last).map(|evaluated| evaluated.value)
            }
            Operand::Variable(variable) => {
                self.node = Node::Expression(first);
                let value = self.variable(variable)?;
                if variable.fields.is_empty() {
                    self.not_a_function(first, rest, last.as_ref())?;
                }
                self.fields(value, first, &variable.fields, rest, last).map(|evaluated| evaluated.value)
            }
            Operand::Chain(_) => self.chain(first, rest, last).map(|evaluated| evaluated.value),
            Operand::Pipe(pipe) => {
                self.not_a_function(first, rest, last.as_ref())?;
                self.nested(pipe)
            }
            operand => {
                self.node = Node::Expression(first);
                self.not_a_function(first, rest, last.as_ref())?;
                match operand {
                    Operand::Bool(value) => Ok(Value::Bool(*value)),
                    Operand::Dot => Ok(self.dot().value),
                    Operand::Number(number) => self.ideal_constant(number),
                    Operand::String(text) => Ok(Value::String(text.clone())),
                    Operand::Quoted(literal) => Ok(Value::String(literal.text.clone())),
                    _ => Err(self.error("nil is not a command")),
                }
            }
        }
    }

    /// What `take` makes of the value of a field or a variable without arguments, in an interface, where all its fields are
    /// keys of maps.
    fn key_chain<T>(&self, node: &Expression, take: impl FnOnce(&Value) -> T) -> Option<T> {
        let (receiver, fields) = match &node.operand {
            Operand::Field(fields) => (self.shared.dots.last()?, fields),
            Operand::Variable(variable) => (self.shared.slots.get(self.slot(&variable.slot)?)?, &variable.fields),
            _ => return None,
        };
        if O::ACTIVE {
            return None;
        }
        key_chain(&receiver.value, fields, take)
    }

    /// A field or a variable without arguments that is no such chain.
    fn operand(&mut self, node: &'a Expression) -> Result<Evaluated, Error> {
        match &node.operand {
            Operand::Field(fields) => self.fields(self.dot(), node, fields, &[], None),
            Operand::Variable(variable) => self.fields(self.variable(variable)?, node, &variable.fields, &[], None),
            _ => Ok(Evaluated::default()),
        }
    }

    fn not_a_function(&self, first: &Expression, rest: &[Expression], last: Option<&Value>) -> Result<(), Error> {
        if rest.is_empty() && last.is_none() {
            return Ok(());
        }
        Err(self.error(format!("can't give argument to non-function {}", first.text())))
    }

    fn ideal_constant(&self, number: &Number) -> Result<Value, Error> {
        Ok(match number.ideal() {
            Ideal::Complex(real, imaginary) => Value::Complex128(Box::new((real, imaginary))),
            Ideal::Float(float) => Value::Float64(float),
            Ideal::Int(int) => Value::Int(int),
            Ideal::Overflow => return Err(self.error(format!("{} overflows int", number.text))),
            Ideal::Nothing => Value::Nil,
        })
    }

    /// As evalChainNode.
    fn chain(&mut self, node: &'a Expression, rest: &'a [Expression], last: Option<Value>) -> Result<Evaluated, Error> {
        let Operand::Chain(chain) = &node.operand else { return Ok(Evaluated::default()) };
        self.node = Node::Expression(node);
        let base = &chain.base;
        let value = match &base.operand {
            Operand::Nil => return Err(self.error(format!("indirection through explicit nil in {}", node.text()))),
            Operand::Pipe(pipe) => Evaluated::concrete(self.nested(pipe)?),
            Operand::Identifier(function) => {
                self.node = Node::Expression(base);
                Evaluated::returned(self.call_function(function, Node::Expression(base), &[], None)?)
            }
            // The parser makes no other chains.
            _ => Evaluated::default(),
        };
        self.fields(value, node, &chain.fields, rest, last)
    }

    /// As evalFieldChain: the last field, where it is a method, gets the arguments.
    fn fields(
        &mut self,
        mut receiver: Evaluated,
        node: &'a Expression,
        fields: &'a [Field],
        rest: &'a [Expression],
        last: Option<Value>,
    ) -> Result<Evaluated, Error> {
        let Some((field, before)) = fields.split_last() else { return Ok(receiver) };
        for field in before {
            receiver = self.field(&receiver, node, field, &[], None)?;
        }
        self.field(&receiver, node, field, rest, last)
    }

    /// As evalField.
    fn field(
        &mut self,
        receiver: &Evaluated,
        node: &'a Expression,
        field: &'a Field,
        rest: &'a [Expression],
        last: Option<Value>,
    ) -> Result<Evaluated, Error> {
        let name = &field.name;
        let has_arguments = !rest.is_empty() || last.is_some();
        match &receiver.value {
            Value::Nil if receiver.is_invalid() => return Ok(Evaluated::default()),
            Value::Nil => {
                if O::ACTIVE {
                    self.shared.observer.missed(&receiver.value, name);
                }
                return Err(self.error(format!("nil pointer evaluating interface {{}}.{name}")));
            }
            Value::Dict(dict) => {
                let ty = dict.ty();
                if let DictType::Named(named) = ty
                    && let Some(method) = named.method(name)
                {
                    return self.call_method(method, &receiver.value, node, rest, last);
                }
                if has_arguments {
                    return Err(self.error(format!("{name} is not a method but has arguments")));
                }
                return Ok(self.entry(dict, ty, field));
            }
            Value::Object(object) => {
                if let Some(method) = object.ty().method(name) {
                    return self.call_method(method, &receiver.value, node, rest, last);
                }
                if let Some(value) = self.object_field(&**object, name, has_arguments)? {
                    return Ok(value);
                }
            }
            _ => {}
        }
        if O::ACTIVE {
            self.shared.observer.missed(&receiver.value, name);
        }
        let ty = self.static_type(receiver);
        Err(self.error(format!("can't evaluate field {name} in type {ty}")))
    }

    /// The value under a key; where there is none, the zero value of the element type, as with missingkey=zero.
    fn entry(&mut self, dict: &Dict, ty: DictType, Field { name, hint }: &Field) -> Evaluated {
        let (missing, form) = match ty {
            DictType::Strings => (Value::String(Str::EMPTY), Form::Concrete),
            DictType::Any | DictType::Named(_) => (Value::Nil, Form::Interface),
        };
        let mut value = dict.get_near(name, hint).unwrap_or(missing);
        if O::ACTIVE {
            value = self.shared.observer.read(dict, name, value);
        }
        Evaluated { value, form }
    }

    fn object_field(
        &mut self,
        object: &dyn Object,
        name: &Str,
        has_arguments: bool,
    ) -> Result<Option<Evaluated>, Error> {
        let ty = object.ty();
        match ty.kind {
            Kind::Struct | Kind::Pointer => {
                let Some(index) = ty.field(name) else { return Ok(None) };
                if !name.first().is_some_and(u8::is_ascii_uppercase) {
                    return Err(self.error(format!("{name} is an unexported field of struct type {}", ty.name)));
                }
                if has_arguments {
                    return Err(self.error(format!("{name} has arguments but cannot be invoked as function")));
                }
                let form = match ty.fields.get(index).map(|field| field.ty) {
                    Some(Type::Interface) => Form::Interface,
                    _ => Form::Concrete,
                };
                Ok(Some(Evaluated { value: object.field(index), form }))
            }
            Kind::Map => {
                let Some(Value::Dict(dict)) = object.underlying() else { return Ok(None) };
                if has_arguments {
                    return Err(self.error(format!("{name} is not a method but has arguments")));
                }
                let value = dict.get(name).unwrap_or_else(|| object.missing());
                Ok(Some(Evaluated::concrete(value)))
            }
            _ => Ok(None),
        }
    }

    fn static_type(&self, value: &Evaluated) -> String {
        match value.value.ty() {
            Some(ty) if value.form != Form::Interface => ty.to_string(),
            _ => Type::Interface.to_string(),
        }
    }

    /// As evalCall of a function.
    fn call_function(
        &mut self,
        function: &'static Function,
        node: Node<'a>,
        rest: &'a [Expression],
        last: Option<Value>,
    ) -> Result<Value, Error> {
        self.check_count(function.name, function.parameters, function.variadic, rest, last.is_some())?;
        if let Some(which) = function.short_circuit {
            let mut value = Value::Nil;
            for argument in rest {
                value = self.argument(argument, Type::Interface)?.value;
                if value.is_true() == (which == ShortCircuit::Or) {
                    return Ok(value);
                }
            }
            return Ok(last.unwrap_or(value));
        }
        let mut values = self.shared.spare_arguments.pop().unwrap_or_default();
        let nil_interface = self.arguments(function.parameters, rest, last, &mut values)?;
        self.shared.nil_interface = nil_interface;
        self.arguments = rest;
        let result = self.call(function, node, &mut values);
        // Most arguments were taken, and what is left of them needs no dropping.
        while let Some(value) = values.pop() {
            if let Value::Nil = value {
                std::mem::forget(value);
            }
        }
        self.shared.spare_arguments.push(values);
        // Functions bound what they multiply; here ends what only adds, such as `print $text $text` in a loop.
        let bounded = match &result {
            Ok(Value::String(text)) if text.len() > limits::OUTPUT => {
                Err(format!("the result is longer than {} MiB", limits::OUTPUT >> 20))
            }
            Ok(_) => limits::check_memory(),
            Err(_) => Ok(()),
        };
        match bounded {
            Ok(()) => result,
            Err(text) => {
                self.node = node;
                Err(self.error_calling(function.name, Error::Text(text)))
            }
        }
    }

    /// As evalCall of a method.
    fn call_method(
        &mut self,
        method: &'static Method,
        receiver: &Value,
        node: &'a Expression,
        rest: &'a [Expression],
        last: Option<Value>,
    ) -> Result<Evaluated, Error> {
        self.check_count(method.name, method.parameters, method.variadic, rest, last.is_some())?;
        if !(1..=2).contains(&method.results) {
            let (name, results) = (method.name, method.results);
            return Err(self.error(format!("function {name} has {results} return values; should be 1 or 2")));
        }
        if let Some(second) = method.second {
            let name = method.name;
            return Err(self.error(format!(
                "invalid function signature for {name}: second return value should be error; is {second}"
            )));
        }
        let mut values = Vec::new();
        self.arguments(method.parameters, rest, last, &mut values)?;
        match (method.call)(receiver, &values) {
            Ok(value) => Ok(Evaluated::returned(value)),
            Err(error) => {
                self.node = Node::Expression(node);
                Err(self.error_calling(method.name, Error::Text(error)))
            }
        }
    }

    #[inline]
    fn check_count(
        &self,
        name: &str,
        parameters: &[Type],
        variadic: bool,
        rest: &[Expression],
        has_last: bool,
    ) -> Result<(), Error> {
        let count = rest.len() + usize::from(has_last);
        if variadic {
            let fixed = parameters.len().saturating_sub(1);
            if count < fixed {
                let got = rest.len();
                return Err(self.error(format!("wrong number of args for {name}: want at least {fixed} got {got}")));
            }
        } else if count != parameters.len() {
            let want = parameters.len();
            return Err(self.error(format!("wrong number of args for {name}: want {want} got {count}")));
        }
        Ok(())
    }

    /// Evaluates the arguments of a call. Returns whether the first one is a nil interface.
    fn arguments(
        &mut self,
        parameters: &[Type],
        rest: &'a [Expression],
        last: Option<Value>,
        values: &mut Vec<Value>,
    ) -> Result<bool, Error> {
        let ty = |index: usize| parameters.get(index).or(parameters.last()).unwrap_or(&Type::Interface);
        let mut nil_interface = false;
        for (index, argument) in rest.iter().enumerate() {
            let ty = ty(index);
            self.node = Node::Expression(argument);
            // Most arguments fit as they are.
            match (&argument.operand, ty) {
                (Operand::String(text), Type::Interface | Type::String) => {
                    values.push(Value::String(text.clone()));
                    continue;
                }
                (Operand::Field(_) | Operand::Variable(_), Type::Interface) => {
                    if let Some(value) = self.key_chain(argument, Value::clone) {
                        nil_interface |= index == 0 && matches!(value, Value::Nil);
                        values.push(value);
                        continue;
                    }
                }
                (Operand::Pipe(pipe), Type::Interface) => {
                    let value = self.nested(pipe)?;
                    values.push(value);
                    continue;
                }
                _ => {}
            }
            let Evaluated { value, form } = self.argument(argument, *ty)?;
            nil_interface |= index == 0 && matches!(value, Value::Nil) && form == Form::Interface;
            values.push(value);
        }
        if let Some(last) = last {
            let mut last = Evaluated::concrete(last);
            self.validate(&mut last, *ty(rest.len()))?;
            values.push(last.value);
        }
        Ok(nil_interface)
    }

    /// As evalArg.
    fn argument(&mut self, argument: &'a Expression, ty: Type) -> Result<Evaluated, Error> {
        self.node = Node::Expression(argument);
        let mut value = match &argument.operand {
            Operand::Dot => self.dot(),
            Operand::Nil => {
                return zero(ty).ok_or_else(|| self.error(format!("cannot assign nil to {ty}")));
            }
            Operand::Field(_) | Operand::Variable(_) => match self.key_chain(argument, Value::clone) {
                Some(value) => Evaluated { value, form: Form::Interface },
                None => self.operand(argument)?,
            },
            Operand::Pipe(pipe) => Evaluated::concrete(self.nested(pipe)?),
            Operand::Identifier(function) => {
                Evaluated::returned(self.call_function(function, Node::Expression(argument), &[], None)?)
            }
            Operand::Chain(_) => self.chain(argument, &[], None)?,
            Operand::Bool(_) | Operand::Number(_) | Operand::String(_) | Operand::Quoted(_) => {
                return self.literal(argument, ty);
            }
        };
        self.validate(&mut value, ty)?;
        Ok(value)
    }

    /// A literal as a value of the parameter's type.
    fn literal(&mut self, argument: &'a Expression, ty: Type) -> Result<Evaluated, Error> {
        let number = match &argument.operand {
            Operand::Number(number) => Some(number),
            _ => None,
        };
        let (value, expected) = match ty.kind() {
            Kind::Interface => {
                return match &argument.operand {
                    Operand::Number(number) => self.ideal_constant(number).map(Evaluated::concrete),
                    Operand::Bool(value) => Ok(Evaluated::concrete(Value::Bool(*value))),
                    operand => Ok(operand
                        .string()
                        .map_or_else(Evaluated::default, |text| Evaluated::concrete(Value::String(text.clone())))),
                };
            }
            Kind::String => (argument.operand.string().cloned().map(Value::String), "string"),
            Kind::Bool => match &argument.operand {
                Operand::Bool(value) => (Some(Value::Bool(*value)), "bool"),
                _ => (None, "bool"),
            },
            Kind::Int => (number.and_then(|number| number.int).map(Value::Int), "integer"),
            Kind::Int64 => (number.and_then(|number| number.int).map(Value::Int64), "integer"),
            Kind::Uint8 => (number.and_then(|number| number.uint).map(|n| Value::Uint8(n as u8)), "unsigned integer"),
            Kind::Uint64 => (number.and_then(|number| number.uint).map(Value::Uint64), "unsigned integer"),
            Kind::Float64 => (number.and_then(|number| number.float).map(Value::Float64), "float"),
            Kind::Complex128 => {
                (number.and_then(|number| number.complex).map(|c| Value::Complex128(Box::new(c))), "complex")
            }
            Kind::Invalid | Kind::Map | Kind::Pointer | Kind::Slice | Kind::Struct => {
                return Err(self.error(format!("can't handle {} for arg of type {ty}", argument.text())));
            }
        };
        value
            .map(Evaluated::concrete)
            .ok_or_else(|| self.error(format!("expected {expected}; found {}", argument.text())))
    }

    /// As validateType: makes the value one that can be assigned to the type.
    #[inline]
    fn validate(&self, value: &mut Evaluated, ty: Type) -> Result<(), Error> {
        if value.is_invalid() {
            *value = zero(ty).ok_or_else(|| self.error(format!("invalid value; expected {ty}")))?;
            return Ok(());
        }
        // Most parameters take anything.
        if ty == Type::Interface { Ok(()) } else { self.assign(value, ty) }
    }

    /// The same of a value that is there and a type that not every value has.
    fn assign(&self, value: &mut Evaluated, ty: Type) -> Result<(), Error> {
        let Some(found) = value.value.ty() else {
            return Err(self.error(format!("wrong type for value; expected {ty}; got interface {{}}")));
        };
        value.form = Form::Concrete;
        if found == ty || matches!((found, ty), (Type::Dict(DictType::Named(_)), Type::Dict(DictType::Any))) {
            return Ok(());
        }
        if matches!((found, ty), (Type::Dict(DictType::Any), Type::Dict(DictType::Named(_)))) {
            return Ok(());
        }
        // A named slice can be assigned to its underlying type, which has no name; named numbers cannot, and the one
        // named map that is an object, `.Files`, holds byte slices and is no `map[string]interface {}`.
        if let Value::Object(object) = &value.value
            && matches!(ty, Type::List(_) | Type::Bytes)
            && let Some(underlying) = object.underlying()
            && underlying.ty() == Some(ty)
        {
            value.value = underlying;
            return Ok(());
        }
        Err(self.error(format!("wrong type for value; expected {ty}; got {found}")))
    }
}

/// See [`Exec::key_chain`]; methods and what else there may be are left to `field`.
fn key_chain<T>(receiver: &Value, fields: &[Field], take: impl FnOnce(&Value) -> T) -> Option<T> {
    let (last, before) = fields.split_last()?;
    let Value::Dict(first) = receiver else { return None };
    let mut dict = first;
    let mut inner;
    for field in before {
        inner = key(dict, field, |value| value.as_dict().cloned())??;
        dict = &inner;
    }
    key(dict, last, take)
}

/// What `take` makes of the value under a key, where there is one and the field can be nothing else.
#[inline]
fn key<T>(dict: &Dict, Field { name, hint }: &Field, take: impl FnOnce(&Value) -> T) -> Option<T> {
    let is_key = match dict.ty() {
        DictType::Any => true,
        DictType::Named(named) => named.method(name).is_none(),
        DictType::Strings => false,
    };
    if !is_key {
        return None;
    }
    dict.entries().get_near(name, hint).map(take)
}

/// As reflect.Zero of a type that can be nil.
fn zero(ty: Type) -> Option<Evaluated> {
    match ty {
        // A parameter of type reflect.Value gets the absence of a value, and a nil interface prints alike.
        Type::Interface => Some(Evaluated::default()),
        Type::Bytes => Some(Evaluated::concrete(Value::Bytes(Box::default()))),
        Type::List(elem) => Some(Evaluated::concrete(Value::List(List::nil(elem)))),
        Type::Dict(ty) => Some(Evaluated::concrete(Value::Dict(Dict::nil().with_type(ty)))),
        Type::Object(object) if matches!(object.kind, Kind::Pointer | Kind::Map | Kind::Slice | Kind::Interface) => {
            Some(Evaluated::default())
        }
        _ => None,
    }
}
