// Addresses of the data pages.
import { createRoute, redirect } from '@tanstack/react-router';
import * as v from 'valibot';
import {
  functionsQuery,
  metadataQuery,
  permissionKinds,
  readFirst,
  relationsQuery,
  tableQuery,
} from '../../kit/api';
import { lazyPart } from '../../kit/parts';
import { rootRoute } from '../../shell/root-route';
import { DataLayout } from './DataLayout';
import { suggestionsQuery } from './relationships/suggestions';
import { filterSchema, orderSchema } from './rows/filters';

export const dataRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/data',
  loader: () => readFirst(metadataQuery),
  component: DataLayout,
});

const databasesRoute = createRoute({
  getParentRoute: () => dataRoute,
  path: '/',
  component: lazyPart(() => import('./databases/DatabasesPage'), 'DatabasesPage'),
});

const sourceSearch = v.object({
  /** Only this schema. */
  schema: v.optional(v.string()),
  /** Only names with this text. */
  q: v.optional(v.string()),
  show: v.optional(v.picklist(['tracked', 'untracked'])),
});

const sourceRoute = createRoute({
  getParentRoute: () => dataRoute,
  path: '/$source',
  loader: ({ params }) => readFirst(relationsQuery(params.source)),
  validateSearch: sourceSearch,
  component: lazyPart(() => import('./source/SourcePage'), 'SourcePage'),
});
const sourceTablesRoute = createRoute({
  getParentRoute: () => sourceRoute,
  path: '/',
  component: lazyPart(() => import('./source/TablesTab'), 'TablesTab'),
});
const sourceRelationshipsRoute = createRoute({
  getParentRoute: () => sourceRoute,
  path: '/~relationships',
  loader: ({ params }) => readFirst(suggestionsQuery(params.source)),
  component: lazyPart(() => import('./source/RelationshipsTab'), 'RelationshipsTab'),
});

const sourceFunctionsRoute = createRoute({
  getParentRoute: () => sourceRoute,
  path: '/~functions',
  loader: ({ params }) => readFirst(functionsQuery(params.source)),
  component: lazyPart(() => import('./functions/FunctionsTab'), 'FunctionsTab'),
});
const sourceNativeRoute = createRoute({
  getParentRoute: () => sourceRoute,
  path: '/~native',
  component: lazyPart(() => import('./native/NativeTab'), 'NativeTab'),
});
const sourceModelsRoute = createRoute({
  getParentRoute: () => sourceRoute,
  path: '/~models',
  component: lazyPart(() => import('./native/ModelsTab'), 'ModelsTab'),
});
const newNativeQueryRoute = createRoute({
  getParentRoute: () => dataRoute,
  path: '/$source/~native/~new',
  component: lazyPart(() => import('./native/NativeQueryPage'), 'NewNativeQueryPage'),
});
const nativeQueryRoute = createRoute({
  getParentRoute: () => dataRoute,
  path: '/$source/~native/$query',
  component: lazyPart(() => import('./native/NativeQueryPage'), 'NativeQueryPage'),
});
const newModelRoute = createRoute({
  getParentRoute: () => dataRoute,
  path: '/$source/~models/~new',
  component: lazyPart(() => import('./native/LogicalModelPage'), 'NewModelPage'),
});
const modelRoute = createRoute({
  getParentRoute: () => dataRoute,
  path: '/$source/~models/$model',
  component: lazyPart(() => import('./native/LogicalModelPage'), 'LogicalModelPage'),
});
const modelFieldsRoute = createRoute({
  getParentRoute: () => modelRoute,
  path: '/',
  component: lazyPart(() => import('./native/LogicalModelPage'), 'ModelFieldsTab'),
});
const modelPermissionsRoute = createRoute({
  getParentRoute: () => modelRoute,
  path: '/permissions',
  validateSearch: v.object({ role: v.optional(v.string()) }),
  component: lazyPart(() => import('../permissions/ModelPermissionsTab'), 'ModelPermissionsTab'),
});
const createTableRoute = createRoute({
  getParentRoute: () => dataRoute,
  path: '/$source/~create',
  loader: ({ params }) => readFirst(relationsQuery(params.source)),
  validateSearch: v.object({ schema: v.optional(v.string()) }),
  component: lazyPart(() => import('./create/CreateTablePage'), 'CreateTablePage'),
});
const viewRoute = createRoute({
  getParentRoute: () => dataRoute,
  path: '/$source/~view',
  loader: ({ params }) => readFirst(relationsQuery(params.source)),
  validateSearch: v.object({
    schema: v.optional(v.string()),
    /** The view that is changed; without it, a new one is made. */
    view: v.optional(v.string()),
  }),
  component: lazyPart(() => import('./create/CreateViewPage'), 'CreateViewPage'),
});

const tableRoute = createRoute({
  getParentRoute: () => dataRoute,
  path: '/$source/$schema/$table',
  loader: ({ params }) => readFirst(tableQuery(params.source, params.schema, params.table)),
  component: lazyPart(() => import('./table/TablePage'), 'TablePage'),
});
const tableIndexRoute = createRoute({
  getParentRoute: () => tableRoute,
  path: '/',
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/data/$source/$schema/$table/rows', params, replace: true });
  },
});
const rowsRoute = createRoute({
  getParentRoute: () => tableRoute,
  path: '/rows',
  validateSearch: v.object({
    filters: v.optional(v.array(filterSchema)),
    sort: v.optional(v.array(orderSchema)),
    page: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
    size: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000))),
    /** Columns that are not shown. */
    hide: v.optional(v.array(v.string())),
    /** As whom the rows are looked at. */
    role: v.optional(v.string()),
  }),
  component: lazyPart(() => import('./rows/RowsTab'), 'RowsTab'),
});
const structureRoute = createRoute({
  getParentRoute: () => tableRoute,
  path: '/structure',
  component: lazyPart(() => import('./structure/StructureTab'), 'StructureTab'),
});
const tableRelationshipsRoute = createRoute({
  getParentRoute: () => tableRoute,
  path: '/relationships',
  component: lazyPart(
    () => import('./relationships/TableRelationshipsTab'),
    'TableRelationshipsTab',
  ),
});
const permissionsRoute = createRoute({
  getParentRoute: () => tableRoute,
  path: '/permissions',
  validateSearch: v.object({
    role: v.optional(v.string()),
    action: v.optional(v.picklist(permissionKinds)),
  }),
  component: lazyPart(() => import('../permissions/PermissionsTab'), 'PermissionsTab'),
});
const tableSettingsRoute = createRoute({
  getParentRoute: () => tableRoute,
  path: '/settings',
  component: lazyPart(() => import('./table/SettingsTab'), 'TableSettingsTab'),
});

export const dataRoutes = dataRoute.addChildren([
  databasesRoute,
  sourceRoute.addChildren([
    sourceTablesRoute,
    sourceRelationshipsRoute,
    sourceFunctionsRoute,
    sourceNativeRoute,
    sourceModelsRoute,
  ]),
  newNativeQueryRoute,
  nativeQueryRoute,
  newModelRoute,
  modelRoute.addChildren([modelFieldsRoute, modelPermissionsRoute]),
  createTableRoute,
  viewRoute,
  tableRoute.addChildren([
    tableIndexRoute,
    rowsRoute,
    structureRoute,
    tableRelationshipsRoute,
    permissionsRoute,
    tableSettingsRoute,
  ]),
]);
