// One database: its tables and relationships, tracked and not (AA7).
import { Select } from '@mantine/core';
import { IconDatabaseOff, IconPlus } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi, Outlet, useNavigate } from '@tanstack/react-router';
import { relationsQuery, useSource } from '../../../kit/api';
import { t } from '../../../kit/i18n';
import { ButtonLink, EmptyState, LinkTabs, Page } from '../../../kit/ui';

const route = getRouteApi('/data/$source');

const parts = [
  { label: t('Tables'), to: '/data/$source' },
  { label: t('Relationships'), to: '/data/$source/~relationships' },
  { label: t('Functions'), to: '/data/$source/~functions' },
  { label: t('Native queries'), to: '/data/$source/~native' },
  { label: t('Logical models'), to: '/data/$source/~models' },
] as const;

export function SourcePage() {
  const { source: name } = route.useParams();
  const source = useSource(name);
  if (!source) {
    return (
      <EmptyState icon={IconDatabaseOff} title={t('There is no database of this name')}>
        {name}
      </EmptyState>
    );
  }
  return <Content name={name} />;
}

function Content({ name }: { name: string }) {
  const { schema } = route.useSearch();
  const navigate = useNavigate();
  const { data } = useSuspenseQuery(relationsQuery(name));
  return (
    <Page
      title={name}
      fill
      actions={
        <>
          <ButtonLink
            to="/data/$source/~create"
            params={{ source: name }}
            search={{ schema }}
            leftSection={<IconPlus size={14} />}
          >
            {t('New table')}
          </ButtonLink>
          <ButtonLink
            variant="default"
            to="/data/$source/~view"
            params={{ source: name }}
            search={{ schema }}
            leftSection={<IconPlus size={14} />}
          >
            {t('New view')}
          </ButtonLink>
          <Select
            aria-label={t('Schema')}
            placeholder={t('All schemas')}
            data={data.schemas}
            value={schema ?? null}
            clearable
            searchable
            w={180}
            onChange={(value) =>
              void navigate({
                to: '.',
                search: (before) => ({ ...before, schema: value ?? undefined }),
              })
            }
          />
        </>
      }
      tabs={
        <LinkTabs
          label={t('Parts of the database')}
          tabs={parts.map(({ label, to }) => ({
            label,
            link: { to, params: { source: name }, search: { schema } },
          }))}
        />
      }
    >
      <Outlet />
    </Page>
  );
}
