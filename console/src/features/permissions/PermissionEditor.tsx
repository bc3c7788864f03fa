// One permission: which rows, which columns, and the rest that goes with its action.
import {
  Alert,
  Button,
  Checkbox,
  Group,
  NumberInput,
  Stack,
  Switch,
  Text,
  Title,
} from '@mantine/core';
import { IconCopy, IconEye, IconHelpCircle } from '@tabler/icons-react';
import { useState } from 'react';
import {
  bulk,
  metadataChanged,
  queryClient,
  type PermissionKind,
  type TableDetail,
  type TrackedTable,
} from '../../kit/api';
import { t } from '../../kit/i18n';
import { ButtonLink, useAction } from '../../kit/ui';
import { CloneModal } from './CloneModal';
import { ColumnChoice } from './ColumnChoice';
import {
  cleaned,
  dropCommand,
  emptyPermission,
  entryOf,
  saveCommands,
  type Permission,
} from './model';
import { PermissionFoot } from './PermissionFoot';
import { Presets } from './Presets';
import { RowRule } from './RowRule';
import { ValidateInput } from './ValidateInput';
import { WhyModal } from './WhyModal';

interface Props {
  source: string;
  detail: TableDetail;
  tracked: TrackedTable;
  role: string;
  kind: PermissionKind;
  onClose: () => void;
}

export function PermissionEditor(props: Props) {
  const { source, detail, tracked, role, kind } = props;
  const entry = entryOf(tracked, kind, role);
  const [draft, setDraft] = useState<Permission>(() => entry?.permission ?? emptyPermission(kind));
  const [comment, setComment] = useState(entry?.comment ?? '');
  /** Which rules are no JSON at present. */
  const [invalid, setInvalid] = useState<ReadonlySet<string>>(new Set());
  const noteInvalid = (rule: string) => (is: boolean) =>
    setInvalid((before) => {
      if (before.has(rule) === is) return before;
      const next = new Set(before);
      if (is) next.add(rule);
      else next.delete(rule);
      return next;
    });
  const [cloning, setCloning] = useState(false);
  const [asking, setAsking] = useState(false);
  const set = (part: Partial<Permission>) => setDraft((before) => ({ ...before, ...part }));
  const table = tracked.table;
  const changed =
    entry === undefined ||
    comment !== (entry.comment ?? '') ||
    JSON.stringify(cleaned(kind, draft)) !== JSON.stringify(cleaned(kind, entry.permission));
  const others = (['filter', 'check'] as const).flatMap((part) => {
    const list = (tracked[`${kind}_permissions`] ?? []) as {
      role: string;
      permission: Permission;
    }[];
    return list
      .filter((e) => e.role !== role && e.permission[part])
      .map((e) => ({ role: e.role, expression: e.permission[part] ?? {} }));
  });

  const after = async () => {
    await metadataChanged();
    await queryClient.invalidateQueries({ queryKey: ['rows', source] });
  };
  const save = useAction({
    quiet: true,
    run: () => bulk(saveCommands(source, table, kind, role, draft, comment, entry !== undefined)),
    success: t('The permission was saved'),
    after,
  });
  const remove = useAction({
    run: () => bulk([dropCommand(source, table, kind, role)]),
    success: t('The permission was removed'),
    after,
  });

  return (
    <Stack gap="lg" maw={820}>
      <Group justify="space-between">
        <Title order={2}>
          {role} · {kind}
        </Title>
        <Group gap={6}>
          {kind === 'select' && entry && (
            <>
              <ButtonLink
                variant="default"
                leftSection={<IconEye size={14} />}
                to="/data/$source/$schema/$table/rows"
                params={{ source, schema: table.schema, table: table.name }}
                search={{ role }}
              >
                {t('Try as this role')}
              </ButtonLink>
              <Button
                variant="default"
                leftSection={<IconHelpCircle size={14} />}
                onClick={() => setAsking(true)}
              >
                {t('Why is a row hidden?')}
              </Button>
            </>
          )}
          {entry && (
            <Button
              variant="default"
              leftSection={<IconCopy size={14} />}
              onClick={() => setCloning(true)}
            >
              {t('Clone')}
            </Button>
          )}
        </Group>
      </Group>
      {!entry && (
        <Alert color="gray" variant="light">
          {t('The role has no such permission yet. It gets one when you save.')}
        </Alert>
      )}

      {kind === 'insert' ? (
        <RowRule
          title={t('Rows that may be inserted')}
          help={t('A new row must fit this, or nothing is inserted.')}
          source={source}
          table={table}
          value={draft.check ?? {}}
          others={others}
          onChange={(check) => set({ check })}
          onInvalid={noteInvalid('check')}
        />
      ) : (
        <RowRule
          title={
            kind === 'select'
              ? t('Rows that are seen')
              : kind === 'update'
                ? t('Rows that may be changed')
                : t('Rows that may be deleted')
          }
          source={source}
          table={table}
          value={draft.filter ?? {}}
          others={others}
          onChange={(filter) => set({ filter })}
          onInvalid={noteInvalid('filter')}
        />
      )}
      {kind === 'update' && (
        <RowRule
          title={t('What a changed row must fit')}
          help={t('Looked at after the change. Without it, nothing is asked of the changed row.')}
          source={source}
          table={table}
          value={draft.check ?? {}}
          others={others}
          onChange={(check) => set({ check: Object.keys(check).length === 0 ? null : check })}
          onInvalid={noteInvalid('check')}
        />
      )}

      {kind !== 'delete' && (
        <Columns kind={kind} detail={detail} tracked={tracked} draft={draft} set={set} />
      )}
      {(kind === 'insert' || kind === 'update') && (
        <Presets
          columns={detail.columns}
          value={draft.set ?? {}}
          onChange={(next) => set({ set: next })}
        />
      )}
      {kind === 'select' && <SelectExtras draft={draft} set={set} />}
      {kind !== 'select' && (
        <Switch
          label={t('Only from a backend')}
          description={t(
            'Only requests with the admin secret and x-hasura-use-backend-only-permissions may do it.',
          )}
          checked={draft.backend_only ?? false}
          onChange={(event) => set({ backend_only: event.currentTarget.checked })}
        />
      )}
      {kind !== 'select' && (
        <ValidateInput
          value={draft.validate_input}
          onChange={(validate_input) => set({ validate_input })}
        />
      )}
      <PermissionFoot
        comment={comment}
        onComment={setComment}
        save={save}
        canSave={
          changed && invalid.size === 0 && draft.validate_input?.definition.url.trim() !== ''
        }
        onClose={props.onClose}
        removal={
          entry && {
            action: remove,
            what: `${role} · ${kind} · ${table.schema}.${table.name}`,
            consequence: t('The role may not {{action}} on this table afterwards.', {
              action: kind,
            }),
          }
        }
      />
      {cloning && entry && (
        <CloneModal
          source={source}
          tracked={tracked}
          kind={kind}
          role={role}
          permission={entry.permission}
          comment={entry.comment}
          onClose={() => setCloning(false)}
        />
      )}
      {asking && (
        <WhyModal
          source={source}
          detail={detail}
          tracked={tracked}
          role={role}
          unsaved={changed}
          onClose={() => setAsking(false)}
        />
      )}
    </Stack>
  );
}

interface PartProps {
  draft: Permission;
  set: (part: Partial<Permission>) => void;
}

function Columns(
  props: PartProps & { kind: PermissionKind; detail: TableDetail; tracked: TrackedTable },
) {
  const { draft, set, detail, kind } = props;
  const names = detail.columns.filter((c) => kind === 'select' || !c.generated).map((c) => c.name);
  const computed =
    kind === 'select' ? (props.tracked.computed_fields ?? []).map((f) => f.name) : [];
  return (
    <ColumnChoice
      title={kind === 'select' ? t('Columns that are seen') : t('Columns that may be written')}
      names={names}
      value={draft.columns ?? []}
      onChange={(columns) => set({ columns })}
    >
      {computed.map((name) => (
        <Checkbox
          key={name}
          label={t('{{name}} (computed)', { name })}
          checked={draft.computed_fields?.includes(name) ?? false}
          onChange={(event) =>
            set({
              computed_fields: event.currentTarget.checked
                ? [...(draft.computed_fields ?? []), name]
                : (draft.computed_fields ?? []).filter((n) => n !== name),
            })
          }
        />
      ))}
    </ColumnChoice>
  );
}

const queryRoots = ['select', 'select_by_pk', 'select_aggregate'];
const subscriptionRoots = ['select', 'select_by_pk', 'select_aggregate', 'select_stream'];

function SelectExtras({ draft, set }: PartProps) {
  return (
    <Stack gap="sm">
      <NumberInput
        label={t('Rows per request')}
        description={t('At most so many; empty for no limit')}
        w={240}
        min={0}
        allowDecimal={false}
        allowNegative={false}
        value={draft.limit ?? ''}
        onChange={(value) => set({ limit: value === '' ? undefined : Number(value) })}
      />
      <Switch
        label={t('Aggregates')}
        description={t('The role may count, sum and so on, over the rows it sees.')}
        checked={draft.allow_aggregations ?? false}
        onChange={(event) => set({ allow_aggregations: event.currentTarget.checked })}
      />
      <Roots
        label={t('Root fields of queries')}
        all={queryRoots}
        value={draft.query_root_fields}
        onChange={(query_root_fields) => set({ query_root_fields })}
      />
      <Roots
        label={t('Root fields of subscriptions')}
        all={subscriptionRoots}
        value={draft.subscription_root_fields}
        onChange={(subscription_root_fields) => set({ subscription_root_fields })}
      />
    </Stack>
  );
}

function Roots(props: {
  label: string;
  all: string[];
  value: string[] | undefined;
  onChange: (value: string[] | undefined) => void;
}) {
  const chosen = props.value ?? props.all;
  return (
    <Stack gap={4}>
      <Text size="sm" fw={500}>
        {props.label}
      </Text>
      <Group gap="md">
        {props.all.map((name) => (
          <Checkbox
            key={name}
            label={name}
            aria-label={`${props.label}: ${name}`}
            checked={chosen.includes(name)}
            onChange={(event) => {
              const next = props.all.filter((n) =>
                n === name ? event.currentTarget.checked : chosen.includes(n),
              );
              props.onChange(next.length === props.all.length ? undefined : next);
            }}
          />
        ))}
      </Group>
    </Stack>
  );
}
