//! Go's slices: elements of one type, and the capacity that shows where a template slices beyond the length.
//!
//! Parts of a slice share its elements, to which only one template function writes: `sortAlpha` sorts in place.

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
    items: Box<[Value]>,
    /// The elements in order, once they were sorted.
    sorted: OnceCell<Box<[Value]>>,
}

impl Array {
    fn new(elem: Elem, nil: bool, room: Room, items: Vec<Value>) -> Rc<Array> {
        Rc::new(Array { elem, nil, room, items: items.into_boxed_slice(), sorted: OnceCell::new() })
    }

    fn items(&self) -> &[Value] {
        self.sorted.get().unwrap_or(&self.items)
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
        List { array: Array::new(elem, false, room, items), start: 0, len }
    }

    /// The nil slice, which is empty and `null` in JSON.
    pub fn nil(elem: Elem) -> List {
        List { array: Array::new(elem, true, Room::Exact, Vec::new()), start: 0, len: 0 }
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
            Room::Exact => array.items.len(),
            Room::Appended => List::appended_capacity(array.elem, array.items.len()),
            Room::Of(capacity) => array.items.len().max(capacity as usize),
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
        let room = match self.array.room {
            room if self.start == 0 && items.len() == self.array.items.len() => room,
            _ => u32::try_from(self.capacity()).map_or(Room::Exact, Room::Of),
        };
        List::made(self.elem(), items, room)
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
        if last > array.items.len() {
            // Beyond the elements an array is zero.
            let mut items = array.items().to_vec();
            items.resize(last, zero(array.elem));
            let room = Room::Of((self.start as usize + self.capacity()) as u32);
            part.array = Array::new(array.elem, false, room, items);
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
        if self.len() < self.array.items.len() {
            return self.with_items(items);
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
