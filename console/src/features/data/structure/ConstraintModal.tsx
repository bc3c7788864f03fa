// Keys, checks and indexes to be made.
import {
  Button,
  Checkbox,
  Group,
  Modal,
  MultiSelect,
  Select,
  Stack,
  TextInput,
} from '@mantine/core';
import { useState, type FormEvent } from 'react';
import type { TableDetail } from '../../../kit/api';
import { t } from '../../../kit/i18n';
import type { Planned } from '../../../kit/ui';
import { ForeignKeyFields } from './ForeignKeyFields';
import {
  addCheck,
  addForeignKey,
  addUnique,
  createIndex,
  setPrimaryKey,
  type ForeignKeyDraft,
} from './statements';

export type ConstraintKind = 'primary key' | 'unique' | 'foreign key' | 'check' | 'index';

const titles: Record<ConstraintKind, string> = {
  'primary key': t('Primary key'),
  unique: t('Unique key'),
  'foreign key': t('Foreign key'),
  check: t('Check'),
  index: t('Index'),
};

export function ConstraintModal(props: {
  kind: ConstraintKind;
  source: string;
  detail: TableDetail;
  onPlan: (planned: Planned) => void;
  onClose: () => void;
}) {
  const { kind, detail } = props;
  const [columns, setColumns] = useState<string[]>(
    kind === 'primary key' ? (detail.primaryKey?.columns ?? []) : [],
  );
  const [name, setName] = useState('');
  const [expression, setExpression] = useState('');
  const [method, setMethod] = useState('btree');
  const [unique, setUnique] = useState(false);
  const [where, setWhere] = useState('');
  const [key, setKey] = useState<ForeignKeyDraft>({
    columns: [],
    refSchema: detail.schema,
    refTable: '',
    refColumns: [],
    onUpdate: 'no action',
    onDelete: 'no action',
  });

  const complete = {
    'primary key': columns.length > 0,
    unique: columns.length > 0,
    'foreign key':
      key.refTable !== '' &&
      key.columns.length > 0 &&
      key.columns.length === key.refColumns.length &&
      [...key.columns, ...key.refColumns].every(Boolean),
    check: expression.trim() !== '',
    index: columns.length > 0,
  }[kind];

  function sql(): string {
    switch (kind) {
      case 'primary key':
        return setPrimaryKey(detail, detail.primaryKey?.name, columns);
      case 'unique':
        return addUnique(detail, columns);
      case 'foreign key':
        return addForeignKey(detail, key);
      case 'check':
        return addCheck(detail, name, expression);
      case 'index':
        return createIndex(detail, { name, columns, method, unique, where });
    }
  }

  return (
    <Modal opened onClose={props.onClose} size="lg" title={`${titles[kind]} · ${detail.name}`}>
      <form
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          props.onPlan({ title: titles[kind], sql: sql(), success: t('Done') });
        }}
      >
        <Stack>
          {(kind === 'primary key' || kind === 'unique' || kind === 'index') && (
            <MultiSelect
              label={t('Columns')}
              data={detail.columns.map((c) => c.name)}
              value={columns}
              onChange={setColumns}
              searchable
              data-autofocus
            />
          )}
          {kind === 'foreign key' && (
            <ForeignKeyFields
              source={props.source}
              columns={detail.columns.map((c) => c.name)}
              draft={key}
              onChange={setKey}
            />
          )}
          {(kind === 'check' || kind === 'index') && (
            <TextInput
              label={t('Name')}
              description={t('PostgreSQL makes one if it is left empty.')}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
          )}
          {kind === 'check' && (
            <TextInput
              label={t('Condition')}
              placeholder="price >= 0"
              value={expression}
              onChange={(event) => setExpression(event.currentTarget.value)}
              required
            />
          )}
          {kind === 'index' && (
            <>
              <Select
                label={t('Method')}
                data={['btree', 'hash', 'gin', 'gist', 'spgist', 'brin']}
                value={method}
                allowDeselect={false}
                onChange={(value) => setMethod(value ?? 'btree')}
              />
              <TextInput
                label={t('Only rows where')}
                description={t('A condition, for an index on some of the rows')}
                value={where}
                onChange={(event) => setWhere(event.currentTarget.value)}
              />
              <Checkbox
                label={t('Unique')}
                checked={unique}
                onChange={(event) => setUnique(event.currentTarget.checked)}
              />
            </>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={props.onClose}>
              {t('Cancel')}
            </Button>
            <Button type="submit" disabled={!complete}>
              {t('Show the SQL')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
