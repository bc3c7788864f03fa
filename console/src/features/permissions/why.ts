// Why a role does not see a row, as the server explains it: `howdah_explain_permission`.
import {
  metadataCommand,
  type BoolExp,
  type Metadata,
  type QualifiedName,
  type TrackedTable,
} from '../../kit/api';
import { t } from '../../kit/i18n';
import { sessionVariablesIn } from './rules';

/** A part of a rule with what came of it. */
export interface RulePart {
  path: string;
  kind: 'and' | 'or' | 'not' | 'comparison' | 'relationship' | 'exists' | 'computed_field';
  rule: BoolExp;
  /** Null is SQL's unknown, or what fails. */
  value?: boolean | null;
  left?: unknown;
  right?: unknown;
  error?: string;
  parts?: RulePart[];
  /** Of other rows: how many there are, and how many fit. */
  rows?: { found: number; matching: number; more: boolean };
  /** For how many of those rows a part below holds. */
  values?: { true: number; false: number; unknown: number };
}

/** A permission to select, or those that it is inherited from. */
export interface ExplainedPermission {
  role: string;
  origin: 'own' | 'inherited' | 'admin' | 'none' | 'inconsistent';
  allows: boolean | null;
  fault?: string;
  filter?: RulePart;
  parents?: ExplainedPermission[];
}

export interface Explanation {
  row_exists: boolean;
  visible: boolean;
  reason: string;
  notes: string[];
  columns: { name: string; visible: boolean; reason: string }[];
  permissions: { select: ExplainedPermission };
}

export function explainRow(
  source: string,
  table: QualifiedName,
  role: string,
  pk: Record<string, string>,
  session: Record<string, string>,
): Promise<Explanation> {
  return metadataCommand<Explanation>('howdah_explain_permission', {
    source,
    table,
    role,
    session,
    pk,
  });
}

/** Session variables that the rules of a role on a table ask for, its parents' among them. */
export function variablesAsked(metadata: Metadata, table: TrackedTable, role: string): string[] {
  const asked = new Set<string>();
  const visit = (name: string) => {
    const own = table.select_permissions?.find((entry) => entry.role === name);
    for (const variable of sessionVariablesIn(own?.permission.filter)) asked.add(variable);
    const parents = metadata.inherited_roles?.find((r) => r.role_name === name)?.role_set ?? [];
    if (!own) parents.forEach(visit);
  };
  visit(role);
  return [...asked].sort();
}

/** A part of a rule in words. */
export function partLabel(part: RulePart): string {
  switch (part.kind) {
    case 'and':
      return part.parts?.length ? t('all of') : t('every row');
    case 'or':
      return part.parts?.length ? t('any of') : t('no row');
    case 'not':
      return t('not');
    case 'comparison': {
      const [column, comparison] = Object.entries(part.rule)[0] ?? [];
      const [operator, value] =
        typeof comparison === 'object' && comparison !== null && !Array.isArray(comparison)
          ? (Object.entries(comparison)[0] ?? [])
          : ['_eq', comparison];
      return `${column} ${operator} ${JSON.stringify(value)}`;
    }
    case 'exists':
      return t('a row exists in {{name}}', {
        name: tableText((part.rule._exists as { _table?: unknown } | undefined)?._table),
      });
    default:
      return t('rows of {{name}}', { name: Object.keys(part.rule)[0] ?? '' });
  }
}

function tableText(table: unknown): string {
  if (typeof table === 'string') return table;
  const { schema = 'public', name = '' } = (table ?? {}) as Partial<QualifiedName>;
  return schema === 'public' ? name : `${schema}.${name}`;
}

/** What was compared, and for how many rows it holds. */
export function partDetail(part: RulePart): string {
  const said: string[] = [];
  if (part.left !== undefined || part.right !== undefined) {
    const text = (value: unknown) => (value === undefined ? '?' : JSON.stringify(value));
    said.push(t('{{left}} and {{right}}', { left: text(part.left), right: text(part.right) }));
  }
  if (part.rows) {
    const found = `${part.rows.found}${part.rows.more ? '+' : ''}`;
    said.push(t('{{matching}} of {{found}} fit', { matching: part.rows.matching, found }));
  }
  if (part.values) {
    const { true: yes, false: no, unknown } = part.values;
    said.push(t('holds for {{yes}} of {{all}}', { yes, all: yes + no + unknown }));
  }
  if (part.error) said.push(part.error);
  return said.join(' · ');
}

/** Whether a part holds; nothing where that is not known. */
export function partHolds(part: RulePart): boolean | undefined {
  if (part.values) return part.values.true > 0;
  return part.value ?? undefined;
}
