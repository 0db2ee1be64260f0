/**
 * Memory management of an actor with text, arrays or objects: AssemblyScript's runtime interface in a few hundred bytes.
 *
 * The heap starts above the static data and holds KAPPA_HEAP bytes (a constant that the compiler gives). It is a row of
 * blocks without gaps, each a header of two words, rtId and rtSize, and the object rounded up to 8 bytes. Allocation takes
 * the first free block that is large enough, then the untouched rest; when that is used up it traps. Nothing is freed
 * during a firing. `__collect`, which the runtime calls between firings, marks from the globals and sweeps: neighbouring
 * garbage becomes one free block, freed bytes are cleared, and garbage at the end becomes untouched again, so that a
 * snapshot, whose trailing zeros are cut, stays small.
 *
 * Marking needs no stack: live objects form a queue through the upper half of rtId, since pointers and identifiers have 16
 * bits. It is zero outside of `__collect`.
 *
 * The first 16 bytes of memory, below the static data, hold the two variables below and the head of the queue.
 */

@lazy @inline const HEADER: usize = 8;

@lazy @inline const FREE: u32 = 0xffff;

/** Stands before the first object of the queue; its rtId is the word at 12. */
@lazy @inline const QUEUE: usize = 20;

@inline function heap(): usize {
  return (__heap_base + 7) & ~7;
}

@inline function limit(): usize {
  return <usize>KAPPA_HEAP;
}

/** Bytes of the heap that hold blocks. */
@inline function used(): usize {
  return load<u32>(0);
}

/** Bytes of the heap before the first block that may be free. */
@inline function full(): usize {
  return load<u32>(4);
}

/** The last object of the queue, which links to itself. */
@inline function last(): usize {
  return load<u32>(8);
}

@inline function link(object: usize): usize {
  return load<u16>(object - 6);
}

@inline function setLink(object: usize, next: usize): void {
  store<u16>(object - 6, next);
}

@inline function sizeOf(object: usize): usize {
  return load<u32>(object - 4);
}

@inline function round(size: usize): usize {
  return (size + 7) & ~7;
}

@inline function label(block: usize, id: u32, size: usize): void {
  store<u32>(block, id);
  store<u32>(block, size, 4);
}

/** A zeroed object. Traps when the heap is full. */
@global @unsafe
export function __new(size: usize, id: u32): usize {
  if (size > limit()) unreachable();
  const room = round(size);
  const end = heap() + used();
  const first = heap() + full();
  let block = first;
  let free: usize = 0;
  while (block < end) {
    free = sizeOf(block + HEADER);
    if (load<u32>(block) == FREE && free >= room) break;
    block += HEADER + round(free);
  }
  const next = block + HEADER + room;
  if (block < end) {
    if (free > room) label(next, FREE, free - room - HEADER);
  } else {
    if (next > heap() + limit()) unreachable();
    store<u32>(0, next - heap());
  }
  if (block == first) store<u32>(4, next - heap());
  label(block, id, size);
  return block + HEADER;
}

/** The object with another size: the same one while its block stays as it is, else a copy. */
@global @unsafe
export function __renew(object: usize, size: usize): usize {
  const old = sizeOf(object);
  if (object > heap() && size <= limit() && round(size) == round(old)) {
    store<u32>(object - 4, size);
    return object;
  }
  const copy = __new(size, load<u32>(object - 8));
  memory.copy(copy, object, min(size, old));
  return copy;
}

@global @unsafe @inline
export function __link(parent: usize, child: usize, multiple: bool): void {}

@global @unsafe @inline
export function __pin(object: usize): usize {
  return object;
}

@global @unsafe @inline
export function __unpin(object: usize): void {}

/** Queues an object once; `parent` is out of the queue just now. */
@global @unsafe
export function __visit(object: usize, parent: u32): void {
  if (!object || object == <usize>parent || link(object)) return;
  setLink(last(), object);
  setLink(object, object);
  store<u32>(8, object);
}

@global @unsafe
export function __collect(): void {
  mark();
  unmarkStatic();
  sweep();
}

@inline function mark(): void {
  store<u32>(8, QUEUE);
  setLink(QUEUE, QUEUE);
  __visit_globals(0);
  let object = QUEUE;
  let next: usize;
  while ((next = link(object)) != object) {
    object = next;
    // Its class is found by rtId, which must be clean meanwhile.
    next = link(object);
    setLink(object, 0);
    __visit_members(object, <u32>object);
    if (next != object || !link(object)) setLink(object, next);
  }
}

/** Static objects are no blocks: the sweep would not reach them. */
@inline function unmarkStatic(): void {
  let object: usize;
  let next = QUEUE;
  do {
    object = next;
    next = link(object);
    if (object < heap()) setLink(object, 0);
  } while (next != object);
  store<u32>(8, 0);
}

@inline function sweep(): void {
  const end = heap() + used();
  let firstFree: usize = 0;
  let free: usize = 0;
  let block = heap();
  while (block < end) {
    if (link(block + HEADER)) {
      setLink(block + HEADER, 0);
      if (free) {
        memory.fill(free, 0, block - free);
        label(free, FREE, block - free - HEADER);
        free = 0;
      }
    } else if (!free) {
      free = block;
      if (!firstFree) firstFree = block;
    }
    block += HEADER + round(sizeOf(block + HEADER));
  }
  if (free) {
    memory.fill(free, 0, end - free);
    store<u32>(0, free - heap());
  }
  store<u32>(4, (firstFree ? firstFree : end) - heap());
}
