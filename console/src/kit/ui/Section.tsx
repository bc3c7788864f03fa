// What pages about the parts of something are made of: sections with lists of things.
import { ActionIcon, Button, Group, Stack, Text, Title, Tooltip } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { t } from '../i18n';
import classes from './Section.module.css';

/** A part of a page with a title of its own. */
export function Section(props: { title: string; action?: ReactNode; children: ReactNode }) {
  return (
    <section aria-label={props.title} className={classes.section}>
      <Group justify="space-between" mb={6}>
        <Title order={2}>{props.title}</Title>
        {props.action}
      </Group>
      <Stack gap={0}>{props.children}</Stack>
    </section>
  );
}

/** The button for one more of what a section lists. */
export function AddButton(props: { label: string; onClick: () => void; disabled?: boolean }) {
  return (
    <Button
      variant="light"
      size="compact-xs"
      leftSection={<IconPlus size={13} />}
      disabled={props.disabled}
      onClick={props.onClick}
    >
      {props.label}
    </Button>
  );
}

/** A small button that its icon tells. */
export function Tool(props: { label: string; onClick: () => void; children: ReactNode }) {
  return (
    <Tooltip label={props.label}>
      <ActionIcon size="sm" aria-label={props.label} onClick={props.onClick}>
        {props.children}
      </ActionIcon>
    </Tooltip>
  );
}

/** What stands where a list has nothing. */
export function Nothing({ children }: { children: ReactNode }) {
  return (
    <Text size="sm" c="dimmed">
      {children}
    </Text>
  );
}

/** One of a list, with the way to drop it. */
export function Line(props: { name: string; text: string; onDrop?: () => void }) {
  return (
    <div className={classes.line}>
      <Text size="sm" fw={500} className={classes.lineName} title={props.name}>
        {props.name}
      </Text>
      <Text className="mono" style={{ flex: 1, minWidth: 0, overflowWrap: 'anywhere' }}>
        {props.text}
      </Text>
      {props.onDrop && (
        <Tool label={t('Drop {{name}}', { name: props.name })} onClick={props.onDrop}>
          <IconTrash size={15} />
        </Tool>
      )}
    </div>
  );
}
