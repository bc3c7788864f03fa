// The structure of a table (AA8, AA11): columns, keys, checks, indexes; every change is shown as SQL
// before it runs.
import { Badge, Button, Code, Group, Table, Text } from '@mantine/core';
import { IconKey, IconPencil, IconRefresh, IconTrash } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { tableQuery, type Column, type TableDetail } from '../../../kit/api';
import { usePageCommands } from '../../../kit/commands';
import { CodeEditor } from '../../../kit/editor/CodeEditor';
import { t } from '../../../kit/i18n';
import {
  ButtonLink,
  SqlPreview,
  type Planned,
  AddButton,
  Line,
  Nothing,
  Section,
  Tool,
} from '../../../kit/ui';
import { ColumnModal } from './ColumnModal';
import { ConstraintModal, type ConstraintKind } from './ConstraintModal';
import { dropColumn, dropConstraint, dropIndex, refreshView } from './statements';
import classes from './StructureTab.module.css';

const route = getRouteApi('/data/$source/$schema/$table/structure');

export function StructureTab() {
  const { source, schema, table } = route.useParams();
  const { data } = useSuspenseQuery(tableQuery(source, schema, table));
  return data && <Structure key={`${schema}.${table}`} source={source} detail={data} />;
}

function Structure({ source, detail }: { source: string; detail: TableDetail }) {
  const [column, setColumn] = useState<Column | 'new'>();
  const [constraint, setConstraint] = useState<ConstraintKind>();
  const [planned, setPlanned] = useState<Planned>();
  const isTable = detail.kind === 'table' || detail.kind === 'partitioned';
  const isView = detail.kind === 'view' || detail.kind === 'materialized';
  const commands = useMemo(
    () =>
      isTable
        ? [
            { id: 'column-add', label: t('Add a column'), run: () => setColumn('new') },
            {
              id: 'fk-add',
              label: t('Add a foreign key'),
              run: () => setConstraint('foreign key'),
            },
            { id: 'index-add', label: t('Create an index'), run: () => setConstraint('index') },
          ]
        : [],
    [isTable],
  );
  usePageCommands(commands);

  const drop = (what: string, name: string, sql: string) =>
    setPlanned({
      title: t('Drop {{what}} {{name}}?', { what, name }),
      sql,
      loses: what === t('column') ? t('The values of this column are lost.') : undefined,
      success: t('{{name}} was dropped', { name }),
    });

  return (
    <div className={classes.content}>
      <Section
        title={t('Columns')}
        action={isTable && <AddButton label={t('Add column')} onClick={() => setColumn('new')} />}
      >
        <Table aria-label={t('Columns')}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('Name')}</Table.Th>
              <Table.Th>{t('Type')}</Table.Th>
              <Table.Th>{t('Default')}</Table.Th>
              <Table.Th>{t('Comment')}</Table.Th>
              <Table.Th w={80} aria-label={t('Actions')} />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {detail.columns.map((c) => (
              <Table.Tr key={c.name}>
                <Table.Td>
                  <Group gap={6} wrap="nowrap">
                    <Text size="sm" fw={500}>
                      {c.name}
                    </Text>
                    {detail.primaryKey?.columns.includes(c.name) && (
                      <IconKey size={14} aria-label={t('primary key')} />
                    )}
                  </Group>
                </Table.Td>
                <Table.Td>
                  <Group gap={6}>
                    <Code>{c.type}</Code>
                    {c.nullable && (
                      <Badge color="gray" size="sm">
                        {t('nullable')}
                      </Badge>
                    )}
                    {c.generated && <Badge size="sm">{t('computed')}</Badge>}
                    {c.identity && <Badge size="sm">{t('identity')}</Badge>}
                  </Group>
                </Table.Td>
                <Table.Td>{c.default && <Code>{c.default}</Code>}</Table.Td>
                <Table.Td>{c.comment}</Table.Td>
                <Table.Td>
                  {isTable && (
                    <Group gap={2} justify="flex-end" wrap="nowrap">
                      <Tool
                        label={t('Edit {{name}}', { name: c.name })}
                        onClick={() => setColumn(c)}
                      >
                        <IconPencil size={15} />
                      </Tool>
                      <Tool
                        label={t('Drop {{name}}', { name: c.name })}
                        onClick={() => drop(t('column'), c.name, dropColumn(detail, c.name))}
                      >
                        <IconTrash size={15} />
                      </Tool>
                    </Group>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Section>

      {isView && (
        <Section
          title={t('Definition')}
          action={
            <Group gap={4}>
              {detail.kind === 'materialized' && (
                <Button
                  variant="light"
                  size="compact-xs"
                  leftSection={<IconRefresh size={13} />}
                  onClick={() =>
                    setPlanned({
                      title: t('Refresh {{name}}', { name: detail.name }),
                      sql: refreshView(detail),
                      success: t('{{name}} was refreshed', { name: detail.name }),
                    })
                  }
                >
                  {t('Refresh its rows')}
                </Button>
              )}
              <ButtonLink
                variant="light"
                size="compact-xs"
                leftSection={<IconPencil size={13} />}
                to="/data/$source/~view"
                params={{ source }}
                search={{ schema: detail.schema, view: detail.name }}
              >
                {t('Edit definition')}
              </ButtonLink>
            </Group>
          }
        >
          <CodeEditor
            language="sql"
            label={t('Definition')}
            value={detail.viewDefinition ?? ''}
            readOnly
            maxHeight={400}
          />
        </Section>
      )}

      {isTable && (
        <>
          <Section
            title={t('Keys')}
            action={
              <Group gap={4}>
                <AddButton
                  label={detail.primaryKey ? t('Change primary key') : t('Set primary key')}
                  onClick={() => setConstraint('primary key')}
                />
                <AddButton label={t('Add unique key')} onClick={() => setConstraint('unique')} />
              </Group>
            }
          >
            {detail.primaryKey && (
              <Line
                name={detail.primaryKey.name}
                text={t('primary key ({{columns}})', {
                  columns: detail.primaryKey.columns.join(', '),
                })}
                onDrop={() =>
                  drop(
                    t('key'),
                    detail.primaryKey!.name,
                    dropConstraint(detail, detail.primaryKey!.name),
                  )
                }
              />
            )}
            {detail.uniqueKeys.map((k) => (
              <Line
                key={k.name}
                name={k.name}
                text={t('unique ({{columns}})', { columns: k.columns.join(', ') })}
                onDrop={() => drop(t('key'), k.name, dropConstraint(detail, k.name))}
              />
            ))}
            {!detail.primaryKey && detail.uniqueKeys.length === 0 && (
              <Nothing>{t('No key: rows cannot be told apart.')}</Nothing>
            )}
          </Section>
          <Section
            title={t('Foreign keys')}
            action={
              <AddButton
                label={t('Add foreign key')}
                onClick={() => setConstraint('foreign key')}
              />
            }
          >
            {detail.foreignKeys.map((f) => (
              <Line
                key={f.name}
                name={f.name}
                text={`(${f.columns.join(', ')}) → ${f.refSchema}.${f.refTable} (${f.refColumns.join(', ')})${f.onDelete === 'no action' ? '' : ` · on delete ${f.onDelete}`}${f.onUpdate === 'no action' ? '' : ` · on update ${f.onUpdate}`}`}
                onDrop={() => drop(t('foreign key'), f.name, dropConstraint(detail, f.name))}
              />
            ))}
            {detail.referencedBy.map((f) => (
              <Line
                key={`${f.table}.${f.name}`}
                name={f.name}
                text={`← ${f.schema}.${f.table} (${f.columns.join(', ')})`}
              />
            ))}
            {detail.foreignKeys.length + detail.referencedBy.length === 0 && (
              <Nothing>{t('None here, none to here.')}</Nothing>
            )}
          </Section>
          <Section
            title={t('Checks')}
            action={<AddButton label={t('Add check')} onClick={() => setConstraint('check')} />}
          >
            {detail.checks.map((c) => (
              <Line
                key={c.name}
                name={c.name}
                text={c.definition}
                onDrop={() => drop(t('check'), c.name, dropConstraint(detail, c.name))}
              />
            ))}
            {detail.checks.length === 0 && <Nothing>{t('No check.')}</Nothing>}
          </Section>
        </>
      )}

      {(isTable || detail.kind === 'materialized') && (
        <Section
          title={t('Indexes')}
          action={<AddButton label={t('Create index')} onClick={() => setConstraint('index')} />}
        >
          {detail.indexes.map((i) => (
            <Line
              key={i.name}
              name={i.name}
              text={`${i.definition.replace(/^.*? USING /, 'using ')} · ${i.size}`}
              onDrop={
                i.constraint
                  ? undefined
                  : () => drop(t('index'), i.name, dropIndex(detail.schema, i.name))
              }
            />
          ))}
          {detail.indexes.length === 0 && <Nothing>{t('No index.')}</Nothing>}
        </Section>
      )}
      {detail.triggers.length > 0 && (
        <Section title={t('Triggers')}>
          {detail.triggers.map((g) => (
            <Line key={g.name} name={g.name} text={g.definition} />
          ))}
        </Section>
      )}

      {column && (
        <ColumnModal
          source={source}
          detail={detail}
          column={column}
          onPlan={(plan) => {
            setColumn(undefined);
            setPlanned(plan);
          }}
          onClose={() => setColumn(undefined)}
        />
      )}
      {constraint && (
        <ConstraintModal
          kind={constraint}
          source={source}
          detail={detail}
          onPlan={(plan) => {
            setConstraint(undefined);
            setPlanned(plan);
          }}
          onClose={() => setConstraint(undefined)}
        />
      )}
      {planned && (
        <SqlPreview source={source} planned={planned} onClose={() => setPlanned(undefined)} />
      )}
    </div>
  );
}
