// An editor for SQL, JSON and YAML. CodeMirror is loaded when the first one is shown; where it cannot be,
// one writes in a plain field meanwhile, so that a form keeps what was entered in it.
import { Skeleton, Stack } from '@mantine/core';
import { Suspense } from 'react';
import { lazyPart } from '../parts';
import { Boundary } from '../ui/Boundary';
import { ErrorPanel } from '../ui/ErrorPanel';
import type { CodeMirrorProps } from './CodeMirror';
import { PlainEditor } from './PlainEditor';

const CodeMirror = lazyPart(() => import('./CodeMirror'), 'default');

export function CodeEditor(props: CodeMirrorProps) {
  return (
    <Boundary
      fallback={(error, retry) => (
        <Stack gap="xs">
          <ErrorPanel error={error} retry={retry} />
          <PlainEditor {...props} />
        </Stack>
      )}
    >
      <Suspense fallback={<Skeleton height={props.minHeight ?? 120} radius="md" />}>
        <CodeMirror {...props} />
      </Suspense>
    </Boundary>
  );
}
