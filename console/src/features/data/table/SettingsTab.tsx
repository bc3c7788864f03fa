// How a table stands in the API and in the database.
import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { tableQuery, trackedTable, useSource } from '../../../kit/api';
import classes from '../structure/StructureTab.module.css';
import { ApiNames } from './ApiNames';
import { DatabasePart } from './DatabasePart';

const route = getRouteApi('/data/$source/$schema/$table/settings');

export function TableSettingsTab() {
  const { source, schema, table } = route.useParams();
  const tracked = trackedTable(useSource(source), schema, table);
  const { data: detail } = useSuspenseQuery(tableQuery(source, schema, table));
  if (!detail) return null;
  return (
    <div className={classes.content} key={`${schema}.${table}`}>
      {tracked && <ApiNames source={source} tracked={tracked} detail={detail} />}
      <DatabasePart source={source} detail={detail} isTracked={tracked !== undefined} />
    </div>
  );
}
