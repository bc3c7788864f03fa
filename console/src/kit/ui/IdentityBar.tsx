// Chooses as whom something is tried: the role, and the session variables it goes with.
import {
  ActionIcon,
  Autocomplete,
  Button,
  Group,
  Popover,
  Stack,
  Text,
  TextInput,
  Tooltip,
} from '@mantine/core';
import { IconPlus, IconUserCircle, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { rolesOf, useMetadata } from '../api';
import { t } from '../i18n';
import { setSessionVariables, useSessionVariables } from '../identity';

export function IdentityBar(props: { role: string; onRole: (role: string) => void }) {
  const metadata = useMetadata();
  const variables = useSessionVariables();
  const [typed, setTyped] = useState(props.role);
  const [last, setLast] = useState(props.role);
  if (last !== props.role) {
    setLast(props.role);
    setTyped(props.role);
  }
  const used = variables.filter((v) => v.name.trim());
  return (
    <Group gap={6} wrap="nowrap">
      <Autocomplete
        aria-label={t('Role')}
        w={170}
        leftSection={<IconUserCircle size={15} />}
        data={['admin', ...rolesOf(metadata)]}
        value={typed}
        onChange={setTyped}
        onOptionSubmit={props.onRole}
        onBlur={() => props.onRole(typed.trim() || 'admin')}
        onKeyDown={(event) => {
          if (event.key === 'Enter') props.onRole(typed.trim() || 'admin');
        }}
      />
      <Popover position="bottom-start" width={420} trapFocus shadow="md">
        <Popover.Target>
          <Button variant="default">
            {used.length === 0
              ? t('Session variables')
              : used.map((v) => `${shortName(v.name)}: ${v.value}`).join(', ')}
          </Button>
        </Popover.Target>
        <Popover.Dropdown>
          <Stack gap="xs">
            <Text size="sm" c="dimmed">
              {t('What a token would say of the person. Permissions compare rows with it.')}
            </Text>
            {variables.map((variable, index) => (
              <Group key={index} gap={6} wrap="nowrap">
                <TextInput
                  flex={1}
                  aria-label={t('Name of the variable')}
                  placeholder="x-hasura-user-id"
                  value={variable.name}
                  onChange={(event) => {
                    const name = event.currentTarget.value;
                    setSessionVariables(
                      variables.map((v, i) => (i === index ? { ...v, name } : v)),
                    );
                  }}
                />
                <TextInput
                  flex={1}
                  aria-label={t('Value of the variable')}
                  value={variable.value}
                  onChange={(event) => {
                    const value = event.currentTarget.value;
                    setSessionVariables(
                      variables.map((v, i) => (i === index ? { ...v, value } : v)),
                    );
                  }}
                />
                <Tooltip label={t('Remove')}>
                  <ActionIcon
                    aria-label={t('Remove {{name}}', { name: variable.name })}
                    onClick={() => setSessionVariables(variables.filter((_, i) => i !== index))}
                  >
                    <IconX size={15} />
                  </ActionIcon>
                </Tooltip>
              </Group>
            ))}
            <Button
              variant="light"
              leftSection={<IconPlus size={14} />}
              onClick={() =>
                setSessionVariables([
                  ...variables,
                  { name: variables.length === 0 ? 'x-hasura-user-id' : 'x-hasura-', value: '' },
                ])
              }
            >
              {t('Add a variable')}
            </Button>
          </Stack>
        </Popover.Dropdown>
      </Popover>
    </Group>
  );
}

function shortName(name: string): string {
  return name.toLowerCase().replace(/^x-hasura-/, '');
}
