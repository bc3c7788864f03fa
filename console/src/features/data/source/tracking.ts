// Taking tables into the API and out of it.
import { metadataChanged, metadataCommand, type QualifiedName } from '../../../kit/api';

interface Warned {
  message: string;
  warnings?: { message: string; name?: string }[];
}

/** Tracks tables all together; those that cannot be are told by warnings. */
export async function trackTables(source: string, tables: QualifiedName[]): Promise<void> {
  const answer = await metadataCommand<Warned>('pg_track_tables', {
    allow_warnings: true,
    tables: tables.map((table) => ({ source, table })),
  });
  await metadataChanged();
  throwWarnings(answer);
}

/** Takes tables out of the API; with `cascade`, what depends on them too. */
export async function untrackTables(
  source: string,
  tables: QualifiedName[],
  cascade: boolean,
): Promise<void> {
  const answer = await metadataCommand<Warned>('pg_untrack_tables', {
    allow_warnings: true,
    tables: tables.map((table) => ({ source, table, cascade })),
  });
  await metadataChanged();
  throwWarnings(answer);
}

function throwWarnings(answer: Warned): void {
  const warnings = answer.warnings ?? [];
  if (warnings.length > 0) throw new Error(warnings.map((w) => w.message).join('\n'));
}
