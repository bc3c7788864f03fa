// Where a new table or view lies, its name and its comment.
import { Group, Select, TextInput } from '@mantine/core';
import { t } from '../../../kit/i18n';

interface Value {
  schema: string;
  name: string;
  comment: string;
}

export function RelationFields(props: {
  schemas: string[];
  value: Value;
  /** It exists: only its comment may be another. */
  exists?: boolean;
  onChange: (part: Partial<Value>) => void;
}) {
  const { value, exists = false, onChange } = props;
  return (
    <Group align="flex-end">
      <Select
        label={t('Schema')}
        data={props.schemas}
        allowDeselect={false}
        disabled={exists}
        value={value.schema}
        onChange={(schema) => onChange({ schema: schema ?? 'public' })}
      />
      <TextInput
        label={t('Name')}
        w={260}
        value={value.name}
        disabled={exists}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
        required
        autoFocus={!exists}
      />
      <TextInput
        label={t('Comment')}
        flex={1}
        value={value.comment}
        onChange={(event) => onChange({ comment: event.currentTarget.value })}
      />
    </Group>
  );
}
