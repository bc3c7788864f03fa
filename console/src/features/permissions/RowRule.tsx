// Which rows: all of them, or those of a rule; the builder and the JSON are kept in step.
import { Group, Menu, SegmentedControl, Stack, Button, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { BoolExp, Column, QualifiedName } from '../../kit/api';
import { CodeEditor } from '../../kit/editor/CodeEditor';
import { t } from '../../kit/i18n';
import { RuleBuilder } from './RuleBuilder';
import { isAlways } from './rules';

interface Props {
  title: string;
  help?: string;
  source: string;
  table: QualifiedName;
  /** Columns of rows that no table has. */
  shape?: Column[];
  value: BoolExp;
  /** Rules of other roles, to begin from. */
  others: { role: string; expression: BoolExp }[];
  onChange: (value: BoolExp) => void;
  onInvalid: (invalid: boolean) => void;
}

const pretty = (value: BoolExp) => JSON.stringify(value, undefined, 2);

export function RowRule(props: Props) {
  const { value, onChange } = props;
  const [ruled, setRuled] = useState(() => !isAlways(value));
  const [text, setText] = useState(() => pretty(value));
  const [problem, setProblem] = useState<string>();

  function take(next: BoolExp) {
    setText(pretty(next));
    setProblem(undefined);
    props.onInvalid(false);
    onChange(next);
  }
  function type(next: string) {
    setText(next);
    try {
      const parsed = JSON.parse(next) as unknown;
      if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
        throw new Error(t('A rule is a JSON object.'));
      }
      setProblem(undefined);
      props.onInvalid(false);
      onChange(parsed as BoolExp);
    } catch (error) {
      setProblem((error as Error).message);
      props.onInvalid(true);
    }
  }

  return (
    <Stack gap="xs" role="group" aria-label={props.title}>
      <Group justify="space-between">
        <div>
          <Title order={3} fz="sm">
            {props.title}
          </Title>
          {props.help && (
            <Text size="xs" c="dimmed">
              {props.help}
            </Text>
          )}
        </div>
        <Group gap={6}>
          {ruled && props.others.length > 0 && (
            <Menu shadow="md">
              <Menu.Target>
                <Button size="compact-xs" variant="subtle">
                  {t('Begin from …')}
                </Button>
              </Menu.Target>
              <Menu.Dropdown>
                {props.others.map((other, index) => (
                  <Menu.Item key={index} onClick={() => take(other.expression)}>
                    {t('the rule of {{role}}', { role: other.role })}
                  </Menu.Item>
                ))}
              </Menu.Dropdown>
            </Menu>
          )}
          <SegmentedControl
            aria-label={props.title}
            value={ruled ? 'rule' : 'all'}
            data={[
              { value: 'all', label: t('All rows') },
              { value: 'rule', label: t('By a rule') },
            ]}
            onChange={(next) => {
              setRuled(next === 'rule');
              if (next === 'all') take({});
            }}
          />
        </Group>
      </Group>
      {ruled && (
        <>
          <RuleBuilder
            source={props.source}
            table={props.table}
            shape={props.shape}
            value={value}
            onChange={take}
          />
          <CodeEditor
            language="json"
            label={t('{{title}} as JSON', { title: props.title })}
            value={text}
            onChange={type}
            minHeight={60}
            maxHeight={260}
          />
          {problem && (
            <Text size="xs" c="red" role="alert">
              {problem}
            </Text>
          )}
          {!problem && isAlways(value) && (
            <Text size="xs" c="orange">
              {t('Without a condition, every row fits.')}
            </Text>
          )}
        </>
      )}
    </Stack>
  );
}
