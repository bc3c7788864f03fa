// The address of the diagram: what is shown is part of it.
import { createRoute } from '@tanstack/react-router';
import * as v from 'valibot';
import { metadataQuery, readFirst } from '../../kit/api';
import { lazyPart } from '../../kit/parts';
import { rootRoute } from '../../shell/root-route';

export const diagramRoutes = createRoute({
  getParentRoute: () => rootRoute,
  path: '/diagram',
  loader: () => readFirst(metadataQuery),
  validateSearch: v.object({
    source: v.optional(v.string()),
    schema: v.optional(v.string()),
    /** `schema.name` of a table, whose neighbours are shown. */
    table: v.optional(v.string()),
    depth: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(5))),
  }),
  staticData: { large: true },
  component: lazyPart(() => import('./DiagramPage'), 'DiagramPage'),
});
