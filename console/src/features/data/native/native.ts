// Native queries and logical models as forms hold them, and the commands that save them. Pure.
import {
  ident,
  type Command,
  type LogicalModel,
  type ModelField,
  type ModelType,
  type NativeArgument,
  type NativeQuery,
  type QualifiedName,
} from '../../../kit/api';

/** How a field is typed: a type of the database, or one row or many of another logical model. */
export type FieldKind = 'scalar' | 'row' | 'rows' | 'other';

/** An argument of a native query, or a field of a logical model. */
export interface FieldDraft {
  name: string;
  kind: FieldKind;
  /** The name of the type or of the logical model. */
  type: string;
  nullable: boolean;
  description: string;
  /** What it was read from: parts that the form does not know stay. */
  from?: ModelField | NativeArgument;
}

export const newField = (part: Partial<FieldDraft> = {}): FieldDraft => ({
  name: '',
  kind: 'scalar',
  type: 'text',
  nullable: false,
  description: '',
  ...part,
});

function typeDraft(type: ModelType): Pick<FieldDraft, 'kind' | 'type' | 'nullable'> {
  const nullable = type.nullable ?? false;
  if ('scalar' in type) return { kind: 'scalar', type: type.scalar, nullable };
  if ('logical_model' in type) return { kind: 'row', type: type.logical_model, nullable };
  const { array } = type;
  if ('logical_model' in array) return { kind: 'rows', type: array.logical_model, nullable };
  return { kind: 'other', type: JSON.stringify(array), nullable };
}

/** The type in a word, as GraphQL would say it. */
export function typeText(type: ModelType): string {
  const inner =
    'scalar' in type
      ? type.scalar
      : 'logical_model' in type
        ? type.logical_model
        : `[${typeText(type.array)}]`;
  return type.nullable ? inner : `${inner}!`;
}

export const fieldDrafts = (model: LogicalModel): FieldDraft[] =>
  model.fields.map((field) => ({
    name: field.name,
    ...typeDraft(field.type),
    description: field.description ?? '',
    from: field,
  }));

export const argumentDrafts = (query: NativeQuery): FieldDraft[] =>
  Object.entries(query.arguments ?? {}).map(([name, argument]) =>
    newField({
      name,
      type: argument.type,
      nullable: argument.nullable ?? false,
      description: argument.description ?? '',
      from: argument,
    }),
  );

function typeOf(draft: FieldDraft): ModelType {
  const { nullable } = draft;
  switch (draft.kind) {
    case 'scalar':
      return { scalar: draft.type.trim(), nullable };
    case 'row':
      return { logical_model: draft.type, nullable };
    case 'rows':
      // Rows of a list are never null themselves: the list comes of a relationship.
      return { array: { logical_model: draft.type, nullable: false }, nullable };
    case 'other':
      return { array: JSON.parse(draft.type) as ModelType, nullable };
  }
}

/** A key that is left out when it says nothing. */
const described = (description: string) =>
  description.trim() ? { description: description.trim() } : { description: undefined };

/** What a native query returns: a logical model, or a shape of its own that has the query's name. */
export const returnedModel = (
  query: NativeQuery | undefined,
  models: LogicalModel[] | undefined,
): LogicalModel | undefined =>
  typeof query?.returns === 'object'
    ? { ...query.returns, name: query.root_field_name }
    : models?.find((model) => model.name === query?.returns);

/** The fields of a logical model. */
export const modelFields = (drafts: FieldDraft[]): ModelField[] =>
  drafts.map((draft) => ({
    ...(draft.from as ModelField | undefined),
    name: draft.name.trim(),
    type: typeOf(draft),
    ...described(draft.description),
  }));

/** The arguments of a native query. */
export const queryArguments = (drafts: FieldDraft[]): Record<string, NativeArgument> =>
  Object.fromEntries(
    drafts.map((draft) => [
      draft.name.trim(),
      {
        ...(draft.from as NativeArgument | undefined),
        type: draft.type.trim(),
        nullable: draft.nullable,
        ...described(draft.description),
      },
    ]),
  );

/** What keeps a list of fields from being saved. */
export function fieldProblem(drafts: FieldDraft[]): 'empty' | 'double' | 'name' | undefined {
  const names = drafts.map((draft) => draft.name.trim());
  if (names.some((name) => !name) || drafts.some((draft) => !draft.type.trim())) return 'empty';
  if (names.some((name) => !graphqlName.test(name))) return 'name';
  if (new Set(names).size < names.length) return 'double';
  return undefined;
}

/** Names that GraphQL takes. */
export const graphqlName = /^[_A-Za-z][_0-9A-Za-z]*$/;

const placeholder = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** Names that stand in `{{ }}`, each once. */
export function argumentsIn(code: string): string[] {
  return [...new Set([...code.matchAll(placeholder)].map((match) => match[1] ?? ''))].filter(
    Boolean,
  );
}

/** The SQL as a part of another statement, with nothing in the place of every argument. */
export function withoutArguments(code: string, drafts: FieldDraft[]): string {
  const types = new Map(drafts.map((draft) => [draft.name.trim(), draft.type.trim()]));
  return code
    .trim()
    .replace(/;+\s*$/, '')
    .replace(placeholder, (_, name: string) => `(null::${types.get(name) ?? 'text'})`);
}

/** Asks for the names of the columns only. */
export const columnsSql = (code: string) => `select * from (\n${code}\n) t limit 0`;

/** Asks for the types of columns, without a row of the query being read. */
export const typesSql = (code: string, columns: string[]) =>
  `select ${columns.map((name) => `pg_typeof(t.${ident(name)})`).join(', ')}
from (select 1) one left join (\n${code}\n) t on false`;

/** Saves a native query, a new one or in the place of another; the model goes first if it is new. */
export function saveQuery(
  source: string,
  query: NativeQuery,
  before: NativeQuery | undefined,
  model?: LogicalModel,
): Command {
  const commands: Command[] = [
    ...(before
      ? [
          {
            type: 'pg_untrack_native_query',
            args: { source, root_field_name: before.root_field_name },
          },
        ]
      : []),
    ...(model ? [{ type: 'pg_track_logical_model', args: { source, ...model } }] : []),
    { type: 'pg_track_native_query', args: { type: 'query', source, ...query } },
  ];
  return together(commands);
}

/** Saves a logical model, a new one or in the place of another, which keeps its permissions. */
export function saveModel(
  source: string,
  model: LogicalModel,
  before: LogicalModel | undefined,
): Command[] {
  const { select_permissions: permissions = [], ...shape } = model;
  return [
    together([
      ...(before
        ? [{ type: 'pg_untrack_logical_model', args: { source, name: before.name } }]
        : []),
      { type: 'pg_track_logical_model', args: { source, ...shape } },
    ]),
    ...permissions.map(({ role, permission, comment }) => ({
      type: 'pg_create_logical_model_select_permission',
      args: { source, name: model.name, role, permission, ...(comment ? { comment } : {}) },
    })),
  ];
}

/** One look at the result of all: what one command takes away the next may put back. */
const together = (commands: Command[]): Command =>
  commands.length === 1 && commands[0] ? commands[0] : { type: 'bulk_atomic', args: commands };

/** An operation that asks for everything simple that the query returns. */
export function exampleOperation(query: NativeQuery, model: LogicalModel | undefined): string {
  const given = Object.entries(query.arguments ?? {})
    .filter(([, argument]) => !argument.nullable)
    .map(([name, argument]) => `${name}: ${exampleValue(argument.type)}`);
  const args = [
    ...(Object.keys(query.arguments ?? {}).length > 0 ? [`args: {${given.join(', ')}}`] : []),
    'limit: 10',
  ].join(', ');
  const fields = (model?.fields ?? [])
    .filter((field) => 'scalar' in field.type)
    .map((field) => `    ${field.name}`);
  return `{\n  ${query.root_field_name}(${args}) {\n${(fields.length > 0 ? fields : ['    __typename']).join('\n')}\n  }\n}\n`;
}

function exampleValue(type: string): string {
  if (/^(small|big)?int|^int\d|^integer|^numeric|^real|^double|^float/i.test(type)) return '1';
  if (/^bool/i.test(type)) return 'true';
  if (/\[\]$/.test(type)) return '[]';
  return '""';
}

/** A relationship's other side in a word. */
export function targetText(using: {
  remote_native_query?: string;
  remote_table?: QualifiedName | string;
}): string {
  if (using.remote_native_query !== undefined) return using.remote_native_query;
  const table = using.remote_table;
  return typeof table === 'string' ? table : `${table?.schema ?? '?'}.${table?.name ?? '?'}`;
}

/** Which columns are equal. */
export const pairsText = (mapping: Record<string, string>): string =>
  Object.entries(mapping)
    .map(([a, b]) => `${a} = ${b}`)
    .join(', ');
