// Files of separated values as spreadsheets and databases write them. What no rule explains is an
// error with its line, never a guess.
import { t } from './i18n';

export interface CsvField {
  text: string;
  /** A quoted field may be empty and still be a text; an empty one without quotes is nothing. */
  quoted: boolean;
}

export interface CsvRecord {
  /** Where it begins in the file, counted from one. */
  line: number;
  fields: CsvField[];
}

const delimiters = [',', ';', '\t', '|'];

/** Which of the usual delimiters stands most often in the first line. */
function delimiterOf(text: string): string {
  const head = (/^[^\r\n]*/.exec(text)?.[0] ?? '').replaceAll(/"[^"]*"/g, '');
  const counts = delimiters.map((delimiter) => head.split(delimiter).length);
  return delimiters[counts.indexOf(Math.max(...counts))] ?? ',';
}

const isBlank = ({ fields: [only, ...others] }: CsvRecord) =>
  others.length === 0 && only !== undefined && only.text.trim() === '' && !only.quoted;

/** The records of a file, lines with nothing in them left out. */
export function parseCsv(text: string, delimiter = delimiterOf(text)): CsvRecord[] {
  const records: CsvRecord[] = [];
  let at = 0;
  let line = 1;

  function quotedField(): CsvField {
    const opened = line;
    let value = '';
    at += 1;
    for (;;) {
      const end = text.indexOf('"', at);
      if (end < 0) throw new Error(t('Line {{line}}: a quote is never closed', { line: opened }));
      const part = text.slice(at, end);
      line += part.split('\n').length - 1;
      value += part;
      at = end + 1;
      if (text[at] !== '"') return { text: value, quoted: true };
      value += '"';
      at += 1;
    }
  }

  function plainField(): CsvField {
    const start = at;
    while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') {
      at += 1;
    }
    return { text: text.slice(start, at), quoted: false };
  }

  while (at < text.length) {
    const record: CsvRecord = { line, fields: [] };
    for (;;) {
      record.fields.push(text[at] === '"' ? quotedField() : plainField());
      if (text[at] === delimiter) {
        at += 1;
        continue;
      }
      if (at < text.length && text[at] !== '\r' && text[at] !== '\n') {
        throw new Error(t('Line {{line}}: something stands behind a closing quote', { line }));
      }
      break;
    }
    if (text[at] === '\r') at += 1;
    if (text[at] === '\n') at += 1;
    line += 1;
    if (!isBlank(record)) records.push(record);
  }
  return records;
}
