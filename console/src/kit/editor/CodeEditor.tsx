// An editor for SQL, JSON and YAML. CodeMirror is loaded when the first one is shown.
import { Skeleton } from '@mantine/core';
import { lazy, Suspense } from 'react';
import type { CodeMirrorProps } from './CodeMirror';

const CodeMirror = lazy(() => import('./CodeMirror'));

export function CodeEditor(props: CodeMirrorProps) {
  return (
    <Suspense fallback={<Skeleton height={props.minHeight ?? 120} radius="md" />}>
      <CodeMirror {...props} />
    </Suspense>
  );
}
