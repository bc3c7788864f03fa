// An editor for SQL, JSON and YAML. CodeMirror is loaded when the first one is shown.
import { Skeleton } from '@mantine/core';
import { Suspense } from 'react';
import { lazyPart } from '../parts';
import type { CodeMirrorProps } from './CodeMirror';

const CodeMirror = lazyPart(() => import('./CodeMirror'), 'default');

export function CodeEditor(props: CodeMirrorProps) {
  return (
    <Suspense fallback={<Skeleton height={props.minHeight ?? 120} radius="md" />}>
      <CodeMirror {...props} />
    </Suspense>
  );
}
