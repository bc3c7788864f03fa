// The frame of a page: its title, what can be done on it, its content.
import { Box, Group, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import classes from './Page.module.css';

interface Props {
  title: string;
  /** In place of the title's text, such as a path of links. */
  heading?: ReactNode;
  description?: ReactNode;
  actions?: ReactNode;
  /** Tabs below the title. */
  tabs?: ReactNode;
  /** The content takes the whole room and scrolls inside. */
  fill?: boolean;
  children: ReactNode;
}

export function Page({ title, heading, description, actions, tabs, fill, children }: Props) {
  useDocumentTitle(`${title} · howdah`);
  return (
    <div className={classes.page} data-fill={fill || undefined}>
      <header className={classes.header}>
        <Group justify="space-between" gap="md" wrap="nowrap" align="center">
          <Box miw={0}>
            <Title order={1} className={classes.title}>
              {heading ?? title}
            </Title>
            {description && (
              <Text size="sm" c="dimmed" mt={2}>
                {description}
              </Text>
            )}
          </Box>
          {actions && (
            <Group gap="xs" wrap="nowrap">
              {actions}
            </Group>
          )}
        </Group>
        {tabs && <div className={classes.tabs}>{tabs}</div>}
      </header>
      <div className={classes.content}>{children}</div>
    </div>
  );
}
