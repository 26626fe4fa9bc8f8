-- Every table. The synced ones mirror core/model/entities.ts column by column (a test compares them).
-- Kinds: text, code -> text; ref -> uuid; money -> bigint cents; day -> date; instant -> timestamptz(3), the precision of JavaScript.
-- Constraint names carry the column (<table>_<column>_<kind>): the verdict of a refused edit names the field from them.
create schema app;

create table users (
  id text primary key,
  email text not null,
  created_at timestamptz(3) not null default now()
);

create table workspaces (
  id uuid primary key,
  name text not null,
  currency text not null,
  time_zone text not null,
  version bigint not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted_at timestamptz(3),
  deleted_by_mutation uuid,
  constraint workspaces_currency_check check (currency ~ '^[A-Z]{3}$'),
  constraint workspaces_deleted_check check ((deleted_at is null) = (deleted_by_mutation is null))
);

create table workspace_members (
  id uuid primary key,
  workspace_id uuid not null references workspaces (id),
  user_id text not null references users (id),
  role text not null,
  display_name text not null,
  email text not null,
  version bigint not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted_at timestamptz(3),
  deleted_by_mutation uuid,
  constraint workspace_members_workspace_key unique (workspace_id, id),
  constraint workspace_members_user_key unique (workspace_id, user_id),
  constraint workspace_members_role_check check (role in ('admin', 'manager', 'rep')),
  constraint workspace_members_deleted_check check ((deleted_at is null) = (deleted_by_mutation is null))
);

create table accounts (
  id uuid primary key,
  workspace_id uuid not null references workspaces (id),
  type text not null,
  company text not null,
  status text not null,
  priority text,
  next_action text,
  next_action_date date,
  assigned_to uuid,
  deal_value bigint,
  check_size bigint,
  opportunity text,
  website text,
  phone text,
  address text,
  city text,
  country text,
  external_id text,
  version bigint not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted_at timestamptz(3),
  deleted_by_mutation uuid,
  constraint accounts_workspace_key unique (workspace_id, id),
  constraint accounts_assigned_to_fkey foreign key (workspace_id, assigned_to) references workspace_members (workspace_id, id),
  constraint accounts_type_check check (char_length(type) between 1 and 64),
  constraint accounts_company_check check (char_length(company) between 1 and 500),
  constraint accounts_status_check check (char_length(status) between 1 and 64),
  constraint accounts_priority_check check (char_length(priority) <= 64),
  constraint accounts_next_action_check check (char_length(next_action) <= 500),
  constraint accounts_next_action_date_check check (next_action_date between '1000-01-01' and '9999-12-31'),
  constraint accounts_opportunity_check check (char_length(opportunity) <= 100000),
  constraint accounts_website_check check (char_length(website) <= 500),
  constraint accounts_phone_check check (char_length(phone) <= 500),
  constraint accounts_address_check check (char_length(address) <= 500),
  constraint accounts_city_check check (char_length(city) <= 500),
  constraint accounts_country_check check (char_length(country) <= 500),
  constraint accounts_external_id_check check (char_length(external_id) <= 500),
  constraint accounts_deleted_check check ((deleted_at is null) = (deleted_by_mutation is null))
);
create index accounts_shard on accounts (workspace_id, assigned_to) where deleted_at is null;
create index accounts_assigned_to on accounts (assigned_to);
create index accounts_external_id on accounts (workspace_id, external_id) where external_id is not null;

-- account_assigned_to is a copy of the account's assigned_to, kept by triggers, so that a one-table `where` can shard the children.
create table contacts (
  id uuid primary key,
  workspace_id uuid not null references workspaces (id),
  account_id uuid not null,
  account_assigned_to uuid,
  name text not null,
  email text,
  phone text,
  title text,
  assigned_to uuid,
  version bigint not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted_at timestamptz(3),
  deleted_by_mutation uuid,
  constraint contacts_account_id_fkey foreign key (workspace_id, account_id) references accounts (workspace_id, id),
  constraint contacts_assigned_to_fkey foreign key (workspace_id, assigned_to) references workspace_members (workspace_id, id),
  constraint contacts_name_check check (char_length(name) between 1 and 500),
  constraint contacts_email_check check (char_length(email) <= 500),
  constraint contacts_phone_check check (char_length(phone) <= 500),
  constraint contacts_title_check check (char_length(title) <= 500),
  constraint contacts_deleted_check check ((deleted_at is null) = (deleted_by_mutation is null))
);
create index contacts_account_id on contacts (account_id);
create index contacts_shard on contacts (workspace_id, account_assigned_to) where deleted_at is null;
create index contacts_account_assigned_to on contacts (account_assigned_to);

create table tasks (
  id uuid primary key,
  workspace_id uuid not null references workspaces (id),
  account_id uuid not null,
  account_assigned_to uuid,
  title text not null,
  status text not null,
  due_date date,
  assigned_to uuid,
  version bigint not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted_at timestamptz(3),
  deleted_by_mutation uuid,
  constraint tasks_account_id_fkey foreign key (workspace_id, account_id) references accounts (workspace_id, id),
  constraint tasks_assigned_to_fkey foreign key (workspace_id, assigned_to) references workspace_members (workspace_id, id),
  constraint tasks_title_check check (char_length(title) between 1 and 500),
  constraint tasks_status_check check (char_length(status) between 1 and 64),
  constraint tasks_due_date_check check (due_date between '1000-01-01' and '9999-12-31'),
  constraint tasks_deleted_check check ((deleted_at is null) = (deleted_by_mutation is null))
);
create index tasks_account_id on tasks (account_id);
create index tasks_shard on tasks (workspace_id, account_assigned_to) where deleted_at is null;
create index tasks_account_assigned_to on tasks (account_assigned_to);

create table meetings (
  id uuid primary key,
  workspace_id uuid not null references workspaces (id),
  account_id uuid not null,
  account_assigned_to uuid,
  subject text not null,
  starts_at timestamptz(3) not null,
  ends_at timestamptz(3),
  place text,
  notes text,
  version bigint not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted_at timestamptz(3),
  deleted_by_mutation uuid,
  constraint meetings_account_id_fkey foreign key (workspace_id, account_id) references accounts (workspace_id, id),
  constraint meetings_subject_check check (char_length(subject) between 1 and 500),
  constraint meetings_starts_at_check check (starts_at > '-infinity' and starts_at < 'infinity'),
  constraint meetings_ends_at_check check (ends_at > '-infinity' and ends_at < 'infinity'),
  constraint meetings_place_check check (char_length(place) <= 500),
  constraint meetings_notes_check check (char_length(notes) <= 100000),
  constraint meetings_deleted_check check ((deleted_at is null) = (deleted_by_mutation is null))
);
create index meetings_account_id on meetings (account_id);
create index meetings_shard on meetings (workspace_id, account_assigned_to) where deleted_at is null;
create index meetings_account_assigned_to on meetings (account_assigned_to);

create table notes (
  id uuid primary key,
  workspace_id uuid not null references workspaces (id),
  account_id uuid not null,
  account_assigned_to uuid,
  body text not null,
  author uuid,
  version bigint not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted_at timestamptz(3),
  deleted_by_mutation uuid,
  constraint notes_account_id_fkey foreign key (workspace_id, account_id) references accounts (workspace_id, id),
  constraint notes_author_fkey foreign key (workspace_id, author) references workspace_members (workspace_id, id),
  constraint notes_body_check check (char_length(body) between 1 and 100000),
  constraint notes_deleted_check check ((deleted_at is null) = (deleted_by_mutation is null))
);
create index notes_account_id on notes (account_id);
create index notes_shard on notes (workspace_id, account_assigned_to) where deleted_at is null;
create index notes_account_assigned_to on notes (account_assigned_to);

create table saved_views (
  id uuid primary key,
  workspace_id uuid not null references workspaces (id),
  name text not null,
  entity text not null,
  spec text not null,
  shared boolean not null default false,
  owner uuid not null,
  version bigint not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted_at timestamptz(3),
  deleted_by_mutation uuid,
  constraint saved_views_owner_fkey foreign key (workspace_id, owner) references workspace_members (workspace_id, id),
  constraint saved_views_name_check check (char_length(name) between 1 and 500),
  constraint saved_views_entity_check check (char_length(entity) between 1 and 64),
  constraint saved_views_spec_check check (char_length(spec) between 1 and 100000),
  constraint saved_views_deleted_check check ((deleted_at is null) = (deleted_by_mutation is null))
);
create index saved_views_workspace on saved_views (workspace_id, owner);

create table import_jobs (
  id uuid primary key,
  workspace_id uuid not null references workspaces (id),
  file_name text not null,
  entity text not null,
  state text not null,
  total_rows integer not null,
  created_rows integer not null,
  rejected_rows integer not null,
  group_id text not null,
  created_by uuid not null,
  version bigint not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted_at timestamptz(3),
  deleted_by_mutation uuid,
  constraint import_jobs_created_by_fkey foreign key (workspace_id, created_by) references workspace_members (workspace_id, id),
  constraint import_jobs_file_name_check check (char_length(file_name) between 1 and 500),
  constraint import_jobs_entity_check check (char_length(entity) between 1 and 64),
  constraint import_jobs_state_check check (char_length(state) between 1 and 64),
  constraint import_jobs_group_id_check check (char_length(group_id) between 1 and 500),
  constraint import_jobs_deleted_check check ((deleted_at is null) = (deleted_by_mutation is null))
);
create index import_jobs_workspace on import_jobs (workspace_id, created_by);

-- The ledger: one row per decided edit, so that a repeated send gets its original answer.
-- The id alone is the key: the same id from another workspace or user is a copied data folder or an attack, never a second edit.
create table mutations (
  id uuid primary key,
  workspace_id uuid not null,
  user_id text not null,
  client_id uuid not null,
  body_hash bytea not null,
  answer jsonb not null,
  at timestamptz(3) not null default now()
);

-- Who changed what. `changes` is [{"field","from","to"}] in row form (core/model/field.ts).
create table audit_log (
  id bigint generated always as identity primary key,
  workspace_id uuid not null,
  entity text not null,
  record_id uuid not null,
  action text not null,
  version bigint not null,
  member_id uuid,
  client_id uuid,
  mutation_id uuid,
  changes jsonb not null,
  at timestamptz(3) not null default now(),
  constraint audit_log_action_check check (action in ('create', 'patch', 'delete', 'restore'))
);
create index audit_log_record on audit_log (record_id, id);
create index audit_log_mutation on audit_log (mutation_id);

-- Logical replication must carry the old row: a row that leaves a shape is recognised by what it was.
alter table workspaces replica identity full;
alter table workspace_members replica identity full;
alter table accounts replica identity full;
alter table contacts replica identity full;
alter table tasks replica identity full;
alter table meetings replica identity full;
alter table notes replica identity full;
alter table saved_views replica identity full;
alter table import_jobs replica identity full;
