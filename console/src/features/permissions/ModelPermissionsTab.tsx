// Who sees what of the rows that native queries return: permissions of a logical model (F10).
import { Stack, Text, Title } from '@mantine/core';
import { IconLockQuestion } from '@tabler/icons-react';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import {
  bulk,
  metadataChanged,
  rolesOf,
  useMetadata,
  useSource,
  type Column,
  type LogicalModel,
  type ModelField,
  type ModelPermission,
} from '../../kit/api';
import { t } from '../../kit/i18n';
import { EmptyState, useAction } from '../../kit/ui';
import { AccessCell } from './AccessCell';
import { ColumnChoice } from './ColumnChoice';
import { accessOf } from './model';
import { NewRole } from './NewRole';
import classes from './PermissionsTab.module.css';
import { PermissionFoot } from './PermissionFoot';
import { RowRule } from './RowRule';

const route = getRouteApi('/data/$source/~models/$model/permissions');

export function ModelPermissionsTab() {
  const { source, model: name } = route.useParams();
  const { role } = route.useSearch();
  const navigate = useNavigate();
  const known = rolesOf(useMetadata());
  const model = useSource(source)?.logical_models?.find((m) => m.name === name);
  if (!model) return null;
  const roles = role && !known.includes(role) ? [...known, role] : known;
  const look = (next: string | undefined) => void navigate({ to: '.', search: { role: next } });
  const entry = model.select_permissions?.find((e) => e.role === role);
  return (
    <div className={classes.split}>
      <div className={classes.side}>
        <table className={classes.grid} aria-label={t('Permissions by role')}>
          <thead>
            <tr>
              <th scope="col">{t('Role')}</th>
              <th scope="col">select</th>
            </tr>
          </thead>
          <tbody>
            {roles.map((one) => {
              const access = accessOf(
                model.select_permissions?.find((e) => e.role === one)?.permission,
                'select',
                model.fields.length,
              );
              return (
                <tr key={one}>
                  <th scope="row">{one}</th>
                  <td>
                    <AccessCell
                      role={one}
                      action="select"
                      access={access}
                      active={one === role}
                      onClick={() => look(one)}
                    />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
        <NewRole onAdd={look} />
      </div>
      <div className={classes.editor}>
        {role ? (
          <Editor
            key={`${role}.${JSON.stringify(entry ?? null)}`}
            source={source}
            model={model}
            role={role}
            onClose={() => look(undefined)}
          />
        ) : (
          <EmptyState icon={IconLockQuestion} title={t('Choose a role')}>
            {t('What is granted here holds for every native query that returns this model.')}
          </EmptyState>
        )}
      </div>
    </div>
  );
}

function Editor(props: { source: string; model: LogicalModel; role: string; onClose: () => void }) {
  const { source, model, role, onClose } = props;
  const entry = model.select_permissions?.find((e) => e.role === role);
  const [draft, setDraft] = useState<ModelPermission>(
    () => entry?.permission ?? { columns: [], filter: {} },
  );
  const [comment, setComment] = useState(entry?.comment ?? '');
  const [invalid, setInvalid] = useState(false);
  const args = { source, name: model.name, role };
  const drop = { type: 'pg_drop_logical_model_select_permission', args };
  const save = useAction({
    quiet: true,
    run: () =>
      bulk([
        ...(entry ? [drop] : []),
        {
          type: 'pg_create_logical_model_select_permission',
          args: { ...args, permission: draft, ...(comment ? { comment } : {}) },
        },
      ]),
    success: t('The permission was saved'),
    after: metadataChanged,
  });
  const remove = useAction({
    run: () => bulk([drop]),
    success: t('The permission was removed'),
    after: metadataChanged,
  });
  const others = (model.select_permissions ?? [])
    .filter((e) => e.role !== role)
    .map((e) => ({ role: e.role, expression: e.permission.filter }));
  return (
    <Stack gap="lg" maw={820}>
      <Title order={2}>{role} · select</Title>
      {!entry && (
        <Text size="sm" c="dimmed">
          {t('The role has no such permission yet. It gets one when you save.')}
        </Text>
      )}
      <RowRule
        title={t('Rows that are seen')}
        source={source}
        table={{ schema: '', name: model.name }}
        shape={model.fields.flatMap(asColumn)}
        value={draft.filter}
        others={others}
        onChange={(filter) => setDraft((before) => ({ ...before, filter }))}
        onInvalid={setInvalid}
      />
      <ColumnChoice
        title={t('Fields that are seen')}
        names={model.fields.map((field) => field.name)}
        value={draft.columns}
        onChange={(columns) => setDraft((before) => ({ ...before, columns }))}
      />
      <PermissionFoot
        comment={comment}
        onComment={setComment}
        save={save}
        canSave={!invalid}
        onClose={onClose}
        removal={
          entry && {
            action: remove,
            what: `${role} · select · ${model.name}`,
            consequence: t('The role may not see native queries that return this model.'),
          }
        }
      />
    </Stack>
  );
}

/** A field of a logical model as the rule builder knows columns; those that lead further are none. */
function asColumn(field: ModelField): Column[] {
  if (!('scalar' in field.type)) return [];
  return [
    {
      name: field.name,
      type: field.type.scalar,
      base: baseNames[field.type.scalar.toLowerCase()] ?? field.type.scalar.toLowerCase(),
      category: 'b',
      nullable: field.type.nullable ?? false,
      default: null,
      identity: null,
      generated: false,
      comment: null,
      enumValues: null,
    },
  ];
}

/** Names of SQL that the catalogue has others for. */
const baseNames: Record<string, string> = {
  smallint: 'int2',
  integer: 'int4',
  int: 'int4',
  bigint: 'int8',
  boolean: 'bool',
  real: 'float4',
  'double precision': 'float8',
  decimal: 'numeric',
  'character varying': 'varchar',
  'timestamp with time zone': 'timestamptz',
  'timestamp without time zone': 'timestamp',
};
