/** What actions are lowered to: the imports of docs/module-abi.md section 4 and their typed forms. */

@external("k", "1") declare function sendI32(port: i32, value: i32): void;
@external("k", "2") declare function sendI64(port: i32, value: i64): void;
@external("k", "3") declare function sendF32(port: i32, value: f32): void;
@external("k", "4") declare function sendF64(port: i32, value: f64): void;
@external("k", "5") declare function sendText(port: i32, units: usize, length: i32): void;
@external("k", "6") declare function sendBytes(port: i32, bytes: usize, length: i32): void;
@external("k", "7") declare function sendArray(port: i32, elements: usize, length: i32): void;
@external("k", "8") declare function pass(outport: i32, inport: i32): void;
@external("k", "9") declare function size(inport: i32): i32;
@external("k", "10") declare function read(inport: i32, target: usize): void;

@external("k", "11") declare function sendEnd(port: i32): void;
@external("k", "12") declare function sendException(port: i32, units: usize, length: i32): void;
@external("k", "13") declare function kind(inport: i32): i32;

/** An encoded token that the actor does not look into; its rtSize is the length. */
@global @final
class Token {}

@global @inline
function __kappa_pass(outport: i32, inport: i32): void {
  pass(outport, inport);
}

@global @inline
function __kappa_end(port: i32): void {
  sendEnd(port);
}

@global @inline
function __kappa_fail(port: i32, reason: string): void {
  sendException(port, changetype<usize>(reason), reason.length);
}

/** 0 a value, 1 the end of a stream, 2 an exception. */
@global @inline
function __kappa_kind(inport: i32): i32 {
  return kind(inport);
}

@global @inline
function __kappa_send<T>(port: i32, value: T): void {
  if (isString<T>()) {
    sendText(port, changetype<usize>(value), (value as string).length);
  } else if (isReference<T>()) {
    if (value instanceof Token) sendBytes(port, changetype<usize>(value), load<i32>(changetype<usize>(value) - 4));
    else if (value instanceof Uint8Array) sendBytes(port, value.dataStart, value.length);
    else if (isArray<T>()) sendArray(port, value.dataStart, value.length);
    else sendArray(port, changetype<usize>(value), value.length);
  } else if (isFloat<T>()) {
    if (sizeof<T>() == 4) sendF32(port, value);
    else sendF64(port, value);
  } else if (sizeof<T>() == 8) {
    sendI64(port, value as i64);
  } else {
    sendI32(port, value as i32);
  }
}

@global @inline
function __kappa_receive<T>(port: i32): T {
  if (isString<T>()) return changetype<T>(receive(port, 1, idof<string>()));
  if (idof<T>() == idof<Token>()) return changetype<T>(receive(port, 0, idof<Token>()));
  if (idof<T>() == idof<Uint8Array>()) {
    const bytes = new Uint8Array(size(port));
    read(port, bytes.dataStart);
    return changetype<T>(bytes);
  }
  if (isArray<T>()) {
    const array = changetype<T>(__newArray(size(port), alignof<valueof<T>>(), idof<T>()));
    read(port, array.dataStart);
    return array;
  }
  return changetype<T>(receive(port, alignof<valueof<T>>(), idof<T>()));
}

function receive(port: i32, alignment: usize, id: u32): usize {
  const object = __new(<usize>size(port) << alignment, id);
  read(port, object);
  return object;
}
