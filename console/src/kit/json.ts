// JSON without loss: numbers that JavaScript cannot hold keep their digits.

/** Browsers of 2025 know these; the types do not yet. */
type Reviver = (key: string, value: unknown, context?: { source?: string }) => unknown;
const { rawJSON } = JSON as { rawJSON?: (text: string) => object };

const keepNumbers: Reviver = (_key, value, context) => {
  const source = context?.source;
  if (typeof value !== 'number' || source === undefined || String(value) === source) return value;
  // Written again it is what was read; older browsers hold it as text.
  return rawJSON ? rawJSON(source) : source;
};

/** Reads JSON; `JSON.stringify` of what comes back writes the same numbers. */
export function parseExact(text: string): unknown {
  return JSON.parse(text, keepNumbers as (key: string, value: unknown) => unknown);
}
