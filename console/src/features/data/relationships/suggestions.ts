// Suggested relationships with the names they would get.
import { queryOptions } from '@tanstack/react-query';
import {
  keys,
  metadataCommand,
  type Command,
  type Source,
  type Suggestion,
  type TrackedTable,
} from '../../../kit/api';

export interface NamedSuggestion extends Suggestion {
  id: string;
  name: string;
}

export const suggestionsQuery = (source: string) =>
  queryOptions({
    queryKey: keys.suggestions(source),
    queryFn: async () =>
      (
        await metadataCommand<{ relationships: Suggestion[] }>('pg_suggest_relationships', {
          source,
          omit_tracked: true,
        })
      ).relationships,
  });

/** Names already taken on a table: columns, relationships, computed fields. */
function taken(table: TrackedTable | undefined): Set<string> {
  return new Set([
    ...(table?.object_relationships ?? []).map((r) => r.name),
    ...(table?.array_relationships ?? []).map((r) => r.name),
    ...(table?.computed_fields ?? []).map((f) => f.name),
    ...Object.values(table?.configuration?.column_config ?? {}).flatMap((c) => c.custom_name ?? []),
  ]);
}

/** `author_id` → `author`; what has no such end keeps the name of the other table. */
function objectName(suggestion: Suggestion): string {
  const [column] = suggestion.from.columns;
  if (suggestion.from.columns.length === 1 && column) {
    const stem = /^(.+?)(_id|Id|_fk|_uuid)$/.exec(column)?.[1];
    if (stem) return stem;
  }
  return suggestion.to.table.name;
}

/** Gives every suggestion a name that is free on its table. */
export function named(suggestions: Suggestion[], source: Source): NamedSuggestion[] {
  const used = new Map<string, Set<string>>();
  return suggestions.map((suggestion) => {
    const { table } = suggestion.from;
    const key = `${table.schema}.${table.name}`;
    let names = used.get(key);
    if (!names) {
      names = taken(
        source.tables.find((t) => t.table.schema === table.schema && t.table.name === table.name),
      );
      used.set(key, names);
    }
    // The name of a column cannot be one of a relationship.
    for (const column of suggestion.from.columns) names.add(column);
    const holdsKey = suggestion.from.constraint_name !== undefined;
    const plain =
      suggestion.type === 'object' && holdsKey ? objectName(suggestion) : suggestion.to.table.name;
    const candidates = [
      plain,
      `${plain}_by_${(suggestion.to.columns.length > 0 && !holdsKey
        ? suggestion.to.columns
        : suggestion.from.columns
      ).join('_')}`,
    ];
    let name = candidates.find((candidate) => !names.has(candidate));
    for (let number = 2; name === undefined; number += 1) {
      const candidate = `${plain}_${number}`;
      if (!names.has(candidate)) name = candidate;
    }
    names.add(name);
    return { ...suggestion, name, id: `${key}.${name}` };
  });
}

/** The command that tracks a suggestion. */
export function createCommand(source: string, suggestion: NamedSuggestion): Command {
  const { from, to } = suggestion;
  const holdsKey = from.constraint_name !== undefined;
  const foreign = holdsKey
    ? (single(from.columns) ?? from.columns)
    : {
        table: to.table,
        ...(single(to.columns) ? { column: single(to.columns) } : { columns: to.columns }),
      };
  return {
    type:
      suggestion.type === 'object'
        ? 'pg_create_object_relationship'
        : 'pg_create_array_relationship',
    args: {
      source,
      table: from.table,
      name: suggestion.name,
      using: { foreign_key_constraint_on: foreign },
    },
  };
}

function single(columns: string[]): string | undefined {
  return columns.length === 1 ? columns[0] : undefined;
}
