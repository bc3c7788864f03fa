// A permission given to other roles, on this table or others.
import { Button, Group, Modal, MultiSelect, Stack, TagsInput, Text } from '@mantine/core';
import { useState } from 'react';
import {
  bulk,
  metadataChanged,
  queryClient,
  rolesOf,
  tableQuery,
  trackedTable,
  useMetadata,
  useSource,
  type Command,
  type PermissionKind,
  type TrackedTable,
} from '../../kit/api';
import { t } from '../../kit/i18n';
import { ErrorPanel, useAction } from '../../kit/ui';
import { entryOf, saveCommands, type Permission } from './model';

export function CloneModal(props: {
  source: string;
  tracked: TrackedTable;
  kind: PermissionKind;
  role: string;
  permission: Permission;
  comment?: string;
  onClose: () => void;
}) {
  const { source: sourceName, tracked, kind, role, permission } = props;
  const metadata = useMetadata();
  const source = useSource(sourceName);
  const own = `${tracked.table.schema}.${tracked.table.name}`;
  const [roles, setRoles] = useState<string[]>([]);
  const [tables, setTables] = useState<string[]>([own]);
  const targets = tables.flatMap((name) => {
    const found = source?.tables.find((x) => `${x.table.schema}.${x.table.name}` === name);
    const list = roles.length > 0 ? roles : [role];
    return found
      ? list.filter((r) => r !== role || name !== own).map((r) => ({ table: found.table, role: r }))
      : [];
  });
  const replaced = targets.filter(
    ({ table, role: r }) =>
      entryOf(trackedTable(source, table.schema, table.name), kind, r) !== undefined,
  );

  const clone = useAction({
    quiet: true,
    run: async () => {
      const commands: Command[] = [];
      for (const target of targets) {
        // Another table has other columns: only those that both have are given.
        const detail = await queryClient.fetchQuery(
          tableQuery(sourceName, target.table.schema, target.table.name),
        );
        const names = detail?.columns.map((c) => c.name) ?? [];
        const isOwn = target.table === tracked.table;
        const columns =
          Array.isArray(permission.columns) && !isOwn
            ? permission.columns.filter((c) => names.includes(c))
            : permission.columns;
        const exists =
          entryOf(
            trackedTable(source, target.table.schema, target.table.name),
            kind,
            target.role,
          ) !== undefined;
        commands.push(
          ...saveCommands(
            sourceName,
            target.table,
            kind,
            target.role,
            { ...permission, columns, ...(isOwn ? {} : { computed_fields: undefined }) },
            props.comment,
            exists,
          ),
        );
      }
      await bulk(commands);
    },
    success: t('The permission was cloned'),
    after: async () => {
      await metadataChanged();
      props.onClose();
    },
  });

  return (
    <Modal
      opened
      onClose={props.onClose}
      title={t('Clone {{action}} of {{role}}', { action: kind, role })}
      size="lg"
    >
      <Stack>
        <TagsInput
          label={t('To roles')}
          description={t('Empty for the same role')}
          data={rolesOf(metadata).filter((r) => r !== role)}
          value={roles}
          onChange={setRoles}
        />
        <MultiSelect
          label={t('On tables')}
          data={(source?.tables ?? []).map((x) => `${x.table.schema}.${x.table.name}`)}
          value={tables}
          onChange={setTables}
          searchable
          limit={60}
        />
        {replaced.length > 0 && (
          <Text size="sm" c="orange">
            {t('Replaced: {{list}}', {
              list: replaced.map((x) => `${x.role} · ${x.table.name}`).join(', '),
            })}
          </Text>
        )}
        {clone.error && <ErrorPanel error={clone.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onClose}>
            {t('Cancel')}
          </Button>
          <Button
            disabled={targets.length === 0}
            loading={clone.isPending}
            onClick={() => clone.mutate()}
          >
            {t('Clone to {{count}}', { count: targets.length })}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
