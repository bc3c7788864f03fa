// What the server is and how many objects do not fit.
import { Anchor, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { config, inconsistentQuery } from '../kit/api';
import { t } from '../kit/i18n';

export function StatusLine({ narrow }: { narrow: boolean }) {
  const { data } = useQuery(inconsistentQuery);
  if (narrow) return null;
  const count = data?.inconsistent_objects.length ?? 0;
  return (
    <Stack gap={2} px={8} pb={8}>
      {config().consoleMode === 'cli' && (
        <Text size="xs" c="dimmed">
          {t('Changes are written to the project')}
        </Text>
      )}
      {count > 0 && (
        <Anchor size="xs" c="orange" component={Link} to="/settings/inconsistent">
          {t('{{count}} inconsistent', { count })}
        </Anchor>
      )}
      <Text size="xs" c="dimmed" truncate title={config().version}>
        {config().version}
      </Text>
    </Stack>
  );
}
