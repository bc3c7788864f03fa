// A role begins to be when something is granted to it; here its name is typed first.
import { Button, Group, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { t } from '../../kit/i18n';

export function NewRole({ onAdd }: { onAdd: (role: string) => void }) {
  const [name, setName] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const role = name.trim();
        if (role && role !== 'admin') {
          onAdd(role);
          setName('');
        }
      }}
    >
      <Group gap={6} mt="sm" wrap="nowrap">
        <TextInput
          flex={1}
          aria-label={t('Name of a new role')}
          placeholder={t('New role')}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button type="submit" variant="light" leftSection={<IconPlus size={14} />}>
          {t('Add')}
        </Button>
      </Group>
    </form>
  );
}
