// The metadata document as far as the console reads it. Unknown parts pass through untouched: the
// console never writes a document it assembled itself, only commands.
import { queryOptions, useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { metadataCommand } from './client';
import { keys } from './query-client';

export interface QualifiedName {
  schema: string;
  name: string;
}

export type BoolExp = Record<string, unknown>;

export interface SelectPermission {
  columns: string[] | '*';
  filter: BoolExp;
  limit?: number;
  allow_aggregations?: boolean;
  computed_fields?: string[];
  query_root_fields?: string[];
  subscription_root_fields?: string[];
}
export interface InsertPermission {
  check: BoolExp;
  set?: Record<string, unknown>;
  columns?: string[] | '*';
  backend_only?: boolean;
}
export interface UpdatePermission {
  columns: string[] | '*';
  filter: BoolExp;
  check?: BoolExp | null;
  set?: Record<string, unknown>;
  backend_only?: boolean;
}
export interface DeletePermission {
  filter: BoolExp;
  backend_only?: boolean;
}
export interface PermissionEntry<P> {
  role: string;
  permission: P;
  comment?: string;
}

export interface ForeignKeyColumns {
  foreign_key_constraint_on?:
    string | string[] | { table: QualifiedName | string; column?: string; columns?: string[] };
  manual_configuration?: {
    remote_table?: QualifiedName | string;
    remote_native_query?: string;
    column_mapping: Record<string, string>;
    insertion_order?: string | null;
  };
}
export interface Relationship {
  name: string;
  using: ForeignKeyColumns;
  comment?: string;
}

export interface ColumnConfig {
  custom_name?: string;
  comment?: string;
}
export interface TableConfiguration {
  custom_name?: string;
  custom_root_fields?: Record<string, string | { name?: string; comment?: string }>;
  column_config?: Record<string, ColumnConfig>;
  custom_column_names?: Record<string, string>;
  comment?: string;
}

export interface ComputedField {
  name: string;
  definition: {
    function: QualifiedName | string;
    table_argument?: string;
    session_argument?: string;
  };
  comment?: string;
}

export interface TrackedTable {
  table: QualifiedName;
  is_enum?: boolean;
  configuration?: TableConfiguration;
  object_relationships?: Relationship[];
  array_relationships?: Relationship[];
  computed_fields?: ComputedField[];
  select_permissions?: PermissionEntry<SelectPermission>[];
  insert_permissions?: PermissionEntry<InsertPermission>[];
  update_permissions?: PermissionEntry<UpdatePermission>[];
  delete_permissions?: PermissionEntry<DeletePermission>[];
  [other: string]: unknown;
}

export interface TrackedFunction {
  function: QualifiedName | string;
  configuration?: Record<string, unknown>;
  permissions?: { role: string }[];
  comment?: string;
}

export interface NativeArgument {
  type: string;
  nullable?: boolean;
  description?: string;
  [other: string]: unknown;
}
/** A relationship of a native query, to another one or to a table. */
export interface NativeRelationship {
  name: string;
  using: {
    column_mapping: Record<string, string>;
    remote_native_query?: string;
    remote_table?: QualifiedName | string;
    insertion_order?: string | null;
  };
}
export interface NativeQuery {
  root_field_name: string;
  /** SQL with `{{name}}` where arguments stand. */
  code: string;
  /** The logical model of its rows, or a shape that only this query has. */
  returns: string | OwnModel;
  arguments?: Record<string, NativeArgument>;
  description?: string;
  object_relationships?: NativeRelationship[];
  array_relationships?: NativeRelationship[];
  [other: string]: unknown;
}

/** The shape of rows that only one native query returns. */
export interface OwnModel {
  fields: ModelField[];
  select_permissions?: PermissionEntry<ModelPermission>[];
  [other: string]: unknown;
}

/** A type of the database, a row of a logical model, or a list. */
export type ModelType =
  | { scalar: string; nullable?: boolean }
  | { logical_model: string; nullable?: boolean }
  | { array: ModelType; nullable?: boolean };
export interface ModelField {
  name: string;
  type: ModelType;
  description?: string;
  [other: string]: unknown;
}
export interface ModelPermission {
  columns: string[] | '*';
  filter: BoolExp;
}
export interface LogicalModel {
  name: string;
  fields: ModelField[];
  description?: string;
  select_permissions?: PermissionEntry<ModelPermission>[];
  [other: string]: unknown;
}

export interface Source {
  name: string;
  kind: string;
  tables: TrackedTable[];
  functions?: TrackedFunction[];
  configuration: Record<string, unknown>;
  customization?: Record<string, unknown>;
  native_queries?: NativeQuery[];
  logical_models?: LogicalModel[];
  [other: string]: unknown;
}

export interface QueryCollection {
  name: string;
  definition: { queries: { name: string; query: string }[] };
  comment?: string;
}
export interface AllowlistEntry {
  collection: string;
  scope?: { global: boolean; roles?: string[] };
}
export interface InheritedRole {
  role_name: string;
  role_set: string[];
}

export interface Metadata {
  version: number;
  sources: Source[];
  inherited_roles?: InheritedRole[];
  query_collections?: QueryCollection[];
  allowlist?: AllowlistEntry[];
  [other: string]: unknown;
}

export interface VersionedMetadata {
  resource_version: number;
  metadata: Metadata;
}

export const metadataQuery = queryOptions({
  queryKey: keys.metadata,
  queryFn: () => metadataCommand<VersionedMetadata>('export_metadata', {}, { version: 2 }),
});

/** The metadata; suspends until it is there. */
export function useMetadata(): Metadata {
  return useSuspenseQuery(metadataQuery).data.metadata;
}

/** The metadata, or nothing while it is on its way. */
export function useMetadataIfLoaded(): Metadata | undefined {
  return useQuery(metadataQuery).data?.metadata;
}

/** A source by its name. */
export function useSource(name: string): Source | undefined {
  return useMetadata().sources.find((source) => source.name === name);
}

/** `public.orders` and `{schema, name}` are both written in metadata. */
export function qualifiedName(name: QualifiedName | string): QualifiedName {
  return typeof name === 'string' ? { schema: 'public', name } : name;
}

/** A tracked table by its name. */
export function trackedTable(
  source: Source | undefined,
  schema: string,
  name: string,
): TrackedTable | undefined {
  return source?.tables.find((t) => t.table.schema === schema && t.table.name === name);
}

/** Every role that a permission or an inherited role names, in order. */
export function rolesOf(metadata: Metadata): string[] {
  const roles = new Set<string>();
  for (const source of metadata.sources) {
    for (const table of source.tables) {
      for (const kind of permissionKinds) {
        for (const entry of table[`${kind}_permissions`] ?? []) roles.add(entry.role);
      }
    }
    for (const f of source.functions ?? []) for (const p of f.permissions ?? []) roles.add(p.role);
    for (const model of source.logical_models ?? []) {
      for (const entry of model.select_permissions ?? []) roles.add(entry.role);
    }
  }
  for (const role of metadata.inherited_roles ?? []) {
    roles.add(role.role_name);
    for (const parent of role.role_set) roles.add(parent);
  }
  roles.delete('admin');
  return [...roles].sort((a, b) => a.localeCompare(b));
}

/**
 * Names of the columns that a role sees of a table, by its own permission or those it inherits;
 * nothing where the role sees all of them.
 */
export function visibleColumns(
  metadata: Metadata,
  table: TrackedTable,
  role: string,
): Set<string> | undefined {
  const own = table.select_permissions?.find((entry) => entry.role === role);
  const parents = metadata.inherited_roles?.find((r) => r.role_name === role)?.role_set ?? [];
  if (!own && parents.length > 0) {
    const sets = parents.map((parent) => visibleColumns(metadata, table, parent));
    return sets.some((set) => set === undefined)
      ? undefined
      : new Set(sets.flatMap((set) => [...(set ?? [])]));
  }
  return own?.permission.columns === '*' ? undefined : new Set(own?.permission.columns ?? []);
}

export const permissionKinds = ['select', 'insert', 'update', 'delete'] as const;
export type PermissionKind = (typeof permissionKinds)[number];

export interface InconsistentObject {
  type: string;
  name: string;
  reason: string;
  definition: unknown;
  message?: unknown;
}

/** Objects of the metadata that do not fit the databases. */
export const inconsistentQuery = queryOptions({
  queryKey: keys.inconsistent,
  refetchInterval: 60_000,
  queryFn: () =>
    metadataCommand<{ is_consistent: boolean; inconsistent_objects: InconsistentObject[] }>(
      'get_inconsistent_metadata',
      {},
    ),
});
