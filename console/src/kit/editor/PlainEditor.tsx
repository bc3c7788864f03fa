// A field for code, for as long as the real editor is not there.
import { Textarea } from '@mantine/core';
import type { CodeMirrorProps } from './CodeMirror';

/** About the height of a line, in pixels. */
const line = 20;

export function PlainEditor(props: CodeMirrorProps) {
  const lines = Math.min(props.value.split('\n').length, 30);
  return (
    <Textarea
      aria-label={props.label}
      value={props.value}
      readOnly={props.readOnly}
      placeholder={props.placeholder}
      rows={Math.max(2, Math.round((props.minHeight ?? 80) / line), lines)}
      spellCheck={false}
      styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
      onChange={(event) => props.onChange?.(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (!props.onRun || event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        const { selectionStart, selectionEnd, value } = event.currentTarget;
        props.onRun(value.slice(selectionStart, selectionEnd).trim() || value);
      }}
    />
  );
}
