// What the rows of a native query lead to: other native queries, or tables (F12).
import { Badge, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import type { LogicalModel, NativeQuery } from '../../../kit/api';
import { t } from '../../../kit/i18n';
import { AddButton, Nothing, Section, Tool } from '../../../kit/ui';
import {
  isComplete,
  mappingOf,
  newRelationship,
  RelationshipFields,
} from '../relationships/RelationshipFields';
import { pairsText, targetText } from './native';

type Links = Pick<NativeQuery, 'object_relationships' | 'array_relationships'>;

export function QueryRelationships(props: {
  source: string;
  name: string;
  model: LogicalModel | undefined;
  value: Links;
  onChange: (value: Links) => void;
}) {
  const { value, onChange } = props;
  const [draft, setDraft] = useState<ReturnType<typeof newRelationship>>();
  const list = (['object', 'array'] as const).flatMap((kind) =>
    (value[`${kind}_relationships`] ?? []).map((relationship) => ({ kind, relationship })),
  );
  const columns = (props.model?.fields ?? [])
    .filter((field) => 'scalar' in field.type)
    .map((field) => field.name);
  const put = (kind: 'object' | 'array', next: Links[`${typeof kind}_relationships`]) =>
    onChange({ ...value, [`${kind}_relationships`]: next });
  return (
    <Section
      title={t('Relationships')}
      action={
        <AddButton
          label={t('Add relationship')}
          disabled={columns.length === 0}
          onClick={() => setDraft(newRelationship())}
        />
      }
    >
      {list.length === 0 && (
        <Nothing>{t('Rows may lead to those of tables and of other native queries.')}</Nothing>
      )}
      {list.map(({ kind, relationship }) => (
        <Group key={relationship.name} justify="space-between" py={4}>
          <Group gap={8}>
            <Text size="sm" fw={500}>
              {relationship.name}
            </Text>
            <Badge size="sm" color={kind === 'object' ? 'cyan' : 'grape'}>
              {kind}
            </Badge>
            <Text size="sm" className="mono">
              → {targetText(relationship.using)} ({pairsText(relationship.using.column_mapping)})
            </Text>
          </Group>
          <Tool
            label={t('Remove {{name}}', { name: relationship.name })}
            onClick={() =>
              put(
                kind,
                value[`${kind}_relationships`]?.filter((r) => r.name !== relationship.name),
              )
            }
          >
            <IconTrash size={15} />
          </Tool>
        </Group>
      ))}
      {draft && (
        <Modal
          opened
          onClose={() => setDraft(undefined)}
          size="lg"
          title={t('Relationship of the native query')}
        >
          <Stack>
            <RelationshipFields
              source={props.source}
              here={{ name: props.name, columns }}
              draft={draft}
              onChange={setDraft}
            />
            <Text size="xs" c="dimmed">
              {t('It is written when the native query is saved.')}
            </Text>
            <Group justify="flex-end">
              <Button
                disabled={
                  !isComplete(draft) || list.some((x) => x.relationship.name === draft.name.trim())
                }
                onClick={() => {
                  put(draft.kind, [
                    ...(value[`${draft.kind}_relationships`] ?? []),
                    { name: draft.name.trim(), using: mappingOf(draft) },
                  ]);
                  setDraft(undefined);
                }}
              >
                {t('Add')}
              </Button>
            </Group>
          </Stack>
        </Modal>
      )}
    </Section>
  );
}
