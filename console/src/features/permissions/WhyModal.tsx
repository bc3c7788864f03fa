// "Why is this row hidden?": the rule of a role, asked of one row.
import { Alert, Box, Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { IconCheck, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import type { BoolExp, TableDetail } from '../../kit/api';
import { t } from '../../kit/i18n';
import { setSessionVariables, useSessionVariables } from '../../kit/identity';
import { ErrorPanel } from '../../kit/ui';
import { sessionVariablesIn } from './rules';
import { explainRow, type Verdict } from './why';

export function WhyModal(props: {
  source: string;
  detail: TableDetail;
  role: string;
  filter: BoolExp;
  onClose: () => void;
}) {
  const { detail, filter } = props;
  const columns = detail.primaryKey?.columns ?? [];
  const variables = useSessionVariables();
  const [key, setKey] = useState<Record<string, string>>({});
  const [verdict, setVerdict] = useState<Verdict | 'no row'>();
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const needed = sessionVariablesIn(filter);
  const valueOf = (name: string) =>
    variables.find((v) => v.name.toLowerCase() === name)?.value ?? '';

  async function ask() {
    setBusy(true);
    setError(undefined);
    try {
      const session = Object.fromEntries(needed.map((name) => [name, valueOf(name)]));
      setVerdict(
        (await explainRow(
          props.source,
          { schema: detail.schema, name: detail.name },
          key,
          filter,
          session,
        )) ?? 'no row',
      );
    } catch (reason) {
      setError(reason);
      setVerdict(undefined);
    }
    setBusy(false);
  }

  return (
    <Modal
      opened
      onClose={props.onClose}
      size="lg"
      title={t('Why does {{role}} not see a row?', { role: props.role })}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void ask();
        }}
      >
        <Stack>
          {columns.length === 0 && (
            <Alert color="orange">{t('The table has no primary key to name a row by.')}</Alert>
          )}
          <Group grow>
            {columns.map((name) => (
              <TextInput
                key={name}
                label={name}
                required
                value={key[name] ?? ''}
                onChange={(event) => {
                  const value = event.currentTarget.value;
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
                setSessionVariables([
                  ...variables.filter((v) => v.name.toLowerCase() !== name),
                  { name, value },
                ]);
              }}
            />
          ))}
          {error !== undefined && <ErrorPanel error={error} />}
          {verdict === 'no row' && (
            <Alert color="orange">{t('There is no such row: nobody sees it.')}</Alert>
          )}
          {verdict && verdict !== 'no row' && (
            <>
              <Alert color={verdict.holds ? 'teal' : 'red'}>
                {verdict.holds
                  ? t('The role sees this row.')
                  : t('The role does not see this row: what is marked with a cross does not hold.')}
              </Alert>
              <Box component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
                <VerdictLine verdict={verdict} />
              </Box>
            </>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={props.onClose}>
              {t('Close')}
            </Button>
            <Button type="submit" loading={busy} disabled={columns.length === 0}>
              {t('Ask')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function VerdictLine({ verdict }: { verdict: Verdict }) {
  return (
    <Box component="li" my={3}>
      <Group gap={6} wrap="nowrap" align="flex-start">
        {verdict.holds ? (
          <IconCheck size={16} color="var(--mantine-color-teal-text)" aria-label={t('holds')} />
        ) : (
          <IconX size={16} color="var(--mantine-color-error)" aria-label={t('does not hold')} />
        )}
        <Text className="mono" style={{ overflowWrap: 'anywhere' }}>
          {verdict.label}
        </Text>
      </Group>
      {verdict.children.length > 0 && (
        <Box component="ul" m={0} pl={20} style={{ listStyle: 'none' }}>
          {verdict.children.map((child, index) => (
            <VerdictLine key={index} verdict={child} />
          ))}
        </Box>
      )}
    </Box>
  );
}
