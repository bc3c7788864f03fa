import type { AnyRoute } from '@tanstack/react-router';
import { expect, it } from 'vitest';
import { roomsOf } from './preload';

const route = (fullPath: string, large = false) =>
  ({ fullPath, options: { staticData: { large } } }) as unknown as AnyRoute;

it('tells the open room from others and leaves out what is large', () => {
  const routes = [
    route('/sql'),
    route('/api', true),
    route('/data/$source'),
    route('/data/$source/$schema/$table/rows'),
  ];
  const paths = roomsOf(routes, '/data/default').map((list) => list.map((r) => r.fullPath));
  expect(paths).toEqual([['/data/$source', '/data/$source/$schema/$table/rows'], ['/sql']]);
});
