// Permissions of a role on a table: how much they allow, and the commands that change them. Pure.
import type {
  BoolExp,
  Command,
  PermissionEntry,
  PermissionKind,
  QualifiedName,
  TrackedTable,
} from '../../kit/api';
import { isAlways } from './rules';

export interface InputHeader {
  name: string;
  value?: string;
  value_from_env?: string;
}
/** A webhook that is asked before rows are written. */
export interface InputValidation {
  type?: string;
  definition: {
    url: string;
    headers?: InputHeader[];
    forward_client_headers?: boolean;
    timeout?: number;
    [other: string]: unknown;
  };
}

/** Every key that a permission of some kind may have. */
export interface Permission {
  columns?: string[] | '*';
  filter?: BoolExp;
  check?: BoolExp | null;
  set?: Record<string, unknown>;
  limit?: number;
  allow_aggregations?: boolean;
  computed_fields?: string[];
  query_root_fields?: string[];
  subscription_root_fields?: string[];
  backend_only?: boolean;
  validate_input?: InputValidation;
}

export type Access = 'none' | 'partial' | 'full';

/** The entry of a role. */
export function entryOf(
  table: TrackedTable | undefined,
  kind: PermissionKind,
  role: string,
): PermissionEntry<Permission> | undefined {
  const list = table?.[`${kind}_permissions`] as PermissionEntry<Permission>[] | undefined;
  return list?.find((entry) => entry.role === role);
}

/** How much a permission allows; `columns` is how many the table has, where that is known. */
export function accessOf(
  permission: Permission | undefined,
  kind: PermissionKind,
  columns?: number,
): Access {
  if (!permission) return 'none';
  const rows = isAlways(kind === 'insert' ? permission.check : permission.filter);
  const checked = kind !== 'update' || isAlways(permission.check);
  const all =
    kind === 'delete' ||
    permission.columns === '*' ||
    (kind === 'insert' && permission.columns === undefined) ||
    (columns !== undefined && (permission.columns?.length ?? 0) >= columns);
  const bounded = permission.limit !== undefined || permission.backend_only === true;
  return rows && checked && all && !bounded ? 'full' : 'partial';
}

/** What a new permission begins as: nothing is allowed that was not chosen. */
export function emptyPermission(kind: PermissionKind): Permission {
  switch (kind) {
    case 'select':
      return { columns: [], filter: {} };
    case 'insert':
      return { columns: [], check: {} };
    case 'update':
      return { columns: [], filter: {} };
    case 'delete':
      return { filter: {} };
  }
}

/** Only the keys of its kind, and none that says nothing. */
export function cleaned(kind: PermissionKind, permission: Permission): Permission {
  const { filter = {}, check, columns = [], set, ...others } = permission;
  const presets = set && Object.keys(set).length > 0 ? { set } : {};
  const backend = others.backend_only ? { backend_only: true } : {};
  const validate =
    others.validate_input === undefined ? {} : { validate_input: others.validate_input };
  switch (kind) {
    case 'select':
      return {
        columns,
        filter,
        ...(others.limit === undefined ? {} : { limit: others.limit }),
        ...(others.allow_aggregations ? { allow_aggregations: true } : {}),
        ...(others.computed_fields?.length ? { computed_fields: others.computed_fields } : {}),
        ...(others.query_root_fields ? { query_root_fields: others.query_root_fields } : {}),
        ...(others.subscription_root_fields
          ? { subscription_root_fields: others.subscription_root_fields }
          : {}),
      };
    case 'insert':
      return { check: check ?? {}, columns, ...presets, ...backend, ...validate };
    case 'update':
      return { columns, filter, check: check ?? null, ...presets, ...backend, ...validate };
    case 'delete':
      return { filter, ...backend, ...validate };
  }
}

const article = (kind: PermissionKind) => `${kind}_permission`;

/** Commands that put a permission in the place of what is there. */
export function saveCommands(
  source: string,
  table: QualifiedName,
  kind: PermissionKind,
  role: string,
  permission: Permission,
  comment: string | undefined,
  exists: boolean,
): Command[] {
  const drop = { type: `pg_drop_${article(kind)}`, args: { source, table, role } };
  const create = {
    type: `pg_create_${article(kind)}`,
    args: {
      source,
      table,
      role,
      permission: cleaned(kind, permission),
      ...(comment ? { comment } : {}),
    },
  };
  return exists ? [drop, create] : [create];
}

/** The command that takes a permission away. */
export function dropCommand(
  source: string,
  table: QualifiedName,
  kind: PermissionKind,
  role: string,
): Command {
  return { type: `pg_drop_${article(kind)}`, args: { source, table, role } };
}
