// Inherited roles: each may what its parents may.
import { Badge, Button, Card, Group, MultiSelect, Stack, Text, TextInput } from '@mantine/core';
import { IconTrash, IconUsersGroup } from '@tabler/icons-react';
import { useState } from 'react';
import {
  bulk,
  metadataChanged,
  metadataCommand,
  rolesOf,
  useMetadata,
  type InheritedRole,
} from '../../../kit/api';
import { t } from '../../../kit/i18n';
import { confirmDestruction, EmptyState, useAction } from '../../../kit/ui';

export function RolesTab() {
  const metadata = useMetadata();
  const inherited = metadata.inherited_roles ?? [];
  const [name, setName] = useState('');
  const [parents, setParents] = useState<string[]>([]);
  const exists = inherited.some((r) => r.role_name === name.trim());
  const save = useAction({
    run: () =>
      bulk([
        ...(exists ? [{ type: 'drop_inherited_role', args: { role_name: name.trim() } }] : []),
        { type: 'add_inherited_role', args: { role_name: name.trim(), role_set: parents } },
      ]),
    success: t('{{name}} was saved', { name: name.trim() }),
    after: async () => {
      await metadataChanged();
      setName('');
      setParents([]);
    },
  });
  const remove = useAction<InheritedRole>({
    run: (role) => metadataCommand('drop_inherited_role', { role_name: role.role_name }),
    success: (role) => t('{{name}} was dropped', { name: role.role_name }),
    after: metadataChanged,
  });
  return (
    <Stack maw={820}>
      <Card withBorder>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            save.mutate();
          }}
        >
          <Group align="flex-end" gap="sm">
            <TextInput
              label={t('Inherited role')}
              placeholder={t('Name')}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
              required
            />
            <MultiSelect
              label={t('Inherits from')}
              flex={1}
              data={rolesOf(metadata).filter((r) => r !== name.trim())}
              value={parents}
              onChange={setParents}
              searchable
            />
            <Button
              type="submit"
              loading={save.isPending}
              disabled={!name.trim() || parents.length === 0}
            >
              {exists ? t('Replace') : t('Add')}
            </Button>
          </Group>
        </form>
      </Card>
      {inherited.length === 0 ? (
        <EmptyState icon={IconUsersGroup} title={t('No inherited role yet')}>
          {t('An inherited role sees and does what any of its parents does, cell by cell.')}
        </EmptyState>
      ) : (
        inherited.map((role) => (
          <Card withBorder key={role.role_name} py="xs">
            <Group justify="space-between">
              <Group gap="sm">
                <Text fw={600} size="sm">
                  {role.role_name}
                </Text>
                {role.role_set.map((parent) => (
                  <Badge key={parent}>{parent}</Badge>
                ))}
              </Group>
              <Group gap={4}>
                <Button
                  variant="subtle"
                  size="compact-xs"
                  aria-label={t('Edit {{name}}', { name: role.role_name })}
                  onClick={() => {
                    setName(role.role_name);
                    setParents(role.role_set);
                  }}
                >
                  {t('Edit')}
                </Button>
                <Button
                  variant="subtle"
                  color="red"
                  size="compact-xs"
                  leftSection={<IconTrash size={13} />}
                  aria-label={t('Drop {{name}}', { name: role.role_name })}
                  onClick={() =>
                    confirmDestruction({
                      title: t('Drop this inherited role?'),
                      what: role.role_name,
                      consequence: t('Requests with this role are refused afterwards.'),
                      button: t('Drop'),
                      run: () => remove.mutate(role),
                    })
                  }
                >
                  {t('Drop')}
                </Button>
              </Group>
            </Group>
          </Card>
        ))
      )}
    </Stack>
  );
}
