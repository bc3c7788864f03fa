// A value of PostgreSQL as it is shown in a cell.
import classes from './Value.module.css';

export type ValueKind = 'number' | 'boolean' | 'json' | 'text' | 'time';

/** How a type is shown and edited; `base` is the catalogue's name of it. */
export function kindOfType(base: string): ValueKind {
  if (/^(int[248]|float[48]|numeric|money|oid)$/.test(base)) return 'number';
  if (base === 'bool') return 'boolean';
  if (base === 'json' || base === 'jsonb') return 'json';
  if (/^(date|time|timetz|timestamp|timestamptz|interval)$/.test(base)) return 'time';
  return 'text';
}

export function Value({ text, kind }: { text: string | null; kind: ValueKind }) {
  if (text === null) return <span className={classes.null}>null</span>;
  if (text === '') return <span className={classes.null}>{"''"}</span>;
  if (kind === 'boolean') {
    return (
      <span className={classes.boolean}>
        {text === 't' ? 'true' : text === 'f' ? 'false' : text}
      </span>
    );
  }
  const short = text.length > 300 ? `${text.slice(0, 300)}…` : text;
  return (
    <span className={classes[kind]} title={text.length > 40 ? text.slice(0, 1000) : undefined}>
      {short}
    </span>
  );
}
