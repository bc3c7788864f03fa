import { MantineProvider } from '@mantine/core';
import { act, fireEvent, render, screen } from '@testing-library/react';
import { useState } from 'react';
import { expect, it, vi } from 'vitest';
import { setConfig } from '../api';
import { CodeEditor } from './CodeEditor';

vi.mock('./CodeMirror', () => {
  throw new TypeError('Failed to fetch dynamically imported module');
});

function Form({ onRun }: { onRun: (text: string) => void }) {
  const [sql, setSql] = useState('select 1');
  return (
    <>
      <input aria-label="name" defaultValue="entered before" />
      <CodeEditor language="sql" label="SQL" value={sql} onChange={setSql} onRun={onRun} />
    </>
  );
}

it('is a plain field where the editor cannot be fetched, and the form around it stays', async () => {
  setConfig({ consoleMode: 'server', apiBase: '../', version: '1', needsAdminSecret: false });
  vi.spyOn(console, 'error').mockImplementation(() => {});
  vi.spyOn(globalThis, 'fetch').mockRejectedValue(new TypeError('Failed to fetch'));
  const run = vi.fn();
  await act(async () => {
    render(
      <MantineProvider>
        <Form onRun={run} />
      </MantineProvider>,
    );
  });
  const field = await screen.findByLabelText<HTMLTextAreaElement>('SQL');
  await screen.findByRole('alert');
  expect(screen.getByLabelText<HTMLInputElement>('name').value).toBe('entered before');
  fireEvent.change(field, { target: { value: 'select 2, 3' } });
  fireEvent.keyDown(field, { key: 'Enter', ctrlKey: true });
  expect(run).toHaveBeenLastCalledWith('select 2, 3');
  field.setSelectionRange(0, 8);
  fireEvent.keyDown(field, { key: 'Enter', metaKey: true });
  expect(run).toHaveBeenLastCalledWith('select 2');
});
