// A rule, clicked together: it knows columns, relationships, operators and session variables.
import {
  ActionIcon,
  Autocomplete,
  Button,
  Code,
  Group,
  Menu,
  Select,
  Text,
  Tooltip,
} from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import {
  tableQuery,
  trackedTable,
  useMetadata,
  useSource,
  type BoolExp,
  type Column,
  type QualifiedName,
} from '../../kit/api';
import { useState } from 'react';
import { t } from '../../kit/i18n';
import { useSessionVariables } from '../../kit/identity';
import classes from './RuleBuilder.module.css';
import {
  comparesColumns,
  operatorsFor,
  parseRule,
  relationshipTargets,
  sessionVariablesIn,
  textFromValue,
  toExpression,
  valueFor,
  valueFromText,
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
      return <CompareNode {...props} rule={rule} columns={columns} />;
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
        <Remove onClick={props.onRemove} />
      </Group>
      {props.children}
    </div>
  );
}

function Remove({ onClick }: { onClick: () => void }) {
  return (
    <Tooltip label={t('Remove this condition')}>
      <ActionIcon size="sm" aria-label={t('Remove this condition')} onClick={onClick}>
        <IconX size={13} />
      </ActionIcon>
    </Tooltip>
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

function CompareNode(
  props: NodeProps & { rule: Extract<Rule, { kind: 'compare' }>; columns: Column[] },
) {
  const { rule, columns, onChange } = props;
  const metadata = useMetadata();
  const mine = useSessionVariables();
  const column = columns.find((c) => c.name === rule.column);
  const known = [
    ...new Set([
      'x-hasura-user-id',
      ...mine
        .map((v) => v.name.toLowerCase())
        .filter((n) => n.startsWith('x-hasura-') && n.length > 9),
      ...sessionVariablesIn(metadata.sources.find((s) => s.name === props.source)?.tables ?? []),
    ]),
  ];
  const operators = operatorsFor(column);
  if (!operators.includes(rule.operator)) operators.push(rule.operator);
  return (
    <Group gap={6} wrap="nowrap">
      <Select
        aria-label={t('Column')}
        flex="1 1 110px"
        maw={170}
        searchable
        allowDeselect={false}
        data={[...new Set([...columns.map((c) => c.name), rule.column])]}
        value={rule.column}
        onChange={(name) =>
          name &&
          onChange({
            ...rule,
            column: name,
            value: valueFor(
              rule.value,
              columns.find((c) => c.name === name),
              rule.operator,
            ),
          })
        }
      />
      <Select
        aria-label={t('Operator')}
        w={130}
        searchable
        allowDeselect={false}
        data={operators}
        value={rule.operator}
        onChange={(operator) =>
          operator && onChange({ ...rule, operator, value: valueFor(rule.value, column, operator) })
        }
      />
      {rule.operator === '_is_null' ? (
        <Select
          aria-label={t('Value')}
          flex={1}
          allowDeselect={false}
          data={['true', 'false']}
          value={String(rule.value)}
          onChange={(value) => onChange({ ...rule, value: value === 'true' })}
        />
      ) : comparesColumns(rule.operator) && typeof rule.value === 'string' ? (
        <Select
          aria-label={t('Value')}
          flex={1}
          data={columns.map((c) => c.name)}
          value={rule.value || null}
          searchable
          allowDeselect={false}
          onChange={(value) => onChange({ ...rule, value: value ?? '' })}
        />
      ) : (
        <ValueInput
          choices={[...known, ...(column?.enumValues ?? [])]}
          value={rule.value}
          read={(text) => valueFromText(text, column, rule.operator)}
          onChange={(value) => onChange({ ...rule, value })}
        />
      )}
      <Remove onClick={() => onChange(undefined)} />
    </Group>
  );
}

/** What is typed stays as it is while it means what the expression holds. */
function ValueInput(props: {
  choices: string[];
  value: unknown;
  read: (text: string) => unknown;
  onChange: (value: unknown) => void;
}) {
  const [text, setText] = useState(() => textFromValue(props.value));
  const same = JSON.stringify(props.read(text)) === JSON.stringify(props.value);
  return (
    <Autocomplete
      aria-label={t('Value')}
      flex="1 1 140px"
      data={props.choices}
      placeholder={t('a value or x-hasura-…')}
      value={same ? text : textFromValue(props.value)}
      onChange={(next) => {
        setText(next);
        props.onChange(props.read(next));
      }}
    />
  );
}
