// "Why is this row hidden?": the rules of a role, asked of one row.
import { Alert, Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { rolesOf, useMetadata, type TableDetail, type TrackedTable } from '../../kit/api';
import { t } from '../../kit/i18n';
import { setSessionVariables, useSessionVariables } from '../../kit/identity';
import { ErrorPanel, useAction } from '../../kit/ui';
import { Verdict } from './Verdict';
import { explainRow, variablesAsked, type Explanation } from './why';

export function WhyModal(props: {
  source: string;
  detail: TableDetail;
  tracked: TrackedTable;
  /** Which role is asked about; without it, one is chosen. */
  role?: string;
  /** Which row; without it, its key is typed. */
  rowKey?: Record<string, string>;
  /** The rule was changed and not saved yet. */
  unsaved?: boolean;
  onClose: () => void;
}) {
  const { source, detail, tracked } = props;
  const metadata = useMetadata();
  const roles = rolesOf(metadata);
  const granted = tracked.select_permissions?.[0]?.role;
  const [role, setRole] = useState(props.role ?? granted ?? roles[0]);
  const names = detail.primaryKey?.columns ?? [];
  const variables = useSessionVariables();
  const [key, setKey] = useState<Record<string, string>>(props.rowKey ?? {});
  const needed = role === undefined ? [] : variablesAsked(metadata, tracked, role);
  const valueOf = (name: string) =>
    variables.find((v) => v.name.toLowerCase() === name)?.value ?? '';
  const ask = useAction<void, Explanation>({
    quiet: true,
    run: () => {
      // What is not given is missing, as it is in a request without it.
      const given = needed.filter((name) => valueOf(name) !== '');
      const session = Object.fromEntries(given.map((name) => [name, valueOf(name)]));
      return explainRow(source, tracked.table, role ?? '', key, session);
    },
  });
  /** What was said before holds for nothing else. */
  const changed = () => ask.reset();

  return (
    <Modal
      opened
      onClose={props.onClose}
      size="lg"
      title={
        props.role === undefined
          ? t('Why does a role not see this row?')
          : t('Why does {{role}} not see a row?', { role: props.role })
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          ask.mutate();
        }}
      >
        <Stack>
          {names.length === 0 && (
            <Alert color="orange">{t('The table has no primary key to name a row by.')}</Alert>
          )}
          {props.unsaved && (
            <Alert color="orange">{t('What is explained is the rule as it was saved last.')}</Alert>
          )}
          {props.role === undefined && (
            <Select
              label={t('Role')}
              data={roles}
              value={role}
              searchable
              allowDeselect={false}
              onChange={(value) => {
                changed();
                setRole(value ?? undefined);
              }}
            />
          )}
          <Group grow>
            {names.map((name) => (
              <TextInput
                key={name}
                label={name}
                required
                value={key[name] ?? ''}
                onChange={(event) => {
                  const value = event.currentTarget.value;
                  changed();
                  setKey((before) => ({ ...before, [name]: value }));
                }}
              />
            ))}
          </Group>
          {needed.map((name) => (
            <TextInput
              key={name}
              label={name}
              value={valueOf(name)}
              onChange={(event) => {
                const value = event.currentTarget.value;
                changed();
                setSessionVariables([
                  ...variables.filter((v) => v.name.toLowerCase() !== name),
                  { name, value },
                ]);
              }}
            />
          ))}
          {ask.error && <ErrorPanel error={ask.error} />}
          {ask.data && role !== undefined && <Verdict explanation={ask.data} role={role} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={props.onClose}>
              {t('Close')}
            </Button>
            <Button
              type="submit"
              loading={ask.isPending}
              disabled={names.length === 0 || role === undefined}
            >
              {t('Ask')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
