// What stands where there is nothing yet: why, and the way on.
import { Stack, Text, ThemeIcon } from '@mantine/core';
import type { Icon } from '@tabler/icons-react';
import type { ReactNode } from 'react';

export function EmptyState(props: {
  icon: Icon;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  const Symbol = props.icon;
  return (
    <Stack align="center" justify="center" gap="sm" py={56} px="md" ta="center">
      <ThemeIcon size={52} radius="xl" variant="light" color="cyan">
        <Symbol size={26} stroke={1.6} />
      </ThemeIcon>
      <Text fw={600}>{props.title}</Text>
      {props.children && (
        <Text size="sm" c="dimmed" maw={460} component="div">
          {props.children}
        </Text>
      )}
      {props.action}
    </Stack>
  );
}
