// A computed field of a table: a function that takes a row of it (AA11).
import { Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import {
  functionsQuery,
  metadataChanged,
  metadataCommand,
  type ComputedField,
  type TrackedTable,
} from '../../../kit/api';
import { t } from '../../../kit/i18n';
import { ErrorPanel, useAction } from '../../../kit/ui';

export function ComputedModal(props: {
  source: string;
  tracked: TrackedTable;
  onClose: () => void;
}) {
  const { source, tracked } = props;
  const { data: functions = [] } = useQuery(functionsQuery(source));
  const { schema, name: table } = tracked.table;
  const fitting = functions.filter(
    (f) =>
      f.volatility !== 'volatile' &&
      f.takesTables.some((x) => x.schema === schema && x.name === table),
  );
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<string | null>(null);
  const [session, setSession] = useState<string | null>(null);
  const info = fitting.find((f) => `${f.schema}.${f.name}` === chosen);
  const create = useAction({
    quiet: true,
    run: () => {
      const definition: ComputedField['definition'] = {
        function: { schema: info?.schema ?? '', name: info?.name ?? '' },
        ...(session ? { session_argument: session } : {}),
      };
      return metadataCommand('pg_add_computed_field', {
        source,
        table: tracked.table,
        name: name.trim(),
        definition,
      });
    },
    success: t('{{name}} was added', { name: name.trim() }),
    after: async () => {
      await metadataChanged();
      props.onClose();
    },
  });
  return (
    <Modal opened onClose={props.onClose} title={t('Computed field of {{table}}', { table })}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        <Stack>
          <Select
            label={t('Function')}
            description={t('Those that take a row of this table and change nothing')}
            data={fitting.map((f) => `${f.schema}.${f.name}`)}
            value={chosen}
            onChange={(value) => {
              setChosen(value);
              if (!name && value) setName(value.split('.').at(-1) ?? '');
            }}
          />
          <TextInput
            label={t('Name of the field')}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            required
          />
          <Select
            label={t('Argument that gets the session')}
            description={t('A json argument that is given the session variables')}
            clearable
            data={info?.argumentNames.filter(Boolean) ?? []}
            value={session}
            onChange={setSession}
          />
          {create.error && <ErrorPanel error={create.error} />}
          <Group justify="flex-end">
            <Button type="submit" loading={create.isPending} disabled={!info || !name.trim()}>
              {t('Add')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
