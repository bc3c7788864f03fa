// Objects of the metadata that do not fit: why, what to do, and the way to drop them.
import { Badge, Button, Card, Code, Group, Stack, Text } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { inconsistentQuery, metadataChanged, metadataCommand } from '../../../kit/api';
import { t } from '../../../kit/i18n';
import { confirmDestruction, EmptyState, useAction } from '../../../kit/ui';
import { remedy } from './remedy';

export function InconsistentTab() {
  const { data } = useSuspenseQuery(inconsistentQuery);
  const objects = data.inconsistent_objects;
  const dropping = useAction({
    run: () => metadataCommand('drop_inconsistent_metadata', {}),
    success: t('Inconsistent objects were dropped'),
    after: metadataChanged,
  });
  const reloading = useAction({
    run: () => metadataCommand('reload_metadata', { reload_sources: true }),
    success: t('The metadata was read anew'),
    after: metadataChanged,
  });
  if (objects.length === 0) {
    return (
      <EmptyState icon={IconCircleCheck} title={t('Everything fits')}>
        {t('Every object of the metadata is found in its database and served.')}
      </EmptyState>
    );
  }
  return (
    <Stack maw={900}>
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {t('These objects are kept, but not served.')}
        </Text>
        <Group gap="xs">
          <Button
            variant="default"
            loading={reloading.isPending}
            onClick={() => reloading.mutate()}
          >
            {t('Reload metadata')}
          </Button>
          <Button
            color="red"
            variant="light"
            loading={dropping.isPending}
            onClick={() =>
              confirmDestruction({
                title: t('Drop all inconsistent objects?'),
                what: t('{{count}} objects', { count: objects.length }),
                consequence: objects.map((o) => o.name).join(', '),
                button: t('Drop them'),
                run: () => dropping.mutate(),
              })
            }
          >
            {t('Drop all')}
          </Button>
        </Group>
      </Group>
      {objects.map((object, index) => (
        <Card withBorder key={`${object.name}-${index}`}>
          <Stack gap={6}>
            <Group gap={8}>
              <Badge color="orange">{object.type.replaceAll('_', ' ')}</Badge>
              <Text fw={600} size="sm">
                {object.name}
              </Text>
            </Group>
            <Text size="sm">{object.reason}</Text>
            <Text size="sm" c="dimmed">
              {remedy(object)}
            </Text>
            <Code block fz="xs" mah={160} style={{ overflow: 'auto' }} tabIndex={0}>
              {JSON.stringify(object.definition, undefined, 2)}
            </Code>
          </Stack>
        </Card>
      ))}
    </Stack>
  );
}
