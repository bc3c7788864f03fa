// Which columns the grid shows; the others are named in the address, so that a link shows the same.
import { Button, Checkbox, Group, Popover, Stack } from '@mantine/core';
import { IconColumns3 } from '@tabler/icons-react';
import type { Column } from '../../../kit/api';
import { t } from '../../../kit/i18n';

export function ColumnsMenu(props: {
  columns: Column[];
  hidden: string[];
  onChange: (hidden: string[]) => void;
}) {
  const { columns, hidden, onChange } = props;
  return (
    <Popover position="bottom-start" shadow="md" trapFocus>
      <Popover.Target>
        <Button
          variant={hidden.length > 0 ? 'light' : 'default'}
          leftSection={<IconColumns3 size={14} />}
        >
          {hidden.length > 0
            ? t('{{shown}} of {{all}} columns', {
                shown: columns.length - hidden.length,
                all: columns.length,
              })
            : t('Columns')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown mah={420} style={{ overflow: 'auto' }}>
        <Stack gap={8}>
          <Group gap={4}>
            <Button size="compact-xs" variant="subtle" onClick={() => onChange([])}>
              {t('Show all')}
            </Button>
          </Group>
          {columns.map(({ name }) => {
            const shown = !hidden.includes(name);
            return (
              <Checkbox
                key={name}
                label={name}
                checked={shown}
                // One has to stay: a grid of nothing has no way back.
                disabled={shown && hidden.length === columns.length - 1}
                onChange={() =>
                  onChange(shown ? [...hidden, name] : hidden.filter((n) => n !== name))
                }
              />
            );
          })}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
