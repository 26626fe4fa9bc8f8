-- What a member may see and touch, held by Postgres itself. The gateway runs everything as `outpost_app`, which owns nothing, bypasses nothing
-- and is confined to the workspace and member named by two settings of the transaction:
--   set local role outpost_app; select set_config('app.workspace_id', …, true), set_config('app.user_id', …, true)
-- With no settings, or a user who is no live member there, nothing is visible and nothing can be written.
do $$
begin
  create role outpost_app nologin nobypassrls;
exception when duplicate_object or unique_violation then null; -- roles belong to the cluster: another database's migration made it
end $$;
do $$
begin
  execute format('grant outpost_app to %I', current_user);
exception when others then
  if sqlstate not in ('0LP01', '23505', 'XX000') then raise; end if; -- superusers need no grant; two databases may grant at once
end $$;

-- The live membership behind the settings; no row without one. security definer, because the policies of workspace_members ask this very question.
create function app.membership(p_workspace uuid, p_user text)
returns table (id uuid, user_id text, role text, display_name text, email text)
language plpgsql stable parallel safe security definer set search_path = pg_catalog, public as $$
begin
  return query select m.id, m.user_id, m.role, m.display_name, m.email
    from public.workspace_members m join public.workspaces w on w.id = m.workspace_id
    where m.workspace_id = p_workspace and m.user_id = p_user and m.deleted_at is null and w.deleted_at is null;
end $$;

-- Settings as the gateway made them; a setting that was never made reads as null.
create function app.setting(p_name text) returns text language sql stable as $$
  select nullif(current_setting('app.' || p_name, true), '')
$$;

create function app.workspace() returns uuid
language plpgsql stable parallel safe security definer set search_path = pg_catalog, public as $$
begin
  return (select m.workspace_id from public.workspace_members m
    where m.workspace_id = nullif(current_setting('app.workspace_id', true), '')::uuid
      and m.user_id = current_setting('app.user_id', true) and m.deleted_at is null);
end $$;

create function app.member() returns uuid
language plpgsql stable parallel safe security definer set search_path = pg_catalog, public as $$
begin
  return (select m.id from public.workspace_members m
    where m.workspace_id = nullif(current_setting('app.workspace_id', true), '')::uuid
      and m.user_id = current_setting('app.user_id', true) and m.deleted_at is null);
end $$;

-- The workspace, for members who see all of it; null for reps.
create function app.whole_workspace() returns uuid
language plpgsql stable parallel safe security definer set search_path = pg_catalog, public as $$
begin
  return (select m.workspace_id from public.workspace_members m
    where m.workspace_id = nullif(current_setting('app.workspace_id', true), '')::uuid
      and m.user_id = current_setting('app.user_id', true) and m.deleted_at is null and m.role in ('admin', 'manager'));
end $$;

-- Policies. Functions stand in sub-selects so that they run once a statement, not once a row. A member's id exists in one workspace only and
-- the foreign keys keep assignments inside it, so "assigned to me" implies the workspace.
-- Deleted rows stay visible to those who saw them alive: restoring needs them. Shapes, counts and checksums pin `deleted_at is null`.
alter table users enable row level security;
alter table workspaces enable row level security;
alter table workspace_members enable row level security;
alter table accounts enable row level security;
alter table contacts enable row level security;
alter table tasks enable row level security;
alter table meetings enable row level security;
alter table notes enable row level security;
alter table saved_views enable row level security;
alter table import_jobs enable row level security;
alter table mutations enable row level security;
alter table audit_log enable row level security;

create policy own on workspaces for select to outpost_app using (id = (select app.workspace()));
create policy colleagues on workspace_members for select to outpost_app using (workspace_id = (select app.workspace()));

create policy shard on accounts for select to outpost_app
  using (workspace_id = (select app.whole_workspace()) or assigned_to = (select app.member()));
create policy shard_update on accounts for update to outpost_app
  using (workspace_id = (select app.whole_workspace()) or assigned_to = (select app.member()));
-- A rep may make an account for a colleague; it is then outside the rep's shard.
create policy create_any on accounts for insert to outpost_app with check (workspace_id = (select app.workspace()));

do $$
declare t text;
begin
  foreach t in array array['contacts', 'tasks', 'meetings', 'notes'] loop
    execute format('create policy shard on %I to outpost_app
      using (workspace_id = (select app.whole_workspace()) or account_assigned_to = (select app.member()))', t);
  end loop;
end $$;

create policy own_or_shared on saved_views for select to outpost_app
  using (workspace_id = (select app.workspace()) and (shared or owner = (select app.member())));
create policy own_or_managed on saved_views for update to outpost_app
  using (owner = (select app.member()) or (shared and workspace_id = (select app.whole_workspace())));
create policy create_own on saved_views for insert to outpost_app
  with check (workspace_id = (select app.workspace()) and owner = (select app.member()));

create policy own_or_managed on import_jobs for select to outpost_app
  using (created_by = (select app.member()) or workspace_id = (select app.whole_workspace()));
create policy own_or_managed_update on import_jobs for update to outpost_app
  using (created_by = (select app.member()) or workspace_id = (select app.whole_workspace()));
create policy create_own on import_jobs for insert to outpost_app
  with check (workspace_id = (select app.workspace()) and created_by = (select app.member()));

-- A record's trail is as visible as the record itself.
create function app.sees(p_entity text, p_record uuid) returns boolean language plpgsql stable as $$
begin
  return case p_entity
    when 'accounts' then exists (select from public.accounts r where r.id = p_record)
    when 'contacts' then exists (select from public.contacts r where r.id = p_record)
    when 'tasks' then exists (select from public.tasks r where r.id = p_record)
    when 'meetings' then exists (select from public.meetings r where r.id = p_record)
    when 'notes' then exists (select from public.notes r where r.id = p_record)
    when 'saved_views' then exists (select from public.saved_views r where r.id = p_record)
    when 'import_jobs' then exists (select from public.import_jobs r where r.id = p_record)
    else false
  end;
end $$;
create policy of_visible_records on audit_log for select to outpost_app
  using (workspace_id = (select app.workspace()) and app.sees(entity, record_id));

-- Columns that a client may write, and the two that delete and restore write: stamps, workspace and derived columns are not among them.
grant usage on schema app to outpost_app;
grant select on workspaces, workspace_members, accounts, contacts, tasks, meetings, notes, saved_views, import_jobs, audit_log to outpost_app;
do $$
declare t text; cols text;
begin
  foreach t in array array['accounts', 'contacts', 'tasks', 'meetings', 'notes', 'saved_views', 'import_jobs'] loop
    select string_agg(quote_ident(a.attname), ', ' order by a.attnum) into cols from pg_attribute a
      where a.attrelid = t::regclass and a.attnum > 0 and not a.attisdropped
        and a.attname <> all (array['id', 'workspace_id', 'account_assigned_to', 'version', 'created_at', 'updated_at', 'deleted_at', 'deleted_by_mutation']);
    execute format('grant insert (id, workspace_id, %s) on %I to outpost_app', cols, t);
    execute format('grant update (%s, deleted_at, deleted_by_mutation) on %I to outpost_app', cols, t);
  end loop;
end $$;
