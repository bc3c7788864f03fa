// Values that the server writes whatever a client says.
import {
  ActionIcon,
  Autocomplete,
  Group,
  Select,
  Stack,
  Text,
  Title,
  Tooltip,
} from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import type { Column } from '../../kit/api';
import { t } from '../../kit/i18n';
import { AddButton } from '../../kit/ui';
import { useSessionVariables } from '../../kit/identity';
import { textFromValue, valueFromText } from './rules';

export function Presets(props: {
  columns: Column[];
  value: Record<string, unknown>;
  onChange: (value: Record<string, unknown>) => void;
}) {
  const entries = Object.entries(props.value);
  const mine = useSessionVariables().map((v) => v.name.toLowerCase());
  const free = props.columns.filter((c) => !(c.name in props.value) && !c.generated);
  const put = (list: [string, unknown][]) => props.onChange(Object.fromEntries(list));
  return (
    <Stack gap={6} role="group" aria-label={t('Presets')}>
      <Group justify="space-between">
        <div>
          <Title order={3} fz="sm">
            {t('Presets')}
          </Title>
          <Text size="xs" c="dimmed">
            {t('Written by the server, whatever a client says: a value or a session variable.')}
          </Text>
        </div>
        <AddButton
          label={t('Add preset')}
          disabled={free.length === 0}
          onClick={() => put([...entries, [free[0]?.name ?? '', '']])}
        />
      </Group>
      {entries.map(([name, value], index) => {
        const column = props.columns.find((c) => c.name === name);
        return (
          <Group key={index} gap={6} wrap="nowrap">
            <Select
              aria-label={t('Column of preset {{number}}', { number: index + 1 })}
              w={200}
              allowDeselect={false}
              data={[name, ...free.map((c) => c.name)]}
              value={name}
              onChange={(next) =>
                next && put(entries.map((e, i) => (i === index ? [next, e[1]] : e)))
              }
            />
            <Autocomplete
              aria-label={t('Value of preset {{number}}', { number: index + 1 })}
              flex={1}
              data={[...new Set(['x-hasura-user-id', ...mine.filter((n) => n.length > 9)])]}
              value={textFromValue(value)}
              onChange={(text) =>
                put(
                  entries.map((e, i) =>
                    i === index ? [name, valueFromText(text, column, '_eq')] : e,
                  ),
                )
              }
            />
            <Tooltip label={t('Remove')}>
              <ActionIcon
                aria-label={t('Remove preset {{number}}', { number: index + 1 })}
                onClick={() => put(entries.filter((_, i) => i !== index))}
              >
                <IconX size={14} />
              </ActionIcon>
            </Tooltip>
          </Group>
        );
      })}
    </Stack>
  );
}
