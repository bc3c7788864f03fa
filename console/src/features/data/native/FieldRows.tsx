// A table of names and types: the arguments of a native query, the fields of a logical model.
import { ActionIcon, Checkbox, Group, Select, Table, TextInput, Tooltip } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { t } from '../../../kit/i18n';
import { AddButton } from '../../../kit/ui';
import { TypeInput } from '../structure/ColumnFields';
import { newField, type FieldDraft, type FieldKind } from './native';

interface Props {
  /** What a line is called: `argument`, `field`. */
  noun: string;
  label: string;
  source: string;
  value: FieldDraft[];
  onChange: (value: FieldDraft[]) => void;
  /** Names of logical models that a field may lead to; without them every type is a database's. */
  models?: string[];
}

const kinds: { value: FieldKind; label: string }[] = [
  { value: 'scalar', label: t('a value') },
  { value: 'row', label: t('one row of') },
  { value: 'rows', label: t('many rows of') },
];

export function FieldRows({ noun, label, source, value, onChange, models }: Props) {
  const set = (index: number, part: Partial<FieldDraft>) =>
    onChange(value.map((draft, i) => (i === index ? { ...draft, ...part } : draft)));
  return (
    <div>
      {value.length > 0 && (
        <Table aria-label={label} verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={200}>{t('Name')}</Table.Th>
              {models && <Table.Th w={140}>{t('Is')}</Table.Th>}
              <Table.Th w={200}>{t('Type')}</Table.Th>
              <Table.Th w={80}>{t('Nullable')}</Table.Th>
              <Table.Th>{t('Description')}</Table.Th>
              <Table.Th w={40} aria-label={t('Actions')} />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {value.map((draft, index) => {
              const number = index + 1;
              return (
                <Table.Tr key={index}>
                  <Table.Td>
                    <TextInput
                      aria-label={t('Name of {{noun}} {{number}}', { noun, number })}
                      value={draft.name}
                      onChange={(event) => set(index, { name: event.currentTarget.value })}
                    />
                  </Table.Td>
                  {models && (
                    <Table.Td>
                      <Select
                        aria-label={t('Kind of {{noun}} {{number}}', { noun, number })}
                        allowDeselect={false}
                        disabled={draft.kind === 'other'}
                        data={
                          draft.kind === 'other'
                            ? [{ value: 'other', label: t('a list of') }]
                            : kinds
                        }
                        value={draft.kind}
                        onChange={(kind) =>
                          set(index, {
                            kind: kind as FieldKind,
                            type: kind === 'scalar' ? 'text' : (models[0] ?? ''),
                          })
                        }
                      />
                    </Table.Td>
                  )}
                  <Table.Td>
                    {draft.kind === 'scalar' ? (
                      <TypeInput
                        source={source}
                        name={t('Type of {{noun}} {{number}}', { noun, number })}
                        value={draft.type}
                        onChange={(type) => set(index, { type })}
                      />
                    ) : draft.kind === 'other' ? (
                      <TextInput
                        aria-label={t('Type of {{noun}} {{number}}', { noun, number })}
                        value={draft.type}
                        disabled
                      />
                    ) : (
                      <Select
                        aria-label={t('Type of {{noun}} {{number}}', { noun, number })}
                        allowDeselect={false}
                        data={models ?? []}
                        value={draft.type}
                        onChange={(type) => set(index, { type: type ?? '' })}
                      />
                    )}
                  </Table.Td>
                  <Table.Td>
                    <Checkbox
                      aria-label={t('{{noun}} {{number}} is nullable', { noun, number })}
                      checked={draft.nullable}
                      onChange={(event) => set(index, { nullable: event.currentTarget.checked })}
                    />
                  </Table.Td>
                  <Table.Td>
                    <TextInput
                      aria-label={t('Description of {{noun}} {{number}}', { noun, number })}
                      value={draft.description}
                      onChange={(event) => set(index, { description: event.currentTarget.value })}
                    />
                  </Table.Td>
                  <Table.Td>
                    <Tooltip label={t('Remove')}>
                      <ActionIcon
                        aria-label={t('Remove {{noun}} {{number}}', { noun, number })}
                        onClick={() => onChange(value.filter((_, i) => i !== index))}
                      >
                        <IconTrash size={15} />
                      </ActionIcon>
                    </Tooltip>
                  </Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      )}
      <Group mt={6}>
        <AddButton
          label={t('Add {{noun}}', { noun })}
          onClick={() => onChange([...value, newField()])}
        />
      </Group>
    </div>
  );
}
