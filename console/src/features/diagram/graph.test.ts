import { expect, test } from 'vitest';
import { layout, selected, toSvg, type Diagram } from './graph';

const table = (name: string, schema = 'public') => ({
  id: `${schema}.${name}`,
  schema,
  name,
  columns: [{ name: 'a<b', type: 'text', key: true, foreign: false }],
});
const edge = (from: string, to: string) => ({ id: `${from}-${to}`, from, to, label: 'fk' });
const diagram: Diagram = {
  tables: [table('a'), table('b'), table('c'), table('x', 'other')],
  edges: [edge('public.a', 'public.b'), edge('public.b', 'public.c'), edge('public.c', 'other.x')],
};
const ids = (d: Diagram) => d.tables.map((t) => t.id);

test('neighbours are counted along the keys in both directions', () => {
  expect(ids(selected(diagram, undefined, 'public.b', 1))).toEqual([
    'public.a',
    'public.b',
    'public.c',
  ]);
  expect(ids(selected(diagram, undefined, 'public.b', 0))).toEqual(['public.b']);
});

test('keys that lead out of the schema are left out', () => {
  const inside = selected(diagram, 'public', undefined, 1);
  expect(ids(inside)).toEqual(['public.a', 'public.b', 'public.c']);
  expect(inside.edges).toHaveLength(2);
});

test('every table has a place of its own, and names are escaped in the file', () => {
  const places = layout(diagram);
  expect(new Set([...places.values()].map((p) => `${p.x},${p.y}`)).size).toBe(4);
  const svg = toSvg(diagram, places);
  const parsed = new DOMParser().parseFromString(svg, 'image/svg+xml');
  expect(parsed.querySelector('parsererror')).toBeNull();
  expect(parsed.querySelectorAll('rect')).toHaveLength(4);
  expect(parsed.querySelectorAll('path[fill=none]')).toHaveLength(3);
});
