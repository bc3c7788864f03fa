// An error as people need it: what, where, PostgreSQL's own words, and what can be done.
import { Alert, Button, Code, Collapse, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconPlugConnectedX } from '@tabler/icons-react';
import { useState } from 'react';
import { asApiError, detailOf } from '../api';
import { t } from '../i18n';

export function ErrorPanel({ error, retry }: { error: unknown; retry?: () => void }) {
  const known = asApiError(error);
  const [open, setOpen] = useState(false);
  const away = t('The server cannot be reached');
  const title = known.isUnreachable ? away : known.message;
  const detail = detailOf(known) ?? known.message;
  const internal =
    known.internal === undefined ? undefined : JSON.stringify(known.internal, undefined, 2);
  return (
    <Alert
      color="red"
      role="alert"
      variant="light"
      icon={
        known.isUnreachable ? <IconPlugConnectedX size={18} /> : <IconAlertTriangle size={18} />
      }
      title={title}
    >
      <Stack gap="xs">
        {known.isUnreachable && (
          <Text size="sm">
            {t(
              'No answer came. If it was to change something, look whether it did once the server is back.',
            )}
          </Text>
        )}
        {detail !== title && (
          <Code block fz="xs" style={{ whiteSpace: 'pre-wrap' }}>
            {detail}
          </Code>
        )}
        <Group gap="md">
          {known.code !== 'console' && !known.isUnreachable && (
            <Text size="xs" c="dimmed">
              {known.code}
              {known.path && known.path !== '$' ? ` · ${known.path}` : ''}
            </Text>
          )}
          {internal && (
            <Button size="compact-xs" variant="subtle" color="red" onClick={() => setOpen(!open)}>
              {open ? t('Hide details') : t('Show details')}
            </Button>
          )}
          {retry && (
            <Button size="compact-xs" variant="light" color="red" onClick={retry}>
              {t('Try again')}
            </Button>
          )}
        </Group>
        {internal && (
          <Collapse expanded={open}>
            <Code block fz="xs" mah={300} style={{ overflow: 'auto' }} tabIndex={0}>
              {internal}
            </Code>
          </Collapse>
        )}
      </Stack>
    </Alert>
  );
}
