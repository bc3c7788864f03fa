-- The catalogue, version 48: the tables by which this engine and Hasura v2 can take over from
-- each other. Column names, types, keys and index names are the contract.

create function hdb_catalog.gen_hasura_uuid() returns uuid
  language sql as 'select gen_random_uuid()';

create table hdb_catalog.hdb_version (
  hasura_uuid uuid primary key default hdb_catalog.gen_hasura_uuid(),
  version text not null,
  upgraded_on timestamptz not null,
  cli_state jsonb not null default '{}'::jsonb,
  console_state jsonb not null default '{}'::jsonb,
  ee_client_id text,
  ee_client_secret text
);
create unique index hdb_version_one_row on hdb_catalog.hdb_version ((version is not null));

create table hdb_catalog.hdb_metadata (
  id integer primary key,
  metadata json not null,
  resource_version integer not null default 1 unique
);

create table hdb_catalog.hdb_schema_notifications (
  id integer primary key check (id = 1),
  notification json not null,
  resource_version integer not null default 1,
  instance_id uuid not null,
  updated_at timestamptz default now()
);

create table hdb_catalog.hdb_action_log (
  id uuid primary key default hdb_catalog.gen_hasura_uuid(),
  action_name text,
  input_payload jsonb not null,
  request_headers jsonb not null,
  session_variables jsonb not null,
  response_payload jsonb,
  errors jsonb,
  created_at timestamptz not null default now(),
  response_received_at timestamptz,
  status text not null check (status in ('created', 'processing', 'completed', 'error'))
);

create table hdb_catalog.hdb_cron_events (
  id text primary key default hdb_catalog.gen_hasura_uuid(),
  trigger_name text not null,
  scheduled_time timestamptz not null,
  status text not null default 'scheduled',
  tries integer not null default 0,
  created_at timestamptz default now(),
  next_retry_at timestamptz,
  constraint valid_status check (status in ('scheduled', 'locked', 'delivered', 'error', 'dead'))
);
create index hdb_cron_event_status on hdb_catalog.hdb_cron_events (status);
create unique index hdb_cron_events_unique_scheduled
  on hdb_catalog.hdb_cron_events (trigger_name, scheduled_time) where status = 'scheduled';

create table hdb_catalog.hdb_cron_event_invocation_logs (
  id text primary key default hdb_catalog.gen_hasura_uuid(),
  event_id text references hdb_catalog.hdb_cron_events (id) on update cascade on delete cascade,
  status integer,
  request json,
  response json,
  created_at timestamptz default now()
);
create index hdb_cron_event_invocation_event_id
  on hdb_catalog.hdb_cron_event_invocation_logs (event_id);

create table hdb_catalog.hdb_scheduled_events (
  id text primary key default hdb_catalog.gen_hasura_uuid(),
  webhook_conf json not null,
  scheduled_time timestamptz not null,
  retry_conf json,
  payload json,
  header_conf json,
  status text not null default 'scheduled',
  tries integer not null default 0,
  created_at timestamptz default now(),
  next_retry_at timestamptz,
  comment text,
  constraint valid_status check (status in ('scheduled', 'locked', 'delivered', 'error', 'dead'))
);
create index hdb_scheduled_event_status on hdb_catalog.hdb_scheduled_events (status);

create table hdb_catalog.hdb_scheduled_event_invocation_logs (
  id text primary key default hdb_catalog.gen_hasura_uuid(),
  event_id text references hdb_catalog.hdb_scheduled_events (id) on update cascade on delete cascade,
  status integer,
  request json,
  response json,
  created_at timestamptz default now()
);

insert into hdb_catalog.hdb_version (version, upgraded_on) values ('48', now());
insert into hdb_catalog.hdb_metadata (id, metadata) values (1, '{"version":3,"sources":[]}');
