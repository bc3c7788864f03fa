// Which columns: some of them, or all and those to come.
import { Button, Checkbox, Group, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { t } from '../../kit/i18n';
import classes from './PermissionsTab.module.css';

export function ColumnChoice(props: {
  title: string;
  names: string[];
  value: string[] | '*';
  onChange: (value: string[]) => void;
  /** More that can be chosen beside them. */
  children?: ReactNode;
}) {
  const { names, value, onChange } = props;
  const chosen = value === '*' ? names : value;
  return (
    <div role="group" aria-label={t('Columns')}>
      <Group justify="space-between" mb={6}>
        <Title order={3} fz="sm">
          {props.title}
        </Title>
        <Group gap={4}>
          <Button size="compact-xs" variant="subtle" onClick={() => onChange(names)}>
            {t('All')}
          </Button>
          <Button size="compact-xs" variant="subtle" onClick={() => onChange([])}>
            {t('None')}
          </Button>
        </Group>
      </Group>
      {value === '*' && (
        <Text size="xs" c="dimmed" mb={6}>
          {t('All, and those to come.')}
        </Text>
      )}
      <div className={classes.checks}>
        {names.map((name) => (
          <Checkbox
            key={name}
            label={name}
            checked={chosen.includes(name)}
            onChange={(event) =>
              onChange(
                names.filter((n) =>
                  n === name ? event.currentTarget.checked : chosen.includes(n),
                ),
              )
            }
          />
        ))}
        {props.children}
      </div>
    </div>
  );
}
