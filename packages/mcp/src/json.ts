export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export type JsonObject = { readonly [key: string]: JsonValue | undefined };

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A string below `key`, or undefined when it is absent or something else. */
export function stringAt(object: JsonObject | undefined, key: string): string | undefined {
  const value = object === undefined ? undefined : own(object, key);
  return typeof value === 'string' ? value : undefined;
}

/** An object below `key`, or undefined when it is absent or something else. */
export function objectAt(object: JsonObject | undefined, key: string): JsonObject | undefined {
  const value = object === undefined ? undefined : own(object, key);
  return isJsonObject(value) ? value : undefined;
}

/** An own property only: a body's `constructor` or `__proto__` must not reach Object.prototype. */
function own(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
