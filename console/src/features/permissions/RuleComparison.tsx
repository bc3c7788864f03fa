// One comparison of a rule: a column, an operator, and a value that fits both.
import { Autocomplete, Group, Select } from '@mantine/core';
import { useState } from 'react';
import { useMetadata, type Column } from '../../kit/api';
import { t } from '../../kit/i18n';
import { useSessionVariables } from '../../kit/identity';
import { RuleRemoval } from './RuleRemoval';
import {
  comparesColumns,
  operatorsFor,
  sessionVariablesIn,
  textFromValue,
  valueFor,
  valueFromText,
  type Rule,
} from './rules';

type Comparison = Extract<Rule, { kind: 'compare' }>;

interface Props {
  source: string;
  columns: Column[];
  rule: Comparison;
  /** Without a rule, it is removed. */
  onChange: (rule: Comparison | undefined) => void;
}

export function RuleComparison(props: Props) {
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
      <RuleRemoval onClick={() => onChange(undefined)} />
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
