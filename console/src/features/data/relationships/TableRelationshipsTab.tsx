// Relationships and computed fields of one table (AA11, AA12).
import { Badge, Button, Group, Modal, Stack, Table, Text, TextInput } from '@mantine/core';
import { IconPencil, IconTrash } from '@tabler/icons-react';
import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import {
  bulk,
  metadataChanged,
  metadataCommand,
  qualifiedName,
  tableQuery,
  trackedTable,
  useSource,
  type Relationship,
  type TableDetail,
  type TrackedTable,
} from '../../../kit/api';
import { t } from '../../../kit/i18n';
import {
  confirmDestruction,
  ErrorPanel,
  useAction,
  AddButton,
  Nothing,
  Section,
  Tool,
} from '../../../kit/ui';
import { pairsText, targetText } from '../native/native';
import classes from '../structure/StructureTab.module.css';
import { ComputedModal } from './ComputedModal';
import { ManualModal } from './ManualModal';
import { createCommand, named, suggestionsQuery, type NamedSuggestion } from './suggestions';

const route = getRouteApi('/data/$source/$schema/$table/relationships');

export function TableRelationshipsTab() {
  const { source: sourceName, schema, table } = route.useParams();
  const source = useSource(sourceName);
  const tracked = trackedTable(source, schema, table);
  const { data: detail } = useSuspenseQuery(tableQuery(sourceName, schema, table));
  const { data: all = [] } = useQuery(suggestionsQuery(sourceName));
  const [adding, setAdding] = useState(false);
  const [renaming, setRenaming] = useState<string>();
  const [computing, setComputing] = useState(false);
  const suggestions = (source ? named(all, source) : []).filter(
    (s) => s.from.table.schema === schema && s.from.table.name === table,
  );
  const track = useAction<NamedSuggestion[]>({
    run: (list) => bulk(list.map((s) => createCommand(sourceName, s))),
    success: t('Done'),
    after: metadataChanged,
  });
  const drop = useAction<string>({
    run: (relationship) =>
      metadataCommand('pg_drop_relationship', {
        source: sourceName,
        table: { schema, name: table },
        relationship,
        cascade: true,
      }),
    success: (name) => t('{{name}} was dropped', { name }),
    after: metadataChanged,
  });
  const dropField = useAction<string>({
    run: (name) =>
      metadataCommand('pg_drop_computed_field', {
        source: sourceName,
        table: { schema, name: table },
        name,
        cascade: true,
      }),
    success: (name) => t('{{name}} was dropped', { name }),
    after: metadataChanged,
  });
  if (!tracked || !detail) {
    return (
      <Text p="md" size="sm" c="dimmed">
        {t('Only tracked tables have relationships.')}
      </Text>
    );
  }
  const list = [
    ...(tracked.object_relationships ?? []).map((r) => ({ ...r, kind: 'object' as const })),
    ...(tracked.array_relationships ?? []).map((r) => ({ ...r, kind: 'array' as const })),
  ];
  return (
    <div className={classes.content}>
      <Section
        title={t('Relationships')}
        action={<AddButton label={t('Add by hand')} onClick={() => setAdding(true)} />}
      >
        <Table aria-label={t('Relationships')}>
          <Table.Tbody>
            {list.map((r) => (
              <Table.Tr key={r.name}>
                <Table.Td w={240} fw={500}>
                  {r.name}
                </Table.Td>
                <Table.Td w={90}>
                  <Badge size="sm" color={r.kind === 'object' ? 'cyan' : 'grape'}>
                    {r.kind}
                  </Badge>
                </Table.Td>
                <Table.Td className="mono">{describe(r, detail)}</Table.Td>
                <Table.Td w={70}>
                  <Group gap={2} wrap="nowrap">
                    <Tool
                      label={t('Rename {{name}}', { name: r.name })}
                      onClick={() => setRenaming(r.name)}
                    >
                      <IconPencil size={15} />
                    </Tool>
                    <Tool
                      label={t('Drop {{name}}', { name: r.name })}
                      onClick={() =>
                        confirmDestruction({
                          title: t('Drop this relationship?'),
                          what: `${table}.${r.name}`,
                          consequence: t('Permissions that go by it are removed with it.'),
                          button: t('Drop'),
                          run: () => drop.mutate(r.name),
                        })
                      }
                    >
                      <IconTrash size={15} />
                    </Tool>
                  </Group>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        {list.length === 0 && <Nothing>{t('None yet.')}</Nothing>}
      </Section>
      {suggestions.length > 0 && (
        <Section
          title={t('Suggested by foreign keys')}
          action={
            <Button
              size="compact-xs"
              loading={track.isPending}
              onClick={() => track.mutate(suggestions)}
            >
              {t('Track all ({{count}})', { count: suggestions.length })}
            </Button>
          }
        >
          {suggestions.map((s) => (
            <Group key={s.id} justify="space-between" py={4}>
              <Text size="sm">
                <b>{s.name}</b> · {s.type} → {s.to.table.name} ({s.to.columns.join(', ')})
              </Text>
              <Button
                size="compact-xs"
                variant="light"
                aria-label={t('Track {{name}}', { name: s.name })}
                onClick={() => track.mutate([s])}
              >
                {t('Track')}
              </Button>
            </Group>
          ))}
        </Section>
      )}
      <Section
        title={t('Computed fields')}
        action={<AddButton label={t('Add computed field')} onClick={() => setComputing(true)} />}
      >
        {(tracked.computed_fields ?? []).map((f) => (
          <Group key={f.name} justify="space-between" py={4}>
            <Text size="sm">
              <b>{f.name}</b> · {qualifiedName(f.definition.function).schema}.
              {qualifiedName(f.definition.function).name}
            </Text>
            <Tool
              label={t('Drop {{name}}', { name: f.name })}
              onClick={() =>
                confirmDestruction({
                  title: t('Drop this computed field?'),
                  what: `${table}.${f.name}`,
                  consequence: t('The function stays; permissions lose the field.'),
                  button: t('Drop'),
                  run: () => dropField.mutate(f.name),
                })
              }
            >
              <IconTrash size={15} />
            </Tool>
          </Group>
        ))}
        {(tracked.computed_fields ?? []).length === 0 && (
          <Nothing>
            {t('A function that takes a row of this table can be one of its fields.')}
          </Nothing>
        )}
      </Section>
      {adding && (
        <ManualModal source={sourceName} detail={detail} onClose={() => setAdding(false)} />
      )}
      {computing && (
        <ComputedModal source={sourceName} tracked={tracked} onClose={() => setComputing(false)} />
      )}
      {renaming && (
        <RenameModal
          source={sourceName}
          tracked={tracked}
          name={renaming}
          onClose={() => setRenaming(undefined)}
        />
      )}
    </div>
  );
}

function describe(relationship: Relationship, detail: TableDetail): string {
  const { foreign_key_constraint_on: by, manual_configuration: manual } = relationship.using;
  if (manual) return `→ ${targetText(manual)} (${pairsText(manual.column_mapping)})`;
  if (typeof by === 'object' && !Array.isArray(by)) {
    const target = qualifiedName(by.table);
    return `← ${target.schema}.${target.name} (${by.column ?? by.columns?.join(', ')})`;
  }
  const columns = typeof by === 'string' ? [by] : (by ?? []);
  const key = detail.foreignKeys.find((f) => columns.every((c) => f.columns.includes(c)));
  return `(${columns.join(', ')}) → ${key ? `${key.refSchema}.${key.refTable}` : '?'}`;
}

function RenameModal(props: {
  source: string;
  tracked: TrackedTable;
  name: string;
  onClose: () => void;
}) {
  const [name, setName] = useState(props.name);
  const rename = useAction({
    quiet: true,
    run: () =>
      metadataCommand('pg_rename_relationship', {
        source: props.source,
        table: props.tracked.table,
        name: props.name,
        new_name: name.trim(),
      }),
    success: t('Done'),
    after: async () => {
      await metadataChanged();
      props.onClose();
    },
  });
  return (
    <Modal opened onClose={props.onClose} title={t('Rename {{name}}', { name: props.name })}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          rename.mutate();
        }}
      >
        <Stack>
          <TextInput
            label={t('Name')}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            data-autofocus
          />
          {rename.error && <ErrorPanel error={rename.error} />}
          <Group justify="flex-end">
            <Button
              type="submit"
              loading={rename.isPending}
              disabled={!name.trim() || name === props.name}
            >
              {t('Rename')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
