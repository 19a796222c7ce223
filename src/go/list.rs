//! Go's slices: elements of one type, and the capacity that shows where a template slices beyond the length.
//!
//! Parts of a slice share its elements, to which only one template function writes: `sortAlpha` sorts in place.

use super::history;
use super::str::Str;
use super::value::{Dict, Elem, Value};
use std::cell::OnceCell;
use std::rc::Rc;

/// A slice, shared by its clones and by the slices that are cut from it.
#[derive(Clone)]
pub struct List {
    array: Rc<Array>,
    start: u32,
    len: u32,
}

/// What a slice points to.
struct Array {
    elem: Elem,
    nil: bool,
    room: Room,
    items: Items,
    /// The elements in order, once they were sorted.
    sorted: OnceCell<Box<[Value]>>,
}

enum Items {
    Own(Box<[Value]>),
    /// Copies of another slice's elements, made when somebody looks at them.
    Later(List, OnceCell<Box<[Value]>>),
}

impl Array {
    fn new(elem: Elem, nil: bool, room: Room, items: Items) -> Rc<Array> {
        Rc::new(Array { elem, nil, room, items, sorted: OnceCell::new() })
    }

    fn items(&self) -> &[Value] {
        if let Some(sorted) = self.sorted.get() {
            return sorted;
        }
        match &self.items {
            Items::Own(items) => items,
            Items::Later(origin, copies) => copies.get_or_init(|| origin.iter().map(Value::copy_later).collect()),
        }
    }

    fn len(&self) -> usize {
        match &self.items {
            Items::Own(items) => items.len(),
            Items::Later(origin, _) => origin.len as usize,
        }
    }
}

/// How much room an array has, computed only where somebody asks for it.
#[derive(Clone, Copy)]
enum Room {
    /// As much as there are elements.
    Exact,
    /// What `append`, one element at a time, makes of a nil slice.
    Appended,
    /// So many elements.
    Of(u32),
}

impl List {
    /// A slice of `items`, all of type `elem`, without room for more.
    pub fn new(elem: Elem, items: impl Into<Vec<Value>>) -> List {
        List::made(elem, items.into(), Room::Exact)
    }

    /// A slice to which `items` were appended one by one.
    pub fn appended(elem: Elem, items: impl Into<Vec<Value>>) -> List {
        List::made(elem, items.into(), Room::Appended)
    }

    /// A slice of `items` in an array of at least that capacity.
    pub fn with_capacity(elem: Elem, items: impl Into<Vec<Value>>, capacity: usize) -> List {
        List::made(elem, items.into(), u32::try_from(capacity).map_or(Room::Exact, Room::Of))
    }

    fn made(elem: Elem, mut items: Vec<Value>, room: Room) -> List {
        // Elements that could be counted with more than 32 bits would fill a hundred gigabytes.
        items.truncate(u32::MAX as usize);
        let len = items.len() as u32;
        List { array: Array::new(elem, false, room, Items::Own(items.into_boxed_slice())), start: 0, len }
    }

    /// The nil slice, which is empty and `null` in JSON.
    pub fn nil(elem: Elem) -> List {
        List { array: Array::new(elem, true, Room::Exact, Items::Own(Box::default())), start: 0, len: 0 }
    }

    /// The type of the elements.
    pub fn elem(&self) -> Elem {
        self.array.elem
    }

    /// Whether this is the nil slice.
    pub fn is_nil(&self) -> bool {
        self.array.nil
    }

    /// The same slice as this one, not just an equal one.
    pub fn same(&self, other: &List) -> bool {
        Rc::ptr_eq(&self.array, &other.array) && (self.start, self.len) == (other.start, other.len)
    }

    /// As `cap`.
    pub fn capacity(&self) -> usize {
        let array = &*self.array;
        let all = match array.room {
            Room::Exact => array.len(),
            Room::Appended => List::appended_capacity(array.elem, array.len()),
            Room::Of(capacity) => array.len().max(capacity as usize),
        };
        all - self.start as usize
    }

    /// The capacity of a slice of `len` elements that were appended one by one to a nil slice.
    pub fn appended_capacity(elem: Elem, len: usize) -> usize {
        let mut capacity = 0;
        while capacity < len {
            capacity = grown_capacity(elem, capacity, capacity + 1);
        }
        capacity
    }

    /// A slice of other elements in an array as large as this one's, as a deep copy makes it.
    #[must_use]
    pub fn with_items(&self, items: Vec<Value>) -> List {
        let room = self.room_of_copy(items.len());
        List::made(self.elem(), items, room)
    }

    fn room_of_copy(&self, len: usize) -> Room {
        match self.array.room {
            room if self.start == 0 && len == self.array.len() => room,
            _ => u32::try_from(self.capacity()).map_or(Room::Exact, Room::Of),
        }
    }

    /// A slice of copies, which share no map with this one's elements and are made when somebody looks at them. Neither
    /// this slice nor what is in it may change any more.
    #[must_use]
    pub fn copy_later(&self) -> List {
        let original = self.original();
        if !original.iter().any(|item| matches!(item, Value::List(_) | Value::Dict(_))) {
            return self.clone();
        }
        let room = self.room_of_copy(self.len as usize);
        let items = Items::Later(original.clone(), OnceCell::new());
        List { array: Array::new(self.elem(), false, room, items), start: 0, len: self.len }
    }

    /// What the elements are equal to, for reading, without making copies that were left for later.
    pub fn original(&self) -> &List {
        match &self.array.items {
            Items::Later(origin, copies) if copies.get().is_none() && self.len == origin.len => origin,
            _ => self,
        }
    }

    /// As the slice expression `list[start:end]`, which may reach beyond the length up to the capacity; `None` where it
    /// reaches further.
    #[must_use]
    pub fn slice(&self, start: usize, end: usize) -> Option<List> {
        if start > end || end > self.capacity() {
            return None;
        }
        let array = &self.array;
        let (first, last) = (self.start as usize + start, self.start as usize + end);
        let mut part = List { array: Rc::clone(array), start: first as u32, len: (end - start) as u32 };
        if last > array.len() {
            // Beyond the elements an array is zero.
            let mut items = array.items().to_vec();
            items.resize(last, zero(array.elem));
            let room = Room::Of((self.start as usize + self.capacity()) as u32);
            part.array = Array::new(array.elem, false, room, Items::Own(items.into_boxed_slice()));
        }
        Some(part)
    }

    /// Sorts strings in place, as `sort.Strings`: all slices of the array show it. Where this is only a part of its
    /// array the sorted strings are a copy, so that an array needs room for no more than two orders.
    #[must_use]
    pub fn sort(&self) -> List {
        if self.is_sorted_by_key(Value::as_str) {
            return self.clone();
        }
        let mut items = self.to_vec();
        items.sort_by(|one, other| one.as_str().cmp(&other.as_str()));
        if self.len() < self.array.len() {
            return self.with_items(items);
        }
        // What nobody else holds is seen by nobody else. Arrays do not know when they were made.
        if Rc::strong_count(&self.array) > 1 {
            history::change(history::BEGINNING);
        }
        self.array.sorted.get_or_init(|| items.into_boxed_slice());
        self.clone()
    }
}

impl std::ops::Deref for List {
    type Target = [Value];
    fn deref(&self) -> &[Value] {
        let start = self.start as usize;
        self.array.items().get(start..start + self.len as usize).unwrap_or_default()
    }
}

/// The zero value of an element type.
fn zero(elem: Elem) -> Value {
    match elem {
        Elem::Any | Elem::Object(_) => Value::Nil,
        Elem::String => Value::String(Str::EMPTY),
        Elem::Int => Value::Int(0),
        Elem::List => Value::List(List::nil(Elem::Any)),
        Elem::Dict => Value::Dict(Dict::nil()),
    }
}

/// The bytes that an element takes in Go.
fn size(elem: Elem) -> usize {
    match elem {
        Elem::Any | Elem::String => 16,
        Elem::Int | Elem::Dict | Elem::Object(_) => 8,
        Elem::List => 24,
    }
}

/// As the runtime's growslice: the capacity after an append for which `capacity` was too small.
pub fn grown_capacity(elem: Elem, capacity: usize, len: usize) -> usize {
    /// Below this a capacity doubles, and beyond it the growth falls to a quarter.
    const THRESHOLD: usize = 256;
    let mut next = capacity;
    if len > 2 * capacity {
        next = len;
    } else if capacity < THRESHOLD {
        next = 2 * capacity;
    } else {
        while next < len {
            next += (next + 3 * THRESHOLD) >> 2;
        }
    }
    round_up(next * size(elem), elem == Elem::Int) / size(elem)
}

/// As roundupsize: what the allocator gives for so many bytes, which are `plain` where they hold no pointers.
fn round_up(bytes: usize, plain: bool) -> usize {
    const PAGE: usize = 8192;
    const HEADER: usize = 8;
    if bytes > 32_768 - HEADER {
        return bytes.div_ceil(PAGE) * PAGE;
    }
    // The allocator tells by a header where the pointers in a larger piece are.
    let header = if plain || bytes <= 512 { 0 } else { HEADER };
    let class = SIZE_CLASSES.partition_point(|&class| usize::from(class) < bytes + header);
    SIZE_CLASSES.get(class).map_or(bytes, |&class| usize::from(class) - header)
}

/// The sizes in which Go's allocator gives memory, in bytes; above them it gives whole pages.
static SIZE_CLASSES: [u16; 67] = [
    8, 16, 24, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 288, 320, 352, 384, 416, 448, 480,
    512, 576, 640, 704, 768, 896, 1024, 1152, 1280, 1408, 1536, 1792, 2048, 2304, 2688, 3072, 3200, 3456, 4096, 4864,
    5376, 6144, 6528, 6784, 6912, 8192, 9472, 9728, 10240, 10880, 12288, 13568, 14336, 16384, 18432, 19072, 20480,
    21760, 24576, 27264, 28672, 32768,
];

#[cfg(test)]
mod tests {
    use super::*;

    const CAPACITIES_ANY: &[(usize, usize)] = &[
        (0, 0),
        (1, 1),
        (2, 2),
        (3, 4),
        (5, 8),
        (9, 16),
        (17, 32),
        (33, 71),
        (65, 71),
        (129, 143),
        (257, 303),
        (513, 591),
        (849, 1023),
        (1281, 1535),
        (1793, 2560),
        (2561, 3584),
        (3409, 3584),
        (5121, 6656),
        (7169, 8704),
        (10000, 11264),
        (100000, 117760),
    ];
    const CAPACITIES_INT: &[(usize, usize)] = &[
        (0, 0),
        (1, 1),
        (2, 2),
        (3, 4),
        (5, 8),
        (9, 16),
        (17, 32),
        (33, 64),
        (65, 128),
        (129, 256),
        (257, 512),
        (513, 848),
        (849, 1280),
        (1281, 1792),
        (1793, 2560),
        (2561, 3408),
        (3409, 5120),
        (5121, 7168),
        (7169, 9216),
        (10000, 12288),
        (100000, 110592),
    ];
    const CAPACITIES_DICT: &[(usize, usize)] = &[
        (0, 0),
        (1, 1),
        (2, 2),
        (3, 4),
        (5, 8),
        (9, 16),
        (17, 32),
        (33, 64),
        (65, 143),
        (129, 143),
        (257, 287),
        (513, 607),
        (849, 1023),
        (1281, 1535),
        (1793, 2303),
        (2561, 3071),
        (3409, 4095),
        (5121, 6144),
        (7169, 8192),
        (10000, 11264),
        (100000, 119808),
    ];

    fn numbers(count: i64) -> Vec<Value> {
        (0..count).map(Value::Int).collect()
    }

    /// What Go 1.26 prints as `cap`.
    #[test]
    fn capacities_are_those_of_go() {
        for (elem, lens) in [(Elem::Any, CAPACITIES_ANY), (Elem::Int, CAPACITIES_INT), (Elem::Dict, CAPACITIES_DICT)] {
            for (len, capacity) in lens {
                assert_eq!(List::appended_capacity(elem, *len), *capacity, "{elem:?} {len}");
            }
        }
    }

    #[test]
    fn copies_made_later_share_no_map() {
        let dict: Dict = [("x", Value::Int(1))].into_iter().collect();
        let list = List::appended(Elem::Any, vec![Value::Nil, Value::Dict(dict.clone()), Value::Nil]);
        let (copy, other) = (list.copy_later(), list.copy_later().copy_later());
        assert!(copy.original().same(&list) && other.original().same(&list) && !copy.same(&list));
        assert_eq!((copy.array.len(), copy.capacity()), (3, 4));
        let part = copy.slice(1, 2).expect("within the length");
        let Some(Value::Dict(inner)) = part.first() else { panic!("it is a map") };
        inner.insert("x", Value::Int(2));
        let shown = [&list, &copy, &other].map(|list| format!("{:?}", Value::List(list.clone())));
        assert_eq!(
            shown,
            ["[nil, {\"x\": int(1)}, nil]", "[nil, {\"x\": int(2)}, nil]", "[nil, {\"x\": int(1)}, nil]"]
        );
        assert!(copy.original().same(&copy));
        let strings = List::new(Elem::Any, vec![Value::from("a")]);
        assert!(strings.copy_later().same(&strings));
    }

    #[test]
    fn a_part_shares_the_array() {
        let list = List::appended(Elem::Any, numbers(5));
        assert_eq!(list.capacity(), 8);
        let part = list.slice(1, 2).expect("within the length");
        assert_eq!(format!("{:?}", Value::from(part.clone())), "[int(1)]");
        let longer = part.slice(0, 7).expect("within the capacity");
        assert_eq!(format!("{:?}", Value::from(longer.clone())), "[int(1), int(2), int(3), int(4), nil, nil, nil]");
        assert_eq!(longer.capacity(), 7);
        assert!(part.slice(0, 8).is_none() && part.slice(2, 1).is_none());
        assert!(!part.same(&list) && part.same(&part.clone()));
    }
}
