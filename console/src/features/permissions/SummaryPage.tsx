// All tables and all roles at one look; each mark leads to the permission it stands for.
import { Group, Select, TextInput } from '@mantine/core';
import { IconLock, IconSearch } from '@tabler/icons-react';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { permissionKinds, rolesOf, useMetadata, type TrackedTable } from '../../kit/api';
import { t } from '../../kit/i18n';
import { EmptyState, Page, VirtualTable, type VirtualColumn } from '../../kit/ui';
import toolbar from '../data/source/Toolbar.module.css';
import { AccessLegend, AccessMark, accessText } from './AccessMark';
import { accessOf, entryOf } from './model';

const route = getRouteApi('/permissions');

interface Row {
  source: string;
  table: TrackedTable;
}

export function SummaryPage() {
  const metadata = useMetadata();
  const { source, role, q } = route.useSearch();
  const navigate = useNavigate();
  const all = rolesOf(metadata);
  const roles = role ? [role] : all;
  const rows = useMemo(
    () =>
      metadata.sources
        .filter((s) => !source || s.name === source)
        .flatMap((s) => s.tables.map((table): Row => ({ source: s.name, table })))
        .filter(({ table }) => !q || table.table.name.toLowerCase().includes(q.toLowerCase())),
    [metadata, source, q],
  );
  const look = (part: { source?: string; role?: string; q?: string }) =>
    void navigate({
      to: '/permissions',
      replace: 'q' in part,
      search: (before: Record<string, unknown>) => ({ ...before, ...part }),
    });

  const columns: VirtualColumn<Row>[] = [
    {
      header: t('Table'),
      width: 'minmax(200px, 280px)',
      cell: ({ source, table }) => (
        <Link
          to="/data/$source/$schema/$table/permissions"
          params={{ source, schema: table.table.schema, table: table.table.name }}
          style={{ color: 'var(--mantine-color-anchor)', textDecoration: 'none' }}
        >
          {table.table.schema === 'public' ? '' : `${table.table.schema}.`}
          {table.table.name}
        </Link>
      ),
    },
    ...roles.map((name): VirtualColumn<Row> => ({
      header: name,
      width: 'minmax(124px, 1fr)',
      cell: ({ source, table }) => (
        <Group gap={2} wrap="nowrap">
          {permissionKinds.map((kind) => {
            const access = accessOf(entryOf(table, kind, name)?.permission, kind);
            const label = `${table.table.name}: ${name} ${kind}, ${accessText(access)}`;
            return (
              <Link
                key={kind}
                to="/data/$source/$schema/$table/permissions"
                params={{ source, schema: table.table.schema, table: table.table.name }}
                search={{ role: name, action: kind }}
                aria-label={label}
                title={`${kind}: ${accessText(access)}`}
                preload={false}
                style={{ display: 'grid', padding: 4 }}
              >
                <AccessMark access={access} size={15} />
              </Link>
            );
          })}
        </Group>
      ),
    })),
  ];

  return (
    <Page
      title={t('Permissions')}
      fill
      description={t('Per role: select, insert, update, delete.')}
    >
      <div className={toolbar.bar}>
        <Group gap="xs">
          <TextInput
            aria-label={t('Filter by name')}
            placeholder={t('Filter by name')}
            leftSection={<IconSearch size={14} />}
            value={q ?? ''}
            onChange={(event) => look({ q: event.currentTarget.value || undefined })}
          />
          <Select
            aria-label={t('Role')}
            placeholder={t('All roles')}
            clearable
            searchable
            data={all}
            value={role ?? null}
            onChange={(value) => look({ role: value ?? undefined })}
          />
          {metadata.sources.length > 1 && (
            <Select
              aria-label={t('Database')}
              placeholder={t('All databases')}
              clearable
              data={metadata.sources.map((s) => s.name)}
              value={source ?? null}
              onChange={(value) => look({ source: value ?? undefined })}
            />
          )}
        </Group>
        <AccessLegend />
      </div>
      {roles.length === 0 && rows.length > 0 && (
        <EmptyState icon={IconLock} title={t('Only administrators may do anything yet')}>
          {t('Open a table below and give a role its first permission.')}
        </EmptyState>
      )}
      <VirtualTable
        label={t('Permissions of all tables')}
        columns={columns}
        rows={rows}
        rowKey={({ source, table }) => `${source}.${table.table.schema}.${table.table.name}`}
        empty={
          <EmptyState icon={IconLock} title={t('No table here')}>
            {t('Track tables first; then roles can be given a part of them.')}
          </EmptyState>
        }
      />
    </Page>
  );
}
