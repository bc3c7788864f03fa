// What the server says of a row and a role: the reason, every part of the rules, and hidden columns.
import { Alert, Box, Group, Stack, Text } from '@mantine/core';
import { IconCheck, IconQuestionMark, IconX } from '@tabler/icons-react';
import { t } from '../../kit/i18n';
import {
  partDetail,
  partHolds,
  partLabel,
  type ExplainedPermission,
  type Explanation,
  type RulePart,
} from './why';

export function Verdict({ explanation, role }: { explanation: Explanation; role: string }) {
  const { visible } = explanation;
  if (!explanation.row_exists) {
    return <Alert color="orange">{t('There is no such row: nobody sees it.')}</Alert>;
  }
  const hidden = explanation.columns.filter((column) => !column.visible);
  return (
    <Stack gap="xs">
      <Alert
        color={visible ? 'teal' : 'red'}
        title={visible ? t('The role sees this row.') : t('The role does not see this row.')}
      >
        {!visible && <Text size="sm">{explanation.reason}</Text>}
        {explanation.notes.map((note) => (
          <Text key={note} size="sm">
            {note}
          </Text>
        ))}
      </Alert>
      <List>
        <PermissionLine permission={explanation.permissions.select} asked={role} />
      </List>
      {visible && hidden.length > 0 && (
        <Stack gap={2}>
          <Text size="sm" fw={600}>
            {t('Columns of it that the role does not see')}
          </Text>
          {hidden.map((column) => (
            <Text key={column.name} size="sm">
              <span className="mono">{column.name}</span>: {column.reason}
            </Text>
          ))}
        </Stack>
      )}
    </Stack>
  );
}

function PermissionLine({ permission, asked }: { permission: ExplainedPermission; asked: string }) {
  const { origin, role } = permission;
  const label =
    origin === 'none'
      ? t('{{role}} has no permission to select', { role })
      : origin === 'inherited'
        ? t('{{role}} inherits', { role })
        : role === asked
          ? t('the rule of {{role}}', { role })
          : t('the rule of {{role}}, which it inherits', { role });
  return (
    <Line holds={permission.allows ?? undefined} label={label} detail={permission.fault}>
      {permission.filter && <PartLine part={permission.filter} />}
      {permission.parents?.map((parent) => (
        <PermissionLine key={parent.role} permission={parent} asked={asked} />
      ))}
    </Line>
  );
}

function PartLine({ part }: { part: RulePart }) {
  return (
    <Line holds={partHolds(part)} label={partLabel(part)} detail={partDetail(part)}>
      {part.parts?.map((child, index) => (
        <PartLine key={index} part={child} />
      ))}
    </Line>
  );
}

function Line(props: {
  holds: boolean | undefined;
  label: string;
  detail?: string;
  children?: React.ReactNode;
}) {
  return (
    <Box component="li" my={3}>
      <Group gap={6} wrap="nowrap" align="flex-start">
        {props.holds === true ? (
          <IconCheck size={16} color="var(--mantine-color-teal-text)" aria-label={t('holds')} />
        ) : props.holds === false ? (
          <IconX size={16} color="var(--mantine-color-error)" aria-label={t('does not hold')} />
        ) : (
          <IconQuestionMark
            size={16}
            color="var(--mantine-color-orange-text)"
            aria-label={t('is not known')}
          />
        )}
        <Text className="mono" style={{ overflowWrap: 'anywhere' }}>
          {props.label}
          {props.detail && (
            <Text span size="xs" c="dimmed" ml={8}>
              {props.detail}
            </Text>
          )}
        </Text>
      </Group>
      {props.children && <List indent>{props.children}</List>}
    </Box>
  );
}

function List({ indent, children }: { indent?: boolean; children: React.ReactNode }) {
  return (
    <Box component="ul" m={0} p={0} pl={indent ? 20 : 0} style={{ listStyle: 'none' }}>
      {children}
    </Box>
  );
}
