// CodeMirror 6 as a controlled component.
import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { json, jsonParseLinter } from '@codemirror/lang-json';
import { PostgreSQL, sql, type SQLNamespace } from '@codemirror/lang-sql';
import { yaml } from '@codemirror/lang-yaml';
import {
  bracketMatching,
  foldGutter,
  foldKeymap,
  HighlightStyle,
  indentOnInput,
  syntaxHighlighting,
} from '@codemirror/language';
import { linter, lintKeymap } from '@codemirror/lint';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { Compartment, EditorState, Prec, type Extension } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightSpecialChars,
  keymap,
  lineNumbers,
  placeholder as placeholderText,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useRef } from 'react';

export interface CodeMirrorProps {
  value: string;
  onChange?: (value: string) => void;
  language: 'sql' | 'json' | 'yaml' | 'text';
  /** What the editor is for, for those who do not see it. */
  label: string;
  readOnly?: boolean;
  minHeight?: number;
  maxHeight?: number | string;
  /** Fills what is around it instead. */
  fill?: boolean;
  placeholder?: string;
  /** Tables and columns that SQL is completed with. */
  schema?: SQLNamespace;
  /** What Ctrl-Enter does; it gets the selected text, or all. */
  onRun?: (text: string) => void;
  autoFocus?: boolean;
}

const highlight = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword], color: 'var(--console-keyword)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--console-string)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--console-number)' },
  { tag: [tags.propertyName, tags.typeName], color: 'var(--mantine-color-cyan-text)' },
  { tag: tags.comment, color: 'var(--mantine-color-dimmed)', fontStyle: 'italic' },
]);

const look = EditorView.theme({
  '&': {
    fontSize: '0.8125rem',
    border: '1px solid var(--console-line)',
    borderRadius: '8px',
    backgroundColor: 'var(--mantine-color-body)',
    color: 'var(--mantine-color-text)',
    overflow: 'hidden',
  },
  '&.cm-focused': {
    outline: '2px solid var(--mantine-primary-color-filled)',
    outlineOffset: '-1px',
  },
  '.cm-scroller': { fontFamily: 'var(--mantine-font-family-monospace)', lineHeight: '1.55' },
  '.cm-gutters': {
    backgroundColor: 'var(--console-soft)',
    color: 'var(--mantine-color-dimmed)',
    border: 'none',
  },
  '.cm-activeLine': { backgroundColor: 'transparent' },
  '&.cm-focused .cm-activeLine': { backgroundColor: 'var(--console-soft)' },
  '.cm-content': { caretColor: 'var(--mantine-color-text)', padding: '8px 0' },
  '.cm-cursor': { borderLeftColor: 'var(--mantine-color-text)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--console-active) !important',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--mantine-color-body)',
    color: 'var(--mantine-color-text)',
    border: '1px solid var(--console-line)',
    borderRadius: '6px',
  },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--mantine-primary-color-filled)',
    color: '#fff',
  },
  '.cm-panels': { backgroundColor: 'var(--console-soft)', color: 'var(--mantine-color-text)' },
  '.cm-placeholder': { color: 'var(--mantine-color-placeholder)' },
});

function languageOf(props: CodeMirrorProps): Extension {
  switch (props.language) {
    case 'sql':
      return sql({ dialect: PostgreSQL, schema: props.schema, upperCaseKeywords: false });
    case 'json':
      return props.readOnly
        ? json()
        : [json(), linter((view) => (view.state.doc.length === 0 ? [] : jsonParseLinter()(view)))];
    case 'yaml':
      return yaml();
    case 'text':
      return [];
  }
}

export default function CodeMirror(props: CodeMirrorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const latest = useRef(props);
  latest.current = props;
  const language = useRef(new Compartment());

  useEffect(() => {
    if (!host.current) return;
    const first = latest.current;
    const run = Prec.highest(
      keymap.of([
        {
          key: 'Mod-Enter',
          run: (editor) => {
            const { onRun } = latest.current;
            if (!onRun) return false;
            const { main } = editor.state.selection;
            onRun(editor.state.sliceDoc(main.from, main.to).trim() || editor.state.doc.toString());
            return true;
          },
        },
      ]),
    );
    const editor = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: first.value,
        extensions: [
          run,
          first.readOnly ? [] : lineNumbers(),
          foldGutter(),
          highlightSpecialChars(),
          history(),
          drawSelection(),
          indentOnInput(),
          bracketMatching(),
          closeBrackets(),
          autocompletion(),
          highlightActiveLine(),
          highlightSelectionMatches(),
          syntaxHighlighting(highlight),
          look,
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': first.label }),
          EditorView.theme({
            '&': first.fill
              ? { height: '100%' }
              : { maxHeight: cssSize(first.maxHeight ?? '60vh') },
            '.cm-scroller': { overflow: 'auto' },
            '.cm-content, .cm-gutter': {
              minHeight: first.fill ? '0' : cssSize(first.minHeight ?? 80),
            },
          }),
          first.readOnly ? [EditorState.readOnly.of(true)] : [],
          first.placeholder ? placeholderText(first.placeholder) : [],
          // Tab leaves the editor as it leaves any field; indenting is Ctrl-] and after Escape.
          keymap.of([
            ...closeBracketsKeymap,
            ...defaultKeymap,
            ...searchKeymap,
            ...historyKeymap,
            ...foldKeymap,
            ...completionKeymap,
            ...lintKeymap,
            ...(first.language === 'yaml' ? [indentWithTab] : []),
          ]),
          language.current.of(languageOf(first)),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onChange?.(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = editor;
    if (first.autoFocus) editor.focus();
    return () => editor.destroy();
  }, []);

  // A value that comes from outside replaces the text; one's own typing is already there.
  useEffect(() => {
    const editor = view.current;
    if (editor && editor.state.doc.toString() !== props.value) {
      editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: props.value } });
    }
  }, [props.value]);

  useEffect(() => {
    view.current?.dispatch({
      effects: language.current.reconfigure(languageOf(latest.current)),
    });
  }, [props.schema, props.language]);

  return <div ref={host} style={props.fill ? { height: '100%', minHeight: 0 } : undefined} />;
}

function cssSize(size: number | string): string {
  return typeof size === 'number' ? `${size}px` : size;
}
