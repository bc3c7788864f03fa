// One cell, edited in its place. Enter saves, Escape gives up; nothing changes in the grid before the
// server has taken it.
import { ActionIcon, Group, Select, Textarea, TextInput, Tooltip } from '@mantine/core';
import { IconCircleOff } from '@tabler/icons-react';
import { useState, type KeyboardEvent } from 'react';
import type { Column } from '../../../kit/api';
import { kindOfType } from '../../../kit/grid/Value';
import { t } from '../../../kit/i18n';

interface Props {
  column: Column;
  value: string | null;
  busy: boolean;
  onSave: (value: string | null) => void;
  onCancel: () => void;
}

export function CellEditor({ column, value, busy, onSave, onCancel }: Props) {
  const [text, setText] = useState(value ?? '');
  const kind = kindOfType(column.base);
  const choices = column.enumValues ?? (kind === 'boolean' ? ['true', 'false'] : undefined);
  const long = kind === 'json' || text.length > 60 || text.includes('\n');

  function onKeyDown(event: KeyboardEvent) {
    event.stopPropagation();
    if (busy) return;
    if (event.key === 'Escape') onCancel();
    else if (event.key === 'Enter' && !(long && event.shiftKey)) {
      event.preventDefault();
      onSave(text);
    }
  }
  return (
    <Group
      gap={2}
      wrap="nowrap"
      w="100%"
      miw={long ? 380 : 160}
      p={2}
      style={{
        background: 'var(--mantine-color-body)',
        alignSelf: 'flex-start',
        boxShadow: 'var(--mantine-shadow-md)',
        borderRadius: 6,
      }}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) onCancel();
      }}
    >
      {choices ? (
        <Select
          aria-label={column.name}
          flex={1}
          data={choices}
          value={value === 't' ? 'true' : value === 'f' ? 'false' : value}
          autoFocus
          defaultDropdownOpened
          disabled={busy}
          comboboxProps={{ withinPortal: false }}
          onChange={(chosen) => chosen !== null && onSave(chosen)}
          onKeyDown={(event) => {
            event.stopPropagation();
            if (event.key === 'Escape') onCancel();
          }}
        />
      ) : long ? (
        <Textarea
          aria-label={column.name}
          flex={1}
          autosize
          minRows={2}
          maxRows={10}
          autoFocus
          // Not disabled: that would take the focus away, and a refused value is mended here.
          readOnly={busy}
          value={text}
          className={kind === 'json' ? 'mono' : undefined}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
      ) : (
        <TextInput
          aria-label={column.name}
          flex={1}
          autoFocus
          // Not disabled: that would take the focus away, and a refused value is mended here.
          readOnly={busy}
          value={text}
          onFocus={(event) => event.currentTarget.select()}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
      )}
      {column.nullable && (
        <Tooltip label={t('Set to null')}>
          <ActionIcon aria-label={t('Set to null')} onClick={() => onSave(null)} disabled={busy}>
            <IconCircleOff size={15} />
          </ActionIcon>
        </Tooltip>
      )}
    </Group>
  );
}
