import ts from "typescript";
import { isScalar, type TokenValue } from "./token.js";
import { TypeCode } from "./types.js";

const NAMED: Readonly<Record<string, number>> = {
  bool: TypeCode.bool,
  i8: TypeCode.i8,
  u8: TypeCode.u8,
  i16: TypeCode.i16,
  u16: TypeCode.u16,
  i32: TypeCode.i32,
  u32: TypeCode.u32,
  i64: TypeCode.i64,
  u64: TypeCode.u64,
  f32: TypeCode.f32,
  f64: TypeCode.f64,
  Token: TypeCode.any,
  String: TypeCode.text,
  Uint8Array: TypeCode.bytes,
};

const KEYWORDS: Partial<Record<ts.SyntaxKind, number>> = {
  [ts.SyntaxKind.BooleanKeyword]: TypeCode.bool,
  [ts.SyntaxKind.NumberKeyword]: TypeCode.f64,
  [ts.SyntaxKind.StringKeyword]: TypeCode.text,
};

/** Types that have no meaning once an actor moves: addresses and references of an engine. */
const IMMOVABLE = new Set(["usize", "isize", "v128", "externref", "funcref", "anyref", "Function", "Promise", "Date"]);

/** The type code of a field's type, or undefined for one whose values cannot be moved. */
export function fieldType(node: ts.TypeNode): number | undefined {
  if (ts.isParenthesizedTypeNode(node)) return fieldType(node.type);
  if (KEYWORDS[node.kind] !== undefined) return KEYWORDS[node.kind];
  if (ts.isUnionTypeNode(node)) return nullableType(node);
  if (ts.isArrayTypeNode(node)) return arrayType(fieldType(node.elementType), TypeCode.array);
  if (!ts.isTypeReferenceNode(node) || !ts.isIdentifier(node.typeName)) return undefined;
  const name = node.typeName.text;
  const [element] = node.typeArguments ?? [];
  if (name === "Array" && element) return arrayType(fieldType(element), TypeCode.array);
  if (name === "StaticArray" && element) return arrayType(fieldType(element), TypeCode.staticArray);
  if (IMMOVABLE.has(name)) return undefined;
  if (node.typeArguments?.some((argument) => fieldType(argument) === undefined)) return undefined;
  return NAMED[name] ?? TypeCode.object;
}

/** The type code of a port or an argument, or undefined when it can have no such type. */
export function portType(node: ts.TypeNode): number | undefined {
  if (ts.isUnionTypeNode(node)) return undefined;
  const type = fieldType(node);
  if (type === undefined || type === TypeCode.object) return undefined;
  return type >= TypeCode.staticArray ? type - TypeCode.staticArray + TypeCode.array : type;
}

/** The node that says the type of an argument: of `Token | null`, whose default is the token null, it is `Token`. */
export function argumentType(node: ts.TypeNode): ts.TypeNode {
  if (!ts.isUnionTypeNode(node) || !isNullable(node)) return node;
  const [first, ...others] = node.types.filter((member) => !isNull(member));
  return first && others.length === 0 && portType(first) === TypeCode.any ? first : node;
}

/** Whether a type of the source may be null. */
export function isNullable(node: ts.TypeNode): boolean {
  return ts.isUnionTypeNode(node) && node.types.some(isNull);
}

function isNull(node: ts.TypeNode): boolean {
  return ts.isLiteralTypeNode(node) && node.literal.kind === ts.SyntaxKind.NullKeyword;
}

function nullableType(node: ts.UnionTypeNode): number | undefined {
  const [first, ...others] = node.types.filter((member) => !isNull(member));
  if (!first || others.length > 0) return undefined;
  const type = fieldType(first);
  return type !== undefined && isScalar(type) ? undefined : type;
}

function arrayType(element: number | undefined, base: number): number | undefined {
  if (element === undefined) return undefined;
  return isScalar(element) ? base + element : TypeCode.object;
}

/** The value of a literal for a type; undefined when it is no literal. */
export function literalValue(node: ts.Expression, type: number): TokenValue | undefined {
  if (node.kind === ts.SyntaxKind.TrueKeyword) return true;
  if (node.kind === ts.SyntaxKind.FalseKeyword) return false;
  if (node.kind === ts.SyntaxKind.NullKeyword && type === TypeCode.any) return null;
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isArrayLiteralExpression(node)) {
    const items = node.elements.map((element) => literalValue(element, type - TypeCode.array));
    return items.every((item) => item !== undefined) ? items : undefined;
  }
  const negative = ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.MinusToken;
  const digits = negative ? node.operand : node;
  if (!ts.isNumericLiteral(digits)) return undefined;
  const text = digits.getText().replaceAll("_", "");
  const whole = /^(\d+|0x[\da-f]+|0b[01]+|0o[0-7]+)$/i.test(text);
  if (whole && type !== TypeCode.f32 && type !== TypeCode.f64) return negative ? -BigInt(text) : BigInt(text);
  return negative ? -Number(text) : Number(text);
}
