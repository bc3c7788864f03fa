// A database connected, or its connection changed (AA6).
import {
  Button,
  Group,
  Modal,
  NumberInput,
  SegmentedControl,
  Select,
  Stack,
  Switch,
  Text,
  TextInput,
} from '@mantine/core';
import { useState } from 'react';
import { metadataCommand, queryClient, type Source } from '../../../kit/api';
import { t } from '../../../kit/i18n';
import { ErrorPanel, useAction } from '../../../kit/ui';

interface PoolSettings {
  max_connections?: number;
  idle_timeout?: number;
  retries?: number;
  pool_timeout?: number;
  connection_lifetime?: number;
}
interface ConnectionInfo {
  database_url?: string | { from_env: string } | Record<string, unknown>;
  pool_settings?: PoolSettings;
  use_prepared_statements?: boolean;
  isolation_level?: string;
}

const pool: { key: keyof PoolSettings; label: string }[] = [
  { key: 'max_connections', label: t('Connections at most') },
  { key: 'pool_timeout', label: t('Seconds to wait for one') },
  { key: 'idle_timeout', label: t('Seconds an idle one is kept') },
  { key: 'connection_lifetime', label: t('Seconds one lives') },
  { key: 'retries', label: t('Attempts to connect') },
];

export function SourceModal(props: {
  source?: Source;
  onClose: () => void;
  onDone?: (name: string) => void;
}) {
  const before = (props.source?.configuration.connection_info ?? {}) as ConnectionInfo;
  const url = before.database_url;
  const fromEnv = typeof url === 'object' && 'from_env' in url;
  const [name, setName] = useState(props.source?.name ?? '');
  const [by, setBy] = useState<'url' | 'env'>(fromEnv ? 'env' : 'url');
  const [text, setText] = useState(
    fromEnv ? String((url as { from_env: string }).from_env) : typeof url === 'string' ? url : '',
  );
  const [settings, setSettings] = useState<PoolSettings>(before.pool_settings ?? {});
  const [prepared, setPrepared] = useState(before.use_prepared_statements ?? true);
  const [isolation, setIsolation] = useState(before.isolation_level ?? 'read-committed');
  // A URL in parts (`connection_parameters`) is kept as it is unless another one is typed.
  const keeps = typeof url === 'object' && !fromEnv && text === '';

  const save = useAction({
    quiet: true,
    run: () =>
      metadataCommand(props.source ? 'pg_update_source' : 'pg_add_source', {
        name: name.trim(),
        configuration: {
          ...props.source?.configuration,
          connection_info: {
            ...before,
            database_url: keeps ? url : by === 'env' ? { from_env: text.trim() } : text.trim(),
            pool_settings: Object.fromEntries(
              Object.entries(settings).filter(([, value]) => value !== undefined),
            ),
            use_prepared_statements: prepared,
            isolation_level: isolation,
          },
        },
      }),
    success: props.source
      ? t('{{name}} was changed', { name })
      : t('{{name}} is connected', { name: name.trim() }),
    after: async () => {
      await queryClient.invalidateQueries();
      props.onDone?.(name.trim());
      props.onClose();
    },
  });
  return (
    <Modal
      opened
      onClose={props.onClose}
      size="lg"
      title={props.source ? t('Connection of {{name}}', { name }) : t('Connect a database')}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack>
          <TextInput
            label={t('Name')}
            description={t('The metadata names it so.')}
            value={name}
            disabled={props.source !== undefined}
            onChange={(event) => setName(event.currentTarget.value)}
            required
            data-autofocus
          />
          <SegmentedControl
            aria-label={t('Where the URL is')}
            value={by}
            onChange={(value) => setBy(value as 'url' | 'env')}
            data={[
              { value: 'url', label: t('URL') },
              { value: 'env', label: t('Environment variable') },
            ]}
          />
          <TextInput
            label={by === 'url' ? t('PostgreSQL URL') : t('Name of the variable')}
            description={
              by === 'url'
                ? t('It is kept in the metadata with its password; a variable keeps it out.')
                : t('The server reads it from its environment.')
            }
            placeholder={
              by === 'url' ? 'postgres://user:password@host:5432/database' : 'PG_DATABASE_URL'
            }
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            required={!(typeof url === 'object' && !fromEnv)}
            autoComplete="off"
          />
          <Text size="sm" fw={600}>
            {t('Pool')}
          </Text>
          <Group grow align="flex-end">
            {pool.map(({ key, label }) => (
              <NumberInput
                key={key}
                label={label}
                min={0}
                hideControls
                value={settings[key] ?? ''}
                onChange={(value) =>
                  setSettings((all) => ({
                    ...all,
                    [key]: value === '' ? undefined : Number(value),
                  }))
                }
              />
            ))}
          </Group>
          <Group align="flex-end">
            <Select
              label={t('Isolation')}
              allowDeselect={false}
              data={['read-committed', 'repeatable-read', 'serializable']}
              value={isolation}
              onChange={(value) => setIsolation(value ?? 'read-committed')}
            />
            <Switch
              label={t('Prepared statements')}
              checked={prepared}
              onChange={(event) => setPrepared(event.currentTarget.checked)}
              mb={6}
            />
          </Group>
          {save.error && <ErrorPanel error={save.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={props.onClose}>
              {t('Cancel')}
            </Button>
            <Button type="submit" loading={save.isPending}>
              {props.source ? t('Save') : t('Connect')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
