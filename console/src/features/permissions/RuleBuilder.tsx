// A rule, clicked together: it knows columns, relationships, operators and session variables.
import { Button, Code, Group, Menu, Select, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import {
  tableQuery,
  trackedTable,
  useSource,
  type BoolExp,
  type Column,
  type QualifiedName,
} from '../../kit/api';
import { t } from '../../kit/i18n';
import classes from './RuleBuilder.module.css';
import { RuleComparison } from './RuleComparison';
import { RuleRemoval } from './RuleRemoval';
import {
  parseRule,
  relationshipTargets,
  toExpression,
  type NameKind,
  type RelationshipTarget,
  type Rule,
} from './rules';

interface Context {
  source: string;
  table: QualifiedName;
  /** Columns of rows that no table has, as those of a logical model; such have no relationships. */
  shape?: Column[];
}

export function RuleBuilder(
  props: Context & { value: BoolExp; onChange: (value: BoolExp) => void },
) {
  const { names } = useNames(props);
  const rule = parseRule(props.value, names);
  // The outermost level is always a group, so that something can be added to it.
  const group: Rule =
    rule.kind === 'all' || rule.kind === 'any' ? rule : { kind: 'all', rules: [rule] };
  return (
    <div className={classes.root}>
      <RuleNode
        source={props.source}
        table={props.table}
        shape={props.shape}
        rule={group}
        onChange={(next) => {
          // One condition needs no group around it.
          const only = next?.kind === 'all' && next.rules.length === 1 ? next.rules[0] : undefined;
          props.onChange(toExpression(only ?? next ?? { kind: 'all', rules: [] }));
        }}
      />
    </div>
  );
}

function useNames(context: Context) {
  const source = useSource(context.source);
  const { data: detail } = useQuery({
    ...tableQuery(context.source, context.table.schema, context.table.name),
    enabled: context.shape === undefined,
  });
  const columns = context.shape ?? detail?.columns ?? [];
  const tracked = trackedTable(source, context.table.schema, context.table.name);
  const relationships = relationshipTargets(tracked, detail);
  const names = (name: string): NameKind =>
    columns.some((c) => c.name === name)
      ? 'column'
      : relationships.some((r) => r.name === name)
        ? 'relationship'
        : 'unknown';
  return { columns, relationships, names };
}

interface NodeProps extends Context {
  rule: Rule;
  /** Without a rule, it is removed. */
  onChange: (rule: Rule | undefined) => void;
  /** Inside another group. */
  nested?: boolean;
}

function RuleNode(props: NodeProps) {
  const { rule, source, table, onChange } = props;
  const { columns, relationships } = useNames(props);
  switch (rule.kind) {
    case 'all':
    case 'any': {
      const group = (
        <GroupNode {...props} rule={rule} columns={columns} relationships={relationships} />
      );
      return props.nested ? (
        <Framed label={t('a group')} onRemove={() => onChange(undefined)}>
          {group}
        </Framed>
      ) : (
        group
      );
    }
    case 'not':
      return (
        <Framed label={t('not')} onRemove={() => onChange(undefined)}>
          <RuleNode
            source={source}
            table={table}
            shape={props.shape}
            rule={
              rule.rule.kind === 'all' || rule.rule.kind === 'any'
                ? rule.rule
                : { kind: 'all', rules: [rule.rule] }
            }
            onChange={(next) => onChange(next && { kind: 'not', rule: unwrapped(next) })}
          />
        </Framed>
      );
    case 'related': {
      const target = relationships.find((r) => r.name === rule.name);
      return (
        <Framed
          label={
            target?.kind === 'array'
              ? t('some row of {{name}}', { name: rule.name })
              : t('the row of {{name}}', { name: rule.name })
          }
          onRemove={() => onChange(undefined)}
        >
          {target ? (
            <RuleNode
              source={source}
              table={target.table}
              rule={
                rule.rule.kind === 'all' || rule.rule.kind === 'any'
                  ? rule.rule
                  : { kind: 'all', rules: [rule.rule] }
              }
              onChange={(next) => onChange(next && { ...rule, rule: unwrapped(next) })}
            />
          ) : (
            <Code block fz="xs">
              {JSON.stringify(toExpression(rule))}
            </Code>
          )}
        </Framed>
      );
    }
    case 'exists':
      return (
        <Framed label={t('a row exists in')} onRemove={() => onChange(undefined)}>
          <TableChoice
            source={source}
            value={rule.table}
            // Conditions on columns of another table mean nothing here.
            onChange={(table) => onChange({ ...rule, table, rule: { kind: 'all', rules: [] } })}
          />
          <RuleNode
            source={source}
            table={rule.table}
            rule={
              rule.rule.kind === 'all' || rule.rule.kind === 'any'
                ? rule.rule
                : { kind: 'all', rules: [rule.rule] }
            }
            onChange={(next) => onChange(next && { ...rule, rule: unwrapped(next) })}
          />
        </Framed>
      );
    case 'compare':
      return <RuleComparison source={source} columns={columns} rule={rule} onChange={onChange} />;
    case 'raw':
      return (
        <Framed label={t('as JSON')} onRemove={() => onChange(undefined)}>
          <Code block fz="xs">
            {JSON.stringify(rule.expression)}
          </Code>
        </Framed>
      );
  }
}

/** One of the tables that are tracked. */
function TableChoice(props: {
  source: string;
  value: QualifiedName;
  onChange: (table: QualifiedName) => void;
}) {
  const tracked = useSource(props.source)?.tables.map(({ table }) => table) ?? [];
  const id = (table: QualifiedName) => JSON.stringify([table.schema, table.name]);
  const options = [...tracked, props.value].map((table): [string, string] => [
    id(table),
    table.schema === 'public' ? table.name : `${table.schema}.${table.name}`,
  ]);
  return (
    <Select
      aria-label={t('Table')}
      maw={280}
      searchable
      limit={200}
      allowDeselect={false}
      data={[...new Map(options)].map(([value, label]) => ({ value, label }))}
      value={id(props.value)}
      onChange={(next) => {
        const table = tracked.find((one) => id(one) === next);
        if (table) props.onChange(table);
      }}
    />
  );
}

/** One condition needs no group around it. */
function unwrapped(rule: Rule): Rule {
  const only = rule.kind === 'all' && rule.rules.length === 1 ? rule.rules[0] : undefined;
  return only ?? rule;
}

function Framed(props: { label: string; onRemove: () => void; children: React.ReactNode }) {
  return (
    <div className={classes.frame}>
      <Group gap={6} justify="space-between">
        <Text size="xs" fw={600}>
          {props.label}
        </Text>
        <RuleRemoval onClick={props.onRemove} />
      </Group>
      {props.children}
    </div>
  );
}

function GroupNode(
  props: NodeProps & {
    rule: Extract<Rule, { kind: 'all' | 'any' }>;
    columns: Column[];
    relationships: RelationshipTarget[];
  },
) {
  const { rule, columns, relationships, onChange } = props;
  const add = (next: Rule) => onChange({ ...rule, rules: [...rule.rules, next] });
  const first = columns[0]?.name ?? '';
  return (
    <div className={classes.group}>
      {(rule.rules.length > 1 || rule.kind === 'any') && (
        <Select
          aria-label={t('How the conditions are joined')}
          w={150}
          allowDeselect={false}
          data={[
            { value: 'all', label: t('all of these') },
            { value: 'any', label: t('any of these') },
          ]}
          value={rule.kind}
          onChange={(kind) => onChange({ kind: kind as 'all' | 'any', rules: rule.rules })}
        />
      )}
      {rule.rules.map((child, index) => (
        <RuleNode
          key={index}
          source={props.source}
          table={props.table}
          shape={props.shape}
          rule={child}
          nested
          onChange={(next) =>
            onChange({
              ...rule,
              rules: next
                ? rule.rules.map((r, i) => (i === index ? next : r))
                : rule.rules.filter((_, i) => i !== index),
            })
          }
        />
      ))}
      <Menu position="bottom-start" shadow="md" width={240}>
        <Menu.Target>
          <Button size="compact-xs" variant="light" leftSection={<IconPlus size={13} />}>
            {t('Add a condition')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown mah={360} style={{ overflow: 'auto' }}>
          <Menu.Item
            onClick={() => add({ kind: 'compare', column: first, operator: '_eq', value: '' })}
          >
            {t('A column')}
          </Menu.Item>
          {relationships.length > 0 && <Menu.Label>{t('Related rows')}</Menu.Label>}
          {relationships.map((r) => (
            <Menu.Item
              key={r.name}
              onClick={() =>
                add({ kind: 'related', name: r.name, rule: { kind: 'all', rules: [] } })
              }
            >
              {r.name}
            </Menu.Item>
          ))}
          <Menu.Label>{t('Others')}</Menu.Label>
          <Menu.Item onClick={() => add({ kind: rule.kind === 'any' ? 'all' : 'any', rules: [] })}>
            {rule.kind === 'any' ? t('A group: all of …') : t('A group: any of …')}
          </Menu.Item>
          <Menu.Item onClick={() => add({ kind: 'not', rule: { kind: 'all', rules: [] } })}>
            {t('Not …')}
          </Menu.Item>
          <Menu.Item
            onClick={() =>
              add({ kind: 'exists', table: props.table, rule: { kind: 'all', rules: [] } })
            }
          >
            {t('A row exists in …')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}
